//! `flashblog check` on the command line.

use std::fs;
use std::path::Path;
use std::process::Command;

use axum::Router;
use axum::routing::get;
use tokio::net::TcpListener;

/// A temporary folder with these files.
fn folder(files: &[(&str, &str)]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    for (path, text) in files {
        let path = folder.path().join(path);
        fs::create_dir_all(path.parent().expect("a folder")).expect("makes");
        fs::write(path, text).expect("writes");
    }
    folder
}

/// Runs `flashblog check` in a folder. Returns the exit code and the lines of the output.
fn check(folder: &Path, arguments: &[&str]) -> (Option<i32>, Vec<String>) {
    let output = Command::new(env!("CARGO_BIN_EXE_flashblog"))
        .env_clear()
        .current_dir(folder)
        .arg("check")
        .args(arguments)
        .output()
        .expect("runs");
    let text = String::from_utf8(output.stdout).expect("text");
    (
        output.status.code(),
        text.lines().map(str::to_owned).collect(),
    )
}

#[test]
fn it_names_every_fault_with_its_file_and_line() {
    let folder = folder(&[
        (
            "flashblog.toml",
            "source = 'posts'\n[site]\npages = 'pages'\n[[redirects]]\nfrom = '/old'\nto = '/blogs/good'\n",
        ),
        (
            "posts/good.md",
            "---\ntitle: Good\ndate: 2026-03-05\n---\n[Old](/old) [me](#part) ![](cover.svg)\n",
        ),
        ("posts/cover.svg", "<svg/>"),
        ("posts/broken.md", "---\ntitle: A\ntags: [\n---\n"),
        ("posts/undated.md", "# Undated\n"),
        (
            "posts/words.md",
            "---\ntitle: Words\ndate: early spring\n---\n",
        ),
        ("posts/2026-03-05-untitled.md", "Text without a heading.\n"),
        (
            "posts/other.md",
            "---\ntitle: Other\nslug: good\ndate: 2026-03-05\n---\n",
        ),
        (
            "posts/x/a.md",
            "---\ntitle: A\nslug: same\ndate: 2026-03-05\n---\n",
        ),
        (
            "posts/x/b.md",
            "---\ntitle: B\nslug: same\ndate: 2026-03-05\n---\n",
        ),
        (
            "posts/x/good.md",
            "---\ntitle: In a folder\ndate: 2026-03-05\n---\n",
        ),
        (
            "posts/links.md",
            "---\ntitle: Links\ndate: 2026-03-05\n---\nGood: [a](good.md) [b](https://example.org/no)\n\nBad: [c](/nowhere?x)\n\n[d](missing.md) ![e](missing.png)\n",
        ),
        ("posts/draft.md", "---\ndraft: true\n---\n[f](/nowhere)\n"),
        (
            "posts/later.md",
            "---\ntitle: Later\ndate: 2999-01-01\n---\n{{< vimeo 1 >}}\n",
        ),
        (
            "pages/imprint.md",
            "# Imprint\n\n[g](/blogs/none) [h](/imprint) [i](/about)\n",
        ),
    ]);
    let (code, lines) = check(folder.path(), &["--config", "flashblog.toml"]);
    assert_eq!(
        lines,
        [
            "source: folder posts",
            "note: later.md: the shortcode `vimeo` is not read and stands in the text as code",
            "error: broken.md: line 3: it is no YAML: unclosed bracket '['",
            "error: 2026-03-05-untitled.md: no title; `title` in its front matter, or a heading, would fit",
            "error: other.md has the address `other`, since good.md has `good`; give one of them a slug of its own",
            "error: x/a.md has the address `x-a`, since it is not the only file with the slug `same`",
            "error: x/b.md has the address `x-b`, since it is not the only file with the slug `same`",
            "error: undated.md: no date",
            "error: words.md: the date `early spring` can't be read; 2026-03-05 would fit",
            "error: links.md: line 9: the link to /media/missing.png leads nowhere",
            "error: links.md: line 7: the link to /nowhere?x leads nowhere",
            "error: links.md: line 9: the link to missing.md leads nowhere",
            "error: imprint.md: line 3: the link to /blogs/none leads nowhere",
            "10 posts, 1 page: 11 errors, 1 note",
        ]
    );
    assert_eq!(code, Some(1));
}

#[test]
fn a_site_without_fault_is_counted() {
    let folder = folder(&[("a.md", "---\ntitle: A\ndate: 2026-03-05\n---\n")]);
    assert_eq!(
        check(folder.path(), &["--source", "."]),
        (
            Some(0),
            vec![
                "source: folder .".to_owned(),
                "1 post, 0 pages: 0 errors, 0 notes".to_owned(),
            ]
        )
    );
    let (code, lines) = check(folder.path(), &[]);
    assert_eq!((code, lines[0].as_str()), (Some(0), "source: embedded"));
}

#[tokio::test]
async fn a_source_at_a_url_is_named_by_what_it_is() {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("binds");
    let url = format!("http://{}/blogs", listener.local_addr().expect("bound"));
    let blogs = r#"[{"id": 1, "title": "A", "date": "2026-03-05"}, {"id": 1, "title": "B"}]"#;
    let router = Router::new().route("/blogs", get(move || async move { blogs }));
    tokio::spawn(async move { axum::serve(listener, router).await });
    let folder = folder(&[]);
    let source = url.clone();
    let checked = tokio::task::spawn_blocking(move || check(folder.path(), &["--source", &source]));
    let (code, lines) = checked.await.expect("runs");
    assert_eq!(
        lines,
        [
            format!("source: json_api {url}").as_str(),
            "error: post 1: another post has this id",
            "error: post 1: no date",
            "2 posts, 0 pages: 2 errors, 0 notes",
        ]
    );
    assert_eq!(code, Some(1));
}
