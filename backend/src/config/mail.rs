//! How the owner is told of messages.

use std::fmt;

use lettre::message::Mailbox;
use lettre::transport::smtp::AsyncSmtpTransportBuilder;
use lettre::{AsyncSmtpTransport, Tokio1Executor};
use reqwest::Url;

use super::{ConfigError, Redacted};

/// A mail server, and whom to tell.
#[derive(Clone)]
pub struct MailSettings {
    /// The server that takes mail, and how it knows us.
    pub smtp: AsyncSmtpTransportBuilder,
    /// Whom to tell.
    pub owner: Mailbox,
}

impl fmt::Debug for MailSettings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "[redacted] to {}", self.owner)
    }
}

/// Reads `--smtp-url` and `--notify-to`, which need each other.
pub(super) fn parse(
    smtp_url: Option<Redacted>,
    notify_to: Option<String>,
) -> Result<Option<MailSettings>, ConfigError> {
    let (Redacted(url), to) = match (smtp_url, notify_to) {
        (None, None) => return Ok(None),
        (Some(url), Some(to)) => (url, to),
        (None, Some(_)) => {
            return Err(ConfigError::new(
                "notify-to",
                "set without a smtp-url; smtps://user:password@mail.example would fit",
            ));
        }
        (Some(_), None) => {
            return Err(ConfigError::new(
                "smtp-url",
                "set without a notify-to; owner@example.org would fit",
            ));
        }
    };
    let owner = to.parse().map_err(|_| {
        ConfigError::new(
            "notify-to",
            format!("`{to}` is no address; owner@example.org would fit"),
        )
    })?;
    let unusable = |why: &str| {
        ConfigError::new(
            "smtp-url",
            format!(
                "{why}; smtps://user:password@mail.example, smtp://mail.example?tls=required or smtp://localhost would fit"
            ),
        )
    };
    let parsed = Url::parse(&url).map_err(|_| unusable("no URL"))?;
    let is_local = matches!(parsed.host_str(), Some("localhost" | "127.0.0.1" | "[::1]"));
    let encrypts = parsed.scheme() == "smtps" || parsed.query() == Some("tls=required");
    if parsed.password().is_some() && !encrypts && !is_local {
        return Err(unusable("a password would travel unencrypted"));
    }
    let smtp = AsyncSmtpTransport::<Tokio1Executor>::from_url(&url)
        .map_err(|_| unusable("no mail server's URL"))?;
    Ok(Some(MailSettings { smtp, owner }))
}
