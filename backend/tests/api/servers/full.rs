//! A database that can be read but not written.

use std::collections::HashSet;
use std::process::Command;

use axum::http::{Method, StatusCode};
use shared::contact::ContactReceipt;
use sqlx::postgres::PgConnectOptions;
use sqlx::{AssertSqlSafe, Connection, PgConnection};

use super::{Site, session_of, until};
use crate::harness::{Answer, skipped};
use crate::logs::Log;
use crate::postgres_server::{Cluster, Database};

const CAN_NOT_BE_WRITTEN: &str = "The database can't be written";

async fn execute(database: &mut PgConnection, statement: String) -> Result<(), sqlx::Error> {
    let done = sqlx::query(AssertSqlSafe(statement))
        .execute(database)
        .await;
    done.map(drop)
}

async fn connect(options: &PgConnectOptions) -> PgConnection {
    let connected = PgConnection::connect_with(options).await;
    connected.expect("connects")
}

/// Sends a long message, which needs new space in the database, from a client that has sent none recently.
async fn send(site: &Site, number: usize) -> Answer {
    let words: String = (0..300)
        .map(|word| format!("{:x} ", (number * 1_000 + word).wrapping_mul(0x9E37_79B9)))
        .collect();
    let message = serde_json::json!({
        "name": "A", "email": "a@b.example", "subject": number.to_string(), "message": words,
    });
    let address = format!("203.0.113.{}", number % 250);
    let client = site.servers[number % site.servers.len()].browser_at(&address);
    client
        .post_json("/api/v1/contact", &[], message.to_string())
        .await
}

/// Checks that a site whose database can't be written still serves readers. `ended` is the cookie of an
/// ended session.
async fn assert_readers_go_on(site: &Site, ended: &str) {
    for server in 0..site.servers.len() {
        let visitor = site.at(server, &site.visitor());
        let page = visitor.get("/blogs").await;
        assert_eq!(page.status, StatusCode::OK);
        session_of(&visitor).await;
        let posts = visitor.get("/api/v1/blogs").await;
        assert_eq!(posts.status, StatusCode::OK);
        let tab = site.at(server, &site.visitor());
        tab.set_cookie(ended);
        let begun = session_of(&tab).await;
        assert_ne!(tab.cookie().as_deref(), Some(ended), "{begun}");
        assert!(site.servers[server].store.is_up());
    }
}

/// Checks that a form that can't be stored comes back with the typed text.
async fn assert_form_keeps_its_text(site: &Site) {
    let visitor = site.visitor();
    let form = "name=Ada&email=ada%40example.org&subject=Hello&message=Kept+to+the+word";
    let headers = [
        ("content-type", "application/x-www-form-urlencoded"),
        ("accept", "text/html"),
    ];
    let page = visitor
        .send_body(Method::POST, "/contact", &headers, form)
        .await;
    assert_eq!(page.status, StatusCode::SERVICE_UNAVAILABLE);
    let html = page.text();
    assert!(html.contains("Kept to the word"), "{html}");
    assert!(html.contains("could not be stored"), "{html}");
}

/// Ends a session. Returns its cookie.
async fn ended_session(site: &Site) -> String {
    let visitor = site.visitor();
    session_of(&visitor).await;
    let cookie = visitor.cookie().expect("a cookie");
    let ended = visitor.send(Method::DELETE, "/api/v1/session", &[]).await;
    assert_eq!(ended.status, StatusCode::OK);
    cookie
}

/// A database server with a disk of 20 MB for a tablespace. `None` where it can't be made.
fn cluster_with_small_disk() -> Option<Cluster> {
    let may_mount = Command::new("unshare")
        .args(["--user", "--keep-caps", "--map-current-user", "--mount"])
        .args(["mount", "-t", "tmpfs", "tmpfs", "/mnt"])
        .status();
    if !may_mount.is_ok_and(|status| status.success()) {
        return None;
    }
    let cluster = Cluster::make(Some(20))?;
    cluster.resume();
    Some(cluster)
}

#[tokio::test(flavor = "current_thread")]
async fn a_full_disk_refuses_messages_and_loses_none() {
    let cluster = tokio::task::spawn_blocking(cluster_with_small_disk);
    let Some(cluster) = cluster.await.expect("runs") else {
        skipped("a PostgreSQL whose disk is full: none is installed, or no disk can be mounted");
        return;
    };
    let mut owner = connect(&cluster.options()).await;
    let disk = cluster.small_disk();
    for statement in [
        format!("CREATE TABLESPACE small LOCATION '{}'", disk.display()),
        "CREATE DATABASE small TABLESPACE small".to_owned(),
    ] {
        execute(&mut owner, statement).await.expect("executes");
    }
    let options = cluster.options().database("small");
    let (log, _guard) = Log::start();
    let site = Site::on(options.clone(), 2).await;
    let ended = ended_session(&site).await;
    let mut filler = connect(&options).await;
    execute(&mut filler, "CREATE TABLE filler (text TEXT)".to_owned())
        .await
        .expect("creates");
    for rows in [100, 10, 1] {
        let fill =
            format!("INSERT INTO filler SELECT repeat('x', 1900) FROM generate_series(1, {rows})");
        while execute(&mut filler, fill.clone()).await.is_ok() {}
    }
    let mut acknowledged = HashSet::new();
    let mut refused = 0;
    for number in 0.. {
        let answer = send(&site, number).await;
        if answer.status == StatusCode::CREATED {
            acknowledged.insert(answer.data::<ContactReceipt>().reference);
            continue;
        }
        assert_eq!(answer.status, StatusCode::SERVICE_UNAVAILABLE);
        assert!(answer.header("retry-after").is_some());
        assert!(answer.flashes()[0].contains("could not be stored"));
        refused += 1;
        if refused == 20 {
            break;
        }
    }
    assert_readers_go_on(&site, &ended).await;
    assert_form_keeps_its_text(&site).await;
    let text = log.text();
    let lines = text.lines().filter(|line| line.contains(" ERROR "));
    let errors: Vec<_> = lines.collect();
    assert!(
        errors.len() == site.servers.len()
            && errors.iter().all(|line| line.contains(CAN_NOT_BE_WRITTEN)),
        "once for each server: {errors:#?}"
    );
    assert!(errors[0].contains("No space left on device"), "{errors:#?}");

    execute(&mut filler, "DROP TABLE filler".to_owned())
        .await
        .expect("drops");
    let answer = send(&site, 200).await;
    assert_eq!(answer.status, StatusCode::CREATED, "there is room again");
    acknowledged.insert(answer.data::<ContactReceipt>().reference);
    let inbox = site.servers[1].store.messages(None, u32::MAX).await;
    let stored = inbox.expect("reads").into_iter();
    let stored: HashSet<_> = stored
        .map(|entry| entry.message.reference.to_string())
        .collect();
    assert_eq!(stored, acknowledged);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_database_that_was_set_read_only_is_not_away() {
    let Some(database) = Database::create().await else {
        return;
    };
    let options = database.options();
    let site = Site::on(options.clone(), 2).await;
    let ended = ended_session(&site).await;
    let visitor = site.visitor();
    session_of(&visitor).await;
    let mut owner = connect(&options.clone().database("postgres")).await;
    let name = options.get_database().expect("a name");
    let mut set = async |value: &str| {
        for statement in [
            format!("ALTER DATABASE {name} SET default_transaction_read_only = {value}"),
            format!(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}'"
            ),
        ] {
            execute(&mut owner, statement).await.expect("executes");
        }
        // Each server has to find its connections closed, and to make new ones.
        until("the database is back", async || {
            let mut are_up = true;
            for server in 0..site.servers.len() {
                let there = site.at(server, &visitor);
                are_up &= there.get("/api/v1/session").await.status == StatusCode::OK;
                let store = &site.servers[server].store;
                are_up &= store.messages(None, 1).await.is_ok() && store.is_up();
            }
            are_up
        })
        .await;
    };
    set("on").await;
    for number in 0..4 {
        let answer = send(&site, number).await;
        assert_eq!(answer.status, StatusCode::SERVICE_UNAVAILABLE);
    }
    assert_readers_go_on(&site, &ended).await;
    assert_form_keeps_its_text(&site).await;
    set("off").await;
    assert_eq!(send(&site, 1).await.status, StatusCode::CREATED);
}
