//! Answers to messages that fill in the honeypot. They look like the answers to stored messages.

use aws_lc_rs::hmac;
use quick_cache::sync::Cache;
use shared::contact::ContactReceipt;

use super::receipt;
use crate::error::ApiError;
use crate::store::message::{Message, Reference};

/// How many idempotency keys of dropped messages are remembered.
const MAX_KEYS: usize = 1_000;

/// Receipts for dropped messages.
pub(super) struct HoneypotReceipts {
    key: hmac::Key,
    /// The receipts by idempotency key.
    given: Cache<String, Given>,
}

#[derive(Clone)]
struct Given {
    fingerprint: Fingerprint,
    receipt: ContactReceipt,
}

type Fingerprint = [u8; 32];

impl HoneypotReceipts {
    /// Servers with the same secret give the same references. Each server gives its own time for a
    /// message: to give the same time, servers would have to store dropped messages.
    pub(super) fn new(secret: &[u8]) -> Self {
        Self {
            key: hmac::Key::new(hmac::HMAC_SHA256, secret),
            given: Cache::new(MAX_KEYS),
        }
    }

    /// Answers as for a stored message, also when an idempotency key comes again.
    pub(super) fn give(
        &self,
        message: &Message,
        idempotency_key: Option<&str>,
    ) -> Result<ContactReceipt, ApiError> {
        let Some(key) = idempotency_key else {
            return receipt(message);
        };
        let fingerprint = self.fingerprint(key, message);
        let [a, b, c, d, e, f, g, h, ..] = fingerprint;
        let named = Message {
            reference: Reference::of_bits(u64::from_le_bytes([a, b, c, d, e, f, g, h])),
            ..message.clone()
        };
        let first = self.given.get_or_insert_with(key, || {
            Ok::<_, ApiError>(Given {
                fingerprint,
                receipt: receipt(&named)?,
            })
        })?;
        if first.fingerprint == fingerprint {
            Ok(first.receipt)
        } else {
            Err(ApiError::IdempotencyKeyReused)
        }
    }

    fn fingerprint(&self, idempotency_key: &str, message: &Message) -> Fingerprint {
        let mut context = hmac::Context::with_key(&self.key);
        // Separates this use of the secret from all others.
        context.update(b"flashblog honeypot");
        for part in [
            idempotency_key,
            &message.name,
            &message.email,
            &message.subject,
            &message.message,
        ] {
            context.update(&(part.len() as u64).to_le_bytes());
            context.update(part.as_bytes());
        }
        let mut fingerprint = Fingerprint::default();
        fingerprint.copy_from_slice(context.sign().as_ref());
        fingerprint
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn message(text: &str) -> Message {
        Message {
            reference: Reference::random().expect("randomness"),
            received_at: 1_790_000_000,
            name: "Ada".to_owned(),
            email: "ada@example.org".to_owned(),
            subject: "Hello".to_owned(),
            message: text.to_owned(),
        }
    }

    #[test]
    fn servers_with_one_secret_give_one_reference() {
        let secret = b"a secret that all servers of a site share";
        let servers = [HoneypotReceipts::new(secret), HoneypotReceipts::new(secret)];
        let references = servers.each_ref().map(|server| {
            let receipt = server.give(&message("buy"), Some("key"));
            receipt.expect("a receipt").reference
        });
        assert_eq!(references[0], references[1]);
        let other = servers[0].give(&message("buy"), Some("another key"));
        assert_ne!(other.expect("a receipt").reference, references[0]);
        let reused = servers[0].give(&message("sell"), Some("key"));
        assert!(matches!(reused, Err(ApiError::IdempotencyKeyReused)));
        let stranger = HoneypotReceipts::new(b"another secret");
        let receipt = stranger.give(&message("buy"), Some("key"));
        assert_ne!(receipt.expect("a receipt").reference, references[0]);
    }
}
