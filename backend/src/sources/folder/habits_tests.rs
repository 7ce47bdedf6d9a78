//! Reads small blogs in the style of nine generators' starter templates.

use std::path::Path;

use super::reading::{FolderContents, Shown, read_folder};
use crate::content::post::Post;

/// One blog, as it is read on a day in 2026.
fn read(generator: &str) -> FolderContents {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/sources/folder/habits");
    let now = "2026-06-01T00:00:00Z".parse().expect("a moment");
    let mut reading = read_folder(&root.join(generator), &Shown::PublicAt(now)).expect("reads");
    reading.posts.sort_by(|a, b| a.id.cmp(&b.id));
    reading
}

/// Id, title, date, category and tags of each post.
fn rows(posts: &[Post]) -> Vec<String> {
    posts
        .iter()
        .map(|post| {
            let tags = post.tags.join("+");
            let listed = if post.unlisted { " (unlisted)" } else { "" };
            format!(
                "{}: {} | {} | {} | {tags}{listed}",
                post.id, post.title, post.published_label, post.category
            )
        })
        .collect()
}

fn assert_reads(generator: &str, posts: &[&str], notes: &[&str], parts: &[(&str, &str)]) {
    let reading = read(generator);
    assert_eq!(rows(&reading.posts), posts, "{generator}");
    let mut said: Vec<String> = reading
        .skipped
        .iter()
        .map(|skipped| format!("{}: {}", skipped.file, skipped.reason))
        .chain(reading.duplicates)
        .chain(reading.notes)
        .collect();
    said.sort();
    assert_eq!(said, notes, "{generator}");
    for (id, part) in parts {
        let post = reading.posts.iter().find(|post| post.id == *id);
        let post = post.unwrap_or_else(|| panic!("{generator}: {id}"));
        let shown = format!(
            "{:?}\n{}",
            (&post.summary, &post.featured_image, &post.author),
            post.content_html
        );
        assert!(
            shown.contains(part),
            "{generator}: {part} is not in {shown}"
        );
        assert!(!shown.contains("Secret"), "{generator}: {shown}");
    }
}

#[test]
fn a_jekyll_blog_is_read() {
    assert_reads(
        "jekyll",
        &[
            "2024-03-05-first-steps: First steps: a garden on a balcony | 5 March 2024 | Garden | herbs+1.10",
            "2024-03-12-second-week: Second week | 12 March 2024 | General | ",
        ],
        &[
            "_posts/2024-03-05-first-steps.md: Liquid's `include` is not read and stands in the text as code",
        ],
        &[
            (
                "2024-03-05-first-steps",
                "<code class=\"language-ruby\">puts \"water\"",
            ),
            (
                "2024-03-05-first-steps",
                "href=\"/blogs/2024-03-12-second-week\"",
            ),
            ("2024-03-05-first-steps", "src=\"/media/assets/pot.png\""),
            ("2024-03-05-first-steps", "Some(\"/media/assets/pot.png\")"),
            ("2024-03-12-second-week", "(\"It grows.\""),
        ],
    );
}

#[test]
fn a_hugo_blog_is_read() {
    assert_reads(
        "hugo",
        &[
            "bread: Bread in one bowl | 25 August 2023 | Kitchen | baking",
            "oven: The oven | 1 September 2023 | General | baking+tools",
            "yeast: Yeast | 10 September 2023 | General | baking",
        ],
        &[
            "posts/bread/index.md: the shortcode `youtube` is not read and stands in the text as code",
            "posts/later.md is not public now, by its date",
            "posts/over.md is not public now, by its date",
        ],
        &[
            ("bread", "Some(\"/media/posts/bread/loaf.png\")"),
            ("bread", "<figcaption>Still warm</figcaption>"),
            ("bread", "href=\"/blogs/oven#h-how-hot\""),
            ("bread", "<code>{{&lt; youtube \"abc_1\" &gt;}}</code>"),
        ],
    );
}

#[test]
fn a_hexo_blog_is_read() {
    assert_reads(
        "hexo",
        &[
            "hello-world: Hello World | 13 July 2013 | Diary | first+meta",
            "json: In JSON | 14 July 2013 | General | meta",
        ],
        &[],
        &[
            ("hello-world", "(\"Welcome.\""),
            ("hello-world", "<code class=\"language-js\">alert(1);"),
            (
                "json",
                "<a href=\"/blogs/hello-world\" rel=\"noopener nofollow\">the first</a>",
            ),
        ],
    );
}

#[test]
fn a_zola_blog_is_read() {
    assert_reads(
        "zola",
        &[
            "2022-02-moon: The moon | February 2022 | General | ",
            "stars: Stars by eye | 5 January 2022 | Night | sky",
        ],
        &[],
        &[
            ("stars", "href=\"/blogs/2022-02-moon#h-full-moon\""),
            (
                "2022-02-moon",
                "src=\"/media/content/blog/2022-02-moon/moon.png\"",
            ),
        ],
    );
}

#[test]
fn an_astro_blog_is_read() {
    assert_reads(
        "astro",
        &[
            "first-post: First post | 8 July 2022 | General | ",
            "using-mdx: Using MDX | 19 June 2024 | General | ",
        ],
        &[
            "src/content/blog/using-mdx.mdx: the component `HeaderLink` is not read and stands in the text as code",
        ],
        &[
            ("first-post", "Some(\"/media/src/content/blog/lake.png\")"),
            ("using-mdx", "<p>Text before.</p>"),
            ("using-mdx", "<p>Text after.</p>"),
        ],
    );
}

#[test]
fn an_eleventy_blog_is_read() {
    assert_reads(
        "eleventy",
        &[
            "firstpost: This is the first | 1 May 2018 | General | one tag",
            "fourthpost: This is the fourth | 30 September 2018 | General | second tag+posts with two tags",
            "quiet: Quiet | 1 October 2018 | General |  (unlisted)",
        ],
        &[
            "content/blog/fifthpost.md: line 1: a front matter in `js` can't be read; write it in YAML, TOML or JSON",
        ],
        &[
            ("firstpost", "href=\"/blogs/fourthpost\""),
            (
                "fourthpost",
                "src=\"/media/content/blog/fourthpost/cat.png\"",
            ),
        ],
    );
}

#[test]
fn a_gatsby_blog_is_read() {
    assert_reads(
        "gatsby",
        &[
            "hello-world: Hello World | 1 May 2015 | General | ",
            "new-beginnings: New Beginnings | 28 May 2015 | General | ",
        ],
        &[],
        &[
            ("hello-world", "src=\"/media/blog/hello-world/egg.png\""),
            ("hello-world", "href=\"/blogs/new-beginnings\""),
            (
                "new-beginnings",
                "Some(\"/media/blog/hello-world/egg.png\")",
            ),
        ],
    );
}

#[test]
fn a_docusaurus_blog_is_read() {
    assert_reads(
        "docusaurus",
        &[
            "2021-08-01-long-post: Long post | 1 August 2021 | General | ",
            "2021-08-02-unlisted: Unlisted | 2 August 2021 | General |  (unlisted)",
            "welcome: Welcome | 26 August 2021 | General | facebook+hello",
        ],
        &[],
        &[
            ("welcome", "(\"Short.\""),
            ("welcome", "Mara Example"),
            (
                "welcome",
                "<blockquote role=\"note\">\n<p><strong>Tip</strong></p>\n<p><strong>Mind the gap</strong></p>",
            ),
            (
                "welcome",
                "href=\"/blogs/2021-08-01-long-post#h-what-s-in-v1-2\"",
            ),
            ("2021-08-01-long-post", "(\"Much.\""),
        ],
    );
}

#[test]
fn a_pelican_blog_is_read() {
    assert_reads(
        "pelican",
        &[
            "hidden: Hidden | 4 December 2010 | General |  (unlisted)",
            "kites: Kites in autumn | 3 December 2010 | Outside | wind+paper",
            "strings: Strings | 4 December 2010 | General | ",
        ],
        &[],
        &[
            ("kites", "(\"A short version for lists.\""),
            ("kites", "Alexis Example"),
            ("kites", "href=\"/blogs/strings\""),
            ("kites", "href=\"/media/content/files/plan.pdf\""),
        ],
    );
}
