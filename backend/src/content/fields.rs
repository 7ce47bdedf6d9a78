//! Fields of records that somebody else designed, read leniently.

use serde_json::{Map, Value};

/// A record: a post in a JSON list, or a file's front matter.
#[derive(Debug, Clone, Copy)]
pub struct Fields<'a>(pub &'a Map<String, Value>);

/// Somebody who wrote something, as a record names them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Person {
    /// Plain text.
    pub name: Option<String>,
    /// An address as it stands in the record.
    pub picture: Option<String>,
}

/// What holds the name of an object: a tag, a category, a person.
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

impl<'a> Fields<'a> {
    /// The first of these fields that holds text which isn't blank; numbers count as text.
    #[must_use]
    pub fn text(&self, names: &[&str]) -> Option<String> {
        names
            .iter()
            .find_map(|name| self.0.get(*name).and_then(text))
    }

    /// Like [`Fields::text`] for a field that may also hold an object with a name, or a list of
    /// either, of which the first counts.
    #[must_use]
    pub fn name(&self, names: &[&str]) -> Option<String> {
        names
            .iter()
            .find_map(|name| self.0.get(*name).and_then(name_of))
    }

    /// Like [`Fields::text`] for a field that may also hold an object with an address.
    #[must_use]
    pub fn address(&self, names: &[&str]) -> Option<String> {
        names.iter().find_map(|name| match self.0.get(*name)? {
            Value::Object(object) => Fields(object).text(&["url", "src", "href"]),
            value => text(value),
        })
    }

    /// The names in the first of these fields that has any: a list of texts or of objects with a
    /// name, or one text with commas. Each name once, whatever its letter case.
    #[must_use]
    pub fn names(&self, names: &[&str]) -> Vec<String> {
        let found = names.iter().find_map(|name| {
            let found: Vec<String> = match self.0.get(*name)? {
                Value::Array(items) => items.iter().filter_map(name_of).collect(),
                Value::String(list) => list
                    .split(',')
                    .filter(|name| !name.trim().is_empty())
                    .map(str::to_owned)
                    .collect(),
                value => name_of(value).into_iter().collect(),
            };
            (!found.is_empty()).then_some(found)
        });
        let mut distinct: Vec<String> = Vec::new();
        for name in found.unwrap_or_default() {
            let name = name.trim().trim_start_matches('#').to_owned();
            let known = distinct
                .iter()
                .any(|known| known.to_lowercase() == name.to_lowercase());
            if !name.is_empty() && !known {
                distinct.push(name);
            }
        }
        distinct
    }

    /// The people in the first of these fields that names any: a text, an object, or a list of
    /// either.
    #[must_use]
    pub fn people(&self, names: &[&str]) -> Vec<Person> {
        names
            .iter()
            .find_map(|name| {
                let found: Vec<Person> = match self.0.get(*name)? {
                    Value::Array(items) => items.iter().filter_map(person).collect(),
                    value => person(value).into_iter().collect(),
                };
                (!found.is_empty()).then_some(found)
            })
            .unwrap_or_default()
    }

    /// The record in this field.
    #[must_use]
    pub fn record(&self, name: &str) -> Option<Fields<'a>> {
        self.0.get(name)?.as_object().map(Fields)
    }

    /// Whether this field says yes: `true`, `"true"`, `"yes"`, 1.
    #[must_use]
    pub fn is_true(&self, name: &str) -> bool {
        match self.0.get(name) {
            Some(Value::Bool(yes)) => *yes,
            Some(Value::Number(number)) => number.as_i64() == Some(1),
            Some(Value::String(word)) => {
                matches!(word.trim().to_ascii_lowercase().as_str(), "true" | "yes")
            }
            _ => false,
        }
    }
}

impl Person {
    /// Somebody known by name only.
    #[must_use]
    pub fn named(name: String) -> Self {
        Self {
            name: Some(name),
            picture: None,
        }
    }
}

/// Somebody as a text or as an object: `first_name` and `last_name`, else a name, else `username`.
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
        // A person's `title` is what they do.
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

fn text(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => (!text.trim().is_empty()).then(|| text.clone()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn with<T>(value: Value, ask: impl Fn(Fields) -> T) -> T {
        let Value::Object(object) = json!({ "field": value }) else {
            unreachable!()
        };
        ask(Fields(&object))
    }

    #[test]
    fn one_word_is_found_in_whatever_holds_it() {
        for (value, expected) in [
            (json!("Rust"), Some("Rust")),
            (json!({"id": 3, "name": "Rust"}), Some("Rust")),
            (json!([{"title": "Rust"}, "Web"]), Some("Rust")),
            (json!([null, "", "Rust"]), Some("Rust")),
            (json!(7), Some("7")),
            (json!("  "), None),
            (json!(null), None),
            (json!(true), None),
            (json!([]), None),
            (json!({"id": 3}), None),
        ] {
            assert_eq!(
                with(value.clone(), |f| f.name(&["x", "field"])).as_deref(),
                expected,
                "{value}"
            );
        }
    }

    #[test]
    fn tags_are_found_in_whatever_holds_them() {
        for (value, expected) in [
            (json!(["Rust", "web"]), vec!["Rust", "web"]),
            (
                json!([{"id": 1, "name": "Rust"}, {"name": null}, 4, null]),
                vec!["Rust", "4"],
            ),
            (json!("Rust, web ,, #tokio"), vec!["Rust", "web", "tokio"]),
            (json!(["Rust", "rust", " RUST "]), vec!["Rust"]),
            (json!({"name": "Rust"}), vec!["Rust"]),
            (json!(null), vec![]),
            (json!(""), vec![]),
        ] {
            assert_eq!(
                with(value.clone(), |f| f.names(&["field"])),
                expected,
                "{value}"
            );
        }
    }

    #[test]
    fn people_are_found_by_any_of_their_names() {
        for (value, name, picture) in [
            (
                json!({"first_name": "Ada", "last_name": "Example", "username": "ada"}),
                "Ada Example",
                None,
            ),
            (
                json!({"first_name": "", "last_name": null, "username": "ada"}),
                "ada",
                None,
            ),
            (
                json!({"name": "Ada", "title": "Editor", "profile_pic": "/a.png"}),
                "Ada",
                Some("/a.png"),
            ),
            (json!("Ada"), "Ada", None),
            (json!(["Ada"]), "Ada", None),
        ] {
            let people = with(value.clone(), |f| f.people(&["field"]));
            assert_eq!(people.len(), 1, "{value}");
            assert_eq!(people[0].name.as_deref(), Some(name), "{value}");
            assert_eq!(people[0].picture.as_deref(), picture, "{value}");
        }
        for nobody in [
            json!(null),
            json!({}),
            json!([]),
            json!(" "),
            json!({"username": ""}),
        ] {
            assert_eq!(
                with(nobody.clone(), |f| f.people(&["field"])),
                vec![],
                "{nobody}"
            );
        }
    }
}
