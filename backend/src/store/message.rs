//! Messages as the store keeps them.

use std::fmt;

/// What a stored message is called: `M-` and 50 random bits in Crockford's base 32, which has no
/// letters that are mistaken for others.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reference(String);

const ALPHABET: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
const DIGITS: usize = 10;

impl Reference {
    /// A reference that nobody can guess.
    ///
    /// # Errors
    /// When the operating system has no randomness to give.
    pub fn random() -> Result<Self, getrandom::Error> {
        let bits = getrandom::u64()?;
        let digit = |place: usize| char::from(ALPHABET[(bits >> (5 * place)) as usize & 31]);
        Ok(Self(format!(
            "M-{}",
            (0..DIGITS).map(digit).collect::<String>()
        )))
    }

    /// The reference that someone typed: in small letters, or with the letters that look like
    /// digits.
    #[must_use]
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
    #[must_use]
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

/// A message that was received.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Message {
    /// What it is called.
    pub reference: Reference,
    /// Seconds since the Unix epoch.
    pub received_at: i64,
    /// Who wrote.
    pub name: String,
    /// Where an answer goes.
    pub email: String,
    /// What it is about.
    pub subject: String,
    /// What was written.
    pub message: String,
}

impl Message {
    /// Whether both say the same, whenever they came.
    #[must_use]
    pub fn says_the_same(&self, other: &Self) -> bool {
        self.name == other.name
            && self.email == other.email
            && self.subject == other.subject
            && self.message == other.message
    }
}

/// What became of a message that was to be stored.
#[derive(Debug, PartialEq, Eq)]
pub enum Stored {
    /// It is stored, durably.
    Now,
    /// A message with the same idempotency key already was: this one.
    Before(Message),
}

/// A message of which the owner is to be told by mail.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OutgoingMail {
    /// What to tell.
    pub message: Message,
    /// How often it was tried before.
    pub attempts: i64,
}

/// The inbox in figures.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stats {
    /// Messages.
    pub total: i64,
    /// Of them, those received since the time that was asked about.
    pub recent: i64,
    /// When the first of them was received.
    pub oldest: Option<i64>,
    /// When the last of them was received.
    pub newest: Option<i64>,
    /// Those of which the owner is still to be told by mail.
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
