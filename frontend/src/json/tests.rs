//! What serde writes is read back the same.

use std::collections::BTreeMap;
use std::fmt::Debug;

use serde_json::{Value, json};
use shared::blog::{
    Author, Blog, BlogHeading, BlogLink, BlogPage, BlogSummary, CategoryCount, CategoryList,
};
use shared::contact::{ContactMessage, ContactReceipt};
use shared::flash::{Category, Flash};
use shared::page::Freshness;
use shared::problem::Problem;
use shared::search::{Highlight, SearchField, SearchHit, SearchPage};
use shared::session::{SessionEnded, SessionInfo};
use shared::site::{MenuItem, Site, SiteLink, SitePage};

use super::{FromJson, Json, read};

impl Json for Value {
    fn member(&self, name: &str) -> Option<Self> {
        self.get(name).filter(|value| !value.is_null()).cloned()
    }

    fn text(&self) -> Option<String> {
        self.as_str().map(str::to_owned)
    }

    fn number(&self) -> Option<f64> {
        self.as_f64()
    }

    fn flag(&self) -> Option<bool> {
        self.as_bool()
    }

    fn items(&self) -> Option<Vec<Self>> {
        self.as_array().cloned()
    }

    fn members(&self) -> Option<Vec<(String, Self)>> {
        let members = self.as_object()?.iter();
        Some(
            members
                .map(|(name, value)| (name.clone(), value.clone()))
                .collect(),
        )
    }
}

/// Fails unless the value is read back from serde's JSON.
fn assert_read<T: FromJson + serde::Serialize + PartialEq + Debug>(value: &T) {
    let json = serde_json::to_value(value).expect("JSON");
    assert_eq!(read::<T>(&json).as_ref(), Some(value), "{json}");
}

fn text(text: &str) -> String {
    text.to_owned()
}

fn summary(rest: Option<&str>) -> BlogSummary {
    let rest = rest.map(str::to_owned);
    BlogSummary {
        id: text("a/b"),
        title: text("Title"),
        subtitle: rest.clone(),
        summary: text("Summary"),
        category: text("Rust"),
        author: Author {
            name: text("Ada Example"),
            avatar_url: rest.clone(),
        },
        featured_image: rest.clone(),
        featured_image_srcset: rest.clone(),
        published_at: rest.clone(),
        published_label: text("4 March 2026"),
        reading_minutes: 9,
        url: text("/blogs/a%2Fb"),
        mark: rest,
    }
}

fn freshness(fetched_at: Option<&str>) -> Freshness {
    Freshness {
        fetched_at: fetched_at.map(str::to_owned),
        stale: fetched_at.is_none(),
        posts_so_far: fetched_at.map(|_| 1_200),
        source: text("folder"),
    }
}

#[test]
fn posts_are_read_as_the_server_writes_them() {
    let link = BlogLink {
        id: text("c"),
        title: text("C"),
        url: text("/blogs/c"),
    };
    for rest in [None, Some("given")] {
        assert_read(&Blog {
            summary: summary(rest),
            content_html: text("<p>Text</p>"),
            headings: vec![BlogHeading {
                id: text("h-one"),
                text: text("One"),
                level: 2,
            }],
            tags: vec![text("x"), text("y")],
            previous: rest.map(|_| link.clone()),
            next: rest.map(|_| link.clone()),
            related: vec![summary(rest)],
        });
        assert_read(&BlogPage {
            items: vec![summary(rest), summary(None)],
            page: 2,
            per_page: 6,
            total_items: u32::MAX,
            total_pages: 3,
            has_prev: true,
            has_next: false,
            freshness: freshness(rest),
        });
    }
    assert_read(&CategoryList {
        items: vec![CategoryCount {
            name: text("C & C"),
            count: 0,
        }],
    });
}

#[test]
fn results_are_read_as_the_server_writes_them() {
    let fields = [
        SearchField::Title,
        SearchField::Subtitle,
        SearchField::Summary,
        SearchField::Text,
    ];
    let highlight = |field| Highlight {
        field,
        text: text("fish and fish"),
        ranges: vec![(0, 4), (9, 13)],
    };
    assert_read(&SearchPage {
        items: vec![SearchHit {
            summary: summary(None),
            highlights: fields.map(highlight).to_vec(),
        }],
        page: 1,
        per_page: 5,
        total_items: 1,
        total_pages: 1,
        has_prev: false,
        has_next: false,
        freshness: freshness(Some("2026-03-04T00:00:00Z")),
    });
}

#[test]
fn the_site_and_its_pages_are_read_as_the_server_writes_them() {
    assert_read(&Site::default());
    assert_read(&Site {
        author: Some(text("Ada Example")),
        logo_url: Some(text("/site/logo.svg")),
        menu: vec![MenuItem {
            label: text("Home"),
            url: text("/"),
        }],
        links: vec![SiteLink {
            label: text("Code"),
            url: text("https://example.org"),
            me: true,
        }],
        pages: vec![text("imprint")],
        ..Site::default()
    });
    assert_read(&SitePage {
        slug: text("imprint"),
        title: text("Imprint"),
        description: Some(text("Who runs this site.")),
        content_html: String::new(),
        headings: Vec::new(),
        updated_at: None,
    });
}

#[test]
fn messages_sessions_and_problems_are_read_as_the_server_writes_them() {
    for category in [
        Category::Success,
        Category::Info,
        Category::Warning,
        Category::Error,
    ] {
        assert_read(&Flash {
            id: text("f1"),
            category,
            message: text("Said."),
        });
    }
    for website in [None, Some(text("x"))] {
        assert_read(&ContactMessage {
            name: text("Ada"),
            email: text("ada@example.org"),
            subject: text("Hello"),
            message: text("One\nTwo"),
            website,
        });
    }
    assert_read(&ContactReceipt {
        reference: text("R-1"),
        received_at: text("2026-03-04T00:00:00Z"),
    });
    assert_read(&SessionInfo {
        session_id: text("0f"),
        issued_at: text("2026-03-04T00:00:00Z"),
        expires_at: text("2026-03-04T01:00:00Z"),
    });
    assert_read(&SessionEnded { session_id: None });
    let errors = BTreeMap::from([(text("name"), vec![text("Enter your name.")])]);
    for fields in [None, Some(errors)] {
        assert_read(&Problem {
            type_uri: text("about:blank"),
            title: text("Unprocessable Content"),
            status: 422,
            code: text("validation_failed"),
            detail: text("A field won't do."),
            request_id: text("r-1"),
            fields,
        });
    }
}

#[test]
fn what_is_not_of_the_type_is_refused() {
    assert_eq!(read::<u8>(&json!(255)), Some(255));
    for other in [
        json!(256),
        json!(-1),
        json!(1.5),
        json!("1"),
        json!(null),
        json!([1]),
    ] {
        assert_eq!(read::<u8>(&other), None, "{other}");
    }
    assert_eq!(read::<u32>(&json!(4_294_967_296_u64)), None);
    assert_eq!(read::<(u32, u32)>(&json!([1, 2])), Some((1, 2)));
    assert_eq!(read::<(u32, u32)>(&json!([1, 2, 3])), None);
    assert_eq!(read::<Vec<String>>(&json!(["a", 1])), None);
    assert_eq!(read::<Vec<String>>(&json!({"0": "a"})), None);
    assert_eq!(read::<Option<String>>(&json!(1)), None);
    let flash = |category: &str| json!({"id": "f1", "category": category, "message": "Said."});
    assert!(read::<Flash>(&flash("info")).is_some());
    assert_eq!(read::<Flash>(&flash("loud")), None);
    assert_eq!(
        read::<Flash>(&json!({"id": "f1", "category": "info"})),
        None
    );
    assert_eq!(read::<SearchField>(&json!("colour")), None);
}
