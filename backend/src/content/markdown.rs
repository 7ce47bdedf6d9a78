//! Markdown to HTML. The HTML is unsafe until [`super::html`] has sanitised it.

mod dialects;
mod notes;

use std::collections::BTreeSet;

use pulldown_cmark::{Event, Options, Parser, Tag, TagEnd, html};

use self::dialects::{SUMMARY_MARK, translate};
use super::html::TooComplex;

/// How many events of the parser one post may have.
const MAX_EVENTS: usize = 1_000_000;
/// How many table cells a text may have.
const MAX_CELLS: usize = 250_000;

/// A rendered text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rendered {
    /// The first heading, as plain text.
    pub heading: Option<String>,
    /// Unsafe HTML.
    pub html: String,
    /// The unsafe HTML above the mark that ends the summary, such as `<!-- more -->`. `None` without a mark.
    pub opening_html: Option<String>,
    /// The kinds of template tags that could not be translated and are shown as code, for a warning.
    pub unread: BTreeSet<String>,
}

/// The language of a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Flavour {
    /// Markdown, with the additions of site generators.
    Markdown,
    /// Markdown with JavaScript and components.
    Mdx,
}

/// Renders CommonMark with tables, strikethrough, footnotes, task lists, heading attributes and GitHub's
/// alerts. Raw HTML stays. Shortcodes and template tags become Markdown where that is possible, else
/// code. A task's box becomes a character, since readers can't tick it.
///
/// A heading that opens the text is left out when `title` is the same or absent, since the page shows
/// the title above the text.
///
/// # Errors
/// When the text has too many parts.
pub fn render(text: &str, title: Option<&str>, flavour: Flavour) -> Result<Rendered, TooComplex> {
    // The parser builds a node for each cell before the first event can be counted.
    if text.bytes().filter(|byte| *byte == b'|').count() > MAX_CELLS {
        return Err(TooComplex::TooManyElements);
    }
    let translated = translate(text, flavour == Flavour::Mdx);
    let options = Options::ENABLE_TABLES
        | Options::ENABLE_STRIKETHROUGH
        | Options::ENABLE_FOOTNOTES
        | Options::ENABLE_TASKLISTS
        | Options::ENABLE_HEADING_ATTRIBUTES
        | Options::ENABLE_GFM;
    let mut events: Vec<Event> = Parser::new_ext(&translated.markdown, options)
        .take(MAX_EVENTS + 1)
        .map(|event| match event {
            Event::TaskListMarker(done) => Event::Text(if done { "☑ " } else { "☐ " }.into()),
            event => notes::callout(event),
        })
        .collect();
    if events.len() > MAX_EVENTS {
        return Err(TooComplex::TooManyElements);
    }

    let heading = first_heading(&events);
    if let Some(heading) = &heading
        && heading.start == 0
        && title.is_none_or(|title| title.trim() == heading.text.trim())
    {
        events.drain(..=heading.end);
    }
    let opening_html = events.iter().position(is_summary_mark).map(|at| {
        let opening = events[..at].iter();
        // The footnotes stand below the mark.
        to_html(
            opening
                .filter(|event| !matches!(event, Event::FootnoteReference(_)))
                .cloned(),
        )
    });
    Ok(Rendered {
        heading: heading.map(|heading| heading.text),
        html: to_html(notes::place_footnotes(events).into_iter()),
        opening_html,
        unread: translated.unread,
    })
}

struct Heading {
    text: String,
    /// Positions of its first and last event.
    start: usize,
    end: usize,
}

fn first_heading(events: &[Event]) -> Option<Heading> {
    let start = events
        .iter()
        .position(|event| matches!(event, Event::Start(Tag::Heading { .. })))?;
    let length = events[start..]
        .iter()
        .position(|event| matches!(event, Event::End(TagEnd::Heading(_))))?;
    let end = start + length;
    let text = events[start..end]
        .iter()
        .filter_map(|event| match event {
            Event::Text(text) | Event::Code(text) => Some(&**text),
            Event::SoftBreak | Event::HardBreak => Some(" "),
            _ => None,
        })
        .collect();
    Some(Heading { text, start, end })
}

fn is_summary_mark(event: &Event) -> bool {
    matches!(event, Event::Html(html) | Event::InlineHtml(html) if html.trim() == SUMMARY_MARK)
}

fn to_html<'a>(events: impl Iterator<Item = Event<'a>>) -> String {
    let mut out = String::new();
    html::push_html(&mut out, events);
    out
}

#[cfg(test)]
mod tests;
