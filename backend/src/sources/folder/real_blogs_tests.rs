//! Reads three real blogs from the test data, which is not in the repository.

use std::path::Path;

use super::reading::{FolderContents, Shown, read_folder};
use super::tests::by_id;
use crate::content::snapshot::Snapshot;

/// One of the real blogs of the test data.
fn real_blog(name: &str) -> FolderContents {
    let root = std::env::var("FLASHBLOG_TEST_DATA").expect("FLASHBLOG_TEST_DATA");
    read_folder(
        &Path::new(&root).join("markdown").join(name),
        &Shown::Whenever,
    )
    .expect("reads")
}

/// Id, title, author and date of each post, newest first.
fn index(reading: FolderContents) -> Vec<(String, String, String, String)> {
    assert!(reading.skipped.is_empty(), "{:?}", reading.skipped);
    Snapshot::new(reading.posts)
        .posts()
        .iter()
        .cloned()
        .map(|post| (post.id, post.title, post.author.name, post.published_label))
        .collect()
}

fn rows(rows: &[[&str; 4]]) -> Vec<(String, String, String, String)> {
    rows.iter()
        .map(|[id, title, author, date]| {
            (
                id.to_string(),
                title.to_string(),
                author.to_string(),
                date.to_string(),
            )
        })
        .collect()
}

#[test]
#[ignore = "reads FLASHBLOG_TEST_DATA"]
fn the_rust_blog_reads_as_its_readers_know_it() {
    let reading = real_blog("rust-lang");
    let minutes = by_id(&reading)["inside-rust__lto-improvements"];
    assert_eq!(
        minutes.subtitle.as_deref(),
        Some("On behalf of the Cargo team")
    );
    assert_eq!(minutes.summary, "Disk space and LTO improvements");
    assert_eq!(minutes.category, "General");
    let expected = rows(&[
        [
            "Rustup-1.28.1",
            "Announcing rustup 1.28.1",
            "The Rustup Team",
            "4 March 2025",
        ],
        [
            "inside-rust__1.75.0-prerelease",
            "1.75.0 pre-release testing",
            "Release automation",
            "21 December 2023",
        ],
        [
            "Rust-1.74.1",
            "Announcing Rust 1.74.1",
            "The Rust Release Team",
            "7 December 2023",
        ],
        [
            "cve-2023-38497",
            "Security advisory for Cargo (CVE-2023-38497)",
            "The Rust Security Response WG",
            "3 August 2023",
        ],
        [
            "inside-rust__changes-to-x-py-defaults",
            "Changes to x.py defaults",
            "Jynn Nelson",
            "30 August 2020",
        ],
        [
            "inside-rust__lto-improvements",
            "Disk space and LTO improvements",
            "Eric Huss",
            "29 June 2020",
        ],
        [
            "inside-rust__traits-sprint-2",
            "Traits working group 2020 sprint 2 summary",
            "Jack Huey",
            "18 May 2020",
        ],
        [
            "inside-rust__infra-team-meeting@0",
            "2019-10-10 Infrastructure Team Meeting",
            "Pietro Albini",
            "15 October 2019",
        ],
        [
            "Rust-1.30.1",
            "Announcing Rust 1.30.1",
            "The Rust Release Team",
            "8 November 2018",
        ],
        [
            "1.0-Timeline",
            "Rust 1.0: Scheduling the trains",
            "Aaron Turon",
            "12 December 2014",
        ],
    ]);
    assert_eq!(index(reading), expected);
}

#[test]
#[ignore = "reads FLASHBLOG_TEST_DATA"]
fn the_tokio_blog_reads_as_its_readers_know_it() {
    let reading = real_blog("tokio");
    for post in &reading.posts {
        // Their descriptions are dates.
        assert!(post.summary.len() > 50, "{}: {}", post.id, post.summary);
        assert!(!post.content_html.contains("<h1"), "{}", post.id);
    }
    let expected = rows(&[
        [
            "2024-10-23-announcing-toasty",
            "Announcing Toasty, an async ORM for Rust",
            "Admin",
            "23 October 2024",
        ],
        [
            "2022-03-whats-new-in-axum-0-5",
            "What's new in axum 0.5",
            "Admin",
            "31 March 2022",
        ],
        [
            "2021-07-announcing-axum",
            "Announcing Axum",
            "Admin",
            "30 July 2021",
        ],
        [
            "2020-10-tokio-0-3",
            "Announcing Tokio 0.3 and the path to 1.0",
            "Admin",
            "15 October 2020",
        ],
        [
            "2019-08-tracing",
            "Diagnostics with Tracing",
            "Admin",
            "14 August 2019",
        ],
        [
            "2018-05-tokio-fs",
            "New Tokio release, now with filesystem support",
            "Admin",
            "2 May 2018",
        ],
        [
            "2017-01-tokio-0-1",
            "Announcing Tokio 0.1",
            "Admin",
            "10 January 2017",
        ],
    ]);
    assert_eq!(index(reading), expected);
}

#[test]
#[ignore = "reads FLASHBLOG_TEST_DATA"]
fn the_yew_blog_reads_as_its_readers_know_it() {
    let reading = real_blog("yew");
    let posts = by_id(&reading);
    let hello = posts["2022-01-20-hello-yew"];
    assert_eq!(hello.summary, "This is the first Yew blog post.");
    assert_eq!(
        hello.author.avatar_url.as_deref(),
        Some("https://github.com/ranile.png")
    );
    assert!(
        posts["2024-10-14-release-0-22"]
            .summary
            .starts_with("Before Yew 0.22, server-side")
    );
    let code = &posts["2023-09-23-release-0-21"].content_html;
    assert!(
        code.contains("<pre><code class=\"language-rust\">use_effect_with_deps"),
        "{code}"
    );
    let expected = rows(&[
        [
            "2024-10-14-release-0-22",
            "Announcing Yew 0.22",
            "langyo",
            "14 October 2024",
        ],
        [
            "2023-09-23-release-0-21",
            "Announcing Yew 0.21",
            "Muhammad Hamza",
            "23 September 2023",
        ],
        [
            "2022-01-20-hello-yew",
            "Hello Yew",
            "Muhammad Hamza",
            "20 January 2022",
        ],
    ]);
    assert_eq!(index(reading), expected);
}
