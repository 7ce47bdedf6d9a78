//! Sending a contact message.

use shared::contact::{ContactMessage, ContactReceipt};
use shared::paths::API_BASE;

use crate::api::client::Client;
use crate::api::failure::ApiFailure;

/// The path that messages are sent to. A page after a refused form post has the refusal as the first
/// answer to this path.
pub fn path() -> String {
    format!("{API_BASE}/contact")
}

/// Sends a message. The server stores it once for the same `idempotency_key`.
///
/// # Errors
/// When the server did not confirm the message. It may still have stored it.
pub async fn send(
    client: &Client,
    message: &ContactMessage,
    idempotency_key: &str,
) -> Result<ContactReceipt, ApiFailure> {
    client.post(&path(), message, idempotency_key).await
}
