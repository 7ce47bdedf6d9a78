//! Tells the owner of messages by mail, in the background.
//!
//! What is to be told stands in the store, committed with the message itself: it survives a crash,
//! and is told at least once. A mail that was sent but not noted as sent goes out again with the
//! same Message-ID, by which mail programs know it.

use std::sync::Arc;
use std::time::Duration;

use lettre::message::Mailbox;
use lettre::{AsyncSmtpTransport, AsyncTransport, Tokio1Executor};
use tokio::sync::Notify;

use crate::clock::Clock;
use crate::contact::mail;
use crate::store::message::Message;
use crate::store::{Store, StoreError};
use crate::telemetry::Chain;

/// How long one mail may take, in seconds and all in all.
pub const SEND_TIMEOUT: Duration = Duration::from_secs(30);
/// How long nobody else sends a mail that one server has taken on, in seconds: longer than
/// [`SEND_TIMEOUT`] for the mail and the store's for noting it.
const LEASE_SECONDS: i64 = 60;
/// The pause after the first failure, in seconds; each further one doubles it.
const FIRST_PAUSE_SECONDS: i64 = 60;
const LONGEST_PAUSE_SECONDS: i64 = 3600;
/// How often the store is asked for mails that have become due.
const POLL_INTERVAL: Duration = Duration::from_secs(10);

/// Delivers the store's outgoing mails.
pub struct Mailer {
    store: Arc<dyn Store>,
    clock: Arc<dyn Clock>,
    smtp: AsyncSmtpTransport<Tokio1Executor>,
    owner: Mailbox,
    host: String,
    send_timeout: Duration,
    notified: Notify,
}

/// Where mail goes.
pub struct Delivery {
    /// The server that takes mail.
    pub smtp: AsyncSmtpTransport<Tokio1Executor>,
    /// Whom to tell; also the sender, since that is an address which the server knows.
    pub owner: Mailbox,
    /// The site's host name, which makes Message-IDs unique.
    pub host: String,
    /// How long one mail may take.
    pub send_timeout: Duration,
}

impl Mailer {
    /// A mailer who has not set out yet.
    #[must_use]
    pub fn new(store: Arc<dyn Store>, clock: Arc<dyn Clock>, delivery: Delivery) -> Self {
        Self {
            store,
            clock,
            smtp: delivery.smtp,
            owner: delivery.owner,
            host: delivery.host,
            send_timeout: delivery.send_timeout,
            notified: Notify::new(),
        }
    }

    /// There is something new to deliver.
    pub fn notify(&self) {
        self.notified.notify_one();
    }

    /// Delivers what is due, for as long as it is polled.
    pub async fn run(&self) {
        loop {
            if let Err(error) = self.deliver_due().await {
                tracing::warn!(cause = %Chain(&error), "Mails can't be looked up yet");
            }
            tokio::select! {
                () = self.notified.notified() => {}
                () = tokio::time::sleep(POLL_INTERVAL) => {}
            }
        }
    }

    /// Tries every mail that is due, once.
    ///
    /// # Errors
    /// When the store can't be used; what was not noted is tried again.
    pub async fn deliver_due(&self) -> Result<(), StoreError> {
        loop {
            let now = self.clock.now().as_second();
            let Some(mail) = self.store.claim_mail(now, now + LEASE_SECONDS).await? else {
                return Ok(());
            };
            let reference = &mail.message.reference;
            match self.send(&mail.message).await {
                Ok(()) => {
                    self.store.mail_sent(reference).await?;
                    tracing::info!(%reference, "The owner was told of a message");
                }
                Err(cause) => {
                    let pause = pause_seconds(mail.attempts);
                    let due = self.clock.now().as_second() + pause;
                    self.store.mail_failed(reference, due).await?;
                    tracing::warn!(%reference, cause, pause_seconds = pause, "The owner can't be told of a message yet");
                }
            }
        }
    }

    async fn send(&self, message: &Message) -> Result<(), String> {
        let mail = mail::compose(message, &self.owner, &self.host)
            .map_err(|error| Chain(&error).to_string())?;
        match tokio::time::timeout(self.send_timeout, self.smtp.send(mail)).await {
            Ok(Ok(_)) => Ok(()),
            // Servers choose their words: they may break lines.
            Ok(Err(error)) => Err(Chain(&error).to_string().escape_debug().to_string()),
            Err(_) => Err(format!("no answer within {:?}", self.send_timeout)),
        }
    }
}

fn pause_seconds(attempts: i64) -> i64 {
    let doublings = u32::try_from(attempts).unwrap_or(u32::MAX).min(10);
    (FIRST_PAUSE_SECONDS << doublings).min(LONGEST_PAUSE_SECONDS)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_grow_up_to_an_hour() {
        let pauses: Vec<i64> = (0..8).map(pause_seconds).collect();
        assert_eq!(pauses, [60, 120, 240, 480, 960, 1920, 3600, 3600]);
        assert_eq!(pause_seconds(i64::MAX), 3600);
    }
}
