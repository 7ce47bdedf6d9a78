//! Messages for other programs.

use std::io::{self, Write};

use serde::Serialize;

use super::{Pages, time};
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

/// RFC 4180, with a heading.
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

/// One JSON array.
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

/// A cell that no spreadsheet takes for a formula: it would run what a stranger wrote (OWASP, CSV
/// injection; also after white space, which some drop, and in full-width forms).
fn cell(text: &str) -> String {
    const FORMULA: &str = "=+-@＝＋－＠";
    let runs = text.trim_start().starts_with(|c| FORMULA.contains(c))
        || text.starts_with(['\t', '\r', '\n']);
    if runs {
        format!("'{text}")
    } else {
        text.to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_cell_is_a_formula() {
        for text in [
            "=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\rx", "\nx", "  =1", "＝1",
        ] {
            assert_eq!(cell(text), format!("'{text}"));
        }
        for text in ["", "1+1", "a=b", "M-1", "O'Neil", "\"=1\""] {
            assert_eq!(cell(text), text);
        }
    }
}
