use std::collections::BTreeMap;

use tempfile::TempDir;

use super::*;
use crate::content::snapshot::Snapshot;

/// A folder with these files.
fn folder(files: &[(&str, &[u8])]) -> TempDir {
    let root = TempDir::new().expect("a folder");
    for (path, bytes) in files {
        let path = root.path().join(path);
        fs::create_dir_all(path.parent().expect("a parent")).expect("a folder");
        fs::write(path, bytes).expect("a file");
    }
    root
}

fn read(root: &TempDir) -> FolderContents {
    read_folder(root.path()).expect("reads")
}

/// Posts by id.
fn by_id(reading: &FolderContents) -> BTreeMap<&str, &Post> {
    reading
        .posts
        .iter()
        .map(|post| (post.id.as_str(), post))
        .collect()
}

/// One of the real blogs of the test data.
fn real_blog(name: &str) -> FolderContents {
    let root = std::env::var("FLASHBLOG_TEST_DATA").expect("FLASHBLOG_TEST_DATA");
    read_folder(&Path::new(&root).join("markdown").join(name)).expect("reads")
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

#[test]
fn a_broken_file_is_named_with_its_line_and_costs_no_other_post() {
    let root = folder(&[
        ("bad.md", b"---\ntitle: A\nsummary: b: c\n---\nText"),
        ("endless.md", b"+++\ntitle = 'A'\n"),
        ("good.md", b"# Good\n\nText"),
        ("latin.md", b"# One\n\nCaf\xe9"),
        ("toml/bad.md", b"+++\ntitle = 'A'\n\ntags = [\n+++\n"),
        ("huge.md", &vec![b'a'; MAX_POST_SIZE as usize + 1]),
    ]);
    let reading = read(&root);
    assert_eq!(by_id(&reading).into_keys().collect::<Vec<_>>(), ["good"]);
    let mut skipped: Vec<(&str, &str)> = reading
        .skipped
        .iter()
        .map(|skipped| {
            let line = skipped
                .reason
                .split_inclusive(':')
                .next()
                .unwrap_or_default();
            (skipped.file.as_str(), line)
        })
        .collect();
    skipped.sort_unstable();
    assert_eq!(
        skipped,
        [
            ("bad.md", "line 3:"),
            ("endless.md", "line 1:"),
            ("huge.md", "it is larger than 4194304 bytes"),
            ("latin.md", "line 3:"),
            ("toml/bad.md", "line 4:"),
        ]
    );
}

#[test]
fn what_is_no_post_is_left_out() {
    let root = folder(&[
        ("README.md", b"# No"),
        ("sub/readme.md", b"# No"),
        ("_index.md", b"# No"),
        (".hidden.md", b"# No"),
        (".git/a.md", b"# No"),
        ("notes.txt", b"No"),
        ("draft.md", b"---\ntitle: No\ndraft: true\n---\n"),
        ("a.markdown", b"# Yes"),
    ]);
    let reading = read(&root);
    assert_eq!(by_id(&reading).into_keys().collect::<Vec<_>>(), ["a"]);
    assert!(reading.skipped.is_empty(), "{:?}", reading.skipped);
}

#[test]
fn files_of_one_name_keep_ids_of_their_own() {
    let root = folder(&[
        ("a.md", b"# Top"),
        ("x/a.md", b"# X"),
        ("y/a.md", b"# Y"),
        ("y/b.md", b"# B"),
        ("z/trip/index.md", b"# Trip"),
        ("c.md", b"---\nslug: b\n---\n# C"),
    ]);
    let reading = read(&root);
    let titles: Vec<(&str, &str)> = by_id(&reading)
        .into_iter()
        .map(|(id, post)| (id, post.title.as_str()))
        .collect();
    assert_eq!(
        titles,
        [
            ("a", "Top"),
            ("b", "C"),
            ("trip", "Trip"),
            ("x-a", "X"),
            ("y-a", "Y"),
            ("y-b", "B")
        ]
    );
}

#[test]
fn relative_addresses_lead_to_pictures_and_posts_of_the_folder() {
    let root = folder(&[
        (
            "2024/a.md",
            b"---\ntitle: A\nimage: ./img/c d.png\n---\n\
              ![1](img/e.svg) ![2](../top.png) ![3](../../../top.png) ![4](/top.png) ![5](/img/far.png)\n\
              <img src='img/c%20d.png'> [b](../b.md#part) [c](/docs) [d](img/e.svg)\n",
        ),
        ("b.md", b"# B"),
        ("top.png", b"png"),
        ("2024/img/c d.png", b"png"),
        ("2024/img/e.svg", b"<svg/>"),
    ]);
    let reading = read(&root);
    let post = by_id(&reading)["a"];
    assert_eq!(
        post.featured_image.as_deref(),
        Some("/media/2024/img/c%20d.png")
    );
    for part in [
        "src=\"/media/2024/img/e.svg\" alt=\"1\"",
        "src=\"/media/top.png\" alt=\"2\"",
        "src=\"/media/top.png\" alt=\"3\"",
        "src=\"/media/top.png\" alt=\"4\"",
        "src=\"/img/far.png\" alt=\"5\"",
        "src=\"/media/2024/img/c%20d.png\"",
        "href=\"/blogs/b\"",
        "href=\"/docs\"",
        "href=\"/media/2024/img/e.svg\"",
    ] {
        assert!(
            post.content_html.contains(part),
            "{part} is not in {}",
            post.content_html
        );
    }
}

#[tokio::test]
async fn pictures_are_served_from_below_the_folder_only() {
    let outside = folder(&[("secret.png", b"secret")]);
    let root = folder(&[
        ("img/a b.PNG", b"png"),
        ("a.svg", b"<svg/>"),
        ("a.md", b"# A"),
        (".hidden.png", b"no"),
        (".git/a.png", b"no"),
    ]);
    #[cfg(unix)]
    for (target, link) in [
        (outside.path().join("secret.png"), "out.png"),
        (root.path().join("a.svg"), "in.svg"),
    ] {
        std::os::unix::fs::symlink(target, root.path().join(link)).expect("a link");
    }
    let source = FolderSource::new(root.path().to_owned());
    let picture = source.media("img/a b.PNG").await.expect("a picture");
    let file = root.path().join("img/a b.PNG").canonicalize();
    let file = file.expect("a file");
    assert_eq!(
        (picture.content_type, picture.content),
        ("image/png", MediaContent::File(file))
    );
    assert_eq!(
        source.media("a.svg").await.map(|m| m.content_type),
        Some("image/svg+xml")
    );
    #[cfg(unix)]
    assert!(source.media("in.svg").await.is_some());

    let name = outside
        .path()
        .file_name()
        .and_then(|name| name.to_str())
        .expect("a name");
    for path in [
        "",
        "none.png",
        "a.md",
        "img",
        "out.png",
        ".hidden.png",
        ".git/a.png",
        "./a.svg",
        "img/../a.svg",
        "img//a b.PNG",
        "/a.svg",
        "a.svg\0.png",
        "..\\a.svg",
        &format!("../{name}/secret.png"),
        &format!("{}/secret.png", outside.path().display()),
    ] {
        assert_eq!(source.media(path).await, None, "{path:?}");
    }
}

#[cfg(unix)]
#[test]
fn links_do_not_lead_out_of_the_folder_or_round_in_circles() {
    let outside = folder(&[("secret.md", b"# Secret")]);
    let root = folder(&[("a.md", b"# A")]);
    for (target, link) in [
        (outside.path().join("secret.md"), "out.md"),
        (outside.path().to_owned(), "out"),
        (root.path().to_owned(), "round"),
        (root.path().join("a.md"), "in.md"),
        (root.path().join("gone.md"), "dangling.md"),
    ] {
        std::os::unix::fs::symlink(target, root.path().join(link)).expect("a link");
    }
    assert_eq!(
        by_id(&read(&root)).into_keys().collect::<Vec<_>>(),
        ["a", "in"]
    );
}

#[tokio::test]
async fn a_folder_that_is_not_there_is_a_failure_and_an_empty_one_is_not() {
    let root = folder(&[]);
    let source = FolderSource::new(root.path().to_owned());
    assert_eq!(source.fetch().await.expect("reads"), vec![]);
    let gone = root.path().join("gone");
    let error = FolderSource::new(gone)
        .fetch()
        .await
        .expect_err("nothing to read");
    assert!(matches!(error, SourceError::Unreachable(_)));
    assert!(error.to_string().contains("gone"), "{error}");
}
