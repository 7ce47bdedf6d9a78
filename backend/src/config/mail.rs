//! The settings of the mail that notifies the owner of messages.

use std::fmt;

use lettre::message::Mailbox;
use lettre::transport::smtp::AsyncSmtpTransportBuilder;
use lettre::{AsyncSmtpTransport, Tokio1Executor};
use reqwest::Url;

use crate::config::settings::Settings;
use crate::config::values::Redacted;

/// A mail server, and the receiver of notifications.
#[derive(Clone)]
pub struct MailSettings {
    /// The server that takes mail, with its credentials.
    pub smtp: AsyncSmtpTransportBuilder,
    /// Receives the notifications. It is also the address that they are sent from.
    pub owner: Mailbox,
}

impl fmt::Debug for MailSettings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "[redacted] to {}", self.owner)
    }
}

/// Reads `smtp-url` and `notify-to`; either both or neither must be set. An error comes with its setting's
/// name.
pub(super) fn parse(settings: &Settings) -> Result<Option<MailSettings>, (&'static str, String)> {
    let (Redacted(url), to) = match (&settings.smtp_url, &settings.notify_to) {
        (None, None) => return Ok(None),
        (Some(url), Some(to)) => (url, to),
        (None, Some(_)) => {
            let problem = "set without a smtp-url; smtps://user:password@mail.example would fit";
            return Err(("notify-to", problem.to_owned()));
        }
        (Some(_), None) => {
            let problem = "set without a notify-to; owner@example.org would fit";
            return Err(("smtp-url", problem.to_owned()));
        }
    };
    let owner = to.parse().map_err(|_| {
        let problem = format!("`{to}` is no address; owner@example.org would fit");
        ("notify-to", problem)
    })?;
    let smtp = transport(url).map_err(|why| {
        let fits = "smtps://user:password@mail.example, smtp://mail.example?tls=required or smtp://localhost would fit";
        ("smtp-url", format!("{why}; {fits}"))
    })?;
    Ok(Some(MailSettings { smtp, owner }))
}

fn transport(url: &str) -> Result<AsyncSmtpTransportBuilder, &'static str> {
    let parsed = Url::parse(url).map_err(|_| "no URL")?;
    let is_local = matches!(parsed.host_str(), Some("localhost" | "127.0.0.1" | "[::1]"));
    let encrypts = parsed.scheme() == "smtps" || parsed.query() == Some("tls=required");
    if parsed.password().is_some() && !encrypts && !is_local {
        return Err("a password would travel unencrypted");
    }
    AsyncSmtpTransport::<Tokio1Executor>::from_url(url).map_err(|_| "no mail server's URL")
}
