//! Language tags.

use std::fmt;
use std::str::FromStr;

use icu_locale_core::Locale;

/// A language tag (BCP 47), such as `en` or `de-CH`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Language(String);

impl FromStr for Language {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match Locale::try_from_str(text) {
            Ok(locale) if !locale.id.language.is_unknown() => Ok(Self(locale.to_string())),
            _ => {
                let other = text.replace('_', "-");
                let fitting = match Locale::try_from_str(&other) {
                    Ok(locale) if other != text => locale.to_string(),
                    _ => "en, de or pt-BR".to_owned(),
                };
                Err(format!("`{text}` is no language tag; {fitting} would fit"))
            }
        }
    }
}

impl fmt::Display for Language {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
