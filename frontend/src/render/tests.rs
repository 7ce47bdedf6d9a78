use shared::blog::{Author, Blog, BlogHeading, BlogPage, BlogSummary, CategoryCount, CategoryList};
use shared::page::Freshness;
use shared::problem::Problem;
use shared::route::{BlogsQuery, Route, SearchQuery};
use shared::search::SearchPage;
use shared::site::Site;

use super::*;
use crate::api::failure::ApiFailure;
use crate::api::{blogs, categories, search, site};

fn routes() -> [Route; 7] {
    [
        Route::Home,
        Route::Blogs(BlogsQuery::category("Rust").with_page(2)),
        Route::Blog {
            id: "a/b".to_owned(),
        },
        Route::Search(SearchQuery::new("fish & <chips>")),
        Route::About,
        Route::Contact,
        Route::NotFound,
    ]
}

fn render_route(route: &Route, first: FirstAnswers) -> String {
    let address = match route {
        Route::NotFound => "/nowhere".to_owned(),
        route => route.href(),
    };
    let html = render(Page {
        address: &address,
        first,
        today: Day::new(2026, 3, 5),
        flashes: FirstFlashes::default(),
        typed: Typed::default(),
    });
    html.unwrap_or_else(|| panic!("{address} was not rendered in one step"))
}

fn summary() -> BlogSummary {
    BlogSummary {
        id: "a/b".to_owned(),
        title: "Salt & <pepper>".to_owned(),
        subtitle: Some("A subtitle".to_owned()),
        summary: "A summary".to_owned(),
        category: "Rust".to_owned(),
        author: Author {
            name: "Ada Example".to_owned(),
            avatar_url: None,
        },
        featured_image: Some("/media/a.webp".to_owned()),
        featured_image_srcset: Some("/media/a-300.webp 300w, /media/a.webp 1200w".to_owned()),
        published_at: Some("2026-03-04T00:00:00Z".to_owned()),
        published_label: "4 March 2026".to_owned(),
        reading_minutes: 9,
        url: "/blogs/a%2Fb".to_owned(),
        mark: None,
    }
}

fn freshness() -> Freshness {
    Freshness {
        fetched_at: Some("2026-03-05T14:02:33Z".to_owned()),
        stale: true,
        posts_so_far: None,
        source: "embedded".to_owned(),
    }
}

fn list() -> BlogPage {
    BlogPage {
        items: vec![summary()],
        page: 2,
        per_page: 6,
        total_items: 7,
        total_pages: 2,
        has_prev: true,
        has_next: false,
        freshness: freshness(),
    }
}

fn post() -> Blog {
    let heading = |id: &str| BlogHeading {
        id: id.to_owned(),
        text: id.to_owned(),
        level: 2,
    };
    Blog {
        summary: summary(),
        content_html: "<p>The text.</p>".to_owned(),
        headings: ["h-1", "h-2", "h-3"].map(heading).to_vec(),
        tags: vec!["tag".to_owned()],
        previous: None,
        next: None,
        related: vec![summary()],
    }
}

fn results() -> SearchPage {
    SearchPage {
        items: Vec::new(),
        page: 1,
        per_page: 6,
        total_items: 0,
        total_pages: 1,
        has_prev: false,
        has_next: false,
        freshness: Freshness {
            stale: false,
            ..freshness()
        },
    }
}

/// An answer to each request of each route.
fn answers() -> FirstAnswers {
    let categories = CategoryList {
        items: vec![CategoryCount {
            name: "Rust".to_owned(),
            count: 7,
        }],
    };
    let mut first = FirstAnswers::default().with(&categories::list(), Ok(categories));
    for route in routes() {
        first = match route {
            Route::Home => {
                let request = blogs::list(&BlogsQuery::featured());
                first.with(&request, Ok(list()))
            }
            Route::Blogs(query) => first.with(&blogs::list(&query), Ok(list())),
            Route::Blog { id } => first.with(&blogs::one(&id), Ok(post())),
            Route::Search(query) => first.with(&search::page(&query), Ok(results())),
            Route::About | Route::Contact | Route::Page { .. } | Route::NotFound => first,
        };
    }
    first
}

fn heading(html: &str) -> &str {
    let start = html.find("<h1").expect("a heading");
    let text = &html[start..];
    &text[..text.find("</h1>").expect("its end")]
}

#[test]
fn every_page_is_rendered_in_one_step() {
    for route in routes() {
        let html = render_route(&route, answers());
        assert_eq!(html.matches("<h1").count(), 1, "{route:?}");
        assert!(html.contains("<main id=\"main\""), "{route:?}");
        assert!(
            !html.contains("placeholder-glow"),
            "{route:?} waits for data"
        );
    }
}

#[test]
fn every_page_is_rendered_without_data_too() {
    for route in routes() {
        let html = render_route(&route, FirstAnswers::default());
        assert_eq!(html.matches("<h1").count(), 1, "{route:?}");
        let waits = html.contains("placeholder-glow");
        assert_eq!(waits, route.first_request().is_some(), "{route:?}");
    }
}

#[test]
fn a_page_shows_the_data_that_it_starts_with() {
    let html = render_route(
        &Route::Blog {
            id: "a/b".to_owned(),
        },
        answers(),
    );
    assert!(heading(&html).contains("Salt &amp; &lt;pepper&gt;"));
    assert!(html.contains("<p>The text.</p>"));
    assert!(html.contains("yesterday"));
    let html = render_route(&routes()[1], answers());
    assert!(heading(&html).contains("Posts in Rust"));
    assert!(html.contains("14:02 UTC"), "the server knows no other zone");
    let html = render_route(&routes()[3], answers());
    assert!(html.contains("value=\"fish &amp; &lt;chips&gt;\""));
}

#[test]
fn english_labels_in_a_post_of_another_language_are_marked() {
    let german = Site {
        language: "de".to_owned(),
        ..Site::default()
    };
    let html = render_route(&routes()[2], answers().with(&site::show(), Ok(german)));
    for part in [
        "<nav aria-labelledby=\"on-this-page\"",
        "<summary id=\"on-this-page\" lang=\"en\">On this page</summary>",
        "<ul lang=\"en\" aria-label=\"Tags\"",
        "<li lang=\"de\"><a rel=\"tag\"",
    ] {
        assert!(html.contains(part), "{part}: {html}");
    }
}

#[test]
fn a_page_shows_the_failure_that_it_starts_with() {
    let problem = |status: u16, code: &str| {
        ApiFailure::Problem(Box::new(Problem {
            type_uri: "about:blank".to_owned(),
            title: String::new(),
            status,
            code: code.to_owned(),
            detail: String::new(),
            request_id: "r-1".to_owned(),
            fields: None,
        }))
    };
    let route = Route::Blog {
        id: "gone".to_owned(),
    };
    let missing = FirstAnswers::default().with(&blogs::one("gone"), Err(problem(404, "")));
    assert!(heading(&render_route(&route, missing)).contains("Blog not found"));
    let failure = problem(503, "source_unavailable");
    let down = FirstAnswers::default().with(&blogs::one("gone"), Err(failure));
    let html = render_route(&route, down);
    assert!(heading(&html).contains("The blogs can’t be reached right now"));
    assert!(html.contains("r-1"));
}
