//! Items of a JSON list as posts, field by field.

use std::sync::Arc;
use std::time::Instant;

use serde_json::Value;
use url::Url;

use crate::content::address::Addresses;
use crate::content::fields::Fields;
use crate::content::post::{NotAPost, Post};
use crate::content::record::Record;

/// What was read of a list.
#[derive(Debug, Default)]
pub(super) struct Items {
    pub(super) posts: Vec<Post>,
    pub(super) skipped: Vec<SkippedItem>,
}

/// An item that is no post.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct SkippedItem {
    /// From 0, over all pages.
    pub(super) index: usize,
    pub(super) reason: String,
}

/// Reads all items. Relative addresses are resolved against `base`. `None` when `deadline` passes.
pub(super) fn read(items: Vec<Value>, base: &Url, deadline: Instant) -> Option<Items> {
    let addresses: Arc<dyn Addresses> = Arc::new(without_secrets(base));
    let mut reading = Items::default();
    for (index, item) in items.iter().enumerate() {
        if Instant::now() >= deadline {
            return None;
        }
        let post = match item {
            Value::Object(object) => match Record::item(Fields(object)) {
                Some(raw) => raw.finish(&addresses).map_err(|e: NotAPost| e.to_string()),
                // A draft is no fault.
                None => continue,
            },
            _ => Err("it is no object".to_owned()),
        };
        match post {
            Ok(post) => reading.posts.push(post),
            Err(reason) => reading.skipped.push(SkippedItem { index, reason }),
        }
    }
    Some(reading)
}

/// Pages show addresses that are resolved against this one, so it must hold no secrets.
fn without_secrets(base: &Url) -> Url {
    let mut base = base.clone();
    // Both calls fail only for an address without a host.
    let _ = base.set_username("");
    let _ = base.set_password(None);
    base.set_query(None);
    base.set_fragment(None);
    base
}

#[cfg(test)]
mod tests;
