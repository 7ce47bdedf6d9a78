//! Exports messages for other programs.

use std::io::{self, Write};

use serde::Serialize;

use super::{Pages, time};
use unicode_width::UnicodeWidthChar;

use crate::store::Store;
use crate::store::message::Message;

/// The columns of an export, in their order.
#[derive(Serialize)]
struct Row<'a> {
    reference: &'a str,
    received_at: &'a str,
    name: &'a str,
    email: &'a str,
    subject: &'a str,
    message: &'a str,
}

/// Writes CSV (RFC 4180) with a header row.
pub(super) async fn csv(store: &dyn Store, out: &mut impl Write) -> anyhow::Result<()> {
    let mut writer = csv::WriterBuilder::new()
        .terminator(csv::Terminator::CRLF)
        .has_headers(false)
        .from_writer(out);
    writer
        .write_record([
            "reference",
            "received_at",
            "name",
            "email",
            "subject",
            "message",
        ])
        .map_err(io::Error::from)?;
    let mut pages = Pages::of(store);
    loop {
        let page = pages.next().await?;
        if page.is_empty() {
            break;
        }
        for message in &page {
            let [name, email, subject, text] = [
                &message.name,
                &message.email,
                &message.subject,
                &message.message,
            ]
            .map(|text| cell(text));
            writer
                .serialize(Row {
                    reference: message.reference.as_str(),
                    received_at: &time(message.received_at),
                    name: &name,
                    email: &email,
                    subject: &subject,
                    message: &text,
                })
                .map_err(io::Error::from)?;
        }
    }
    writer.flush()?;
    Ok(())
}

/// Writes one JSON array.
pub(super) async fn json(store: &dyn Store, out: &mut impl Write) -> anyhow::Result<()> {
    let mut pages = Pages::of(store);
    let mut separator = "[\n";
    loop {
        let page = pages.next().await?;
        if page.is_empty() {
            break;
        }
        for message in &page {
            out.write_all(separator.as_bytes())?;
            serde_json::to_writer(&mut *out, &json_row(message, &time(message.received_at)))
                .map_err(io::Error::from)?;
            separator = ",\n";
        }
    }
    let end: &[u8] = if separator == "[\n" {
        b"[]\n"
    } else {
        b"\n]\n"
    };
    out.write_all(end)?;
    Ok(())
}

fn json_row<'a>(message: &'a Message, received_at: &'a str) -> Row<'a> {
    Row {
        reference: message.reference.as_str(),
        received_at,
        name: &message.name,
        email: &message.email,
        subject: &message.subject,
        message: &message.message,
    }
}

/// Puts an apostrophe before text that a spreadsheet would run as a formula (OWASP, CSV injection).
///
/// Some spreadsheets split rows at `;` or tab, and end a row at a line break within a cell. So the
/// text after each of these is treated as the beginning of a cell. Some drop white space,
/// invisible characters or quotes there, and some read full-width forms.
fn cell(text: &str) -> String {
    const FORMULA: &str = "=+-@＝＋－＠";
    let mut safe = String::with_capacity(text.len());
    for part in text.split_inclusive([';', '\t', '\r', '\n']) {
        let is_first = safe.is_empty();
        let is_invisible = |c: char| c.width().is_none_or(|width| width == 0);
        let dropped = |c: char| c.is_whitespace() || is_invisible(c) || (c == '"' && !is_first);
        let runs = part
            .trim_start_matches(dropped)
            .starts_with(|c| FORMULA.contains(c));
        if runs || (is_first && part.starts_with(['\t', '\r', '\n'])) {
            safe.push('\'');
        }
        safe.push_str(part);
    }
    safe
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_cell_is_a_formula() {
        for invisible in [
            "\u{feff}",
            "\u{200b}",
            "\u{ad}",
            "\u{2060}",
            "\u{200e}\u{200f}",
            "\0",
            "\u{7f}",
            "\u{180e}",
            "\u{e0001}",
        ] {
            let text = format!("{invisible}=1+1");
            assert_eq!(cell(&text), format!("'{text}"), "{invisible:?}");
        }
        for text in ["=1+1", "+1", "-1", "@SUM(A1)", "\rx", "\nx", "  =1", "＝1"] {
            assert_eq!(cell(text), format!("'{text}"));
        }
        for text in ["", "1+1", "a=b", "M-1", "O'Neil", "\"=1\"", "a; b\n\nc, -d"] {
            assert_eq!(cell(text), text);
        }
    }

    #[test]
    fn no_cell_is_a_formula_for_programs_with_another_separator() {
        for (text, safe) in [
            ("a;=HYPERLINK(\"x\")", "a;'=HYPERLINK(\"x\")"),
            ("a\n=1\n\n -2", "a\n'=1\n\n' -2"),
            ("a;\t@b;\"+c\"", "a;\t'@b;'\"+c\""),
            ("\t=1", "'\t'=1"),
            ("a;\"\" ＝1", "a;'\"\" ＝1"),
        ] {
            assert_eq!(cell(text), safe);
            for separator in [b',', b';', b'\t'] {
                let mut row = csv::Writer::from_writer(Vec::new());
                let fields = ["M-1", &cell(text), &cell(text)];
                row.write_record(fields).expect("written");
                let row = row.into_inner().expect("written");
                let mut reader = csv::ReaderBuilder::new()
                    .delimiter(separator)
                    .has_headers(false)
                    .flexible(true)
                    .from_reader(&row[..]);
                for record in reader.records() {
                    for read in &record.expect("a row") {
                        let starts = read.trim_start().starts_with(['=', '+', '-', '@', '＝']);
                        assert!(!starts, "{read:?} of {text:?}");
                    }
                }
            }
        }
    }
}
