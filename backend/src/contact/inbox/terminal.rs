//! Shows messages at a terminal. A visitor's text must not control the terminal.

use std::io::{self, Write};

use unicode_width::UnicodeWidthStr;

use super::time;
use crate::store::message::Message;

const FROM_WIDTH: usize = 34;
const SUBJECT_WIDTH: usize = 40;

/// The heading of the rows.
pub(super) fn write_heading(out: &mut impl Write) -> io::Result<()> {
    writeln!(
        out,
        "{:12}  {:20}  {:FROM_WIDTH$}  SUBJECT",
        "REFERENCE", "RECEIVED", "FROM"
    )
}

/// Writes a message on one line; long columns are cut.
pub(super) fn write_row(message: &Message, out: &mut impl Write) -> io::Result<()> {
    let from = format!("{} <{}>", line(&message.name), line(&message.email));
    let from = cut(&from, FROM_WIDTH);
    writeln!(
        out,
        "{}  {:20}  {from}{}  {}",
        message.reference,
        time(message.received_at),
        " ".repeat(FROM_WIDTH.saturating_sub(from.width())),
        cut(&line(&message.subject), SUBJECT_WIDTH)
    )
}

/// Writes a whole message.
pub(super) fn write_message(message: &Message, out: &mut impl Write) -> io::Result<()> {
    writeln!(out, "Reference  {}", message.reference)?;
    writeln!(out, "Received   {}", time(message.received_at))?;
    writeln!(out, "Name       {}", line(&message.name))?;
    writeln!(out, "Email      {}", line(&message.email))?;
    writeln!(out, "Subject    {}", line(&message.subject))?;
    writeln!(out)?;
    for text in message.message.split('\n') {
        let parts: Vec<String> = text.split('\t').map(line).collect();
        writeln!(out, "{}", parts.join("\t"))?;
    }
    Ok(())
}

/// Text on one line. Control characters and those that change the reading direction are escaped.
pub(super) fn line(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    for c in text.chars() {
        let changes_direction = matches!(c, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
        if c.is_control() || changes_direction || matches!(c, '\u{2028}' | '\u{2029}') {
            shown.extend(c.escape_unicode());
        } else {
            shown.push(c);
        }
    }
    shown
}

fn cut(text: &str, width: usize) -> String {
    if text.width() <= width {
        return text.to_owned();
    }
    let mut end = 0;
    for (start, c) in text.char_indices() {
        let next = start + c.len_utf8();
        if text[..next].width() >= width {
            break;
        }
        end = next;
    }
    format!("{}…", &text[..end])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_that_a_visitor_writes_steers_the_terminal() {
        assert_eq!(
            line("a\u{1b}[31m\r\n\u{202e}b\u{85}"),
            "a\\u{1b}[31m\\u{d}\\u{a}\\u{202e}b\\u{85}"
        );
        assert_eq!(line("Grüße 字 🦀"), "Grüße 字 🦀");
    }

    #[test]
    fn columns_end_where_they_should_in_every_script() {
        assert_eq!(cut("short", 5), "short");
        assert_eq!(cut("longer", 5), "long…");
        let wide = cut("字字字字", 6);
        assert_eq!((wide.as_str(), wide.width()), ("字字…", 5));
    }
}
