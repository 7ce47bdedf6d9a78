//! A notification: a contact message as a mail to the owner.

use std::time::{Duration, SystemTime};

use lettre::Address;
use lettre::message::header::ContentType;
use lettre::message::{Mailbox, Message as Mail};
use url::Host;

use crate::clock::rfc3339;
use crate::store::message::Message;

/// The facts about the site that a mail contains.
#[derive(Debug, Clone)]
pub struct SiteOfMail {
    /// The sender's name.
    pub title: String,
    /// The host name. It makes Message-IDs unique.
    pub host: String,
}

/// Writes the mail. Equal messages make equal mails, with the same Message-ID and date, so that a mail
/// program can tell that a second one is the same.
///
/// The visitor's text is always encoded: as RFC 2047 encoded words in headers, and in the body with a
/// transfer encoding that keeps every byte.
///
/// # Errors
/// When a header can't be built from the message.
pub fn compose(
    message: &Message,
    owner: &Mailbox,
    site: &SiteOfMail,
) -> Result<Mail, lettre::error::Error> {
    let host = &site.host;
    let seconds = u64::try_from(message.received_at).unwrap_or_default();
    let mut mail = Mail::builder()
        .from(Mailbox::new(Some(site.title.clone()), owner.email.clone()))
        .to(owner.clone())
        .subject(format!("Contact: {}", one_line(&message.subject)))
        .message_id(Some(format!("<{}@{host}>", message.reference)))
        .date(SystemTime::UNIX_EPOCH + Duration::from_secs(seconds))
        .header(ContentType::TEXT_PLAIN);
    if let Some(address) = reply_address(&message.email) {
        mail = mail.reply_to(Mailbox::new(Some(one_line(&message.name)), address));
    }
    let received_at = jiff::Timestamp::from_second(message.received_at)
        .map_or_else(|_| message.received_at.to_string(), rfc3339);
    mail.body(format!(
        "{} <{}> wrote at {received_at}:\n\n{}\n\n-- \n{}, from the contact form of {host}\n",
        one_line(&message.name),
        message.email,
        message.message,
        message.reference,
    ))
}

/// The address with its host in ASCII (RFC 5891), which every mail server reads. `None` for a mailbox
/// outside ASCII: it needs SMTPUTF8 (RFC 6531), which some servers don't support. The body holds such an
/// address.
fn reply_address(email: &str) -> Option<Address> {
    let (mailbox, host) = email.rsplit_once('@')?;
    let Ok(Host::Domain(host)) = Host::parse(host) else {
        return None;
    };
    mailbox
        .is_ascii()
        .then(|| Address::new(mailbox, host).ok())
        .flatten()
}

/// Replaces control characters. Only a message that an older version stored can hold some.
fn one_line(text: &str) -> String {
    text.chars()
        .map(|c| if c.is_control() { ' ' } else { c })
        .collect::<String>()
        .trim()
        .to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::message::Reference;

    fn mail(change: impl FnOnce(&mut Message)) -> String {
        let mut message = Message {
            reference: Reference::from_typed("M-0123456789"),
            received_at: 1_790_000_000,
            name: "Ada Lovelace".to_owned(),
            email: "ada@example.org".to_owned(),
            subject: "Notes".to_owned(),
            message: "Line one\n.\nLine three".to_owned(),
        };
        change(&mut message);
        let owner = "Owner <owner@example.org>".parse().expect("an address");
        let site = SiteOfMail {
            title: "Ada & Söhne".to_owned(),
            host: "blog.example".to_owned(),
        };
        let mail = compose(&message, &owner, &site).expect("composes");
        String::from_utf8(mail.formatted()).expect("text")
    }

    fn header<'a>(mail: &'a str, name: &str) -> Vec<&'a str> {
        let head = mail.split("\r\n\r\n").next().unwrap_or_default();
        head.lines()
            .filter_map(|line| line.strip_prefix(name)?.strip_prefix(": "))
            .collect()
    }

    #[test]
    fn the_owner_reads_who_wrote_what_and_answers_them() {
        let mail = mail(|_| {});
        assert_eq!(
            header(&mail, "Reply-To"),
            ["\"Ada Lovelace\" <ada@example.org>"]
        );
        assert_eq!(header(&mail, "To"), ["Owner <owner@example.org>"]);
        assert_eq!(
            header(&mail, "From"),
            ["=?utf-8?b?QWRhICYgU8O2aG5l?= <owner@example.org>"]
        );
        assert_eq!(header(&mail, "Message-ID"), ["<M-0123456789@blog.example>"]);
        assert_eq!(header(&mail, "Subject"), ["Contact: Notes"]);
        assert_eq!(header(&mail, "Date"), ["Mon, 21 Sep 2026 14:13:20 +0000"]);
        assert!(mail.contains("Line one\r\n.\r\nLine three"), "{mail}");
        assert!(mail.contains("M-0123456789"));
    }

    #[test]
    fn nothing_that_a_visitor_writes_becomes_a_header() {
        let evil = "x\r\nBcc: everyone@example.org\r\n\r\nbody";
        let mail = mail(|message| {
            message.name = evil.to_owned();
            message.subject = evil.to_owned();
            message.email = format!("a@b.co{evil}");
        });
        assert_eq!(header(&mail, "Bcc").len(), 0, "{mail}");
        assert_eq!(header(&mail, "Subject").len(), 1);
        assert_eq!(header(&mail, "Reply-To").len(), 0);
        let names = mail.split("\r\n\r\n").next().expect("a head");
        assert!(names.lines().all(|line| !line.starts_with("body")));
    }

    #[test]
    fn a_host_in_another_script_can_be_answered() {
        let mail = mail(|message| message.email = "ada@Bücher.example".to_owned());
        assert_eq!(
            header(&mail, "Reply-To"),
            ["\"Ada Lovelace\" <ada@xn--bcher-kva.example>"]
        );
    }

    #[test]
    fn other_scripts_are_encoded_and_a_mailbox_outside_ascii_is_no_reply_to() {
        let mail = mail(|message| {
            message.name = "Jürgen, \"J\" <x@y.z>".to_owned();
            message.subject = "Grüße 🦀".to_owned();
            message.email = "jürgen@example.org".to_owned();
        });
        assert!(mail.split("\r\n\r\n").next().expect("a head").is_ascii());
        assert_eq!(header(&mail, "Reply-To").len(), 0);
    }
}
