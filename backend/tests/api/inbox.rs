//! `flashblog messages` on the command line.

use std::path::Path;
use std::process::{Command, Stdio};

use flashblog::store::MessageStore;
use flashblog::store::message::{Message, Reference};
use flashblog::store::sqlite::SqliteStore;
use tempfile::TempDir;

/// A data folder whose database is open, as with a running server.
struct Inbox {
    folder: TempDir,
    store: SqliteStore,
}

struct Output {
    code: Option<i32>,
    out: String,
    error: String,
}

impl Inbox {
    async fn new() -> Self {
        let folder = tempfile::tempdir().expect("temporary folder");
        let store = SqliteStore::open(&folder.path().join("flashblog.db"))
            .await
            .expect("opens");
        Self { folder, store }
    }

    async fn add(&self, number: i64, change: impl FnOnce(&mut Message)) -> String {
        let mut message = Message {
            reference: Reference::random().expect("randomness"),
            received_at: 1_790_000_000 + number,
            name: format!("Writer {number}"),
            email: "writer@example.org".to_owned(),
            subject: format!("Subject {number}"),
            message: "One\n\ttwo".to_owned(),
        };
        change(&mut message);
        self.store
            .add_message(&message, None, None)
            .await
            .expect("adds");
        message.reference.to_string()
    }

    fn run(&self, arguments: &[&str]) -> Output {
        run(self.folder.path(), arguments)
    }
}

fn run(data_dir: &Path, arguments: &[&str]) -> Output {
    let output = Command::new(env!("CARGO_BIN_EXE_flashblog"))
        .env_clear()
        .arg("messages")
        .args(arguments)
        .arg("--data-dir")
        .arg(data_dir)
        .stdin(Stdio::null())
        .output()
        .expect("runs");
    Output {
        code: output.status.code(),
        out: String::from_utf8(output.stdout).expect("text"),
        error: String::from_utf8(output.stderr).expect("text"),
    }
}

#[tokio::test]
async fn the_list_has_the_newest_first_and_show_has_it_all() {
    let inbox = Inbox::new().await;
    assert_eq!(inbox.run(&["list"]).out, "No messages.\n");
    let first = inbox.add(1, |_| {}).await;
    let second = inbox
        .add(2, |message| {
            message.name = "Evil\u{202e}".to_owned();
            message.subject = "x".repeat(200);
            message.message = "a\u{1b}[31mb\n\tc".to_owned();
        })
        .await;
    let list = inbox.run(&["list"]);
    assert_eq!(list.code, Some(0), "{}", list.error);
    let lines: Vec<&str> = list.out.lines().collect();
    assert_eq!(lines.len(), 3);
    assert!(lines[0].starts_with("REFERENCE") && lines[0].ends_with("SUBJECT"));
    assert!(lines[1].starts_with(&second) && lines[1].ends_with("xx…"));
    assert!(lines[2].starts_with(&format!("{first}  2026-09-21T14:13:21Z  Writer 1 <writer@")));
    assert_eq!(inbox.run(&["list", "--limit", "1"]).out.lines().count(), 2);

    let shown = inbox.run(&["show", &second.to_lowercase()]).out;
    assert!(shown.contains("Name       Evil\\u{202e}\n"), "{shown}");
    assert!(shown.ends_with("\n\na\\u{1b}[31mb\n\tc\n"), "{shown}");
}

#[tokio::test]
async fn an_export_is_exact_as_json_and_safe_as_csv() {
    let inbox = Inbox::new().await;
    assert_eq!(inbox.run(&["export", "--format", "json"]).out, "[]\n");
    for number in 0..250 {
        inbox.add(number, |_| {}).await;
    }
    let reference = inbox
        .add(300, |message| {
            message.subject = "=HYPERLINK(\"http://evil.example\")".to_owned();
            message.message = "He said \"no\",\nand left ".to_owned();
        })
        .await;
    let json = inbox.run(&["export", "--format", "json"]).out;
    let rows: Vec<serde_json::Value> = serde_json::from_str(&json).expect("JSON");
    assert_eq!(rows.len(), 251);
    assert_eq!(rows[0]["reference"], reference);
    assert_eq!(rows[0]["subject"], "=HYPERLINK(\"http://evil.example\")");
    assert_eq!(rows[0]["message"], "He said \"no\",\nand left ");
    assert_eq!(rows[0]["received_at"], "2026-09-21T14:18:20Z");

    let csv = inbox.run(&["export", "--format", "csv"]).out;
    let expected = format!(
        "reference,received_at,name,email,subject,message\r\n\
         {reference},2026-09-21T14:18:20Z,Writer 300,writer@example.org,\
         \"'=HYPERLINK(\"\"http://evil.example\"\")\",\
         \"He said \"\"no\"\",\nand left \"\r\n"
    );
    assert!(csv.starts_with(&expected), "{csv:.400}");
    assert_eq!(csv.matches("\r\n").count(), 252);
}

#[tokio::test]
async fn deleting_needs_a_yes() {
    let inbox = Inbox::new().await;
    let reference = inbox.add(1, |_| {}).await;
    let refused = inbox.run(&["delete", &reference]);
    assert_eq!(refused.code, Some(1));
    assert_eq!(refused.error.lines().count(), 1);
    assert!(refused.error.contains("--yes"), "{}", refused.error);
    let deleted = inbox.run(&["delete", "--yes", &reference]);
    assert_eq!(deleted.code, Some(0), "{}", deleted.error);
    assert_eq!(deleted.out, format!("Deleted {reference}.\n"));
    for arguments in [
        &["delete", "--yes", &reference] as &[&str],
        &["show", &reference],
        &["show", "no\u{1b}thing"],
    ] {
        let unknown = inbox.run(arguments);
        assert_eq!(unknown.code, Some(1));
        assert_eq!(unknown.error.lines().count(), 1, "{}", unknown.error);
        assert!(
            unknown
                .error
                .starts_with("flashblog: no message is called ")
        );
        assert!(!unknown.error.contains('\u{1b}'));
    }
}

#[tokio::test]
async fn stats_count() {
    let inbox = Inbox::new().await;
    assert!(inbox.run(&["stats"]).out.contains("Last received   never"));
    inbox.add(1, |_| {}).await;
    inbox
        .add(2, |message| message.received_at = 32_000_000_000)
        .await;
    let stats = inbox.run(&["stats"]).out;
    assert!(stats.contains("Messages        2\n"), "{stats}");
    assert!(stats.contains("Last 24 hours   1\n"), "{stats}");
    assert!(
        stats.contains("First received  2026-09-21T14:13:21Z\n"),
        "{stats}"
    );
}

#[test]
fn without_a_database_nothing_is_made() {
    let folder = tempfile::tempdir().expect("temporary folder");
    let output = run(folder.path(), &["list"]);
    assert_eq!(output.code, Some(1));
    assert_eq!(output.error.lines().count(), 1);
    assert!(output.error.contains("does not exist"), "{}", output.error);
    assert!(!folder.path().join("flashblog.db").exists());
    let unusable = run(folder.path(), &["export", "--format", "xml"]);
    assert_eq!(unusable.code, Some(2));
    assert_eq!(unusable.error.lines().count(), 1, "{}", unusable.error);
}

#[test]
fn without_a_subcommand_they_are_named() {
    let folder = tempfile::tempdir().expect("temporary folder");
    let output = run(folder.path(), &[]);
    assert_eq!(output.code, Some(2));
    assert_eq!(output.error.lines().count(), 1, "{}", output.error);
    for name in ["list", "show", "export", "delete", "stats"] {
        assert!(output.error.contains(name), "{}", output.error);
    }
}
