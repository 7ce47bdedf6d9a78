//! Reading and writing the wire types.

use shared::blog::{Author, Blog, BlogHeading, BlogLink, BlogSummary, CategoryCount, CategoryList};
use shared::contact::{ContactMessage, ContactReceipt};
use shared::flash::{Category, Flash};
use shared::page::{Freshness, Page};
use shared::problem::Problem;
use shared::search::{Highlight, SearchField, SearchHit};
use shared::session::{SessionEnded, SessionInfo};
use shared::site::{MenuItem, Site, SiteLink, SitePage};
use wasm_bindgen::JsValue;

use super::{Fault, FromJson, Json, ToJson, member, object, read_members};

read_members! {
    BlogSummary {
        id, title, subtitle, summary, category, author, featured_image, featured_image_srcset,
        published_at, published_label, reading_minutes, url, mark,
    }
    Author { name, avatar_url }
    Blog { summary: .., content_html, headings, tags, previous, next, related }
    BlogHeading { id, text, level }
    BlogLink { id, title, url }
    Freshness { fetched_at, stale, posts_so_far, source }
    CategoryList { items }
    CategoryCount { name, count }
    SearchHit { summary: .., highlights }
    Highlight { field, text, ranges }
    Flash { id, category, message }
    ContactMessage { name, email, subject, message, website }
    ContactReceipt { reference, received_at }
    Problem { type_uri: "type", title, status, code, detail, request_id, fields }
    SessionInfo { session_id, issued_at, expires_at }
    SessionEnded { session_id }
    Site {
        title, description, language, heading, intro, author, footer, accent, logo_url, icon_url,
        contact, menu, links, pages,
    }
    MenuItem { label, url }
    SiteLink { label, url, me }
    SitePage { slug, title, description, content_html, headings, updated_at }
}

impl<T: FromJson> FromJson for Page<T> {
    fn from_json<J: Json>(json: Option<&J>, fault: &Fault) -> Self {
        Self {
            items: member(json, "items", fault),
            page: member(json, "page", fault),
            per_page: member(json, "per_page", fault),
            total_items: member(json, "total_items", fault),
            total_pages: member(json, "total_pages", fault),
            has_prev: member(json, "has_prev", fault),
            has_next: member(json, "has_next", fault),
            freshness: member(json, "freshness", fault),
        }
    }
}

impl FromJson for Category {
    fn from_json<J: Json>(json: Option<&J>, fault: &Fault) -> Self {
        let category = Self::from_name(&String::from_json(json, fault));
        category.unwrap_or_else(|| {
            fault.note();
            Self::Info
        })
    }
}

impl FromJson for SearchField {
    fn from_json<J: Json>(json: Option<&J>, fault: &Fault) -> Self {
        match String::from_json(json, fault).as_str() {
            "title" => Self::Title,
            "subtitle" => Self::Subtitle,
            "summary" => Self::Summary,
            "text" => Self::Text,
            _ => {
                fault.note();
                Self::Text
            }
        }
    }
}

impl ToJson for ContactMessage {
    fn to_json(&self) -> JsValue {
        let text = |text: &str| JsValue::from_str(text);
        object(&[
            ("name", text(&self.name)),
            ("email", text(&self.email)),
            ("subject", text(&self.subject)),
            ("message", text(&self.message)),
            // `JSON.stringify` omits undefined members.
            (
                "website",
                self.website.as_deref().map_or(JsValue::UNDEFINED, text),
            ),
        ])
    }
}

impl ToJson for Flash {
    fn to_json(&self) -> JsValue {
        object(&[
            ("id", self.id.as_str().into()),
            ("category", self.category.as_str().into()),
            ("message", self.message.as_str().into()),
        ])
    }
}
