//! The formats of log lines: readable text, or JSON in production.

use std::fmt;

use serde::ser::SerializeMap;
use serde::{Serialize, Serializer};
use tracing::{Event, Level, Subscriber};
use tracing_serde::{AsSerde, SerdeMapVisitor};
use tracing_subscriber::fmt::FmtContext;
use tracing_subscriber::fmt::format::{FormatEvent, FormatFields, Writer};
use tracing_subscriber::fmt::time::{FormatTime, SystemTime};
use tracing_subscriber::registry::LookupSpan;

use super::{CurrentRequest, current_request};

/// The format of the log.
pub(super) enum Lines {
    Text,
    Json,
}

impl<S, N> FormatEvent<S, N> for Lines
where
    S: Subscriber + for<'a> LookupSpan<'a>,
    N: for<'a> FormatFields<'a> + 'static,
{
    fn format_event(
        &self,
        context: &FmtContext<'_, S, N>,
        writer: Writer<'_>,
        event: &Event<'_>,
    ) -> fmt::Result {
        match self {
            Self::Text => text(context, writer, event),
            Self::Json => json(writer, event),
        }
    }
}

fn text<S, N>(
    context: &FmtContext<'_, S, N>,
    mut writer: Writer<'_>,
    event: &Event<'_>,
) -> fmt::Result
where
    S: Subscriber + for<'a> LookupSpan<'a>,
    N: for<'a> FormatFields<'a> + 'static,
{
    SystemTime.format_time(&mut writer)?;
    let level = *event.metadata().level();
    if writer.has_ansi_escapes() {
        write!(writer, " \x1b[{}m{level:>5}\x1b[0m ", colour(level))?;
    } else {
        write!(writer, " {level:>5} ")?;
    }
    if let Some(request) = current_request() {
        write!(
            writer,
            "request{{request.id={:?} http.method={} http.route={:?}}}: ",
            request.id.as_str(),
            request.method,
            request.route()
        )?;
    }
    write!(writer, "{}: ", event.metadata().target())?;
    context.format_fields(writer.by_ref(), event)?;
    writeln!(writer)
}

/// A level's colour, as an ANSI escape code.
fn colour(level: Level) -> u8 {
    match level {
        Level::ERROR => 31,
        Level::WARN => 33,
        Level::INFO => 32,
        Level::DEBUG => 34,
        Level::TRACE => 35,
    }
}

fn json(mut writer: Writer<'_>, event: &Event<'_>) -> fmt::Result {
    let mut line = Vec::with_capacity(512);
    write_json(&mut line, event).map_err(|_| fmt::Error)?;
    writeln!(writer, "{}", String::from_utf8_lossy(&line))
}

fn write_json(line: &mut Vec<u8>, event: &Event<'_>) -> serde_json::Result<()> {
    let mut time = String::with_capacity(32);
    // When the time can't be formatted, it stays empty.
    let _ = SystemTime.format_time(&mut Writer::new(&mut time));
    let metadata = event.metadata();
    let mut serializer = serde_json::Serializer::new(line);
    let mut map = serializer.serialize_map(None)?;
    map.serialize_entry("timestamp", &time)?;
    map.serialize_entry("level", &metadata.level().as_serde())?;
    let mut fields = SerdeMapVisitor::new(map);
    event.record(&mut fields);
    let mut map = fields.take_serializer()?;
    map.serialize_entry("target", metadata.target())?;
    if let Some(request) = current_request() {
        map.serialize_entry("span", request.as_ref())?;
    }
    map.end()
}

impl Serialize for CurrentRequest {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut span = serializer.serialize_map(Some(4))?;
        span.serialize_entry("name", "request")?;
        span.serialize_entry("request.id", self.id.as_str())?;
        span.serialize_entry("http.method", self.method.as_str())?;
        span.serialize_entry("http.route", self.route())?;
        span.end()
    }
}
