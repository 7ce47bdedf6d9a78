use serde_json::{Map, Value, json};

use super::*;

fn fields(value: Value) -> Map<String, Value> {
    match value {
        Value::Object(fields) => fields,
        other => panic!("{other} is no object"),
    }
}

fn read(value: Value) -> Record {
    Record::read(Fields(&fields(value)))
}

#[test]
fn every_generators_word_for_a_post_that_is_not_public_is_known() {
    for (word, expected) in [
        (json!({"draft": true}), Visibility::Hidden),
        (json!({"draft": "on"}), Visibility::Hidden),
        (json!({"draft": "y"}), Visibility::Hidden),
        (json!({"draft": "1"}), Visibility::Hidden),
        (json!({"draft": 1}), Visibility::Hidden),
        (json!({"Draft": "TRUE"}), Visibility::Hidden),
        (json!({"isDraft": true}), Visibility::Hidden),
        (json!({"published": false}), Visibility::Hidden),
        (json!({"published": "no"}), Visibility::Hidden),
        (json!({"Published": "False"}), Visibility::Hidden),
        (json!({"publish": false}), Visibility::Hidden),
        (json!({"is_published": 0}), Visibility::Hidden),
        (json!({"dg-publish": false}), Visibility::Hidden),
        (json!({"permalink": false}), Visibility::Hidden),
        (json!({"private": true}), Visibility::Hidden),
        (json!({"password": "secret"}), Visibility::Hidden),
        (json!({"status": "draft"}), Visibility::Hidden),
        (json!({"Status": "Private"}), Visibility::Hidden),
        (json!({"post_status": "pending"}), Visibility::Hidden),
        (json!({"status": "future"}), Visibility::Hidden),
        (json!({"visibility": "members"}), Visibility::Hidden),
        (json!({"build": {"render": "never"}}), Visibility::Hidden),
        (json!({"unlisted": true, "draft": true}), Visibility::Hidden),
        (json!({"unlisted": true}), Visibility::Unlisted),
        (json!({"status": "hidden"}), Visibility::Unlisted),
        (json!({"hidden": "yes"}), Visibility::Unlisted),
        (json!({"_build": {"list": "never"}}), Visibility::Unlisted),
        (
            json!({"eleventyExcludeFromCollections": true}),
            Visibility::Unlisted,
        ),
        (json!({}), Visibility::Public),
        (json!({"draft": "false"}), Visibility::Public),
        (json!({"draft": null, "password": ""}), Visibility::Public),
        (json!({"published": true}), Visibility::Public),
        (json!({"published": "2024-03-05"}), Visibility::Public),
        (
            json!({"status": "published", "visibility": "public"}),
            Visibility::Public,
        ),
        (json!({"permalink": "/a/"}), Visibility::Public),
    ] {
        assert_eq!(read(word.clone()).visibility, expected, "{word}");
    }
}

#[test]
fn a_post_is_public_between_its_dates() {
    let now: Timestamp = "2026-06-01T12:00:00Z".parse().expect("a moment");
    for (dates, is_public) in [
        (json!({"date": "2026-06-01"}), true),
        (json!({"date": "2026-06-02"}), false),
        (
            json!({"publishDate": "2026-06-01T12:00:01Z", "date": "2020-01-01"}),
            false,
        ),
        (
            json!({"publishDate": "2026-05-01", "date": "2030-01-01"}),
            true,
        ),
        (json!({"pubDate": "Jul 08 2030"}), false),
        (json!({"expiryDate": "2026-06-01T12:00:00Z"}), false),
        (
            json!({"date": "2026-01-01", "expiryDate": "2026-07-01"}),
            true,
        ),
        (json!({"date": "soon"}), true),
        (json!({"lastmod": "2031-01-01"}), true),
        (json!({}), true),
    ] {
        assert_eq!(read(dates.clone()).is_public_at(now), is_public, "{dates}");
    }
}

#[test]
fn fields_are_read_under_every_name_in_use_and_in_any_letter_case() {
    let date = |record: Record| record.published.map(|date| date.day.to_string());
    for name in [
        "date",
        "Date",
        "pubDate",
        "publishDate",
        "published_at",
        "created_at",
        "lastmod",
        "updated",
        "date_published",
    ] {
        let found = date(read(json!({ name: "Jul 08 2022" })));
        assert_eq!(found.as_deref(), Some("2022-07-08"), "{name}");
    }
    for image in [
        json!({"heroImage": "a.png"}),
        json!({"coverImage": "a.png"}),
        json!({"cover": {"image": "a.png", "alt": "A"}}),
        json!({"image": {"path": "a.png", "alt": "A"}}),
        json!({"images": ["a.png", "b.png"]}),
        json!({"images": [{"src": "a.png"}]}),
        json!({"thumbnail": "a.png"}),
        json!({"feature_image": "a.png"}),
        json!({"image_url": "a.png"}),
        json!({"Image": "a.png"}),
    ] {
        assert_eq!(
            read(image.clone()).image.as_deref(),
            Some("a.png"),
            "{image}"
        );
    }
    for tags in [
        json!({"tags": ["a", "b"]}),
        json!({"Tags": "a, b"}),
        json!({"tags": "a; b"}),
        json!({"tag_list": "a, b"}),
        json!({"tags": "[\"a\",\"b\"]"}),
        json!({"tags": "[{\"name\":\"a\"},{\"name\":\"b\"}]"}),
        json!({"taxonomies": {"tags": ["a", "b"]}}),
    ] {
        assert_eq!(read(tags.clone()).tags, ["a", "b"], "{tags}");
    }
    let record = read(json!({"Title": "Upper", "title": "Exact", "categories": ["X", "Y"]}));
    assert_eq!(record.title.as_deref(), Some("Exact"));
    assert_eq!(record.category.as_deref(), Some("X"));
}

#[test]
fn the_first_date_that_can_be_read_counts() {
    for (dates, day) in [
        (
            json!({"date": "TBD", "published_at": "2024-03-05"}),
            Some("2024-03-05"),
        ),
        (
            json!({"created_at": "0000-00-00 00:00:00", "updated_at": "2024-03-05"}),
            Some("2024-03-05"),
        ),
        (
            json!({"date": "2024-03-05", "lastmod": "2025-01-01"}),
            Some("2024-03-05"),
        ),
        (
            json!({"date": {"date": "2024-03-05 10:00:00.000000", "timezone_type": 3, "timezone": "UTC"}}),
            Some("2024-03-05"),
        ),
        (
            json!({"date": {"date": "2024-03-05 10:00:00.000000", "timezone": "Europe/Berlin"}}),
            Some("2024-03-05"),
        ),
        (
            json!({"date": {"$date": "2024-03-05T10:00:00Z"}}),
            Some("2024-03-05"),
        ),
        (
            json!({"date": {"$date": 1_709_632_800_000_u64}}),
            Some("2024-03-05"),
        ),
        (
            json!({"date": {"$date": {"$numberLong": "1709632800000"}}}),
            Some("2024-03-05"),
        ),
        (json!({"date": "/Date(1709632800000)/"}), Some("2024-03-05")),
        (
            json!({"published": true, "date": "2024-03-05"}),
            Some("2024-03-05"),
        ),
        (json!({"date": "soon"}), None),
    ] {
        let found = read(dates.clone())
            .published
            .map(|date| date.day.to_string());
        assert_eq!(found.as_deref(), day, "{dates}");
    }
    assert_eq!(read(json!({"published": true})).date_words, None);
    let words = read(json!({"published": "yes", "date": "one fine day"})).date_words;
    assert_eq!(words.as_deref(), Some("one fine day"));
}

fn item(value: Value) -> RawPost {
    Record::item(Fields(&fields(value))).expect("it is public")
}

#[test]
fn an_item_finds_its_text_and_what_is_about_it() {
    let post = item(json!({
        "id": 1, "html": "<p>Ghost</p>", "excerpt": "About", "tag_list": ["a"],
    }));
    assert_eq!(post.html, "<p>Ghost</p>");
    assert_eq!(post.summary.as_deref(), Some("About"));
    assert_eq!(post.tags, ["a"]);
    let post = item(json!({"description": "One\n\nTwo", "slug": "a"}));
    assert_eq!(post.html, "<p>One</p><p>Two</p>");
    assert_eq!((post.summary, post.id.as_deref()), (None, Some("a")));
    let post = item(json!({
        "title": {"rendered": "A"}, "content": {"rendered": "<p>B</p>"}, "unlisted": true,
        "user": {"avatar": "/a.png"}, "author": "Ada",
    }));
    assert_eq!(
        (post.title.as_deref(), post.html.as_str()),
        (Some("A"), "<p>B</p>")
    );
    assert!(post.unlisted);
    let names: Vec<_> = post
        .authors
        .iter()
        .filter_map(|author| author.name.as_deref())
        .collect();
    assert_eq!(names, ["Ada"]);
}

#[test]
fn an_item_that_is_not_public_is_no_post() {
    for item in [
        json!({"id": 1, "draft": true}),
        json!({"id": 1, "status": "draft"}),
        json!({"id": 1, "is_published": 0}),
    ] {
        let fields = fields(item);
        assert_eq!(Record::item(Fields(&fields)), None, "{fields:?}");
    }
}
