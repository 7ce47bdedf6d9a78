//! Lenient access to the fields of a record, whatever its format.

use std::collections::HashSet;

use serde_json::{Map, Value};

use super::dates::{self, Published};
use super::words::fold;

/// A record: a post in a JSON list, or a file's front matter. A name is matched exactly first, then in any
/// letter case (Hugo and Pelican read `Title` as `title`).
#[derive(Debug, Clone, Copy)]
pub struct Fields<'a>(pub &'a Map<String, Value>);

/// An author as a record names them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Person {
    /// Plain text.
    pub name: Option<String>,
    /// An address, as written in the record.
    pub picture: Option<String>,
}

/// Fields that hold the name of a tag, a category or a person.
const NAME_FIELDS: [&str; 5] = ["name", "title", "label", "display_name", "full_name"];
const PICTURE_FIELDS: [&str; 7] = [
    "profile_pic",
    "avatar_url",
    "avatar",
    "image_url",
    "profile_image",
    "picture",
    "image",
];
/// Fields that hold an address in an object: Chirpy writes `image: {path: …}`, PaperMod
/// `cover: {image: …}`.
const ADDRESS_FIELDS: [&str; 6] = ["url", "src", "href", "path", "image", "relative"];
/// Words that mean true or false, `on` and `y` as in YAML 1.1. [`switch`] also reads 1 and 0.
const YES: [&str; 6] = ["true", "yes", "on", "y", "t", "1"];
const NO: [&str; 6] = ["false", "no", "off", "n", "f", "0"];

impl<'a> Fields<'a> {
    /// The value of a field. `None` when it is absent or null.
    pub fn get(&self, name: &str) -> Option<&'a Value> {
        let in_any_case = || {
            let mut fields = self.0.iter();
            fields.find_map(|(key, value)| key.eq_ignore_ascii_case(name).then_some(value))
        };
        self.0
            .get(name)
            .or_else(in_any_case)
            .filter(|value| !value.is_null())
    }

    /// The first text in these fields that isn't blank. Numbers count as text.
    pub fn text(&self, names: &[&str]) -> Option<String> {
        names.iter().find_map(|name| self.get(name).and_then(text))
    }

    /// Like [`Fields::text`], but a field may also hold an object with a name, or a list: its first name
    /// counts.
    pub fn name(&self, names: &[&str]) -> Option<String> {
        names
            .iter()
            .find_map(|name| self.get(name).and_then(name_of))
    }

    /// Like [`Fields::text`], but a field may also hold an object with an address, or a list: its first
    /// address counts.
    pub fn address(&self, names: &[&str]) -> Option<String> {
        names
            .iter()
            .find_map(|name| self.get(name).and_then(address_of))
    }

    /// The names in the first of these fields that has any. A field may hold a list of texts or of
    /// objects with a name, such a list as JSON in a text, or one text with commas or semicolons.
    /// Spellings that differ only in letter case, accents or width are one name.
    pub fn names(&self, names: &[&str]) -> Vec<String> {
        let found = names.iter().find_map(|name| {
            let found = names_in(self.get(name)?);
            (!found.is_empty()).then_some(found)
        });
        let mut known = HashSet::new();
        found
            .unwrap_or_default()
            .into_iter()
            .map(|name| name.trim().trim_start_matches('#').to_owned())
            .filter(|name| !name.is_empty() && known.insert(fold(name)))
            .collect()
    }

    /// All texts in these fields. A field may hold one text or a list.
    pub fn all_texts(&self, names: &[&str]) -> Vec<String> {
        let values = names.iter().filter_map(|name| self.get(name));
        let texts = values.flat_map(|value| match value {
            Value::Array(items) => items.iter().filter_map(text).collect(),
            value => text(value).into_iter().collect::<Vec<_>>(),
        });
        texts.collect()
    }

    /// The first date in these fields that can be parsed, and the first text in them. A switch, as in
    /// `published: true`, doesn't count as text.
    pub fn date(&self, names: &[&str]) -> (Option<Published>, Option<String>) {
        let values = || names.iter().filter_map(|name| self.get(name));
        let published = values().find_map(date_of);
        let words = values()
            .filter(|value| switch(value).is_none())
            .find_map(text);
        (published, words)
    }

    /// The people in the first of these fields that names any: a text, an object, or a list of
    /// either.
    pub fn people(&self, names: &[&str]) -> Vec<Person> {
        names
            .iter()
            .find_map(|name| {
                let found: Vec<Person> = match self.get(name)? {
                    Value::Array(items) => items.iter().filter_map(person).collect(),
                    value => person(value).into_iter().collect(),
                };
                (!found.is_empty()).then_some(found)
            })
            .unwrap_or_default()
    }

    /// The record in this field.
    pub fn record(&self, name: &str) -> Option<Fields<'a>> {
        self.get(name)?.as_object().map(Fields)
    }

    /// Whether this field says yes (`true`, `"on"`, 1) or no (`false`, `"off"`, 0). `None` for anything else.
    pub fn switch(&self, name: &str) -> Option<bool> {
        self.get(name).and_then(switch)
    }
}

impl Person {
    /// An author with a name only.
    pub fn named(name: String) -> Self {
        Self {
            name: Some(name),
            picture: None,
        }
    }
}

/// An author as a text or as an object: `first_name` and `last_name`, else a name, else `username`.
fn person(value: &Value) -> Option<Person> {
    let Value::Object(object) = value else {
        return text(value).map(Person::named);
    };
    let fields = Fields(object);
    let parts: Vec<String> = ["first_name", "last_name"]
        .iter()
        .filter_map(|part| fields.text(&[part]))
        .collect();
    let name = (!parts.is_empty())
        .then(|| parts.join(" "))
        // A person's `title` is a job, not a name.
        .or_else(|| {
            fields.text(&[
                "name",
                "display_name",
                "full_name",
                "username",
                "login",
                "key",
            ])
        });
    let picture = fields.address(&PICTURE_FIELDS);
    (name.is_some() || picture.is_some()).then_some(Person { name, picture })
}

fn name_of(value: &Value) -> Option<String> {
    match value {
        Value::Object(object) => Fields(object).text(&NAME_FIELDS),
        Value::Array(items) => items.iter().find_map(name_of),
        value => text(value),
    }
}

fn address_of(value: &Value) -> Option<String> {
    match value {
        Value::Object(object) => Fields(object).text(&ADDRESS_FIELDS),
        Value::Array(items) => items.iter().find_map(address_of),
        value => text(value),
    }
}

fn names_in(value: &Value) -> Vec<String> {
    match value {
        Value::Array(items) => items.iter().filter_map(name_of).collect(),
        Value::String(list) => match serde_json::from_str(list) {
            Ok(Value::Array(items)) => items.iter().filter_map(name_of).collect(),
            _ => {
                let separator = if list.contains(',') { ',' } else { ';' };
                list.split(separator).map(str::to_owned).collect()
            }
        },
        value => name_of(value).into_iter().collect(),
    }
}

/// A date in a text or a number, or in an object of PHP's Carbon (`date`) or of MongoDB (`$date`).
fn date_of(value: &Value) -> Option<Published> {
    match value {
        Value::Object(object) => {
            let fields = Fields(object);
            if let Some(date) = fields.text(&["date"]) {
                let zone = fields.text(&["timezone"]).unwrap_or_default();
                return dates::parse(&format!("{date} {zone}")).or_else(|| dates::parse(&date));
            }
            date_of(fields.get("$date").or_else(|| fields.get("$numberLong"))?)
        }
        value => dates::parse(&text(value)?),
    }
}

fn switch(value: &Value) -> Option<bool> {
    match value {
        Value::Bool(yes) => Some(*yes),
        Value::Number(number) => match number.as_f64()? {
            0.0 => Some(false),
            1.0 => Some(true),
            _ => None,
        },
        Value::String(word) => {
            let word = word.trim().to_ascii_lowercase();
            if YES.contains(&word.as_str()) {
                return Some(true);
            }
            NO.contains(&word.as_str()).then_some(false)
        }
        _ => None,
    }
}

/// WordPress writes a text as `{"rendered": "…"}`.
fn text(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => (!text.trim().is_empty()).then(|| text.clone()),
        Value::Number(number) => Some(number.to_string()),
        Value::Object(object) => text(object.get("rendered")?),
        _ => None,
    }
}

#[cfg(test)]
mod tests;
