//! Flash messages: notices to a session's visitor.

use serde::{Deserialize, Serialize};

/// A message that is delivered once, in an envelope or a page.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Flash {
    /// Unique, so that a client can drop a message that it has already shown.
    pub id: String,
    /// How serious the message is.
    pub category: Category,
    /// Plain text, never markup.
    pub message: String,
}

/// How serious a flash message is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum Category {
    /// The request succeeded.
    Success,
    /// Information. Nothing has to be done.
    Info,
    /// Something is wrong, but there is an answer, such as a stale list.
    Warning,
    /// The request failed.
    Error,
}

impl Category {
    /// Its name on the wire.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Success => "success",
            Self::Info => "info",
            Self::Warning => "warning",
            Self::Error => "error",
        }
    }

    /// The category with this name on the wire.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        [Self::Success, Self::Info, Self::Warning, Self::Error]
            .into_iter()
            .find(|category| category.as_str() == name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_those_on_the_wire() {
        for name in ["success", "info", "warning", "error"] {
            let category = Category::from_name(name).expect("a category");
            assert_eq!(serde_json::to_value(category).expect("JSON"), name);
        }
        assert_eq!(Category::from_name("message"), None);
    }
}
