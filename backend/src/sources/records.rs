//! Reads lists of JSON records from foreign APIs, one record at a time.
//!
//! A list is first split into the texts of its records. So memory holds the values of one record only,
//! and a record that can't be read costs no other.

mod values;

use std::borrow::Cow;
use std::collections::HashMap;
use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::value::RawValue;
use serde_json::{Map, Value};

use self::values::{Counter, too_many};

/// The most records of one answer; later ones are counted and left out.
pub(super) const MAX_RECORDS: usize = 20_000;
/// The most values (numbers, texts, lists, objects) in one record: each can cost 700 bytes of memory.
const MAX_VALUES: usize = 20_000;
/// The longest record, in bytes.
const MAX_RECORD_BYTES: usize = 2 * 1024 * 1024;

/// One answer: its records and the other fields beside them.
#[derive(Debug, Default)]
pub(super) struct Answer<'a> {
    pub(super) records: Vec<&'a RawValue>,
    /// Records beyond [`MAX_RECORDS`].
    pub(super) left_out: usize,
    /// The wanted fields of the object around the list.
    pub(super) fields: Map<String, Value>,
}

/// Why a text is not a list of records.
#[derive(Debug)]
pub(super) enum NoList {
    /// The text breaks the grammar of JSON at this line and column.
    Grammar(usize, usize),
    /// It is JSON without a list where one should be.
    Absent,
}

/// Decodes an answer. A byte order mark is removed, and invalid Unicode becomes U+FFFD, in bytes and in
/// `\u` escapes.
pub(super) fn text(body: Vec<u8>) -> String {
    let mut text = match String::from_utf8(body) {
        Ok(text) => text,
        Err(error) => String::from_utf8_lossy(error.as_bytes()).into_owned(),
    };
    if text.starts_with('\u{feff}') {
        text.drain(..'\u{feff}'.len_utf8());
    }
    replace_lone_surrogates(text)
}

/// JSON's grammar allows an escaped half of a surrogate pair, which is not a character (RFC 8259, section
/// 8.2).
fn replace_lone_surrogates(text: String) -> String {
    let escape = |bytes: &[u8], at: usize| {
        let digits = bytes.get(at..at + 6)?.strip_prefix(b"\\u")?;
        u16::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok()
    };
    let bytes = text.as_bytes();
    let mut lone = Vec::new();
    let mut at = 0;
    while let Some(offset) = bytes[at..].iter().position(|byte| *byte == b'\\') {
        at += offset;
        at += match escape(bytes, at) {
            Some(0xd800..=0xdbff) => match escape(bytes, at + 6) {
                Some(0xdc00..=0xdfff) => 12,
                _ => {
                    lone.push(at);
                    6
                }
            },
            Some(0xdc00..=0xdfff) => {
                lone.push(at);
                6
            }
            Some(_) => 6,
            None => 2,
        };
        if at >= bytes.len() {
            break;
        }
    }
    if lone.is_empty() {
        return text;
    }
    let mut repaired = text;
    for at in lone {
        repaired.replace_range(at..at + 6, "\\ufffd");
    }
    repaired
}

/// Finds the list: the text itself, or the first of `lists` in an object that holds one. `wanted`
/// names the object's other fields that the caller reads.
///
/// # Errors
/// When the text is not JSON, or holds no list.
pub(super) fn list<'a>(
    text: &'a str,
    lists: &[&str],
    wanted: &[&str],
) -> Result<Answer<'a>, NoList> {
    let mut deserializer = serde_json::Deserializer::from_str(text);
    let known: Vec<&str> = lists.iter().chain(wanted).copied().collect();
    let outer = deserializer
        .deserialize_any(Outer(&known))
        .and_then(|outer| deserializer.end().map(|()| outer));
    let outer = outer.map_err(|error| {
        if error.is_data() {
            NoList::Absent
        } else {
            NoList::Grammar(error.line(), error.column())
        }
    })?;
    let fields = match outer {
        Found::List(answer) => return Ok(answer),
        Found::Object(fields) => fields,
    };
    let list = lists
        .iter()
        .filter_map(|name| fields.get(*name))
        .find(|raw| raw.get().starts_with('['));
    let list = list.ok_or(NoList::Absent)?;
    let Ok(Found::List(mut answer)) =
        serde_json::Deserializer::from_str(list.get()).deserialize_any(Outer(&[]))
    else {
        return Err(NoList::Absent);
    };
    let mut left = MAX_VALUES;
    answer.fields = fields
        .into_iter()
        .filter(|(name, _)| wanted.contains(&name.as_ref()))
        .filter_map(|(name, raw)| Some((name.into_owned(), value(raw, &mut left)?)))
        .collect();
    Ok(answer)
}

/// Reads one record. A field that can't be read (nested too deep, a number out of range) is `null`.
///
/// # Errors
/// Why it is not a record.
pub(super) fn record(raw: &RawValue) -> Result<Map<String, Value>, String> {
    let text = raw.get();
    if text.len() > MAX_RECORD_BYTES {
        let mebibytes = MAX_RECORD_BYTES / (1024 * 1024);
        return Err(format!("it is larger than {mebibytes} MiB"));
    }
    if !text.starts_with('{') {
        return Err("it is no object".to_owned());
    }
    let mut left = MAX_VALUES;
    serde_json::Deserializer::from_str(text)
        .deserialize_map(Record(&mut left))
        .map_err(|_| format!("it holds more than {MAX_VALUES} values"))
}

/// A value, or `null` when it can't be read; `None` when it has more than `left` parts. A whole number
/// of more than 64 bits stays as it is written, since two ids could become the same float.
fn value(raw: &RawValue, left: &mut usize) -> Option<Value> {
    if is_beyond_64_bits(raw.get()) {
        return Some(Value::from(raw.get()));
    }
    let counted = Counter(left).deserialize(&mut serde_json::Deserializer::from_str(raw.get()));
    match counted {
        Ok(()) => Some(serde_json::from_str(raw.get()).unwrap_or_default()),
        Err(_) if *left == 0 => None,
        Err(_) => Some(Value::Null),
    }
}

fn is_beyond_64_bits(text: &str) -> bool {
    let digits = text.strip_prefix('-').unwrap_or(text);
    !digits.is_empty()
        && digits.bytes().all(|byte| byte.is_ascii_digit())
        && text.parse::<i64>().is_err()
        && text.parse::<u64>().is_err()
}

enum Found<'a> {
    List(Answer<'a>),
    Object(HashMap<Cow<'a, str>, &'a RawValue>),
}

/// Reads a list, or the fields of an object that have these names.
struct Outer<'n>(&'n [&'n str]);

impl<'de> Visitor<'de> for Outer<'_> {
    type Value = Found<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list or an object")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Self::Value, A::Error> {
        let mut answer = Answer::default();
        while answer.records.len() < MAX_RECORDS {
            match items.next_element()? {
                Some(record) => answer.records.push(record),
                None => return Ok(Found::List(answer)),
            }
        }
        while items.next_element::<IgnoredAny>()?.is_some() {
            answer.left_out += 1;
        }
        Ok(Found::List(answer))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut fields: A) -> Result<Self::Value, A::Error> {
        let mut found = HashMap::new();
        while let Some(name) = fields.next_key::<Cow<'de, str>>()? {
            if self.0.contains(&name.as_ref()) {
                found.insert(name, fields.next_value()?);
            } else {
                fields.next_value::<IgnoredAny>()?;
            }
        }
        Ok(Found::Object(found))
    }
}

/// Reads an object field by field.
struct Record<'l>(&'l mut usize);

impl<'de> Visitor<'de> for Record<'_> {
    type Value = Map<String, Value>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut fields: A) -> Result<Self::Value, A::Error> {
        let mut record = Map::new();
        while let Some(name) = fields.next_key()? {
            let raw: &RawValue = fields.next_value()?;
            let value = value(raw, self.0);
            record.insert(name, value.ok_or_else(too_many)?);
        }
        Ok(record)
    }
}

#[cfg(test)]
mod tests;
