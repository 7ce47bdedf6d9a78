//! Messages from visitors to the owner of the site.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use jiff::Timestamp;
use shared::contact::{ContactMessage, ContactReceipt};

use crate::clock::{Clock, rfc3339};
use crate::error::ApiError;
use crate::notify::Postman;
use crate::store::Store;
use crate::store::message::{Message, Reference, Stored};

/// Receives messages, and has the owner told of them.
pub struct Contact {
    store: Arc<dyn Store>,
    clock: Arc<dyn Clock>,
    postman: Option<Arc<Postman>>,
    received: AtomicU64,
}

impl Contact {
    /// Messages go to `store`; with a postman the owner is told of each by mail.
    #[must_use]
    pub fn new(
        store: Arc<dyn Store>,
        clock: Arc<dyn Clock>,
        postman: Option<Arc<Postman>>,
    ) -> Self {
        Self {
            store,
            clock,
            postman,
            received: AtomicU64::new(0),
        }
    }

    /// Messages stored since the start.
    #[must_use]
    pub fn received(&self) -> u64 {
        self.received.load(Ordering::Relaxed)
    }

    /// Keeps a message that was found valid. When it answers, the message is durably stored.
    ///
    /// A key is the same for every session: whoever lost the answer may have lost its cookie with
    /// it. Name, subject and message are kept as they were written, to the byte.
    ///
    /// # Errors
    /// 422 when the idempotency key came before with another message, 503 when the message can't
    /// be stored.
    pub async fn receive(
        &self,
        message: ContactMessage,
        idempotency_key: Option<&str>,
    ) -> Result<ContactReceipt, ApiError> {
        let reference =
            Reference::random().map_err(|error| ApiError::internal(error.to_string()))?;
        let from_a_program = message.is_from_a_program();
        let message = Message {
            reference,
            received_at: self.clock.now().as_second(),
            name: message.name,
            email: message.email.trim().to_owned(),
            subject: message.subject,
            message: message.message,
        };
        if from_a_program {
            tracing::info!("A message from a program was dropped");
            return receipt(&message);
        }
        let mail_due = self.postman.as_ref().map(|_| message.received_at);
        let stored = self
            .store
            .add_message(&message, idempotency_key, mail_due)
            .await?;
        match stored {
            Stored::Now => {
                self.received.fetch_add(1, Ordering::Relaxed);
                tracing::info!(reference = %message.reference, "Message received");
                if let Some(postman) = &self.postman {
                    postman.wake();
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
