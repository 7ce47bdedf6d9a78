//! Addresses that posts and pages had before.

use std::path::Path;
use std::process::Command;
use std::sync::Arc;
use std::time::Duration;

use axum::http::{Method, StatusCode};
use flashblog::site::old_addresses::NamingOldAddresses;
use flashblog::sources::BlogSource;
use flashblog::sources::folder::FolderSource;
use shared::blog::Blog;

use crate::logs::Log;
use crate::process::{Server, flashblog};
use crate::site::{Folder, document};

fn moved_blog() -> Folder {
    let folder = Folder::new(
        "[site]\npages = 'pages'\n[[redirects]]\nfrom = '/taken'\nto = '/about'\n\
         [[redirects]]\nfrom = '/2019/*'\nto = '/blogs/*'\n",
    );
    folder.write(
        "posts/notes/loom.md",
        "---\ntitle: Loom\naliases:\n- /2019/Old-Loom/\n- https://old.example/loom.html\n- ../woven\n\
         - spun\n- /blogs/first-loom\n- /caf\u{e9}\n- /taken\n- /about\n- /blogs/loom\n- /feed.xml\n---\n",
    );
    folder.write(
        "posts/reed.md",
        "---\ntitle: Reed\nredirect_from: post/12/\naliases: [/2019/Old-Loom, /blogs/loom]\n---\n",
    );
    folder.write(
        "pages/imprint.md",
        "---\ntitle: Imprint\naliases: [/legal]\n---\n",
    );
    folder
}

fn source(folder: &Folder) -> FolderSource {
    FolderSource::new(folder.path().join("posts"))
}

#[tokio::test]
async fn old_addresses_of_posts_lead_to_them() {
    let folder = moved_blog();
    let app = folder.app().await.with_source(source(&folder));
    for (path, location) in [
        ("/2019/Old-Loom", "/blogs/loom"),
        ("/2019/Old-Loom/", "/blogs/loom"),
        ("/2019/Old-Loom/index.html", "/blogs/loom"),
        ("/loom.html", "/blogs/loom"),
        ("/woven", "/blogs/loom"),
        ("/notes/spun", "/blogs/loom"),
        ("/spun", "/blogs/loom"),
        ("/blogs/first-loom", "/blogs/loom"),
        ("/blog/first-loom", "/blogs/first-loom"),
        ("/caf%C3%A9", "/blogs/loom"),
        ("/caf%c3%a9/", "/blogs/loom"),
        ("/post/12", "/blogs/reed"),
        ("/legal/", "/imprint"),
        ("/taken", "/about"),
        // Addresses are case-sensitive.
        ("/2019/old-loom", "/blogs/old-loom"),
    ] {
        for method in [Method::GET, Method::HEAD] {
            let answer = app.browser().send(method, path, &[]).await;
            assert_eq!(answer.status, StatusCode::PERMANENT_REDIRECT, "{path}");
            assert_eq!(answer.header("location"), Some(location), "{path}");
        }
    }
    for path in ["/about", "/blogs/loom", "/feed.xml"] {
        assert_eq!(document(&app, path).await.status, StatusCode::OK, "{path}");
    }
    for path in ["/old-loom.html", "/elsewhere"] {
        let status = document(&app, path).await.status;
        assert_eq!(status, StatusCode::NOT_FOUND, "{path}");
    }
}

#[tokio::test]
async fn the_api_answers_an_old_id_with_the_post_under_its_own() {
    let folder = moved_blog();
    let app = folder.app().await.with_source(source(&folder));
    let blog: Blog = app.get("/api/v1/blogs/first-loom").await.data();
    assert_eq!(blog.summary.url, "/blogs/loom");
}

#[tokio::test]
async fn a_reader_of_an_older_copy_is_led_to_posts_of_that_copy() {
    let folder = moved_blog();
    let app = folder.app().await.with_source(source(&folder));
    let reader = app.browser();
    reader.get("/api/v1/blogs").await;
    folder.write(
        "posts/heddle.md",
        "---\ntitle: Heddle\naliases: [/blogs/reed, /new]\n---\n",
    );
    std::fs::remove_file(folder.path().join("posts/reed.md")).expect("removes");
    app.clock.advance(Duration::from_secs(6));
    let stranger = app.browser().get("/blogs/reed").await;
    assert_eq!(stranger.header("location"), Some("/blogs/heddle"));
    assert_eq!(reader.get("/blogs/reed").await.status, StatusCode::OK);
    assert_eq!(reader.get("/new").await.status, StatusCode::NOT_FOUND);
}

const FAULTS: [&str; 6] = [
    "post loom: the old address `/taken` stands in [[redirects]] too, which counts",
    "post loom: the old address `/about` is a page of this site",
    "post loom: the old address `/blogs/loom` leads back to itself",
    "post loom: the old address `/feed.xml` is an address that the site needs itself",
    "post reed: the old address `/2019/Old-Loom` leads to the post loom already",
    "post reed: the old address `/blogs/loom` is a page of this site",
];

fn command(folder: &Path) -> Command {
    let mut command = flashblog(&folder.join("data"));
    command
        .arg("--config")
        .arg(folder.join("flashblog.toml"))
        .arg("--source")
        .arg(folder.join("posts"));
    command
}

#[test]
fn old_addresses_that_lead_elsewhere_are_named_by_check_and_at_the_start() {
    let folder = moved_blog();
    let check = command(folder.path()).arg("check").output().expect("runs");
    assert_eq!(check.status.code(), Some(1));
    let output = String::from_utf8(check.stdout).expect("text");
    for fault in FAULTS {
        assert!(
            output.contains(&format!("error: {fault}\n")),
            "{fault}: {output}"
        );
    }
    assert_eq!(output.matches("the old address").count(), 6, "{output}");

    let server = Server::start(&mut command(folder.path()));
    // The server logs the faults at the first reading, which this answer waits for.
    server.get("/api/v1/blogs", "");
    let (_, _, log) = server.terminate();
    for fault in FAULTS {
        assert_eq!(log.matches(fault).count(), 1, "{fault}: {log}");
    }
}

#[tokio::test]
async fn a_hundred_useless_old_addresses_are_a_few_lines() {
    let folder = Folder::new("[site]\n");
    let app = folder.app().await;
    for number in 0..100 {
        let post = format!("---\ntitle: {number}\naliases: [/about]\n---\n");
        folder.write(&format!("posts/{number}.md"), &post);
    }
    let (log, _guard) = Log::start();
    let profile = Arc::clone(&app.app.profile);
    let naming = NamingOldAddresses::new(Arc::new(source(&folder)), profile);
    for _ in 0..2 {
        naming.fetch().await.expect("reads");
    }
    let text = log.text();
    let lines = text.lines().filter(|line| line.contains("old address"));
    assert_eq!(lines.count(), 21, "{text}");
    assert!(text.contains("80 more old addresses"), "{text}");
}
