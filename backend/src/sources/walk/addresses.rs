//! Addresses of pages.

use url::Url;

use super::{MAX_PAGES, More};

/// The address with another `page` in its query.
pub(in crate::sources) fn page_url(url: &Url, number: u64) -> Url {
    with_parameter(url, "page", &number.to_string())
}

/// The address with another value for one parameter of its query.
pub(in crate::sources) fn with_parameter(url: &Url, name: &str, value: &str) -> Url {
    let others: Vec<(String, String)> = url
        .query_pairs()
        .filter(|(key, _)| key != name)
        .map(|(key, value)| (key.into(), value.into()))
        .collect();
    let mut url = url.clone();
    url.query_pairs_mut()
        .clear()
        .extend_pairs(others)
        .append_pair(name, value);
    url
}

/// The addresses of the pages after `current`, up to `last`. [`Walk`](super::Walk) limits how many are
/// read.
pub(in crate::sources) fn pages_after(url: &Url, current: u64, last: u64) -> More {
    let end = last.min(current.saturating_add(10 * MAX_PAGES as u64));
    let urls: Vec<Url> = (current.saturating_add(1)..=end)
        .map(|number| page_url(url, number))
        .collect();
    if urls.is_empty() {
        More::End
    } else {
        More::Pages(urls)
    }
}
