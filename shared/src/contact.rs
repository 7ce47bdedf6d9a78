//! The contact message, and the rules that the page and the server both check.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// The most characters of a trimmed name.
pub const MAX_NAME: usize = 100;
/// The most characters of a trimmed email address (RFC 5321, section 4.5.3.1.3, less the angle
/// brackets).
pub const MAX_EMAIL: usize = 254;
/// The most characters of a trimmed subject.
pub const MAX_SUBJECT: usize = 200;
/// The most characters of a trimmed message.
pub const MAX_MESSAGE: usize = 5_000;
/// The most octets of an address before its `@` (RFC 5321, section 4.5.3.1.1).
const MAX_LOCAL_PART: usize = 64;

/// The flash after a contact message was stored.
pub const SENT: &str = "Your message has been sent successfully!";
/// The flash about a contact message with a blank field.
pub const FILL_IN_ALL: &str = "Please fill in all fields";

/// The body of `POST /contact`. A missing field counts as blank; an unknown field is an error.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(default, deny_unknown_fields)]
pub struct ContactMessage {
    /// The sender's name.
    #[cfg_attr(
        feature = "openapi",
        schema(
            required = true,
            min_length = 1,
            max_length = 100,
            pattern = r"^[^\u0000-\u001F\u007F-\u009F]*[^\s\u0000-\u001F\u007F-\u009F][^\u0000-\u001F\u007F-\u009F]*$"
        )
    )]
    pub name: String,
    /// The address for an answer.
    #[cfg_attr(
        feature = "openapi",
        schema(required = true, format = "email", max_length = 254)
    )]
    pub email: String,
    /// The subject, on one line.
    #[cfg_attr(
        feature = "openapi",
        schema(
            required = true,
            min_length = 1,
            max_length = 200,
            pattern = r"^[^\u0000-\u001F\u007F-\u009F]*[^\s\u0000-\u001F\u007F-\u009F][^\u0000-\u001F\u007F-\u009F]*$"
        )
    )]
    pub subject: String,
    /// The message itself, with newlines as `\n`.
    #[cfg_attr(
        feature = "openapi",
        schema(
            required = true,
            min_length = 1,
            max_length = 5000,
            pattern = r"^[^\u0000-\u0008\u000B-\u001F\u007F-\u009F]*[^\s\u0000-\u001F\u007F-\u009F][^\u0000-\u0008\u000B-\u001F\u007F-\u009F]*$"
        )
    )]
    pub message: String,
    /// A field that people don't see (honeypot). Only programs fill it in.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub website: Option<String>,
}

impl ContactMessage {
    /// Whether the field that people don't see is filled in.
    #[must_use]
    pub fn fills_honeypot(&self) -> bool {
        self.website
            .as_deref()
            .is_some_and(|text| !text.trim().is_empty())
    }

    fn fields(&self) -> [(&'static str, &str); 4] {
        [
            ("name", &self.name),
            ("email", &self.email),
            ("subject", &self.subject),
            ("message", &self.message),
        ]
    }
}

/// The answer to a message that is durably stored.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ContactReceipt {
    /// The reference to quote in a question about the message.
    pub reference: String,
    /// RFC 3339, UTC.
    pub received_at: String,
}

/// Sentences for people, by the name of the invalid field.
pub type FieldErrors = BTreeMap<String, Vec<String>>;

/// The errors of a message. Empty when it can be sent.
#[must_use]
pub fn validate(message: &ContactMessage) -> FieldErrors {
    let mut errors = FieldErrors::new();
    for (field, text) in message.fields() {
        let sentences = field_errors(field, text);
        if !sentences.is_empty() {
            errors.insert(field.to_owned(), sentences);
        }
    }
    errors
}

/// The errors of one field, from its name and its text. The form calls this when the writer leaves or
/// corrects a field. An unknown field has no errors.
#[must_use]
pub fn field_errors(field: &str, text: &str) -> Vec<String> {
    let (label, most, blank) = match field {
        "name" => ("name", MAX_NAME, "Enter your name."),
        "email" => ("email address", MAX_EMAIL, "Enter your email address."),
        "subject" => ("subject", MAX_SUBJECT, "Enter a subject."),
        "message" => ("message", MAX_MESSAGE, "Enter a message."),
        _ => return Vec::new(),
    };
    let mut sentences = Vec::new();
    let trimmed = text.trim();
    if is_blank(text) {
        return vec![blank.to_owned()];
    }
    let length = trimmed.chars().count();
    if length > most {
        sentences.push(format!(
            "The {label} has {length} characters; at most {most} fit."
        ));
    }
    let multi_line = field == "message";
    let unwanted = |c: char| c.is_control() && !(multi_line && matches!(c, '\n' | '\t'));
    if text.contains(unwanted) {
        sentences.push(if multi_line {
            "The message holds control characters; only line breaks and tabs may stand in it."
                .to_owned()
        } else {
            format!("The {label} must be one line without control characters.")
        });
    } else if field == "email" && !is_plausible_email(trimmed) {
        sentences.push("Enter an email address such as name@example.org.".to_owned());
    }
    sentences
}

/// The flash about a message's errors: [`FILL_IN_ALL`] when a field is blank, else the first error of
/// each field. `None` when there are none.
#[must_use]
pub fn headline(message: &ContactMessage, errors: &FieldErrors) -> Option<String> {
    if errors.is_empty() {
        return None;
    }
    let mut fields = message.fields().into_iter();
    if fields.any(|(_, text)| is_blank(text)) {
        return Some(FILL_IN_ALL.to_owned());
    }
    let firsts: Vec<&str> = message
        .fields()
        .iter()
        .filter_map(|(field, _)| errors.get(*field)?.first())
        .map(String::as_str)
        .collect();
    Some(firsts.join(" "))
}

/// Whether a text has no visible character: only white space and characters without a glyph (Unicode's
/// `Default_Ignorable_Code_Point`, and the blank Braille pattern).
fn is_blank(text: &str) -> bool {
    text.chars().all(|c| {
        c.is_whitespace()
            || matches!(
                c,
                '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}'
                    | '\u{180b}'..='\u{180f}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}'
                    | '\u{2060}'..='\u{206f}' | '\u{2800}' | '\u{3164}' | '\u{fe00}'..='\u{fe0f}'
                    | '\u{feff}' | '\u{ffa0}' | '\u{fff0}'..='\u{fff8}' | '\u{1bca0}'..='\u{1bca3}'
                    | '\u{1d173}'..='\u{1d17a}' | '\u{e0000}'..='\u{e0fff}'
            )
    })
}

/// The dots between the labels of an internationalised name (RFC 3490, section 3.1).
const DOTS: [char; 4] = ['.', '\u{3002}', '\u{ff0e}', '\u{ff61}'];

/// Whether a text has the form of an email address: a dot-atom, one `@` and a host name with a dot (RFC
/// 5322, section 3.4.1, without its quoted and bracketed forms). Beyond ASCII, only white space and
/// control characters are refused (RFC 6531, section 3.3). The server also checks that the host name has
/// an ASCII form.
fn is_plausible_email(address: &str) -> bool {
    let is_letter = |c: char| match c.is_ascii() {
        true => c.is_ascii_alphanumeric(),
        false => !c.is_whitespace() && !c.is_control(),
    };
    let Some((local, domain)) = address.split_once('@') else {
        return false;
    };
    let atom = |text: &str| {
        !text.is_empty()
            && text
                .chars()
                .all(|c| is_letter(c) || "!#$%&'*+-/=?^_`{|}~".contains(c))
    };
    let label = |text: &str| {
        (1..=63).contains(&text.chars().count())
            && text.chars().all(|c| is_letter(c) || c == '-')
            && !text.starts_with('-')
            && !text.ends_with('-')
    };
    local.len() <= MAX_LOCAL_PART
        && local.split('.').all(atom)
        && domain.contains(DOTS)
        && domain.split(DOTS).all(label)
        && domain
            .rsplit(DOTS)
            .next()
            .is_some_and(|top| !top.chars().all(|c| c.is_ascii_digit()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn good() -> ContactMessage {
        ContactMessage {
            name: "Ada".into(),
            email: "ada@example.org".into(),
            subject: "Hello".into(),
            message: "One\n\tTwo".into(),
            website: None,
        }
    }

    fn faulty(change: impl FnOnce(&mut ContactMessage)) -> (Vec<String>, String) {
        let mut message = good();
        change(&mut message);
        let faults = validate(&message);
        let headline = headline(&message, &faults).expect("faults");
        (faults.into_keys().collect(), headline)
    }

    #[test]
    fn limits_count_trimmed_characters() {
        assert_eq!(validate(&good()), FieldErrors::new());
        assert_eq!(headline(&good(), &FieldErrors::new()), None);
        let mut full = good();
        full.name = format!(" {} ", "é".repeat(MAX_NAME));
        full.subject = "🦀".repeat(MAX_SUBJECT);
        full.message = "字".repeat(MAX_MESSAGE);
        full.email = format!("{}@{}.example", "a".repeat(64), "b".repeat(63));
        assert_eq!(validate(&full), FieldErrors::new());
        let (fields, text) = faulty(|m| m.name = "é".repeat(MAX_NAME + 1));
        assert_eq!(fields, ["name"]);
        assert_eq!(text, "The name has 101 characters; at most 100 fit.");
        assert_eq!(faulty(|m| m.subject = "x".repeat(201)).0, ["subject"]);
        assert_eq!(faulty(|m| m.message = "x".repeat(5_001)).0, ["message"]);
        let labels = vec!["b".repeat(63); 4].join(".");
        assert_eq!(faulty(|m| m.email = format!("a@{labels}")).0, ["email"]);
    }

    #[test]
    fn a_blank_field_is_the_first_thing_to_say() {
        let (fields, text) = faulty(|m| {
            m.name = " \u{3000}\t".into();
            m.email = "nonsense".into();
        });
        assert_eq!(fields, ["email", "name"]);
        assert_eq!(text, FILL_IN_ALL);
        assert_eq!(validate(&ContactMessage::default()).len(), 4);
        for invisible in [
            "\u{200b}\u{200b}",
            "\u{2800}",
            "\u{3164}",
            "\u{ad} \u{feff}",
        ] {
            assert_eq!(faulty(|m| m.name = invisible.into()).1, FILL_IN_ALL);
            assert_eq!(faulty(|m| m.subject = invisible.into()).0, ["subject"]);
            assert_eq!(faulty(|m| m.message = invisible.into()).0, ["message"]);
        }
        let mut family = good();
        family.name = "👩\u{200d}👧".into();
        assert_eq!(validate(&family), FieldErrors::new());
    }

    #[test]
    fn control_characters_are_refused_but_line_breaks_in_the_message() {
        for c in ['\0', '\r', '\u{1b}', '\u{7f}', '\u{85}'] {
            assert_eq!(faulty(|m| m.message.push(c)).0, ["message"], "{c:?}");
        }
        for c in ['\n', '\t', '\r', '\0'] {
            assert_eq!(faulty(|m| m.name.insert(1, c)).0, ["name"], "{c:?}");
            assert_eq!(faulty(|m| m.subject.push(c)).0, ["subject"], "{c:?}");
            assert_eq!(faulty(|m| m.email.push(c)).0, ["email"], "{c:?}");
        }
        let (_, text) = faulty(|m| m.subject = "a\r\nBcc: b@example.org".into());
        assert_eq!(
            text,
            "The subject must be one line without control characters."
        );
    }

    #[test]
    fn an_address_has_to_be_plausible() {
        for address in [
            "a@b.co",
            "first.last+tag@sub.example.org",
            "o'neil@example.org",
            "jürgen@bücher.example",
            "ju\u{308}rgen@example.org",
            "a@mu\u{308}nchen.example",
            "info@उदाहरण.परीक्षा",
            "info@क्षेत्र.भारत",
            "ผู้ใช้@example.org",
            "info@ที่อยู่.ไทย",
            "a@உதாரணம்.பரிட்சை",
            "a@例子。广告",
            "a@例例例例例例例例例例例例例例例例例例例例例例.example",
            "a@жжжжжжжжжжжжжжжжжжжжжжжжжжжжжжжжжжжжжжжж.рф",
            " spaced@example.org ",
        ] {
            assert_eq!(field_errors("email", address), [""; 0], "{address}");
        }
        for address in [
            "a",
            "@",
            "a@",
            "@b.co",
            "a@b",
            "a@b@c.co",
            "a b@c.co",
            "a@b..co",
            ".a@b.co",
            "a.@b.co",
            "a@-b.co",
            "a@b.co.",
            "\"a\"@b.co",
            "a@[127.0.0.1]",
            "a@127.0.0.1",
            "<a@b.co>",
            "a@b.co,c@d.co",
            "a@b_c.co",
            "a@b\u{a0}c.co",
            "a@b\u{2003}.co",
        ] {
            assert_eq!(field_errors("email", address).len(), 1, "{address}");
        }
    }

    #[test]
    fn missing_is_blank_and_unknown_is_refused() {
        let parse = |json| serde_json::from_str::<ContactMessage>(json);
        assert_eq!(parse("{}").expect("parses"), ContactMessage::default());
        assert!(parse(r#"{"nmae":"x"}"#).is_err());
        assert!(parse(r#"{"name":"x","name":"y"}"#).is_err());
        let filled = parse(r#"{"website":"https://spam.example"}"#).expect("parses");
        assert!(filled.fills_honeypot());
        assert!(!parse(r#"{"website":""}"#).expect("parses").fills_honeypot());
        assert_eq!(
            serde_json::to_string(&good()).expect("JSON"),
            r#"{"name":"Ada","email":"ada@example.org","subject":"Hello","message":"One\n\tTwo"}"#
        );
    }
}
