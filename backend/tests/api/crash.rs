//! Acknowledged messages and flashes survive crashes of the process and full disks.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use axum::http::StatusCode;
use flashblog::store::Store;
use flashblog::store::message::Message;
use flashblog::store::sqlite::SqliteStore;
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::harness::{Answer, Client, TestApp, skipped};
use crate::process::{Server, flashblog};

const CLIENTS: usize = 8;
const ACKNOWLEDGED_PER_ROUND: usize = 40;

/// The environment variable with the number of rounds, for longer runs than usual.
const ROUNDS: &str = "FLASHBLOG_TEST_CRASH_ROUNDS";

async fn everything(store: &dyn Store) -> HashMap<String, Message> {
    let entries = store.messages(None, u32::MAX).await.expect("reads");
    entries
        .into_iter()
        .map(|entry| (entry.message.reference.to_string(), entry.message))
        .collect()
}

/// Posts messages one at a time until the server is gone. Returns the references and subjects of the
/// acknowledged ones.
async fn post_until_gone(
    address: String,
    name: String,
    acknowledged: Arc<AtomicUsize>,
) -> Vec<(String, String)> {
    let client = reqwest::Client::new();
    let mut receipts = Vec::new();
    for number in 0.. {
        let subject = format!("{name}, message {number}");
        let message = json!({
            "name": name, "email": "a@b.example", "subject": subject, "message": "x".repeat(500),
        });
        let sent = client
            .post(format!("http://{address}/api/v1/contact"))
            .json(&message)
            .send()
            .await;
        let Ok(response) = sent else { break };
        assert_eq!(response.status().as_u16(), 201);
        let Ok(envelope) = response.json::<Value>().await else {
            break;
        };
        let reference = envelope["data"]["reference"].as_str().expect("a reference");
        receipts.push((reference.to_owned(), subject));
        acknowledged.fetch_add(1, Ordering::SeqCst);
    }
    receipts
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_that_is_killed_amid_posts_has_all_that_it_acknowledged() {
    let rounds: usize = std::env::var(ROUNDS).map_or(5, |text| text.parse().expect("a number"));
    let data_dir = tempfile::tempdir().expect("temporary folder");
    let mut receipts = Vec::new();
    for round in 0..rounds {
        let mut command = flashblog(data_dir.path());
        command.args(["--contact-rate", "1000/s", "--log", "off"]);
        // The log is off, since this test does not read it.
        let server = Server::start(&mut command);
        let acknowledged = Arc::new(AtomicUsize::new(0));
        let clients: Vec<_> = (0..CLIENTS)
            .map(|client| {
                tokio::spawn(post_until_gone(
                    server.address().to_owned(),
                    format!("round {round}, client {client}"),
                    Arc::clone(&acknowledged),
                ))
            })
            .collect();
        // Each round crashes the server at another point.
        let enough = ACKNOWLEDGED_PER_ROUND + round * 7 % 13;
        while acknowledged.load(Ordering::SeqCst) < enough {
            tokio::task::yield_now().await;
        }
        server.crash();
        for client in clients {
            receipts.extend(client.await.expect("ends"));
        }
    }
    let store = SqliteStore::open(&data_dir.path().join("flashblog.db"))
        .await
        .expect("opens");
    let stored = everything(&store).await;
    let missing: Vec<_> = receipts
        .iter()
        .filter(|(reference, subject)| {
            stored
                .get(reference)
                .is_none_or(|message| message.subject != *subject)
        })
        .collect();
    println!(
        "{rounds} rounds: {} acknowledged, {} stored, {} missing",
        receipts.len(),
        stored.len(),
        missing.len()
    );
    assert!(receipts.len() >= rounds * ACKNOWLEDGED_PER_ROUND);
    assert!(missing.is_empty(), "{missing:?}");
}

#[cfg(feature = "rendered-pages")]
#[tokio::test]
async fn a_flash_that_waits_is_in_the_next_page_after_a_crash_and_only_there() {
    let data_dir = tempfile::tempdir().expect("temporary folder");
    let assets = tempfile::tempdir().expect("temporary folder");
    let shell =
        "<!DOCTYPE html><html><head><title></title></head><body><div id=app></div></body></html>";
    std::fs::write(assets.path().join("index.html"), shell).expect("writes");
    let start = || {
        let mut command = flashblog(data_dir.path());
        command
            .args(["--log", "off", "--assets"])
            .arg(assets.path());
        Server::start(&mut command)
    };
    let first = start();
    let client = reqwest::Client::builder()
        .redirect(reqwest::redirect::Policy::none())
        .build()
        .expect("a client");
    let sent = client
        .post(format!("http://{}/contact", first.address()))
        .header("accept", "text/html")
        .header("content-type", "application/x-www-form-urlencoded")
        .body("name=Ada&email=ada@example.org&subject=Hello&message=One")
        .send()
        .await
        .expect("an answer");
    assert_eq!(sent.status().as_u16(), 303);
    let cookie = sent.headers()["set-cookie"].to_str().expect("text");
    let cookie = cookie.split(';').next().expect("a value").to_owned();
    first.crash();

    let visit = async |server: &Server| {
        let page = client
            .get(format!("http://{}/contact", server.address()))
            .header("accept", "text/html")
            .header("cookie", &cookie)
            .send();
        let page = page.await.expect("an answer");
        page.text().await.expect("a page")
    };
    let told = shared::contact::SENT;
    let second = start();
    let page = visit(&second).await;
    assert!(page.contains(told), "{page}");
    assert!(page.contains("alert-success"), "{page}");
    assert!(!visit(&second).await.contains(told), "once");
    second.crash();
    let third = start();
    assert!(
        !visit(&third).await.contains(told),
        "not after a crash either"
    );
}

/// A file system of 2 MiB, which only root can make.
struct SmallDisk(TempDir);

impl SmallDisk {
    fn mount() -> Option<Self> {
        let folder = tempfile::tempdir().expect("temporary folder");
        let mounted = Command::new("mount")
            .args(["-t", "tmpfs", "-o", "size=2m", "tmpfs"])
            .arg(folder.path())
            .stderr(Stdio::null())
            .status();
        if mounted.is_ok_and(|status| status.success()) {
            return Some(Self(folder));
        }
        skipped("a disk that fills up: only root may mount a small one");
        None
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        let folder: &Path = self.0.path();
        // Lazily: files on it may still be open until this process ends.
        let _ = Command::new("umount").arg("-l").arg(folder).status();
    }
}

async fn post(client: &Client, number: usize) -> Answer {
    let message = json!({
        "name": "Ada", "email": "ada@example.org", "subject": number.to_string(),
        "message": "x".repeat(5_000),
    });
    client
        .post_json("/api/v1/contact", &[], message.to_string())
        .await
}

#[tokio::test]
async fn a_full_disk_makes_no_false_success_and_works_again_by_itself() {
    let Some(disk) = SmallDisk::mount() else {
        return;
    };
    let filler = disk.path("filler");
    std::fs::write(&filler, vec![1; 1024 * 1024]).expect("writes");
    let store = SqliteStore::open(&disk.path("flashblog.db"))
        .await
        .expect("opens");
    let app = TestApp::on(Arc::new(store)).await;
    let mut acknowledged = Vec::new();
    let mut refused = 0;
    for number in 0..1_000 {
        app.clock.advance(Duration::from_secs(60));
        let answer = post(&app.browser(), number).await;
        if answer.status == StatusCode::CREATED {
            acknowledged.push(number.to_string());
            continue;
        }
        assert_eq!(answer.status, StatusCode::SERVICE_UNAVAILABLE);
        assert_eq!(answer.header("retry-after"), Some("5"));
        assert!(answer.flashes()[0].starts_with("error: "));
        refused += 1;
        if refused == 3 {
            break;
        }
    }
    assert_eq!(refused, 3, "the disk is full");
    assert!(acknowledged.len() > 10);
    let subjects = async || {
        let entries = app.store.messages(None, u32::MAX).await.expect("reads");
        let subjects = entries.into_iter().map(|entry| entry.message.subject);
        let mut subjects: Vec<String> = subjects.collect();
        subjects.sort_by_key(|subject| subject.parse::<usize>().expect("a number"));
        subjects
    };
    assert_eq!(subjects().await, acknowledged);

    std::fs::remove_file(&filler).expect("removes");
    app.clock.advance(Duration::from_secs(60));
    assert_eq!(
        post(&app.browser(), 1_000).await.status,
        StatusCode::CREATED
    );
    acknowledged.push("1000".to_owned());
    assert_eq!(subjects().await, acknowledged);
}
