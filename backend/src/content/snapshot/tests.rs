use std::sync::Arc;

use super::*;
use crate::content::address::{Addresses, SameSite};
use crate::content::dates;
use crate::content::raw_post::RawPost;

fn page(
    posts: &Snapshot,
    page: u32,
    per_page: u32,
    category: Option<&str>,
    tag: Option<&str>,
) -> BlogPage {
    let query = BlogsQuery {
        page,
        per_page,
        category: category.map(str::to_owned),
        tag: tag.map(str::to_owned),
        pinned_first: false,
    };
    let freshness = Freshness {
        fetched_at: None,
        stale: false,
        posts_so_far: None,
        source: "test".to_owned(),
    };
    posts.page(&query, freshness)
}

fn raw(id: &str, date: &str, category: &str, tags: &[&str]) -> RawPost {
    RawPost {
        id: Some(id.into()),
        title: Some(format!("Title {id}")),
        category: Some(category.into()),
        published: dates::parse(date),
        date_words: Some(date.into()),
        html: "<p>Text</p>".into(),
        tags: tags.iter().map(ToString::to_string).collect(),
        ..RawPost::default()
    }
}

fn snapshot(posts: Vec<RawPost>) -> Snapshot {
    let addresses: Arc<dyn Addresses> = Arc::new(SameSite);
    Snapshot::new(
        posts
            .into_iter()
            .map(|raw| raw.finish(&addresses).expect("a post"))
            .collect(),
    )
}

#[test]
fn pinned_posts_come_first_where_that_is_asked_for() {
    let post = |id: &str, pinned| RawPost {
        pinned,
        ..raw(id, &format!("2024-01-0{id}"), "", &[])
    };
    let posts = snapshot(vec![
        post("1", true),
        post("2", false),
        post("3", true),
        post("4", false),
    ]);
    let ids = |pinned_first| {
        let query = BlogsQuery {
            per_page: 3,
            pinned_first,
            ..BlogsQuery::default()
        };
        let freshness = Freshness {
            fetched_at: None,
            stale: false,
            posts_so_far: None,
            source: "test".to_owned(),
        };
        let items = posts.page(&query, freshness).items.into_iter();
        items.map(|post| post.id).collect::<Vec<_>>()
    };
    assert_eq!(ids(true), ["3", "1", "4"]);
    assert_eq!(ids(false), ["4", "3", "2"]);
}

/// Posts `1` to `count`, the highest number newest.
fn numbered(count: u32) -> Snapshot {
    let day = |number| format!("2024-{:02}-{:02}", number / 28 + 1, number % 28 + 1);
    snapshot(
        (1..=count)
            .map(|number| raw(&number.to_string(), &day(number), "", &[]))
            .collect(),
    )
}

fn ids(items: &[BlogSummary]) -> Vec<&str> {
    items.iter().map(|item| item.id.as_str()).collect()
}

#[test]
fn newest_come_first_and_undated_last_in_the_order_of_the_source() {
    let snapshot = snapshot(vec![
        raw("undated 1", "soon", "", &[]),
        raw("old", "2020-01-01", "", &[]),
        raw("tie 1", "2024-01-01", "", &[]),
        raw("undated 2", "", "", &[]),
        raw("tie 2", "2024-01-01", "", &[]),
        raw("new", "2024-01-01T08:00:00Z", "", &[]),
    ]);
    let order: Vec<&str> = snapshot
        .posts()
        .iter()
        .map(|post| post.id.as_str())
        .collect();
    assert_eq!(
        order,
        ["new", "tie 1", "tie 2", "old", "undated 1", "undated 2"]
    );
}

#[test]
fn of_posts_with_one_id_the_first_stays() {
    let posts = snapshot(vec![
        raw("a", "2020-01-01", "First", &[]),
        raw("b", "2021-01-01", "", &[]),
        raw("a", "2024-01-01", "Second", &[]),
    ]);
    assert_eq!(posts.posts().len(), 2);
    assert_eq!(
        posts.post("a").map(|post| post.category.as_str()),
        Some("First")
    );
    assert_eq!(posts.post("b").map(|post| post.id.as_str()), Some("b"));
    assert_eq!(posts.post("A"), None);
}

#[test]
fn pages_are_cut_and_numbers_brought_into_range() {
    let posts = numbered(20);
    for (number, per_page, category, expected) in [
        // page, per_page, total_items, total_pages, has_prev, has_next, items
        (1, 6, None, (1, 6, 20, 4, false, true, 6)),
        (4, 6, None, (4, 6, 20, 4, true, false, 2)),
        (5, 6, None, (4, 6, 20, 4, true, false, 2)),
        (0, 0, None, (1, 1, 20, 20, false, true, 1)),
        (u32::MAX, u32::MAX, None, (1, 50, 20, 1, false, false, 20)),
        (1, 20, None, (1, 20, 20, 1, false, false, 20)),
        (2, 6, Some("gENERAL"), (2, 6, 20, 4, true, true, 6)),
        (3, 6, Some("nothing"), (1, 6, 0, 1, false, false, 0)),
    ] {
        let part = page(&posts, number, per_page, category, None);
        let found = (
            part.page,
            part.per_page,
            part.total_items,
            part.total_pages,
            part.has_prev,
            part.has_next,
            part.items.len(),
        );
        assert_eq!(found, expected, "{number} {per_page} {category:?}");
    }
    assert_eq!(
        ids(&page(&posts, 1, 3, None, None).items),
        ["20", "19", "18"]
    );
    assert_eq!(ids(&page(&posts, 7, 3, None, None).items), ["2", "1"]);
    let empty = page(&snapshot(vec![]), 9, 6, None, None);
    assert_eq!(
        (empty.page, empty.total_pages, empty.total_items),
        (1, 1, 0)
    );
}

#[test]
fn a_post_knows_its_neighbours() {
    let posts = numbered(3);
    for (id, previous, next) in [
        ("3", None, Some("2")),
        ("2", Some("3"), Some("1")),
        ("1", Some("2"), None),
    ] {
        let blog = posts.blog(id).expect("a post");
        assert_eq!(
            blog.previous.map(|link| link.id).as_deref(),
            previous,
            "{id}"
        );
        assert_eq!(blog.next.map(|link| link.id).as_deref(), next, "{id}");
        assert_eq!(blog.content_html, "<p>Text</p>");
        assert_eq!(blog.summary.url, format!("/blogs/{id}"));
    }
    assert_eq!(posts.blog("4"), None);
}

#[test]
fn addresses_hold_ids_of_any_shape() {
    let posts = snapshot(vec![raw("a/b ?é", "2024-01-01", "", &[])]);
    assert_eq!(
        page(&posts, 1, 6, None, None).items[0].url,
        "/blogs/a%2Fb%20%3F%C3%A9"
    );
    assert!(posts.blog("a/b ?é").is_some());
}

#[test]
fn related_posts_share_the_most_tags_then_the_category() {
    let posts = snapshot(vec![
        raw("it", "2024-01-09", "Rust", &["a", "b", "c"]),
        raw("category only", "2024-01-08", "rust", &[]),
        raw("one tag", "2024-01-07", "Web", &["A"]),
        raw("one tag and category", "2024-01-06", "Rust", &["b", "x"]),
        raw("two tags", "2024-01-05", "Web", &["b", "C"]),
        raw("nothing", "2024-01-04", "Web", &["x"]),
    ]);
    let related = posts.blog("it").expect("a post").related;
    assert_eq!(
        ids(&related),
        ["two tags", "one tag and category", "one tag"]
    );
    let related = posts.blog("category only").expect("a post").related;
    assert_eq!(ids(&related), ["it", "one tag and category"]);
    let alone = snapshot(vec![raw("a", "", "A", &["x"]), raw("b", "", "B", &["y"])]);
    assert_eq!(alone.blog("a").expect("a post").related, vec![]);
}

#[test]
fn categories_are_counted_whatever_their_letter_case() {
    let posts = snapshot(vec![
        raw("1", "2024-01-01", "rust", &[]),
        raw("2", "2024-01-02", "Rust", &[]),
        raw("3", "2024-01-03", "Web", &[]),
        raw("4", "2024-01-04", "", &[]),
    ]);
    let found: Vec<(String, u32)> = posts
        .categories()
        .items
        .into_iter()
        .map(|item| (item.name, item.count))
        .collect();
    assert_eq!(
        found,
        [("Rust".into(), 2), ("General".into(), 1), ("Web".into(), 1)]
    );
    for (name, count) in found {
        assert_eq!(page(&posts, 1, 6, Some(&name), None).total_items, count);
    }
}

#[test]
fn a_tag_narrows_the_list_whatever_its_letter_case_and_within_a_category() {
    let posts = snapshot(vec![
        raw("1", "2024-01-01", "Rust", &["axum", "rfc 9457"]),
        raw("2", "2024-01-02", "Rust", &["Axum"]),
        raw("3", "2024-01-03", "Web", &["axum-extra"]),
        raw("4", "2024-01-04", "Web", &["css", " AXUM "]),
    ]);
    let cases: [(_, _, &[&str]); 5] = [
        (None, "axum", &["4", "2", "1"]),
        (None, " RFC 9457 ", &["1"]),
        (Some("rust"), "axum", &["2", "1"]),
        (Some("Rust"), "css", &[]),
        // A whole name, not a part of one.
        (None, "axu", &[]),
    ];
    for (category, tag, expected) in cases {
        let found = page(&posts, 1, 6, category, Some(tag)).items;
        assert_eq!(ids(&found), expected, "{category:?} {tag}");
    }
    let none = page(&posts, 7, 6, None, Some("nothing"));
    assert_eq!((none.page, none.total_pages, none.total_items), (1, 1, 0));
}

#[test]
fn snapshots_are_equal_when_their_content_is() {
    assert_eq!(numbered(5), numbered(5));
    assert_ne!(numbered(5), numbered(6));
    let with = |html: &str| {
        snapshot(vec![RawPost {
            html: html.into(),
            ..raw("a", "2024-01-01", "", &[])
        }])
    };
    let image = "<img src=/a.png title=t lang=en alt=x><a href=/x title=t lang=en>x</a>";
    for _ in 0..20 {
        assert_eq!(with(image), with(image), "attributes keep their order");
    }
    assert_ne!(with("<p>a</p>"), with("<p>b</p>"));
}
