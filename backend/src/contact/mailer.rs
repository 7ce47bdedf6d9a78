//! Sends the owner a notification for each contact message, in the background (outbox pattern).
//!
//! A notification is committed together with its message. It survives a crash, and is sent at least
//! once. A mail that was sent but not noted as sent goes out again with the same Message-ID, so that
//! mail programs can tell that it is the same.

use std::sync::Arc;
use std::time::Duration;

use lettre::message::Mailbox;
use lettre::{AsyncSmtpTransport, AsyncTransport, Tokio1Executor};
use tokio::sync::Notify;

use crate::clock::Clock;
use crate::contact::mail::{self, SiteOfMail};
use crate::site::profile::Profile;
use crate::store::message::Message;
use crate::store::{Store, StoreError};
use crate::telemetry::Chain;

/// How long sending one mail may take.
pub const SEND_TIMEOUT: Duration = Duration::from_secs(30);
/// How long a server leases a notification: longer than [`SEND_TIMEOUT`] and the time to note that it was
/// sent.
const LEASE_SECONDS: i64 = 60;
/// The pause after the first failure. Each further failure doubles it.
const FIRST_PAUSE_SECONDS: i64 = 60;
const LONGEST_PAUSE_SECONDS: i64 = 3600;
/// How often the store is asked for notifications that have become due.
const POLL_INTERVAL: Duration = Duration::from_secs(10);

/// Sends the notifications that the store holds.
pub struct Mailer {
    store: Arc<dyn Store>,
    clock: Arc<dyn Clock>,
    smtp: AsyncSmtpTransport<Tokio1Executor>,
    owner: Mailbox,
    profile: Arc<Profile>,
    host: String,
    send_timeout: Duration,
    notified: Notify,
}

/// Where notifications go.
pub struct Delivery {
    /// The mail server.
    pub smtp: AsyncSmtpTransport<Tokio1Executor>,
    /// The owner's address. It is also the sender, since the mail server accepts it.
    pub owner: Mailbox,
    /// The site, whose title the sender has.
    pub profile: Arc<Profile>,
    /// The site's host name.
    pub host: String,
    /// How long sending one mail may take.
    pub send_timeout: Duration,
}

impl Mailer {
    /// A mailer that sends nothing until it runs.
    pub fn new(store: Arc<dyn Store>, clock: Arc<dyn Clock>, delivery: Delivery) -> Self {
        Self {
            store,
            clock,
            smtp: delivery.smtp,
            owner: delivery.owner,
            profile: delivery.profile,
            host: delivery.host,
            send_timeout: delivery.send_timeout,
            notified: Notify::new(),
        }
    }

    /// Wakes the mailer, since a new notification is due.
    pub fn notify(&self) {
        self.notified.notify_one();
    }

    /// Sends what is due. Never returns.
    pub async fn run(&self) {
        loop {
            if let Err(error) = self.send_due().await {
                error.log("Notifications can't be read yet");
            }
            tokio::select! {
                () = self.notified.notified() => {}
                () = tokio::time::sleep(POLL_INTERVAL) => {}
            }
        }
    }

    /// Tries to send each notification that is due, once.
    ///
    /// # Errors
    /// When the store can't be used. A notification that was not noted as sent is sent again.
    pub async fn send_due(&self) -> Result<(), StoreError> {
        loop {
            let now = self.clock.now().as_second();
            let Some(mail) = self.store.claim_mail(now, LEASE_SECONDS).await? else {
                return Ok(());
            };
            let reference = &mail.message.reference;
            match self.send(&mail.message).await {
                Ok(()) => {
                    self.store.mail_sent(reference).await?;
                    tracing::info!(%reference, "Notification sent");
                }
                Err(cause) => {
                    let pause = pause_seconds(mail.attempts);
                    let due = self.clock.now().as_second() + pause;
                    self.store.mail_failed(reference, due).await?;
                    tracing::warn!(%reference, cause, pause_seconds = pause, "Notification can't be sent yet");
                }
            }
        }
    }

    async fn send(&self, message: &Message) -> Result<(), String> {
        let site = SiteOfMail {
            title: self.profile.latest().site.title.clone(),
            host: self.host.clone(),
        };
        let mail = mail::compose(message, &self.owner, &site)
            .map_err(|error| Chain(&error).to_string())?;
        match tokio::time::timeout(self.send_timeout, self.smtp.send(mail)).await {
            Ok(Ok(_)) => Ok(()),
            // A mail server's text may hold line breaks.
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
