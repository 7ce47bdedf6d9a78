//! TOML, JSON and Pelican's lines as a set of fields.

use serde_json::{Map, Value};

use super::{FrontMatterError, error};

pub(super) fn parse_toml(toml: &str) -> Result<Map<String, Value>, FrontMatterError> {
    let table: toml::Table = toml.parse().map_err(|problem: toml::de::Error| {
        let before = problem
            .span()
            .and_then(|span| toml.get(..span.start))
            .unwrap_or_default();
        let line = 1 + before.matches('\n').count() as u64;
        error(line, &one_line(problem.message()))
    })?;
    Ok(table
        .into_iter()
        .map(|(key, value)| (key, to_json(value)))
        .collect())
}

/// Dates become text, as in the other formats.
fn to_json(value: toml::Value) -> Value {
    match value {
        toml::Value::String(text) => Value::String(text),
        toml::Value::Integer(number) => Value::from(number),
        toml::Value::Float(number) => Value::from(number),
        toml::Value::Boolean(yes) => Value::Bool(yes),
        toml::Value::Datetime(moment) => Value::String(moment.to_string()),
        toml::Value::Array(items) => items.into_iter().map(to_json).collect(),
        toml::Value::Table(table) => table
            .into_iter()
            .map(|(key, value)| (key, to_json(value)))
            .collect(),
    }
}

/// Hexo's JSON has no outer braces, and may end with a comma.
pub(super) fn parse_json(json: &str) -> Result<Map<String, Value>, FrontMatterError> {
    let json = json.trim().trim_end_matches(',');
    let with_braces = format!("{{{json}}}");
    let json = if json.starts_with('{') {
        json
    } else {
        &with_braces
    };
    serde_json::from_str(json).map_err(|problem| {
        let reason = format!("it is no JSON: column {}", problem.column());
        error(problem.line() as u64, &reason)
    })
}

/// The values of a repeated name are joined with a comma: Pelican allows this for tags.
pub(super) fn parse_lines(lines: &str) -> Map<String, Value> {
    let mut fields = Map::new();
    let mut last = String::new();
    for line in lines.lines() {
        let (name, value) = match line.split_once(':') {
            Some((name, value)) if !line.starts_with([' ', '\t']) => (name, value),
            _ => (last.as_str(), line),
        };
        let name = name.to_ascii_lowercase();
        let value = value.trim();
        match fields.get_mut(&name) {
            Some(Value::String(text)) => {
                text.push_str(", ");
                text.push_str(value);
            }
            _ => {
                fields.insert(name.clone(), Value::String(value.to_owned()));
            }
        }
        last = name;
    }
    fields
}

fn one_line(message: &str) -> String {
    message.split_whitespace().collect::<Vec<_>>().join(" ")
}
