//! Contact messages: from visitors to the owner of the site.

mod honeypot;
pub mod inbox;
pub mod limit;
pub mod mail;
pub mod mailer;

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use jiff::Timestamp;
use shared::contact::{ContactMessage, ContactReceipt};

use crate::clock::{Clock, rfc3339};
use crate::contact::honeypot::HoneypotReceipts;
use crate::contact::mailer::Mailer;
use crate::error::ApiError;
use crate::store::Store;
use crate::store::message::{Message, Reference, Stored};

/// Receives contact messages.
pub struct Contact {
    store: Arc<dyn Store>,
    clock: Arc<dyn Clock>,
    mailer: Option<Arc<Mailer>>,
    received: AtomicU64,
    honeypot: HoneypotReceipts,
}

impl Contact {
    /// Stores messages in `store`. With a mailer each gets a notification. `secret` is the signing key.
    pub fn new(
        store: Arc<dyn Store>,
        clock: Arc<dyn Clock>,
        mailer: Option<Arc<Mailer>>,
        secret: &[u8],
    ) -> Self {
        Self {
            store,
            clock,
            mailer,
            received: AtomicU64::new(0),
            honeypot: HoneypotReceipts::new(secret),
        }
    }

    /// Messages stored since the start.
    pub fn received(&self) -> u64 {
        self.received.load(Ordering::Relaxed)
    }

    /// Stores a valid message. When it returns, the message is durably stored.
    ///
    /// An idempotency key is not bound to a session: a client that lost the answer may have lost its
    /// cookie too. Name, subject and message are stored unchanged.
    ///
    /// # Errors
    /// 422 when the idempotency key came before with another message, 503 when the message can't be
    /// stored.
    pub async fn receive(
        &self,
        message: ContactMessage,
        idempotency_key: Option<&str>,
    ) -> Result<ContactReceipt, ApiError> {
        let reference =
            Reference::random().map_err(|error| ApiError::internal(error.to_string()))?;
        let fills_honeypot = message.fills_honeypot();
        let message = Message {
            reference,
            received_at: self.clock.now().as_second(),
            name: message.name,
            email: message.email.trim().to_owned(),
            subject: message.subject,
            message: message.message,
        };
        if fills_honeypot {
            tracing::info!("A message that fills in the honeypot was dropped");
            return self.honeypot.give(&message, idempotency_key);
        }
        let mail_due = self.mailer.as_ref().map(|_| message.received_at);
        let stored = self
            .store
            .add_message(&message, idempotency_key, mail_due)
            .await?;
        match stored {
            Stored::Now => {
                self.received.fetch_add(1, Ordering::Relaxed);
                tracing::info!(reference = %message.reference, "Message received");
                if let Some(mailer) = &self.mailer {
                    mailer.notify();
                }
                receipt(&message)
            }
            Stored::Before(earlier) if earlier.says_the_same(&message) => receipt(&earlier),
            Stored::Before(_) => Err(ApiError::IdempotencyKeyReused),
        }
    }
}

fn receipt(message: &Message) -> Result<ContactReceipt, ApiError> {
    let received_at = Timestamp::from_second(message.received_at).map_err(ApiError::internal)?;
    Ok(ContactReceipt {
        reference: message.reference.to_string(),
        received_at: rfc3339(received_at),
    })
}
