//! Messages from visitors to the owner of the site.

pub mod inbox;
pub mod mail;
pub mod mailer;

use std::hash::{BuildHasher, RandomState};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use jiff::Timestamp;
use quick_cache::sync::Cache;
use shared::contact::{ContactMessage, ContactReceipt};

use crate::clock::{Clock, rfc3339};
use crate::contact::mailer::Mailer;
use crate::error::ApiError;
use crate::store::Store;
use crate::store::message::{Message, Reference, Stored};

/// Dropped messages whose idempotency keys are remembered.
const MAX_DROPPED: usize = 1_000;

/// Receives messages, and has the owner told of them.
pub struct Contact {
    store: Arc<dyn Store>,
    clock: Arc<dyn Clock>,
    mailer: Option<Arc<Mailer>>,
    received: AtomicU64,
    /// By idempotency key: what programs were told, so that asking again gives them nothing away.
    dropped: Cache<String, Dropped>,
    fingerprints: RandomState,
}

/// A message that was not kept.
#[derive(Clone)]
struct Dropped {
    fingerprint: u64,
    receipt: ContactReceipt,
}

impl Contact {
    /// Messages go to `store`; with a mailer the owner is told of each by mail.
    #[must_use]
    pub fn new(store: Arc<dyn Store>, clock: Arc<dyn Clock>, mailer: Option<Arc<Mailer>>) -> Self {
        Self {
            store,
            clock,
            mailer,
            received: AtomicU64::new(0),
            dropped: Cache::new(MAX_DROPPED),
            fingerprints: RandomState::new(),
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
        let from_a_program = message.fills_honeypot();
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
            return self.drop_quietly(&message, idempotency_key);
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

    /// Answers as [`Self::receive`] would, a repeated key too, and keeps no message.
    fn drop_quietly(
        &self,
        message: &Message,
        idempotency_key: Option<&str>,
    ) -> Result<ContactReceipt, ApiError> {
        let dropped = Dropped {
            fingerprint: self.fingerprints.hash_one((
                &message.name,
                &message.email,
                &message.subject,
                &message.message,
            )),
            receipt: receipt(message)?,
        };
        let Some(key) = idempotency_key else {
            return Ok(dropped.receipt);
        };
        let fingerprint = dropped.fingerprint;
        let first = self
            .dropped
            .get_or_insert_with(key, || Ok::<_, ApiError>(dropped))?;
        if first.fingerprint == fingerprint {
            Ok(first.receipt)
        } else {
            Err(ApiError::IdempotencyKeyReused)
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
