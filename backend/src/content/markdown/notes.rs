//! Footnotes at the end of a text, each with a link back, and callouts.

use std::collections::HashMap;

use pulldown_cmark::{BlockQuoteKind, CowStr, Event, Tag, TagEnd};

/// Moves footnotes to the end, numbered in the order in which the text refers to them. Roles
/// (DPUB-ARIA 1.1) tell them from the text.
pub(super) fn place_footnotes(events: Vec<Event<'_>>) -> Vec<Event<'_>> {
    let (body, mut definitions) = take_definitions(events);
    if definitions.is_empty() {
        return body.into_iter().map(undefined_as_text).collect();
    }
    let mut notes = Notes::default();
    let mut placed: Vec<Event> = Vec::with_capacity(body.len());
    for event in body {
        placed.push(notes.refer(event, &definitions));
    }
    let mut list: Vec<Event> = Vec::new();
    let mut next = 0;
    while !definitions.is_empty() {
        // A note that nothing refers to comes last.
        let label = match notes.order.get(next) {
            Some(label) => label.clone(),
            None => match definitions.first() {
                Some((label, _)) => {
                    let label = label.clone();
                    notes.number(&label);
                    label
                }
                None => break,
            },
        };
        next += 1;
        let Some(content) = definitions.take(&label) else {
            continue;
        };
        let content: Vec<Event> = content
            .into_iter()
            .map(|event| notes.refer(event, &definitions))
            .collect();
        list.extend(item(next, content, notes.uses.contains_key(&label)));
    }
    placed.push(Event::Html(
        "<section role=\"doc-endnotes\">\n<hr />\n<ol>\n".into(),
    ));
    placed.append(&mut list);
    placed.push(Event::Html("</ol>\n</section>\n".into()));
    placed
}

/// A note with its link back, which is put into the note's last paragraph.
fn item(number: usize, mut content: Vec<Event<'_>>, is_referred_to: bool) -> Vec<Event<'_>> {
    if is_referred_to {
        let back = format!(
            " <a href=\"#fnref-{number}\" role=\"doc-backlink\" title=\"Back to the text\">↩</a>"
        );
        let at = match content.last() {
            Some(Event::End(TagEnd::Paragraph)) => content.len() - 1,
            _ => content.len(),
        };
        content.insert(at, Event::InlineHtml(back.into()));
    }
    let mut item = vec![Event::Html(format!("<li id=\"fn-{number}\">\n").into())];
    item.append(&mut content);
    item.push(Event::Html("</li>\n".into()));
    item
}

/// Notes by their labels, in order.
#[derive(Default)]
struct Definitions<'a> {
    labels: Vec<CowStr<'a>>,
    contents: HashMap<CowStr<'a>, Vec<Event<'a>>>,
    first: usize,
}

impl<'a> Definitions<'a> {
    fn is_empty(&self) -> bool {
        self.contents.is_empty()
    }

    fn take(&mut self, label: &str) -> Option<Vec<Event<'a>>> {
        let content = self.contents.remove(label);
        while self
            .labels
            .get(self.first)
            .is_some_and(|label| !self.contents.contains_key(label))
        {
            self.first += 1;
        }
        content
    }

    fn first(&self) -> Option<(&CowStr<'a>, ())> {
        self.labels.get(self.first).map(|label| (label, ()))
    }
}

#[derive(Default)]
struct Notes<'a> {
    order: Vec<CowStr<'a>>,
    numbers: HashMap<CowStr<'a>, usize>,
    uses: HashMap<CowStr<'a>, usize>,
}

impl<'a> Notes<'a> {
    fn number(&mut self, label: &CowStr<'a>) -> usize {
        let next = self.order.len() + 1;
        let number = *self.numbers.entry(label.clone()).or_insert(next);
        if number == next {
            self.order.push(label.clone());
        }
        number
    }

    fn refer(&mut self, event: Event<'a>, definitions: &Definitions<'a>) -> Event<'a> {
        let Event::FootnoteReference(label) = event else {
            return event;
        };
        let is_known =
            self.numbers.contains_key(&label) || definitions.contents.contains_key(&label);
        if !is_known {
            return undefined_as_text(Event::FootnoteReference(label));
        }
        let number = self.number(&label);
        let uses = self.uses.entry(label).or_default();
        *uses += 1;
        let id = match *uses {
            1 => format!("fnref-{number}"),
            uses => format!("fnref-{number}-{uses}"),
        };
        let link = format!(
            "<sup><a href=\"#fn-{number}\" id=\"{id}\" role=\"doc-noteref\">{number}</a></sup>"
        );
        Event::InlineHtml(link.into())
    }
}

fn undefined_as_text(event: Event<'_>) -> Event<'_> {
    match event {
        Event::FootnoteReference(label) => Event::Text(format!("[^{label}]").into()),
        event => event,
    }
}

/// The text without its notes, and the notes. Of two notes with the same label the first counts.
fn take_definitions(events: Vec<Event<'_>>) -> (Vec<Event<'_>>, Definitions<'_>) {
    let mut body = Vec::with_capacity(events.len());
    let mut definitions = Definitions::default();
    let mut open: Option<(CowStr, Vec<Event>)> = None;
    for event in events {
        match (event, &mut open) {
            (Event::Start(Tag::FootnoteDefinition(label)), None) => {
                open = Some((label, Vec::new()));
            }
            (Event::End(TagEnd::FootnoteDefinition), Some(_)) => {
                if let Some((label, content)) = open.take()
                    && !definitions.contents.contains_key(&label)
                {
                    definitions.labels.push(label.clone());
                    definitions.contents.insert(label, content);
                }
            }
            (event, Some((_, content))) => content.push(event),
            (event, None) => body.push(event),
        }
    }
    (body, definitions)
}

/// One of GitHub's alerts becomes a quote with the role `note` and its kind as the first paragraph.
pub(super) fn callout(event: Event<'_>) -> Event<'_> {
    let name = match event {
        Event::Start(Tag::BlockQuote(Some(kind))) => match kind {
            BlockQuoteKind::Note => "Note",
            BlockQuoteKind::Tip => "Tip",
            BlockQuoteKind::Important => "Important",
            BlockQuoteKind::Warning => "Warning",
            BlockQuoteKind::Caution => "Caution",
        },
        event => return event,
    };
    let opening = format!("<blockquote role=\"note\">\n<p><strong>{name}</strong></p>\n");
    Event::Html(opening.into())
}
