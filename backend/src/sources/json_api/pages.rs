//! Finds the next page of a JSON list, in the ways in which APIs name it.

use serde_json::{Map, Value};
use url::Url;

use crate::content::fields::Fields;
use crate::sources::client::Answer;
use crate::sources::walk::{More, page_url, pages_after, with_parameter};

/// The fields next to a list that may name its next page.
pub(super) const FIELDS: [&str; 22] = [
    "current_page",
    "currentPage",
    "page",
    "last_page",
    "lastPage",
    "total_pages",
    "totalPages",
    "pages",
    "next_page_url",
    "nextPageUrl",
    "next",
    "next_cursor",
    "nextCursor",
    "has_more",
    "hasMore",
    "has_next",
    "hasNext",
    "total",
    "links",
    "meta",
    "pagination",
    "paging",
];
const NEXT: [&str; 3] = ["next_page_url", "nextPageUrl", "next"];
const CURRENT: [&str; 3] = ["current_page", "currentPage", "page"];
const LAST: [&str; 5] = [
    "last_page",
    "lastPage",
    "total_pages",
    "totalPages",
    "pages",
];
const CURSOR: [&str; 2] = ["next_cursor", "nextCursor"];
const HAS_MORE: [&str; 4] = ["has_more", "hasMore", "has_next", "hasNext"];

/// Where the list continues. The address of the next page counts first. If that only has the next page
/// number and the last page is known, all pages are known at once.
pub(super) fn more(fields: &Map<String, Value>, records: usize, answer: &Answer) -> More {
    let places = places(fields);
    let current = number(&places, &CURRENT).unwrap_or(1);
    let last = number(&places, &LAST);
    let next = next_url(&places, &answer.url).or_else(|| answer.link("next"));
    match (next, last) {
        (Some(next), last) => {
            let is_next_number = next.query() == page_url(&answer.url, current + 1).query();
            match last {
                Some(last) if is_next_number => pages_after(&answer.url, current, last),
                _ => More::Next(next),
            }
        }
        (None, Some(last)) => pages_after(&answer.url, current, last),
        (None, None) => match text(&places, &CURSOR) {
            Some(cursor) => More::Next(with_parameter(&answer.url, "cursor", &cursor)),
            None if says_more(&places, records) => More::Unknown,
            None => More::End,
        },
    }
}

/// The objects that may describe the pages: the outer one and those in it, as in `meta.pagination`.
fn places(fields: &Map<String, Value>) -> Vec<&Map<String, Value>> {
    const INNER: [&str; 4] = ["meta", "links", "pagination", "paging"];
    let mut places = vec![fields];
    let mut at = 0;
    while let Some(place) = places.get(at).copied() {
        places.extend(
            INNER
                .iter()
                .filter_map(|name| place.get(*name)?.as_object()),
        );
        at += 1;
    }
    places
}

/// The address of the next page: a text, or an object's `href` or `url`.
fn next_url(places: &[&Map<String, Value>], base: &Url) -> Option<Url> {
    let next = places.iter().find_map(|place| {
        let address = Fields(place).address(&NEXT)?;
        // Ghost and others give the next page's number here.
        address.parse::<f64>().is_err().then_some(address)
    })?;
    base.join(&next).ok()
}

fn text(places: &[&Map<String, Value>], names: &[&str]) -> Option<String> {
    places.iter().find_map(|place| Fields(place).text(names))
}

/// A whole number, also as a text or as the float that PHP's `ceil` returns.
fn number(places: &[&Map<String, Value>], names: &[&str]) -> Option<u64> {
    let number: f64 = text(places, names)?.trim().parse().ok()?;
    (number.fract() == 0.0 && (0.0..=1e9).contains(&number)).then_some(number as u64)
}

fn says_more(places: &[&Map<String, Value>], records: usize) -> bool {
    let flag = places.iter().any(|place| {
        let fields = Fields(place);
        HAS_MORE
            .iter()
            .any(|name| fields.switch(name) == Some(true))
    });
    let total = number(places, &["total"]);
    flag || total.is_some_and(|total| total > records as u64)
}

#[cfg(test)]
mod tests {
    use reqwest::header::{HeaderMap, HeaderValue, LINK};
    use serde_json::json;

    use super::*;

    fn ask(fields: Value, link: Option<&'static str>) -> More {
        let Value::Object(fields) = fields else {
            panic!("no object")
        };
        let mut headers = HeaderMap::new();
        if let Some(link) = link {
            headers.insert(LINK, HeaderValue::from_static(link));
        }
        let answer = Answer {
            url: Url::parse("https://a.example/posts?lang=en").expect("a URL"),
            headers,
            body: Vec::new(),
        };
        more(&fields, 2, &answer)
    }

    #[test]
    fn every_way_to_name_the_next_page_is_followed() {
        let next = |query: &str| {
            let url = Url::parse("https://a.example/posts").expect("a URL");
            More::Next(url.join(query).expect("a URL"))
        };
        for (fields, more) in [
            (
                json!({"next_page_url": "https://a.example/posts?p=2"}),
                next("?p=2"),
            ),
            (
                json!({"links": {"next": "/posts?page=2"}, "meta": {"current_page": 1}}),
                next("?page=2"),
            ),
            (
                json!({"links": {"next": {"href": "?offset=2"}}}),
                next("?offset=2"),
            ),
            (json!({"meta": {"next": "?after=x"}}), next("?after=x")),
            (
                json!({"next": "https://a.example/posts?page=2", "count": 9}),
                next("?page=2"),
            ),
            (
                json!({"next_page_url": "?p=2", "last_page": 9}),
                next("?p=2"),
            ),
            (
                json!({"meta": {"next_cursor": "abc=", "prev_cursor": null}}),
                next("?lang=en&cursor=abc%3D"),
            ),
            (
                json!({"next_page_url": null, "next": null, "links": {"next": null}}),
                More::End,
            ),
            (json!({"last_page": 1, "total": 2}), More::End),
            (json!({"total": 2}), More::End),
            (json!({"total": 3}), More::Unknown),
            (
                json!({"meta": {"pagination": {"hasNext": true}}}),
                More::Unknown,
            ),
            (json!({"has_more": false}), More::End),
            (json!({}), More::End),
        ] {
            assert_eq!(ask(fields.clone(), None), more, "{fields}");
        }
        let link = r#"<https://a.example/posts?page=2>; rel="next""#;
        assert_eq!(ask(json!({}), Some(link)), next("?page=2"));
    }

    #[test]
    fn a_known_last_page_lets_all_be_read_at_once() {
        for fields in [
            json!({"last_page": 3}),
            json!({"last_page": 3.0}),
            json!({"last_page": "3.0"}),
            json!({"current_page": 1, "total_pages": "3"}),
            json!({"pagination": {"last_page": 3}}),
            json!({"meta": {"lastPage": 3, "page": 1}}),
            json!({"meta": {"pagination": {"page": 1, "pages": 3, "next": 2}}}),
            json!({"last_page": 3, "next_page_url": "https://a.example/posts?lang=en&page=2"}),
        ] {
            let More::Pages(urls) = ask(fields.clone(), None) else {
                panic!("{fields}")
            };
            let queries: Vec<_> = urls.iter().filter_map(Url::query).collect();
            assert_eq!(queries, ["lang=en&page=2", "lang=en&page=3"], "{fields}");
        }
        for odd in [
            json!({"last_page": 2.5}),
            json!({"last_page": -1}),
            json!({"last_page": "x"}),
        ] {
            assert_eq!(ask(odd.clone(), None), More::End, "{odd}");
        }
    }
}
