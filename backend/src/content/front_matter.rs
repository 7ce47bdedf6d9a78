//! Front matter: the fields above a Markdown text, in YAML, TOML, JSON or Pelican's lines.
//!
//! Front matter that can't be read is an error. It is never shown as text, since it may mark the post as a
//! draft.

mod formats;
mod yaml;

use serde_json::{Map, Value};

use self::formats::{parse_json, parse_lines, parse_toml};
use super::fields::Fields;
use super::record::Record;

/// The parts of a Markdown file.
#[derive(Debug, Clone, PartialEq)]
pub struct Document<'a> {
    /// The fields of the front matter; empty without one.
    pub record: Record,
    /// The Markdown below it.
    pub body: &'a str,
}

/// Why a front matter can't be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("line {line}: {reason}")]
pub struct FrontMatterError {
    /// The line of the file, from 1.
    pub line: u64,
    /// One line of text.
    pub reason: String,
}

/// The front matter's text, and the text below it.
struct Parts<'a> {
    format: Format,
    /// The text between the fences.
    text: &'a str,
    /// Lines of the file above `text`.
    lines_above: u64,
    body: &'a str,
}

#[derive(Clone, Copy)]
enum Format {
    Yaml,
    Toml,
    Json,
    /// `Title: x`, as Pelican and Python-Markdown have it.
    Lines,
}

/// Splits a Markdown file. Blank lines and HTML comments above the front matter are skipped.
///
/// # Errors
/// When the front matter never ends, can't be parsed, or isn't a mapping.
pub fn split(file: &str) -> Result<Document<'_>, FrontMatterError> {
    let file = file.strip_prefix('\u{feff}').unwrap_or(file);
    let Some(parts) = parts(file)? else {
        return Ok(Document {
            record: Record::default(),
            body: file,
        });
    };
    let fields = parts.parse().map_err(|error| FrontMatterError {
        line: error.line + parts.lines_above,
        ..error
    })?;
    Ok(Document {
        record: Record::read(Fields(&fields)),
        body: parts.body,
    })
}

/// Reads a YAML file that is a mapping, such as a table of authors. An empty file is an empty mapping.
///
/// # Errors
/// When it can't be parsed, or isn't a mapping.
pub fn parse_yaml_fields(file: &str) -> Result<Map<String, Value>, FrontMatterError> {
    match yaml::parse(file)? {
        None | Some(Value::Null) => Ok(Map::new()),
        Some(Value::Object(fields)) => Ok(fields),
        Some(_) => Err(error(1, "this is no set of fields")),
    }
}

fn parts(file: &str) -> Result<Option<Parts<'_>>, FrontMatterError> {
    let top = skip_comments(file);
    let first = top.lines().next().unwrap_or_default();
    let lines_above = lines_between(file, top);
    if let Some((closings, format)) = fence(first).map_err(|reason| FrontMatterError {
        line: lines_above + 1,
        reason,
    })? {
        return fenced(top, closings, format, lines_above).map(Some);
    }
    let mut json = serde_json::Deserializer::from_str(top).into_iter::<Map<String, Value>>();
    if top.starts_with('{') && json.next().is_some_and(|object| object.is_ok()) {
        let (text, body) = top.split_at(json.byte_offset());
        return Ok(Some(Parts {
            format: Format::Json,
            text,
            lines_above,
            body,
        }));
    }
    let in_braces = top.strip_prefix('{').map(str::trim_start);
    if in_braces.is_some_and(|inside| inside.starts_with('"')) {
        return Err(error(
            lines_above + 1,
            "it begins like a front matter in JSON, which can't be read",
        ));
    }
    if let Some((text, body)) = top
        .starts_with('"')
        .then(|| top.split_once("\n;;;"))
        .flatten()
    {
        return Ok(Some(Parts {
            format: Format::Json,
            text,
            lines_above,
            body,
        }));
    }
    let text = lines_with_fields(top);
    Ok(is_pelican(text).then(|| Parts {
        format: Format::Lines,
        text,
        lines_above,
        body: &top[text.len()..],
    }))
}

/// The text below blank lines and HTML comments.
fn skip_comments(file: &str) -> &str {
    let mut rest = skip_blank_lines(file);
    while let Some((_, after)) = rest
        .strip_prefix("<!--")
        .and_then(|comment| comment.split_once("-->"))
    {
        rest = skip_blank_lines(after);
    }
    // Without a front matter, the comment belongs to the text.
    let first = rest.lines().next().unwrap_or_default();
    if matches!(fence(first), Ok(None)) {
        skip_blank_lines(file)
    } else {
        rest
    }
}

fn skip_blank_lines(text: &str) -> &str {
    let start = text.len() - text.trim_start().len();
    let line = text[..start].rfind('\n').map_or(0, |at| at + 1);
    &text[line..]
}

fn lines_between(file: &str, rest: &str) -> u64 {
    file[..file.len() - rest.len()].matches('\n').count() as u64
}

/// The closing fences and the format of the front matter that a line opens. `None` if it opens none.
fn fence(line: &str) -> Result<Option<(&'static [&'static str], Format)>, String> {
    let line = line.trim();
    if line == "+++" {
        return Ok(Some((&["+++"], Format::Toml)));
    }
    if line == ";;;" {
        return Ok(Some((&[";;;"], Format::Json)));
    }
    let Some(language) = line.strip_prefix("---") else {
        return Ok(None);
    };
    let (language, _comment) = language.split_once('#').unwrap_or((language, ""));
    let language = language.trim().to_ascii_lowercase();
    let format = match language.as_str() {
        "" | "yaml" | "yml" => Format::Yaml,
        "toml" => Format::Toml,
        "json" => Format::Json,
        word if word.bytes().all(|byte| byte.is_ascii_alphanumeric()) => {
            return Err(format!(
                "a front matter in `{word}` can't be read; write it in YAML, TOML or JSON"
            ));
        }
        _ => return Ok(None),
    };
    Ok(Some((&["---", "..."], format)))
}

fn fenced<'a>(
    top: &'a str,
    closings: &[&str],
    format: Format,
    lines_above: u64,
) -> Result<Parts<'a>, FrontMatterError> {
    let mut lines = top.split_inclusive('\n');
    let opening = lines.next().unwrap_or_default();
    let indent = &opening[..opening.len() - opening.trim_start().len()];
    let mut end = opening.len();
    for line in lines {
        let unindented = line.strip_prefix(indent).unwrap_or(line);
        if closings.contains(&unindented.trim_end()) {
            return Ok(Parts {
                format,
                text: &top[opening.len()..end],
                lines_above: lines_above + 1,
                body: &top[end + line.len()..],
            });
        }
        end += line.len();
    }
    let reason = format!("the front matter has no closing `{}`", closings[0]);
    Err(error(lines_above + 1, &reason))
}

/// The lines above the first blank line.
fn lines_with_fields(text: &str) -> &str {
    let mut end = 0;
    for line in text.split_inclusive('\n') {
        if line.trim().is_empty() {
            break;
        }
        end += line.len();
    }
    &text[..end]
}

/// Whether each line is `Name: value` or an indented continuation, and one of them is the title.
fn is_pelican(lines: &str) -> bool {
    let is_field = |line: &str| {
        line.split_once(':').is_some_and(|(name, _)| {
            !name.is_empty() && name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_')
        })
    };
    let is_title = |line: &str| {
        line.get(..6)
            .is_some_and(|name| name.eq_ignore_ascii_case("title:"))
    };
    lines.lines().next().is_some_and(is_field)
        && lines.lines().any(is_title)
        && lines
            .lines()
            .all(|line| is_field(line) || line.starts_with([' ', '\t']))
}

impl Parts<'_> {
    fn parse(&self) -> Result<Map<String, Value>, FrontMatterError> {
        match self.format {
            // The opening line makes an empty text a YAML document.
            Format::Yaml => parse_yaml_fields(&format!("---\n{}", self.text)).map_err(|error| {
                FrontMatterError {
                    line: error.line - 1,
                    ..error
                }
            }),
            Format::Toml => parse_toml(self.text),
            Format::Json => parse_json(self.text),
            Format::Lines => Ok(parse_lines(self.text)),
        }
    }
}

fn error(line: u64, reason: &str) -> FrontMatterError {
    FrontMatterError {
        line,
        reason: reason.to_owned(),
    }
}

#[cfg(test)]
mod tests;
