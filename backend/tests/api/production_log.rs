//! The log in production, field by field.

use std::io::{BufRead, BufReader, Write};
use std::net::TcpListener;
use std::path::Path;
use std::process::Command;
use std::thread;

use jiff::Timestamp;
use serde_json::{Value, json};

use crate::process::{Server, flashblog};

const KEY: &str = "the key that the tests of the log sign with";

fn in_production(data_dir: &Path, source: &str) -> Command {
    let mut command = flashblog(data_dir);
    command
        .env("FLASHBLOG_SECRET_KEY", KEY)
        .args(["--production", "--source", source]);
    command
}

fn events(log: &str) -> Vec<Value> {
    log.lines()
        .map(|line| serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}")))
        .collect()
}

/// An event without the fields that differ in each run, which are checked here.
fn settled(mut event: Value) -> Value {
    let object = event.as_object_mut().expect("an object");
    let time = object.remove("timestamp").expect("a time");
    assert!(
        time.as_str().expect("text").parse::<Timestamp>().is_ok(),
        "{time}"
    );
    if let Some(elapsed) = object.remove("elapsed_ms") {
        assert!(elapsed.is_u64(), "{elapsed}");
    }
    event
}

/// An upstream that answers one request, with a 500.
fn failing_upstream() -> (String, thread::JoinHandle<()>) {
    let listener = TcpListener::bind("127.0.0.1:0").expect("binds");
    let address = listener.local_addr().expect("bound");
    let answering = thread::spawn(move || {
        let (mut stream, _) = listener.accept().expect("a connection");
        let mut head = String::new();
        let mut lines = BufReader::new(stream.try_clone().expect("a handle"));
        while !head.ends_with("\r\n\r\n") {
            lines.read_line(&mut head).expect("reads");
        }
        stream
            .write_all(b"HTTP/1.1 500 Oops\r\ncontent-length: 0\r\nconnection: close\r\n\r\n")
            .expect("writes");
    });
    (
        format!("http://{address}/blogs?key=hidden-words"),
        answering,
    )
}

#[test]
fn an_event_says_what_happened_and_nothing_that_it_should_not() {
    let data_dir = tempfile::tempdir().expect("temporary folder");
    let (source, upstream) = failing_upstream();
    let server = Server::start(&mut in_production(data_dir.path(), &source));
    server.get(
        "/api/v1/blogs/hidden-words?token=hidden-words",
        "X-Request-Id: trace-7\r\nCookie: session=hidden-words\r\nUser-Agent: hidden-words\r\n",
    );
    server.get(
        "/api/v1/session",
        "X-Request-Id: trace-8\r\nAuthorization: Bearer hidden-words\r\n",
    );
    upstream.join().expect("asked");
    let (_, _, log) = server.terminate();
    assert!(!log.contains("hidden-words") && !log.contains(KEY), "{log}");

    let of_request = |id: &str| -> Vec<Value> {
        events(&log)
            .into_iter()
            .filter(|event| event["span"]["request.id"] == id)
            .map(settled)
            .collect()
    };
    let span = json!({
        "name": "request", "request.id": "trace-7",
        "http.method": "GET", "http.route": "/api/v1/blogs/{id}",
    });
    assert_eq!(
        of_request("trace-7"),
        [json!({
            "level": "INFO", "target": "flashblog::telemetry", "message": "Request answered",
            "http.status": 503, "span": span,
        })]
    );
    // The source is read when the server starts.
    let failed = events(&log).into_iter().find(|event| {
        let message = event["message"].as_str().unwrap_or_default();
        message.starts_with("API request failed: http://127.0.0.1:")
    });
    let failed = failed.expect("a failure");
    assert_eq!(failed["level"], "ERROR");
    let message = failed["message"].as_str().expect("text");
    assert!(
        message.ends_with("status 500 Internal Server Error"),
        "{message}"
    );
    assert_eq!(of_request("trace-8")[0]["http.status"], 401);
}

#[test]
fn what_others_named_forges_no_event() {
    let data_dir = tempfile::tempdir().expect("temporary folder");
    let posts = tempfile::tempdir().expect("temporary folder");
    let name = "a\n{\"level\":\"ERROR\"}\u{1b}[31m.md";
    std::fs::write(posts.path().join(name), "---\n: [\n---\n").expect("writes");
    let source = posts.path().to_str().expect("UTF-8");
    let server = Server::start(&mut in_production(data_dir.path(), source));
    server.get("/api/v1/blogs", "");
    let (_, _, log) = server.terminate();
    assert!(!log.contains('\u{1b}'), "{log}");
    let events = events(&log);
    assert!(
        events.iter().all(|event| event["level"] != "ERROR"),
        "{log}"
    );
    let skipped = events.iter().find(|event| event["file"] == name);
    assert_eq!(skipped.expect("a warning")["level"], "WARN");
}

/// Not a test of its own: the process that the next test starts.
#[test]
#[ignore = "started by the next test"]
fn panics_once_it_logs() {
    flashblog::telemetry::start("info", true).expect("starts");
    let _ = thread::spawn(|| panic!("the words of a panic")).join();
}

#[test]
fn a_panic_is_one_event_and_nothing_beside_it() {
    let output = Command::new(std::env::current_exe().expect("this test"))
        .args(["--exact", "production_log::panics_once_it_logs"])
        .args(["--ignored", "--nocapture", "--test-threads=1"])
        .output()
        .expect("runs");
    let log = String::from_utf8(output.stderr).expect("text");
    let [event] = &events(&log)[..] else {
        panic!("{log}");
    };
    assert_eq!(event["level"], "ERROR");
    assert_eq!(event["cause"], "the words of a panic");
    let place = event["place"].as_str().unwrap_or_default();
    assert!(place.contains("production_log.rs"), "{event}");
}
