//! Texts that upstreams send.

use serde_json::json;

use super::*;

fn first(text: &str) -> Result<Map<String, Value>, String> {
    let answer = list(text, &["data"], &[]).expect("a list");
    record(answer.records[0])
}

#[test]
fn invalid_unicode_becomes_a_replacement_character() {
    for (body, title) in [
        (&br#"[{"t":"Cut \ud83d"}]"#[..], "Cut \u{fffd}"),
        (
            br#"[{"t":"\udc00\ud83d\ud83d\ude00"}]"#,
            "\u{fffd}\u{fffd}\u{1f600}",
        ),
        (br#"[{"t":"\\ud83d \u00e9"}]"#, "\\ud83d é"),
        (b"[{\"t\":\"caf\xe9\"}]", "caf\u{fffd}"),
        ("\u{feff}[{\"t\":\"x\"}]".as_bytes(), "x"),
        (br#"[{"t":"\ud83d\u0041"}]"#, "\u{fffd}A"),
    ] {
        let text = text(body.to_vec());
        assert_eq!(first(&text).expect("a record")["t"], title, "{text}");
    }
    assert_eq!(text(b"\"\\u".to_vec()), "\"\\u");
    assert_eq!(text(b"\\".to_vec()), "\\");
}

#[test]
fn a_field_that_can_not_be_read_costs_no_other() {
    let deep = "[".repeat(200) + &"]".repeat(200);
    let text = format!(r#"{{"data":[{{"id":1,"score":1e400,"tree":{deep},"title":"A"}}]}}"#);
    let record = first(&text).expect("a record");
    assert_eq!(
        Value::Object(record),
        json!({"id":1,"score":null,"tree":null,"title":"A"})
    );
}

#[test]
fn a_record_of_too_many_values_is_refused_before_it_takes_memory() {
    let honest = format!(r#"[{{"tags":[{}0]}}]"#, "0,".repeat(10_000));
    assert!(first(&honest).is_ok());
    let hostile = format!(r#"[{{"tags":[{}0]}}]"#, r#"{"":0},"#.repeat(100_000));
    assert_eq!(
        first(&hostile),
        Err("it holds more than 20000 values".to_owned())
    );
    let fields: String = (0..30_000).map(|at| format!("\"{at}\":0,")).collect();
    assert!(first(&format!("[{{{fields}\"x\":0}}]")).is_err());
    let long = format!(r#"[{{"a":"{}"}}]"#, "x".repeat(MAX_RECORD_BYTES));
    assert_eq!(first(&long), Err("it is larger than 2 MiB".to_owned()));
}

#[test]
fn a_list_without_end_is_cut() {
    let many = format!("[{}0]", "0,".repeat(MAX_RECORDS + 6));
    let answer = list(&many, &[], &[]).expect("a list");
    assert_eq!((answer.records.len(), answer.left_out), (MAX_RECORDS, 7));
}

#[test]
fn grammar_is_told_apart_from_another_shape() {
    for text in ["", "[{]", "NaN", "[1, 2", "[] x", "<html>", r#"{"a":}"#] {
        assert!(
            matches!(list(text, &["data"], &[]), Err(NoList::Grammar(..))),
            "{text}"
        );
    }
    for text in [
        "{}",
        "null",
        "\"x\"",
        "7",
        r#"{"data":null}"#,
        r#"{"data":{}}"#,
    ] {
        assert!(
            matches!(list(text, &["data"], &[]), Err(NoList::Absent)),
            "{text}"
        );
    }
}

#[test]
fn a_whole_number_of_any_length_stays_as_written() {
    for (written, read) in [
        (
            "123456789012345678901234567890",
            json!("123456789012345678901234567890"),
        ),
        (
            "123456789012345678901234567891",
            json!("123456789012345678901234567891"),
        ),
        ("-9223372036854775809", json!("-9223372036854775809")),
        ("18446744073709551615", json!(u64::MAX)),
        ("-7", json!(-7)),
        ("1.5", json!(1.5)),
    ] {
        let text = format!(r#"[{{"id":{written}}}]"#);
        assert_eq!(first(&text).expect("a record")["id"], read, "{written}");
    }
}
