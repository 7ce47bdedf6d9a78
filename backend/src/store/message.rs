//! Contact messages as the store keeps them.

use std::fmt;

/// Names a message: `M-` and 50 bits in Crockford's base 32, which avoids letters that look alike.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reference(String);

const ALPHABET: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
const DIGITS: usize = 10;

impl Reference {
    /// A reference that can't be guessed.
    ///
    /// # Errors
    /// When the operating system returns no random bytes.
    pub fn random() -> Result<Self, getrandom::Error> {
        getrandom::u64().map(Self::of_bits)
    }

    /// The reference with the lowest 50 of these bits.
    pub fn of_bits(bits: u64) -> Self {
        let digit = |place: usize| char::from(ALPHABET[(bits >> (5 * place)) as usize & 31]);
        let digits: String = (0..DIGITS).map(digit).collect();
        Self(format!("M-{digits}"))
    }

    /// Reads a reference as people type it: in any letter case, with an O for a 0, an I or L for a 1.
    pub fn from_typed(text: &str) -> Self {
        let text = text.trim().to_ascii_uppercase();
        let (prefix, digits) = match text.strip_prefix("M-") {
            Some(digits) => ("M-", digits),
            None => ("", text.as_str()),
        };
        let digits = digits.replace('O', "0").replace(['I', 'L'], "1");
        Self(format!("{prefix}{digits}"))
    }

    /// As it is stored.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    pub(super) fn from_stored(text: String) -> Self {
        Self(text)
    }
}

impl fmt::Display for Reference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

/// A contact message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Message {
    /// Names it.
    pub reference: Reference,
    /// Seconds since the Unix epoch.
    pub received_at: i64,
    /// The visitor's name.
    pub name: String,
    /// Where an answer goes.
    pub email: String,
    /// One line.
    pub subject: String,
    /// Plain text.
    pub message: String,
}

impl Message {
    /// Whether both say the same; reference and time don't count.
    pub fn says_the_same(&self, other: &Self) -> bool {
        self.name == other.name
            && self.email == other.email
            && self.subject == other.subject
            && self.message == other.message
    }
}

/// A message in the inbox.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InboxEntry {
    /// Its place in the order in which messages were stored.
    pub number: i64,
    /// The message.
    pub message: Message,
}

/// The outcome of storing a message.
#[derive(Debug, PartialEq, Eq)]
pub enum Stored {
    /// It is stored now.
    Now,
    /// A message with the same idempotency key was stored before: this one.
    Before(Message),
}

/// A notification that is to be sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OutgoingMail {
    /// The message that it is about.
    pub message: Message,
    /// Earlier attempts, all of which failed.
    pub attempts: i64,
}

/// Figures about the inbox. Times are seconds since the Unix epoch.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stats {
    /// All messages.
    pub total: i64,
    /// Messages received since the time that was asked about.
    pub recent: i64,
    /// When the first message was received.
    pub oldest: Option<i64>,
    /// When the last message was received.
    pub newest: Option<i64>,
    /// Notifications that are still to be sent.
    pub mails_waiting: i64,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn references_are_distinct_and_read_as_people_type_them() {
        let reference = Reference::random().expect("randomness");
        assert_ne!(reference, Reference::random().expect("randomness"));
        assert_eq!(reference.as_str().len(), 12);
        assert!(reference.as_str().starts_with("M-"));
        let typed = format!(" {} ", reference.as_str().to_lowercase());
        assert_eq!(Reference::from_typed(&typed), reference);
        assert_eq!(Reference::from_typed("m-Oil").as_str(), "M-011");
    }
}
