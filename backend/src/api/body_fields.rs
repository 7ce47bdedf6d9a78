//! Reads the body of a form or of a JSON object field by field, so that each error names its field.

use std::collections::BTreeMap;
use std::fmt;

use idna::uts46::{AsciiDenyList, DnsLength, Hyphens, Uts46};
use serde::Deserializer;
use serde::de::{MapAccess, Visitor};
use serde_json::value::RawValue;
use shared::contact::{self, ContactMessage};

/// A field as it was sent.
pub struct Field {
    /// The name as it was sent.
    pub name: String,
    /// The field's text; empty for `null`.
    pub text: Result<String, NotText>,
}

/// Why a field has no text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NotText {
    /// It holds a number, a list or something else.
    OtherType,
    /// Its text has half of a surrogate pair (RFC 8259, section 8.2).
    HalfCharacter,
}

/// The fields of a JSON object in order, duplicates included.
///
/// # Errors
/// When the body is not JSON, or not an object.
pub fn of_object(body: &[u8]) -> Result<Vec<Field>, serde_json::Error> {
    let mut reader = serde_json::Deserializer::from_slice(body);
    let fields = reader.deserialize_map(Fields)?;
    reader.end()?;
    Ok(fields)
}

struct Fields;

impl<'de> Visitor<'de> for Fields {
    type Value = Vec<Field>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Self::Value, A::Error> {
        let mut fields = Vec::new();
        while let Some((name, value)) = entries.next_entry::<String, &RawValue>()? {
            let text = text_of(value);
            fields.push(Field { name, text });
        }
        Ok(fields)
    }
}

fn text_of(value: &RawValue) -> Result<String, NotText> {
    let json = value.get();
    match serde_json::from_str::<Option<String>>(json) {
        Ok(text) => Ok(text.unwrap_or_default()),
        Err(_) if json.starts_with('"') => Err(NotText::HalfCharacter),
        Err(_) => Err(NotText::OtherType),
    }
}

/// A value that is read from fields. Its errors are sentences for the person who filled them in.
pub trait FromFields: Sized {
    /// Reads the fields and checks them.
    ///
    /// # Errors
    /// The faults of each field.
    fn from_fields(fields: Vec<Field>) -> Result<Self, FieldErrors>;
}

/// The faults of what a client sent.
#[derive(Debug)]
pub struct FieldErrors {
    /// One sentence for people.
    pub detail: String,
    /// Sentences for each field, by its name.
    pub fields: contact::FieldErrors,
}

const FIELDS: [&str; 5] = ["name", "email", "subject", "message", "website"];
/// The most fields that an answer names, so that a client can't fill it with invented names.
const MAX_NAMED_FIELDS: usize = 20;

impl FromFields for ContactMessage {
    /// A message that fills in the honeypot is not checked, so that a program learns nothing from the
    /// answer.
    fn from_fields(fields: Vec<Field>) -> Result<Self, FieldErrors> {
        let mut texts: BTreeMap<String, String> = BTreeMap::new();
        let mut faults = contact::FieldErrors::new();
        let mut first_fault = None;
        for Field { name, text } in fields {
            let shown = shown(&name);
            let fault = match text {
                _ if !FIELDS.contains(&name.as_str()) => {
                    format!("There is no field called {shown}.")
                }
                _ if texts.contains_key(&name) => format!("The field {shown} is there twice."),
                Err(NotText::OtherType) => format!("The {shown} must be text."),
                Err(NotText::HalfCharacter) => {
                    format!("The {shown} holds half of a character.")
                }
                Ok(text) => {
                    texts.insert(name, text);
                    continue;
                }
            };
            first_fault.get_or_insert_with(|| fault.clone());
            if faults.len() < MAX_NAMED_FIELDS {
                faults.entry(shown).or_insert_with(|| vec![fault]);
            }
        }
        let mut take = |name| texts.remove(name).unwrap_or_default();
        let message = Self {
            name: take("name"),
            email: take("email"),
            subject: take("subject"),
            message: take("message"),
            website: texts.remove("website"),
        };
        if !message.fills_honeypot() {
            for (field, sentences) in contact::validate(&message) {
                faults.entry(field).or_insert(sentences);
            }
            if !faults.contains_key("email") && !has_ascii_name(&message.email) {
                let fault = "The part of the email address after the @ is not a name.".to_owned();
                faults.insert("email".to_owned(), vec![fault]);
            }
        }
        match first_fault.or_else(|| contact::headline(&message, &faults)) {
            None => Ok(message),
            Some(detail) => Err(FieldErrors {
                detail,
                fields: faults,
            }),
        }
    }
}

/// Whether the address's host name has an ASCII form, which mail servers look up (RFC 5890).
fn has_ascii_name(address: &str) -> bool {
    let (_, name) = address.trim().split_once('@').unwrap_or_default();
    Uts46::new()
        .to_ascii(
            name.as_bytes(),
            AsciiDenyList::STD3,
            Hyphens::Allow,
            DnsLength::Verify,
        )
        .is_ok()
}

/// A field's name for a sentence: 40 characters at most, control characters escaped.
fn shown(name: &str) -> String {
    name.chars().take(40).flat_map(char::escape_debug).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_object_is_read_field_by_field() {
        let body = br#"{"a":"\u00e9","b":null,"a":5,"c":"\ud800","d":{"e":["\udc00"]}}"#;
        let fields = of_object(body).expect("an object");
        let read: Vec<(&str, Result<&str, NotText>)> = fields
            .iter()
            .map(|field| {
                let text = field.text.as_ref().map(String::as_str);
                (field.name.as_str(), text.map_err(|fault| *fault))
            })
            .collect();
        assert_eq!(
            read,
            [
                ("a", Ok("é")),
                ("b", Ok("")),
                ("a", Err(NotText::OtherType)),
                ("c", Err(NotText::HalfCharacter)),
                ("d", Err(NotText::OtherType)),
            ]
        );
    }

    #[test]
    fn other_json_and_no_json_are_told_apart() {
        let is_json = |body: &[u8]| of_object(body).err().expect("refused").is_data();
        for body in ["[]", r#"["a","b"]"#, "null", "5", "\"a\"", "true"] {
            assert!(is_json(body.as_bytes()), "{body}");
        }
        for body in ["", "{", "{}x", "{\"a\":}", "{\"\\ud800\":1}", "{\"a\":1,}"] {
            assert!(!is_json(body.as_bytes()), "{body}");
        }
        assert!(!is_json(b"{\"a\":\"\xe9\"}"));
    }

    #[test]
    fn a_host_name_of_any_script_fits_where_its_ascii_form_does() {
        let cyrillic = "ж".repeat(40);
        for name in ["example.org", "r3---sn.example", "क्षेत्र.भारत", "例子。广告"]
        {
            assert!(has_ascii_name(&format!("a@{name}")), "{name}");
        }
        assert!(has_ascii_name(&format!("a@{cyrillic}.рф")));
        assert!(!has_ascii_name(&format!("a@{}.рф", "ж".repeat(63))));
        assert!(!has_ascii_name("a@xn--a.example"));
    }

    #[test]
    fn a_name_is_safe_to_show() {
        assert_eq!(shown("name"), "name");
        assert_eq!(shown("\0\u{202e}\n"), "\\0\\u{202e}\\n");
        assert_eq!(shown(&"x".repeat(100)).len(), 40);
    }
}
