//! The TOML file.

use std::fs;
use std::path::{Path, PathBuf};

use crate::config::ConfigError;
use crate::config::settings::Settings;
use crate::config::similar::most_similar;

/// A TOML file: its keys, and the settings that result from it.
pub(super) struct File {
    path: PathBuf,
    keys: toml::Table,
    /// The values of the file, and defaults for the rest.
    pub(super) settings: Settings,
}

impl File {
    /// Reads the file.
    pub(super) fn read(path: &Path) -> Result<Self, ConfigError> {
        let text = fs::read_to_string(path).map_err(|error| {
            ConfigError::new(
                "config",
                format!("can't read `{}`: {error}", path.display()),
            )
        })?;
        let unusable = |key: &str, error: &toml::de::Error| {
            let line = error
                .span()
                .map_or(1, |span| 1 + text[..span.start].matches('\n').count());
            let place = format!("`{}`, line {line}", path.display());
            let name = match key {
                // The error has no key when the file is not valid TOML.
                "" | "." => place,
                key => format!("{key} in {place}"),
            };
            ConfigError::new(name, problem(error.message()))
        };
        let keys = toml::from_str(&text).map_err(|error| unusable("", &error))?;
        let values = toml::Deserializer::parse(&text).map_err(|error| unusable("", &error))?;
        let settings = serde_path_to_error::deserialize(values)
            .map_err(|error| unusable(&error.path().to_string(), error.inner()))?;
        Ok(Self {
            path: path.to_owned(),
            keys,
            settings,
        })
    }

    /// The key and the file of a setting, if the file has it: `site.title in ...` for `site-title`.
    pub(super) fn place(&self, name: &str) -> Option<String> {
        let mut keys = &self.keys;
        let mut rest = name;
        let mut key = name.to_owned();
        while !keys.contains_key(rest) {
            let (table, inner) = rest.split_once('-')?;
            keys = keys.get(table)?.as_table()?;
            key = key.replacen('-', ".", 1);
            rest = inner;
        }
        Some(format!("{key} in `{}`", self.path.display()))
    }

    /// The folder that the file's paths are relative to.
    pub(super) fn folder(&self) -> &Path {
        self.path.parent().unwrap_or(Path::new(""))
    }
}

/// The file's key for a name: `site.accent` for `site-accent`. `None` if no key has the name.
pub(super) fn key(name: &str) -> Option<String> {
    let is_key = |key: &String| {
        let read = toml::from_str::<Settings>(&format!("{key} = 0"));
        read.err()
            .is_none_or(|error| !error.message().starts_with("unknown field"))
    };
    [name.to_owned(), name.replacen('-', ".", 1)]
        .into_iter()
        .find(is_key)
}

/// An error's message in one line that says what would fit: for an unknown key, the most similar known
/// key, else all of them.
fn problem(message: &str) -> String {
    let message = message.lines().collect::<Vec<_>>().join(" ");
    if let Some((found, expected)) = message
        .strip_prefix("invalid type: ")
        .and_then(|rest| rest.rsplit_once(", expected "))
    {
        return format!("it is {found}; {} would fit", in_toml(expected));
    }
    let names = |text: &str| -> Vec<String> {
        text.split('`')
            .skip(1)
            .step_by(2)
            .map(str::to_owned)
            .collect()
    };
    let Some(text) = message.strip_prefix("unknown field ") else {
        return message;
    };
    let names = names(text);
    let Some((unknown, known)) = names.split_first() else {
        return message;
    };
    if super::is_argument(unknown) && !known.contains(unknown) {
        return format!(
            "`{unknown}` is no key of this table; a place above the first table would fit"
        );
    }
    match most_similar(unknown, known) {
        Some(name) => format!("unknown key `{unknown}`; `{name}` would fit"),
        None => format!("unknown key `{unknown}`; what fits: {}", known.join(", ")),
    }
}

/// The name of a type in TOML, for the name that serde has for it.
fn in_toml(expected: &str) -> &str {
    match expected {
        "a boolean" => "true or false",
        "a string" | "a borrowed string" | "path string" => "a text in quotes",
        "a sequence" => "a list",
        "u16" => "a number",
        expected => expected,
    }
}
