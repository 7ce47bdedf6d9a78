//! The types of settings' values. Each is parsed from text, and its error says what would fit.

use std::convert::Infallible;
use std::fmt;
use std::net::SocketAddr;
use std::str::FromStr;
use std::time::Duration;

use serde::{Deserialize, Deserializer, de};
use tracing_subscriber::EnvFilter;
use tracing_subscriber::filter::LevelFilter;

/// Parses a value of the file as a flag's value is parsed.
pub(super) fn text<'de, D, T>(file: D) -> Result<T, D::Error>
where
    D: Deserializer<'de>,
    T: FromStr<Err: fmt::Display>,
{
    String::deserialize(file)?
        .parse()
        .map_err(de::Error::custom)
}

/// Like [`text`], for a value that may be missing.
pub(super) fn optional_text<'de, D, T>(file: D) -> Result<Option<T>, D::Error>
where
    D: Deserializer<'de>,
    T: FromStr<Err: fmt::Display>,
{
    text(file).map(Some)
}

/// An IP address and a port.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Address(pub SocketAddr);

impl FromStr for Address {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        text.parse().map(Self).map_err(|_| {
            format!("`{text}` is no address; an IP address and a port such as 127.0.0.1:3000 or [::1]:0 would fit")
        })
    }
}

/// On or off.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Switch {
    /// `on`
    On,
    /// `off`
    Off,
}

impl FromStr for Switch {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text {
            "on" => Ok(Self::On),
            "off" => Ok(Self::Off),
            _ => Err(format!("`{text}` is neither on nor off")),
        }
    }
}

/// A length of time, from 1 second to 366 days.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Period(pub Duration);

impl FromStr for Period {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let digits = text.trim_end_matches(|c: char| c.is_ascii_alphabetic());
        let factor = match &text[digits.len()..] {
            "s" => Some(1),
            "m" => Some(60),
            "h" => Some(3600),
            _ => None,
        };
        factor
            .zip(digits.parse::<u32>().ok())
            .map(|(factor, count)| Duration::from_secs(factor * u64::from(count)))
            .filter(|duration| (1..=366 * 86_400).contains(&duration.as_secs()))
            .map(Self)
            .ok_or_else(|| {
                format!("`{text}` is no duration; a whole number of seconds, minutes or hours from 1s to 8784h, such as 90s, 10m or 1h, would fit")
            })
    }
}

/// A number of connections to the database, from 2 to 1,000. One of them only looks up sessions; the
/// others do everything else.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(try_from = "u32")]
pub struct Connections(pub u32);

impl TryFrom<u32> for Connections {
    type Error = String;

    fn try_from(count: u32) -> Result<Self, String> {
        match count {
            2..=1_000 => Ok(Self(count)),
            _ => Err(format!(
                "`{count}` is no number of connections; 2 to 1000 would fit"
            )),
        }
    }
}

impl FromStr for Connections {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let count: u32 = text
            .parse()
            .map_err(|_| format!("`{text}` is no number of connections; 2 to 1000 would fit"))?;
        count.try_into()
    }
}

/// A number of bytes, from 1M to 1024G.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Size(pub u64);

impl FromStr for Size {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let digits = text.trim_end_matches(|c: char| c.is_ascii_alphabetic());
        let shift = match &text[digits.len()..] {
            "M" => Some(20),
            "G" => Some(30),
            _ => None,
        };
        shift
            .zip(digits.parse::<u32>().ok())
            .map(|(shift, count)| u64::from(count) << shift)
            .filter(|bytes| (1 << 20..=1024 << 30).contains(bytes))
            .map(Self)
            .ok_or_else(|| {
                format!("`{text}` is no size; a whole number of megabytes or gigabytes from 1M to 1024G, such as 64M, would fit")
            })
    }
}

/// A filter of log events, as `tracing_subscriber::EnvFilter` reads it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogFilter(pub String);

impl FromStr for LogFilter {
    type Err = String;

    /// Refuses a word alone that is not a level: `EnvFilter` would take it for the name of a target and
    /// log only that target.
    fn from_str(filter: &str) -> Result<Self, String> {
        let fits = "info or flashblog=debug would fit";
        EnvFilter::try_new(filter)
            .map_err(|error| format!("`{filter}` is no filter ({error}); {fits}"))?;
        let mut words = filter.split(',').map(str::trim);
        let is_unknown = |word: &&str| {
            !word.is_empty() && !word.contains(['=', '[']) && word.parse::<LevelFilter>().is_err()
        };
        match words.find(is_unknown) {
            Some(word) => Err(format!("`{word}` is no level; {fits}")),
            None => Ok(Self(filter.to_owned())),
        }
    }
}

/// One line of text, without space at its ends.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line(pub String);

/// The longest line, in characters.
const MAX_LINE: usize = 500;

impl FromStr for Line {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let line = text.trim();
        if line.contains(char::is_control) {
            return Err(
                "it has a line break or a control character; one line of text would fit".to_owned(),
            );
        }
        if line.chars().count() > MAX_LINE {
            return Err(format!(
                "it is longer than {MAX_LINE} characters; a shorter text would fit"
            ));
        }
        Ok(Self(line.to_owned()))
    }
}

/// Text that may hold a password, which `Debug` never shows.
#[derive(Clone, Deserialize)]
#[serde(transparent)]
pub(super) struct Redacted(pub(super) String);

impl FromStr for Redacted {
    type Err = Infallible;

    fn from_str(text: &str) -> Result<Self, Infallible> {
        Ok(Self(text.to_owned()))
    }
}

impl fmt::Debug for Redacted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[redacted]")
    }
}
