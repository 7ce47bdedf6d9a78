//! Servers as processes: they are killed or stopped for a while, and their database restarts.

use std::collections::HashSet;
use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use flashblog::store::MessageStore;
use flashblog::store::postgres::PostgresStore;
use reqwest::StatusCode;
use serde_json::{Value, json};
use sqlx::ConnectOptions;
use sqlx::postgres::PgConnectOptions;
use tempfile::TempDir;

use super::faults::own_cluster;
use super::until;
use crate::harness::KEY;
use crate::postgres_server::Database;
use crate::process::{Server, flashblog};

const CLIENTS: usize = 6;

/// A server, and its data folder.
struct Process {
    server: Server,
    _data_dir: TempDir,
}

fn command(data_dir: &TempDir, database: &PgConnectOptions) -> Command {
    let mut command = flashblog(data_dir.path());
    command
        .env("FLASHBLOG_DATABASE_URL", database.to_url_lossy().as_str())
        .env("FLASHBLOG_SECRET_KEY", str::from_utf8(KEY).expect("text"))
        .env("FLASHBLOG_LOG", "off")
        .args(["--contact-rate", "1000/s"]);
    command
}

/// Starts `count` servers at the same time, on an empty database.
async fn start(database: &PgConnectOptions, count: usize) -> Vec<Process> {
    let starting: Vec<_> = (0..count)
        .map(|_| {
            let database = database.clone();
            tokio::task::spawn_blocking(move || {
                let data_dir = tempfile::tempdir().expect("temporary folder");
                Process {
                    server: Server::start(&mut command(&data_dir, &database)),
                    _data_dir: data_dir,
                }
            })
        })
        .collect();
    let mut processes = Vec::new();
    for process in starting {
        processes.push(process.await.expect("starts"));
    }
    processes
}

fn addresses(processes: &[Process]) -> Arc<Vec<String>> {
    let urls = processes
        .iter()
        .map(|process| format!("http://{}/api/v1", process.server.address()));
    Arc::new(urls.collect())
}

/// The counts of the clients' answers, and the signal that ends the clients.
#[derive(Default)]
struct Outcome {
    enough: AtomicBool,
    acknowledged: AtomicUsize,
    unreadable: AtomicUsize,
}

/// Sends requests to each server in turn, until `enough` is set. Returns the references of the
/// acknowledged messages.
async fn visit(urls: Arc<Vec<String>>, outcome: Arc<Outcome>) -> Vec<String> {
    let client = reqwest::Client::new();
    let mut references = Vec::new();
    for number in 0.. {
        if outcome.enough.load(Ordering::SeqCst) {
            break;
        }
        let url = &urls[number % urls.len()];
        if let Ok(answer) = client.get(format!("{url}/blogs")).send().await
            && answer.status() != StatusCode::OK
        {
            outcome.unreadable.fetch_add(1, Ordering::SeqCst);
        }
        let message = json!({
            "name": "A", "email": "a@b.example", "subject": number.to_string(), "message": "M",
        });
        let sent = client
            .post(format!("{url}/contact"))
            .json(&message)
            .send()
            .await;
        let Ok(answer) = sent else { continue };
        if answer.status() == StatusCode::CREATED
            && let Ok(envelope) = answer.json::<Value>().await
        {
            let reference = envelope["data"]["reference"].as_str().expect("text");
            references.push(reference.to_owned());
            outcome.acknowledged.fetch_add(1, Ordering::SeqCst);
        }
    }
    references
}

async fn visit_while(
    urls: &Arc<Vec<String>>,
    outcome: &Arc<Outcome>,
    disturbance: impl AsyncFnOnce(),
) -> HashSet<String> {
    let clients: Vec<_> = (0..CLIENTS)
        .map(|_| tokio::spawn(visit(Arc::clone(urls), Arc::clone(outcome))))
        .collect();
    let more = async |count: usize| {
        let goal = outcome.acknowledged.load(Ordering::SeqCst) + count;
        until("messages are acknowledged", async || {
            outcome.acknowledged.load(Ordering::SeqCst) >= goal
        })
        .await;
    };
    more(40).await;
    disturbance().await;
    more(40).await;
    outcome.enough.store(true, Ordering::SeqCst);
    let mut acknowledged = HashSet::new();
    for client in clients {
        acknowledged.extend(client.await.expect("runs"));
    }
    acknowledged
}

async fn stored(database: &PgConnectOptions) -> HashSet<String> {
    let store = PostgresStore::connect(database.clone()).await;
    let entries = store.expect("connects").messages(None, u32::MAX).await;
    let entries = entries.expect("reads").into_iter();
    entries
        .map(|entry| entry.message.reference.to_string())
        .collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_that_is_killed_under_load_loses_no_acknowledged_message() {
    let Some(database) = Database::create().await else {
        return;
    };
    let database = &database;
    let mut processes = start(&database.options(), 3).await;
    let (urls, outcome) = (addresses(&processes), Arc::default());
    let victim = processes.remove(0);
    let acknowledged = visit_while(&urls, &outcome, async || victim.server.crash()).await;
    let stored = stored(&database.options()).await;
    let lost: Vec<_> = acknowledged.difference(&stored).collect();
    assert!(lost.is_empty(), "{lost:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_that_slept_through_the_end_of_a_session_refuses_it() {
    let Some(database) = Database::create().await else {
        return;
    };
    let processes = start(&database.options(), 2).await;
    let urls = addresses(&processes);
    let client = reqwest::Client::new();
    let begun = client.post(format!("{}/session", urls[0])).send().await;
    let begun: Value = begun.expect("answers").json().await.expect("JSON");
    let token = begun["data"]["token"].as_str().expect("a token");
    let ask = async |server: usize| {
        let url = format!("{}/session", urls[server]);
        let answer = client.get(url).bearer_auth(token).send().await;
        answer.expect("answers").status()
    };
    assert_eq!(ask(1).await, StatusCode::OK);
    processes[1].server.signal("-STOP");
    let url = format!("{}/session", urls[0]);
    let ended = client.delete(url).bearer_auth(token).send().await;
    assert_eq!(ended.expect("answers").status(), StatusCode::OK);
    processes[1].server.signal("-CONT");
    assert_eq!(ask(1).await, StatusCode::UNAUTHORIZED);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_database_that_is_restarted_under_load_stops_no_server() {
    let Some(cluster) = own_cluster().await else {
        return;
    };
    let database = cluster.options();
    let processes = start(&database, 3).await;
    let (urls, outcome) = (addresses(&processes), Arc::<Outcome>::default());
    let acknowledged = visit_while(&urls, &outcome, async || {
        tokio::task::block_in_place(|| {
            cluster.run("pg_ctl", &["stop", "-w", "-s", "-m", "immediate"]);
            cluster.resume();
        });
    })
    .await;
    let stored = stored(&database).await;
    let lost: Vec<_> = acknowledged.difference(&stored).collect();
    assert!(lost.is_empty(), "{lost:?}");
    assert_eq!(
        outcome.unreadable.load(Ordering::SeqCst),
        0,
        "readers got no errors"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_waits_for_a_database_that_starts_later() {
    let Some(cluster) = own_cluster().await else {
        return;
    };
    cluster.run("pg_ctl", &["stop", "-w", "-s", "-m", "fast"]);
    let database = cluster.options();
    let starting = tokio::task::spawn_blocking(move || {
        let data_dir = tempfile::tempdir().expect("temporary folder");
        let mut command = command(&data_dir, &database);
        let server = Server::start(command.env("FLASHBLOG_LOG", "info"));
        (server.terminate(), data_dir)
    });
    // Long enough for a first attempt to fail.
    tokio::time::sleep(std::time::Duration::from_millis(1_500)).await;
    tokio::task::block_in_place(|| cluster.resume());
    let ((code, _, log), _) = starting.await.expect("runs");
    assert_eq!(code, Some(0));
    assert!(log.contains("The database can't be reached yet"), "{log}");
}

#[tokio::test]
async fn servers_that_share_a_database_need_one_key() {
    let Some(database) = Database::create().await else {
        return;
    };
    let data_dir = tempfile::tempdir().expect("temporary folder");
    let mut command = command(&data_dir, &database.options());
    let output = command.env_remove("FLASHBLOG_SECRET_KEY").output();
    let output = output.expect("runs");
    let error = String::from_utf8(output.stderr).expect("text");
    assert_eq!(output.status.code(), Some(1));
    assert!(
        error.contains("secret-key: PostgreSQL needs one"),
        "{error}"
    );
}
