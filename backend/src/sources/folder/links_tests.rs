//! Links in posts, and the files that they lead to.

use super::tests::{by_id, folder, read};
use super::*;
use crate::content::snapshot::Snapshot;

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
        // `b.md` has no such part.
        "href=\"/blogs/b#part\"",
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

#[tokio::test]
async fn files_beside_a_post_are_served_where_it_links_to_them() {
    let root = folder(&[
        (
            "2024/a.md",
            b"# A\n\n[1](talk.pdf) [2](../a%20b.mp3#t=10) [3](page.html)",
        ),
        ("2024/talk.pdf", b"pdf"),
        ("a b.mp3", b"mp3"),
        ("2024/page.html", b"<script>alert(1)</script>"),
        ("other.pdf", b"pdf"),
        ("draft.md", b"---\ndraft: true\n---\n[x](other.pdf)"),
    ]);
    let reading = read(&root);
    let html = &by_id(&reading)["a"].content_html;
    for part in [
        "\"/media/2024/talk.pdf\"",
        "\"/media/a%20b.mp3#t=10\"",
        "\"page.html\"",
    ] {
        assert!(html.contains(part), "{part} is not in {html}");
    }
    let source = FolderSource::new(root.path().to_owned());
    for (path, content_type) in [
        ("2024/talk.pdf", "application/pdf"),
        ("a b.mp3", "audio/mpeg"),
    ] {
        let media = source.media(path).await.map(|media| media.content_type);
        assert_eq!(media, Some(content_type), "{path}");
    }
    for path in ["2024/page.html", "other.pdf"] {
        assert_eq!(
            source.media(path).await,
            None,
            "{path}: no public post links to it"
        );
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

#[test]
fn links_lead_to_posts_and_their_parts_however_generators_write_them() {
    let root = folder(&[
        (
            "blog/a.md",
            b"# A\n\n## Part\n\n[1](b.md#part-two) [2](a.md#part) [3](b.md?x=1#whats-new) [4](@/blog/b.md#own)\n\
              [5]({{< ref \"b.md\" >}}) [6]({{< relref \"b#part-two-1\" >}}) [7]({% post_url 2024-01-02-c %})\n\
              [8](@/content/blog/b.md) [9](./b) [10](../trip/) [11](/site/blog/b.md) <a href='b.md#old'>12</a>\n\
              [13][r] [14](none.md#x) [15](/blog/b/) [16](#part) [17](https://example.org/b.md#x)\n\n[r]: b.md#part-two\n",
        ),
        (
            "blog/b.md",
            "# B\n\n## Part two\n\n## Part two\n\n## What's new?\n\n## Named {#own}\n\n<a name=old></a>\n".as_bytes(),
        ),
        ("_posts/2024-01-02-c.md", b"# C"),
        ("trip/index.md", b"# Trip"),
    ]);
    let reading = read(&root);
    let html = &by_id(&reading)["a"].content_html;
    for (number, href) in [
        (1, "/blogs/b#h-part-two"),
        (2, "#h-part"),
        (3, "/blogs/b#h-what-s-new"),
        (4, "/blogs/b#h-named"),
        (5, "/blogs/b"),
        (6, "/blogs/b#h-part-two-2"),
        (7, "/blogs/2024-01-02-c"),
        (8, "/blogs/b"),
        (9, "/blogs/b"),
        (10, "/blogs/trip"),
        (11, "/blogs/b"),
        (12, "/blogs/b#c-old"),
        (13, "/blogs/b#h-part-two"),
        (14, "none.md#x"),
        (15, "/blog/b/"),
        (16, "#h-part"),
        (17, "https://example.org/b.md#x"),
    ] {
        let link = format!("href=\"{href}\" rel=\"noopener nofollow\">{number}</a>");
        assert!(html.contains(&link), "{link} is not in {html}");
    }
}

#[tokio::test]
async fn a_name_is_one_name_however_its_letters_are_spelled() {
    let root = folder(&[
        ("cafe\u{301}.md", b"# Caf\xc3\xa9"),
        ("bild-u\u{308}.png", b"png"),
        ("a.md", "[x](caf\u{e9}.md) ![y](bild-\u{fc}.png)".as_bytes()),
    ]);
    let reading = read(&root);
    let html = &by_id(&reading)["a"].content_html;
    assert!(html.contains("href=\"/blogs/caf%C3%A9\""), "{html}");
    assert!(html.contains("src=\"/media/bild-u%CC%88.png\""), "{html}");
    let snapshot = Snapshot::new(reading.posts);
    for id in ["caf\u{e9}", "cafe\u{301}"] {
        assert!(snapshot.post(id).is_some(), "{id}");
    }
    let source = FolderSource::new(root.path().to_owned());
    for path in ["bild-u\u{308}.png", "bild-\u{fc}.png"] {
        assert!(source.media(path).await.is_some(), "{path}");
    }
}
