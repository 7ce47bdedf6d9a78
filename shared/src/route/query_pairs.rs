//! The names and values of a query, read as form data (`application/x-www-form-urlencoded`). No query
//! is an error.

use std::num::IntErrorKind;

use crate::blog::{DEFAULT_PER_PAGE, MAX_PER_PAGE};
use crate::paths::percent_decode;

/// The names and values of a query, decoded: `+` is a space.
pub(super) struct QueryPairs(Vec<(String, String)>);

impl QueryPairs {
    /// Reads a query with or without its `?`.
    pub(super) fn parse(query: &str) -> Self {
        let decoded = |text: &str| percent_decode(&text.replace('+', " "));
        let pairs = query.trim_start_matches('?').split('&').map(|pair| {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            (decoded(name), decoded(value))
        });
        Self(pairs.collect())
    }

    /// The first value of a name, trimmed.
    pub(super) fn first(&self, name: &str) -> Option<&str> {
        let (_, value) = self.0.iter().find(|(key, _)| key == name)?;
        Some(value.trim())
    }

    /// The `page`, from 1.
    pub(super) fn page(&self) -> u32 {
        self.number("page", 1).max(1)
    }

    /// The `per_page`, from 1 to [`MAX_PER_PAGE`].
    pub(super) fn per_page(&self) -> u32 {
        self.number("per_page", DEFAULT_PER_PAGE)
            .clamp(1, MAX_PER_PAGE)
    }

    /// A number out of range becomes the nearest one in range; other text becomes the default.
    fn number(&self, name: &str, default: u32) -> u32 {
        let Some(text) = self.first(name) else {
            return default;
        };
        match text.parse::<i64>() {
            Ok(number) => u32::try_from(number.max(0)).unwrap_or(u32::MAX),
            Err(error) => match error.kind() {
                IntErrorKind::PosOverflow => u32::MAX,
                IntErrorKind::NegOverflow => 0,
                _ => default,
            },
        }
    }
}

/// How the API's description shows the numbers.
#[cfg(feature = "openapi")]
pub(super) mod schema {
    use utoipa::openapi::schema::{Object, ObjectBuilder, SchemaType, Type};

    pub(in super::super) fn page() -> Object {
        lenient_number("From 1 to the last page; anything but a number is 1.")
    }

    pub(in super::super) fn per_page() -> Object {
        lenient_number("Posts on a page, from 1 to 50; anything but a number is 6.")
    }

    pub(in super::super) fn pinned_first() -> Object {
        lenient(Type::Boolean, "Anything but `true` is `false`.")
    }

    fn lenient_number(description: &str) -> Object {
        lenient(Type::Integer, description)
    }

    /// A parameter for which no value is an error.
    fn lenient(kind: Type, description: &str) -> Object {
        ObjectBuilder::new()
            .schema_type(SchemaType::from_iter([kind, Type::String]))
            .description(Some(description))
            .build()
    }
}
