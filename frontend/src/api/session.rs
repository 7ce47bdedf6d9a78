//! Requests about the reader's session.

use shared::paths::API_BASE;
use shared::session::{SessionEnded, SessionInfo};

use crate::api::client::Client;
use crate::api::failure::ApiFailure;
use crate::api::get::Get;

/// The session. Pages without data request it, so that the server delivers waiting flashes there too.
pub fn show() -> Get<SessionInfo> {
    Get::new(format!("{API_BASE}/session"))
}

/// Ends the session.
///
/// # Errors
/// When the server did not confirm the end.
pub async fn end(client: &Client) -> Result<SessionEnded, ApiFailure> {
    client.delete(&format!("{API_BASE}/session")).await
}
