//! Markdown to HTML. The HTML is as (un)safe as the Markdown: it goes through [`super::html`] next.

use pulldown_cmark::{CowStr, Event, Options, Parser, Tag, TagEnd, html};

/// A rendered text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rendered {
    /// The first heading, as plain text.
    pub heading: Option<String>,
    /// Unsafe HTML.
    pub html: String,
    /// What stands above `<!-- truncate -->` or `<!-- more -->`, where the text holds such a mark.
    pub opening_html: Option<String>,
}

/// Renders CommonMark with tables, strikethrough, footnotes, task lists and heading attributes. Raw
/// HTML stays. A task's box is a sign: the page has nothing that could be ticked.
///
/// A heading that opens the text is left out when `title` is the same or absent, since the page shows
/// the title above the text.
#[must_use]
pub fn render(markdown: &str, title: Option<&str>) -> Rendered {
    let options = Options::ENABLE_TABLES
        | Options::ENABLE_STRIKETHROUGH
        | Options::ENABLE_FOOTNOTES
        | Options::ENABLE_TASKLISTS
        | Options::ENABLE_HEADING_ATTRIBUTES;
    let mut events: Vec<Event> = Parser::new_ext(markdown, options)
        .map(|event| match event {
            Event::TaskListMarker(done) => Event::Text(if done { "☑ " } else { "☐ " }.into()),
            event => event,
        })
        .collect();

    let heading = first_heading(&events);
    if let Some(heading) = &heading
        && heading.start == 0
        && title.is_none_or(|title| title.trim() == heading.text.trim())
    {
        events.drain(..=heading.end);
    }
    let opening_html = events
        .iter()
        .position(is_summary_mark)
        .map(|at| to_html(&events[..at]));
    Rendered {
        heading: heading.map(|heading| heading.text),
        html: to_html(&events),
        opening_html,
    }
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

/// Docusaurus's and Zola's marks for the end of a post's summary.
fn is_summary_mark(event: &Event) -> bool {
    let mark = |html: &CowStr| {
        let comment = html
            .trim()
            .strip_prefix("<!--")
            .and_then(|rest| rest.strip_suffix("-->"));
        matches!(comment.map(str::trim), Some("truncate" | "more"))
    };
    match event {
        Event::Html(html) | Event::InlineHtml(html) => mark(html),
        _ => false,
    }
}

fn to_html(events: &[Event]) -> String {
    let mut out = String::new();
    html::push_html(&mut out, events.iter().cloned());
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_blogs_write_becomes_html() {
        let rendered = render(
            "A *b* ~~c~~[^1] -- \"q\"\n\n| x | y |\n|---|--:|\n| 1 | 2 |\n\n```rust,no_run\nfn a() {}\n```\n\n<b>raw</b>\n\n[^1]: note\n",
            Some("Title"),
        );
        for part in [
            "<em>b</em> <del>c</del><sup",
            "-- \"q\"",
            "<td style=\"text-align: right\">2</td>",
            "<code class=\"language-rust,no_run\">fn a() {}",
            "<b>raw</b>",
            "note",
        ] {
            assert!(
                rendered.html.contains(part),
                "{part} is not in {}",
                rendered.html
            );
        }
        assert_eq!(rendered.heading, None);
        assert_eq!(rendered.opening_html, None);
    }

    #[test]
    fn a_task_shows_whether_it_is_done() {
        let html = render("- [ ] a task\n- [x] done\n- [link](/x) [ ]\n", None).html;
        for part in [
            "<li>☐ a task</li>",
            "<li>☑ done</li>",
            "<li><a href=\"/x\">link</a> [ ]</li>",
        ] {
            assert!(html.contains(part), "{part} is not in {html}");
        }
    }

    #[test]
    fn a_heading_that_says_the_title_again_is_left_out() {
        for (markdown, title, heading, html) in [
            ("# A `b` *c*\n\nText", None, Some("A b c"), "<p>Text</p>\n"),
            ("# A\n\nText", Some("A"), Some("A"), "<p>Text</p>\n"),
            (
                "# B\n\nText",
                Some("A"),
                Some("B"),
                "<h1>B</h1>\n<p>Text</p>\n",
            ),
            ("Text\n\n## A", None, Some("A"), "<p>Text</p>\n<h2>A</h2>\n"),
            ("A\n===\nText", None, Some("A"), "<p>Text</p>\n"),
            ("Text", None, None, "<p>Text</p>\n"),
            ("", None, None, ""),
        ] {
            let rendered = render(markdown, title);
            assert_eq!(rendered.heading.as_deref(), heading, "{markdown}");
            assert_eq!(rendered.html, html, "{markdown}");
        }
    }

    #[test]
    fn a_mark_ends_the_summary() {
        for mark in ["<!--truncate-->", "<!-- truncate -->", "<!-- more -->"] {
            let rendered = render(&format!("One *two*.\n\n{mark}\n\nThree."), Some("T"));
            assert_eq!(
                rendered.opening_html.as_deref(),
                Some("<p>One <em>two</em>.</p>\n")
            );
        }
        assert_eq!(
            render("```\n<!--truncate-->\n```\n", None).opening_html,
            None
        );
    }
}
