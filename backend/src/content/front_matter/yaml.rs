//! YAML as fields. Each scalar stays text as it is written, so that `1.10` can be a title and `No` a tag.

use std::collections::HashMap;

use granit_parser::{Event, Parser, ScalarStyle};
use serde_json::{Map, Value};

use super::FrontMatterError;

/// How many values one file may hold, counting those that aliases repeat. A few aliases of aliases make
/// millions of values.
const MAX_VALUES: usize = 100_000;
const MAX_DEPTH: usize = 64;

/// Reads the first document. `None` when it is empty or only a comment.
pub(super) fn parse(yaml: &str) -> Result<Option<Value>, FrontMatterError> {
    let mut builder = Builder::default();
    for event in Parser::new_from_str(yaml) {
        let (event, span) = event.map_err(|error| FrontMatterError {
            line: error.marker().line() as u64,
            reason: format!("it is no YAML: {}", error.kind()),
        })?;
        let line = span.start.line().max(1) as u64;
        if matches!(event, Event::DocumentEnd) {
            break;
        }
        builder
            .take(event)
            .map_err(|reason| FrontMatterError { line, reason })?;
    }
    Ok(builder.document)
}

/// Builds a value from the parser's events.
#[derive(Default)]
struct Builder {
    open: Vec<Open>,
    document: Option<Value>,
    /// Values by the parser's number of their anchor, with how many values each holds.
    anchors: HashMap<usize, (Value, usize)>,
    values: usize,
}

struct Open {
    anchor: usize,
    /// How many values the file had before it.
    values: usize,
    kind: Kind,
}

enum Kind {
    List(Vec<Value>),
    Fields(Map<String, Value>, Option<String>),
}

impl Builder {
    fn take(&mut self, event: Event<'_>) -> Result<(), String> {
        match event {
            Event::Scalar(text, style, anchor, _) => {
                self.count(1)?;
                // `Null` and `NULL` may be titles. Generators write `null`.
                let is_null = style == ScalarStyle::Plain && matches!(&*text, "" | "~" | "null");
                let value = if is_null {
                    Value::Null
                } else {
                    Value::String(text.into_owned())
                };
                self.add(value, anchor, 1)
            }
            Event::SequenceStart(_, anchor, _) => self.begin(anchor, Kind::List(Vec::new())),
            Event::MappingStart(_, anchor, _) => self.begin(anchor, Kind::Fields(Map::new(), None)),
            Event::SequenceEnd | Event::MappingEnd => {
                let Some(open) = self.open.pop() else {
                    return Ok(());
                };
                let value = match open.kind {
                    Kind::List(items) => Value::Array(items),
                    Kind::Fields(fields, _) => Value::Object(fields),
                };
                self.add(value, open.anchor, self.values - open.values)
            }
            Event::Alias(anchor) => {
                let known = self.anchors.get(&anchor);
                let (value, values) = known.ok_or("it repeats a value inside of itself")?.clone();
                self.count(values)?;
                self.add(value, 0, values)
            }
            _ => Ok(()),
        }
    }

    fn begin(&mut self, anchor: usize, kind: Kind) -> Result<(), String> {
        if self.open.len() >= MAX_DEPTH {
            return Err(format!("its values are nested more than {MAX_DEPTH} deep"));
        }
        let values = self.values;
        self.count(1)?;
        self.open.push(Open {
            anchor,
            values,
            kind,
        });
        Ok(())
    }

    fn count(&mut self, values: usize) -> Result<(), String> {
        self.values += values;
        if self.values > MAX_VALUES {
            return Err(format!("it holds more than {MAX_VALUES} values"));
        }
        Ok(())
    }

    fn add(&mut self, value: Value, anchor: usize, values: usize) -> Result<(), String> {
        if anchor > 0 {
            self.count(values)?;
            self.anchors.insert(anchor, (value.clone(), values));
        }
        match self.open.last_mut().map(|open| &mut open.kind) {
            None => self.document = Some(value),
            Some(Kind::List(items)) => items.push(value),
            Some(Kind::Fields(_, key @ None)) => {
                *key = Some(match value {
                    Value::String(text) => text,
                    Value::Null => String::new(),
                    _ => return Err("the name of a field is a list or a set of fields".into()),
                });
            }
            Some(Kind::Fields(fields, key)) => {
                let name = key.take().unwrap_or_default();
                if name == "<<" {
                    merge(fields, value);
                } else if fields.contains_key(&name) {
                    return Err(format!("the field `{name}` is there twice"));
                } else {
                    fields.insert(name, value);
                }
            }
        }
        Ok(())
    }
}

/// The merge key `<<` of YAML 1.1: adds the fields of another value that are not set yet.
fn merge(fields: &mut Map<String, Value>, value: Value) {
    match value {
        Value::Object(others) => {
            for (name, value) in others {
                fields.entry(name).or_insert(value);
            }
        }
        Value::Array(items) => items.into_iter().for_each(|item| merge(fields, item)),
        _ => {}
    }
}
