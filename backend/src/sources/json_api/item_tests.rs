//! Items of a JSON list as posts, field by field.

use serde_json::{Value, json};
use url::Url;

use crate::content::record::Record;
use crate::sources::records;
use crate::sources::walk::{Page, page_of_records};

fn read(items: Value) -> Page {
    let base = Url::parse("https://me:pass@blog.example/api/blogs?key=secret").expect("a URL");
    let text = items.to_string();
    let list = records::list(&text, &[], &[]).expect("a list");
    page_of_records(&list.records, &base, |fields, _| Record::item(fields))
}

#[test]
fn a_bad_item_is_skipped_with_its_index_and_costs_no_other() {
    let reading = read(json!([
        {"id": 1, "title": "A"},
        {"title": "no id"},
        {"id": null, "title": "null"},
        {"id": {"a": 1}, "title": "odd"},
        {"id": 2},
        {"id": 3, "title": "  "},
        {"id": 4, "title": ["x"]},
        "text", null, 7, [],
        {"id": "..", "title": "dots"},
        {"id": 0, "title": 42},
        {"slug": "by-its-slug", "title": "B"},
    ]));
    let read: Vec<(&str, &str)> = reading
        .posts
        .iter()
        .map(|post| (post.id.as_str(), post.title.as_str()))
        .collect();
    assert_eq!(read, [("1", "A"), ("0", "42"), ("by-its-slug", "B")]);
    let skipped: Vec<(usize, &str)> = reading
        .skipped
        .iter()
        .map(|skipped| (skipped.index, skipped.reason.as_str()))
        .collect();
    assert_eq!(
        skipped[..3],
        [
            (1, "it has no id"),
            (2, "it has no id"),
            (3, "it has no id")
        ]
    );
    assert_eq!(
        skipped[3..6],
        [
            (4, "it has no title"),
            (5, "it has no title"),
            (6, "it has no title")
        ]
    );
    assert_eq!(skipped.len(), 11);
    assert_eq!(skipped[10].0, 11);
}

#[test]
fn every_other_field_may_be_absent_or_odd() {
    let odd = [
        json!(null),
        json!(true),
        json!(3),
        json!([]),
        json!({}),
        json!([[[]]]),
        json!(" "),
        json!({"a": {}}),
    ];
    let fields = [
        "subtitle",
        "slug",
        "summary",
        "main_content",
        "content",
        "body",
        "description",
        "category",
        "featured_image",
        "created_at",
        "user",
        "author",
        "tags",
    ];
    let items: Vec<Value> = odd
        .iter()
        .enumerate()
        .map(|(id, value)| {
            let mut item = json!({"id": id, "title": "T"});
            for field in fields {
                item[field] = value.clone();
            }
            item
        })
        .collect();
    let reading = read(Value::Array(items));
    assert_eq!(reading.posts.len(), odd.len());
    assert_eq!(reading.posts[0].category, "General");
    assert_eq!(reading.posts[0].author.name, "Admin");
    assert_eq!(reading.posts[2].category, "3");
}

#[test]
fn fields_have_other_names_and_shapes_elsewhere() {
    let reading = read(json!([
        {"id": 1, "title": "A", "description": "<p>Text</p>"},
        {"id": 2, "title": "B", "body": "Text", "description": "About <b>it</b>"},
        {"id": 3, "title": "C", "content": "One & two\n\nThree", "created_at": "Tue, Mar 5, 2024 6:55 AM"},
        {"id": 4, "title": "D", "main_content": "", "content": "<p>Text</p>", "created_at": "one fine day"},
        {"id": 5, "title": "E", "category": {"id": 1, "name": "News"}, "author": "Ada", "tags": "a, b"},
        {"id": 6, "title": "F", "user": {"first_name": null, "username": "ada", "profile_pic": "/u.png"},
         "featured_image": "img/a.png", "content": "<img src='b.png'><a href='/x'>x</a>"},
        {"id": 7, "title": "G", "featured_image": "javascript:alert(1)", "content": "<script>x</script>ok"},
    ]));
    assert!(reading.skipped.is_empty(), "{:?}", reading.skipped);
    let [a, b, c, d, e, f, g] = reading.posts.as_slice() else {
        panic!("{:?}", reading.posts)
    };
    assert_eq!(
        (a.content_html.as_str(), a.summary.as_str()),
        ("<p>Text</p>", "Text")
    );
    assert_eq!(
        (b.content_html.as_str(), b.summary.as_str()),
        ("Text", "About it")
    );
    assert_eq!(c.content_html, "<p>One &amp; two</p><p>Three</p>");
    assert_eq!(c.published_label, "5 March 2024");
    assert_eq!(
        (d.content_html.as_str(), d.published_label.as_str()),
        ("<p>Text</p>", "one fine day")
    );
    assert_eq!(
        (e.category.as_str(), e.author.name.as_str()),
        ("News", "Ada")
    );
    assert_eq!(e.tags, ["a", "b"]);
    assert_eq!(f.author.name, "ada");
    assert_eq!(
        f.author.avatar_url.as_deref(),
        Some("https://blog.example/u.png")
    );
    assert_eq!(
        f.featured_image.as_deref(),
        Some("https://blog.example/api/img/a.png")
    );
    assert!(
        f.content_html
            .contains("src=\"https://blog.example/api/b.png\""),
        "{}",
        f.content_html
    );
    assert!(
        f.content_html.contains("href=\"https://blog.example/x\""),
        "{}",
        f.content_html
    );
    assert_eq!(
        (g.content_html.as_str(), g.featured_image.as_deref()),
        ("ok", None)
    );
}
