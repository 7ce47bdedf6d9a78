//! The reader's own session.

use shared::paths::API_BASE;
use shared::session::{SessionEnded, SessionInfo};

use crate::api::client::{Client, Get};
use crate::api::failure::ApiFailure;

/// What the session holds. Pages that load nothing else ask for it, so that messages which wait
/// for the reader are delivered there too.
#[must_use]
pub fn show() -> Get<SessionInfo> {
    Get::new(format!("{API_BASE}/session"))
}

/// Ends the session.
///
/// # Errors
/// When it could not be ended.
pub async fn end(client: &Client) -> Result<SessionEnded, ApiFailure> {
    client.delete(&format!("{API_BASE}/session")).await
}
