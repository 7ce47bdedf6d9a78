//! Sending a message.

use shared::contact::{ContactMessage, ContactReceipt};
use shared::paths::API_BASE;

use crate::api::client::Client;
use crate::api::failure::ApiFailure;

/// Sends a message; sent again with the same key, it counts once.
///
/// # Errors
/// When it was not received, or nobody can tell.
pub async fn send(
    client: &Client,
    message: &ContactMessage,
    key: &str,
) -> Result<ContactReceipt, ApiFailure> {
    client
        .post(&format!("{API_BASE}/contact"), message, key)
        .await
}
