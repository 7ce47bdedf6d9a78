//! What answers look like. Examples are values of the wire types, so that they can't say what the
//! API would not.

use axum::http::StatusCode;
use shared::blog::{
    Author, Blog, BlogHeading, BlogLink, BlogPage, BlogSummary, CategoryCount, CategoryList,
    Freshness,
};
use shared::contact::{self, ContactMessage, ContactReceipt};
use shared::flash::{Category, Flash};
use shared::problem::{Problem, code};
use shared::search::{Highlight, SearchField, SearchHit, SearchPage};
use shared::session::{SessionEnded, SessionGrant, SessionInfo};

use super::{Failure, Success};

const SESSION_ID: &str = "5f0c9a2b7d3e41868c1fb2a4d6e8907b";
const TOKEN: &str = "eyJhbGciOiJIUzI1NiIsInR5cCI6ImZsYXNoYmxvZy1zZXNzaW9uK2p3dCJ9.…";

/// A success that tells the person nothing.
#[must_use]
pub fn success<T>(data: T) -> Success<T> {
    Success {
        data,
        flash: Vec::new(),
    }
}

/// A success that tells the person something.
#[must_use]
pub fn success_with_flash<T>(data: T, category: Category, message: &str) -> Success<T> {
    Success {
        data,
        flash: vec![flash(category, message)],
    }
}

/// A failure.
#[must_use]
pub fn failure(status: u16, code: &str, detail: &str) -> Failure {
    let title = StatusCode::from_u16(status)
        .ok()
        .and_then(|status| status.canonical_reason());
    Failure {
        error: Problem {
            type_uri: "about:blank".to_owned(),
            title: title.unwrap_or("Error").to_owned(),
            status,
            code: code.to_owned(),
            detail: detail.to_owned(),
            request_id: "019ab3c4-5d6e-7f80-91a2-b3c4d5e6f708".to_owned(),
            fields: None,
        },
        flash: Vec::new(),
    }
}

/// A failure that tells the person something.
#[must_use]
pub fn failure_with_flash(
    status: u16,
    code: &str,
    detail: &str,
    category: Category,
    message: &str,
) -> Failure {
    Failure {
        flash: vec![flash(category, message)],
        ..failure(status, code, detail)
    }
}

fn flash(category: Category, message: &str) -> Flash {
    Flash {
        id: "019ab3c4-5d6e-7f80-91a2-b3c4d5e6f709".to_owned(),
        category,
        message: message.to_owned(),
    }
}

fn summary() -> BlogSummary {
    BlogSummary {
        id: "a-session-is-a-signature".to_owned(),
        title: "A session is a signature".to_owned(),
        subtitle: Some("HS256 tokens, claim by claim".to_owned()),
        summary: "What a signed session token proves, and what it can't.".to_owned(),
        category: "Sessions".to_owned(),
        author: Author {
            name: "Backend desk".to_owned(),
            avatar_url: Some("/media/desk-backend.svg".to_owned()),
        },
        featured_image: Some("/media/cover-signed-token.svg".to_owned()),
        published_at: Some("2026-01-22T07:45:00Z".to_owned()),
        published_label: "January 22, 2026".to_owned(),
        reading_minutes: 4,
        url: "/blogs/a-session-is-a-signature".to_owned(),
    }
}

/// The second of two pages.
#[must_use]
pub fn blog_page() -> BlogPage {
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

fn freshness() -> Freshness {
    Freshness {
        fetched_at: Some("2026-11-24T06:30:00Z".to_owned()),
        stale: false,
        source: "embedded".to_owned(),
    }
}

/// One match.
#[must_use]
pub fn search_page() -> SearchPage {
    let summary = summary();
    let highlight = Highlight {
        field: SearchField::Title,
        text: summary.title.clone(),
        ranges: vec![(2, 9)],
    };
    SearchPage {
        items: vec![SearchHit {
            summary,
            highlights: vec![highlight],
        }],
        page: 1,
        per_page: 6,
        total_items: 1,
        total_pages: 1,
        has_prev: false,
        has_next: false,
        freshness: freshness(),
    }
}

/// A whole post.
#[must_use]
pub fn blog() -> Blog {
    Blog {
        summary: summary(),
        content_html: "<p>Take a session id, and sign it with a key.</p>\
            <h2 id=\"h-the-key\">The key</h2><p>It has to be a secret.</p>"
            .to_owned(),
        headings: vec![BlogHeading {
            id: "h-the-key".to_owned(),
            text: "The key".to_owned(),
            level: 2,
        }],
        tags: vec!["jwt".to_owned(), "sessions".to_owned()],
        previous: None,
        next: Some(BlogLink {
            id: "in-praise-of-naive-search".to_owned(),
            title: "In praise of naive search".to_owned(),
            url: "/blogs/in-praise-of-naive-search".to_owned(),
        }),
        related: Vec::new(),
    }
}

/// Two categories.
#[must_use]
pub fn categories() -> CategoryList {
    let count = |name: &str, count| CategoryCount {
        name: name.to_owned(),
        count,
    };
    CategoryList {
        items: vec![count("Backend", 5), count("Sessions", 2)],
    }
}

/// A session.
#[must_use]
pub fn session_info() -> SessionInfo {
    SessionInfo {
        session_id: SESSION_ID.to_owned(),
        issued_at: "2026-11-24T06:30:00Z".to_owned(),
        expires_at: "2026-11-24T07:30:00Z".to_owned(),
    }
}

/// A token for a client that is not a browser.
#[must_use]
pub fn session_grant() -> SessionGrant {
    SessionGrant {
        session_id: SESSION_ID.to_owned(),
        token: Some(TOKEN.to_owned()),
        token_type: "Bearer".to_owned(),
        expires_in: 3600,
        expires_at: "2026-11-24T07:30:00Z".to_owned(),
    }
}

/// The end of a session.
#[must_use]
pub fn session_ended() -> SessionEnded {
    SessionEnded {
        session_id: Some(SESSION_ID.to_owned()),
    }
}

/// A message that will do.
#[must_use]
pub fn message() -> ContactMessage {
    ContactMessage {
        name: "Ada".to_owned(),
        email: "ada@example.org".to_owned(),
        subject: "Your post on signatures".to_owned(),
        message: "Which claims would you leave out?".to_owned(),
        website: None,
    }
}

/// What a message is called once it is stored.
#[must_use]
pub fn receipt() -> ContactReceipt {
    ContactReceipt {
        reference: "M-7KQ2M9XD4T".to_owned(),
        received_at: "2026-11-24T06:30:00Z".to_owned(),
    }
}

/// The answer to a message with two faults.
#[must_use]
pub fn invalid_message(detail: &str) -> Failure {
    let message = ContactMessage {
        name: String::new(),
        email: "ada at example".to_owned(),
        ..message()
    };
    let mut failure = failure_with_flash(
        422,
        code::VALIDATION_FAILED,
        detail,
        Category::Error,
        detail,
    );
    failure.error.fields = Some(contact::validate(&message));
    failure
}
