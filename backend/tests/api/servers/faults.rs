//! The site while the database can't be reached, and error messages for a database that is set up wrongly.

use std::fs;
use std::time::Duration;

use axum::http::{Method, StatusCode};
use flashblog::store::postgres::PostgresStore;
use sqlx::postgres::PgConnectOptions;
use sqlx::{AssertSqlSafe, Connection, PgConnection};

use super::{Site, send_message, session_of, until};
use crate::harness::skipped;
use crate::logs::Log;
use crate::postgres_server::{Cluster, Database};

/// A database server that a test may stop.
pub(super) async fn own_cluster() -> Option<Cluster> {
    let start = tokio::task::spawn_blocking(Cluster::start);
    let cluster = start.await.expect("runs");
    if cluster.is_none() {
        skipped("a PostgreSQL that goes away: none is installed");
    }
    cluster
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn while_the_database_is_away_a_session_reads_posts_and_does_nothing_else() {
    let Some(cluster) = own_cluster().await else {
        return;
    };
    let site = Site::on(cluster.options(), 2).await;
    let visitor = site.visitor();
    let session = session_of(&visitor).await;
    let ended = site.visitor();
    session_of(&ended).await;
    let ended_cookie = ended.cookie().expect("a cookie");
    ended.send(Method::DELETE, "/api/v1/session", &[]).await;
    site.leave(0, &visitor, "waits").await;

    cluster.run("pg_ctl", &["stop", "-w", "-s", "-m", "immediate"]);
    let there = site.at(1, &visitor);
    let posts = there.get("/api/v1/blogs").await;
    assert_eq!(posts.status, StatusCode::OK, "posts are public");
    assert_eq!(posts.flashes().len(), 0);
    let page = there
        .send(Method::GET, "/blogs", &[("accept", "text/html")])
        .await;
    assert_eq!(page.status, StatusCode::OK);
    // The token is old enough to be renewed, but a session that can't be checked gets no new token.
    site.servers[1].clock.advance(Duration::from_secs(400));
    assert_eq!(there.get("/api/v1/blogs").await.header("set-cookie"), None);
    for (method, path) in [
        (Method::GET, "/api/v1/session"),
        (Method::POST, "/api/v1/session"),
        (Method::DELETE, "/api/v1/session"),
    ] {
        let refused = there.send(method.clone(), path, &[]).await;
        assert_eq!(refused.status, StatusCode::SERVICE_UNAVAILABLE, "{method}");
        assert_eq!(refused.header("retry-after"), Some("5"));
    }
    let tab = site.at(1, &site.visitor());
    tab.set_cookie(&ended_cookie);
    let refused = tab.get("/api/v1/session").await;
    assert_eq!(refused.status, StatusCode::SERVICE_UNAVAILABLE);
    let refused = send_message(&there).await;
    assert_eq!(refused.status, StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(
        refused.flashes(),
        ["error: Your message could not be stored. Please try again in a moment."]
    );
    assert!(!site.servers[1].app.database.is_up());

    cluster.resume();
    until("the database is back", async || {
        site.servers.iter().all(|server| server.store.is_up())
    })
    .await;
    let answer = there.get("/api/v1/session").await;
    assert_eq!(answer.flashes(), ["success: waits"]);
    assert_eq!(session_of(&there).await, session, "the session goes on");
    assert_eq!(send_message(&there).await.status, StatusCode::CREATED);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_start_waits_for_a_migration_that_takes_long() {
    let Some(database) = Database::create().await else {
        return;
    };
    let mut other = PgConnection::connect_with(&database.options())
        .await
        .expect("connects");
    // Another server seems to migrate: it locks sqlx's table of migrations.
    PostgresStore::connect(database.options())
        .await
        .expect("migrates");
    let mut lock = other.begin().await.expect("begins");
    sqlx::query("LOCK TABLE _sqlx_migrations IN ACCESS EXCLUSIVE MODE")
        .execute(&mut *lock)
        .await
        .expect("locks");
    let options = database.options();
    let starting = tokio::spawn(async move { PostgresStore::connect(options).await });
    // Longer than the limit on other statements, 5 s.
    tokio::time::sleep(Duration::from_millis(5_500)).await;
    assert!(!starting.is_finished());
    lock.rollback().await.expect("unlocks");
    let store = starting.await.expect("runs");
    assert!(store.is_ok(), "{:?}", store.err());
}

#[tokio::test(start_paused = true)]
async fn a_database_that_never_comes_is_waited_for_thirty_seconds() {
    let (log, _guard) = Log::start();
    let without_socket = tempfile::tempdir().expect("temporary folder");
    let options = PgConnectOptions::new_without_pgpass()
        .socket(without_socket.path())
        .username("flashblog");
    let error = match PostgresStore::connect_patiently(options, 2).await {
        Ok(_) => panic!("no server listens there"),
        Err(error) => format!("{error:#}"),
    };
    assert!(
        error.starts_with("database-url: can't use the database `flashblog`"),
        "{error}"
    );
    let text = log.text();
    let lines = text.matches("The database can't be reached yet; waiting");
    assert_eq!(lines.count(), 30, "one a second: {text}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_standby_counts_as_away_until_it_is_promoted() {
    let Some(cluster) = own_cluster().await else {
        return;
    };
    let site = Site::on(cluster.options(), 1).await;
    let visitor = site.visitor();
    session_of(&visitor).await;
    cluster.run("pg_ctl", &["stop", "-w", "-s", "-m", "fast"]);
    fs::write(cluster.folder.join("data/standby.signal"), "").expect("writes");
    cluster.resume();
    assert_eq!(visitor.get("/api/v1/blogs").await.status, StatusCode::OK);
    until("the standby is noticed", async || {
        !site.servers[0].store.is_up()
    })
    .await;
    // A standby's data on sessions may be old.
    let refused = visitor.get("/api/v1/session").await;
    assert_eq!(refused.status, StatusCode::SERVICE_UNAVAILABLE);
    let refused = send_message(&visitor).await;
    assert_eq!(refused.status, StatusCode::SERVICE_UNAVAILABLE);
    cluster.run("pg_ctl", &["promote", "-w", "-s"]);
    until("it is promoted", async || site.servers[0].store.is_up()).await;
    session_of(&visitor).await;
    assert_eq!(send_message(&visitor).await.status, StatusCode::CREATED);
}

async fn execute(owner: &mut PgConnection, statement: String) {
    let done = sqlx::query(AssertSqlSafe(statement)).execute(owner).await;
    done.expect("executes");
}

#[tokio::test]
async fn a_user_who_may_not_make_tables_is_told_what_to_grant() {
    let Some(database) = Database::create().await else {
        return;
    };
    let mut owner = PgConnection::connect_with(&database.options())
        .await
        .expect("connects");
    let role = format!("reader_{}", std::process::id());
    execute(&mut owner, format!("CREATE ROLE {role} LOGIN PASSWORD 'x'")).await;
    let options = database.options().username(&role).password("x");
    let error = match PostgresStore::connect(options).await {
        Ok(_) => panic!("it may make tables"),
        Err(error) => format!("{error:#}"),
    };
    execute(&mut owner, format!("DROP ROLE {role}")).await;
    assert!(
        error.starts_with("database-url: can't use the database")
            && error.contains("GRANT CREATE ON SCHEMA public"),
        "{error}"
    );
}

#[tokio::test(flavor = "current_thread")]
async fn a_clock_that_differs_from_the_databases_is_told() {
    let Some(database) = Database::create().await else {
        return;
    };
    let (log, _guard) = Log::start();
    let site = Site::on(database.options(), 1).await;
    let server = &site.servers[0];
    // The test clock is at another date than the database's clock.
    server.app.database.compare_clocks().await;
    let seconds = server.app.database.clock_seconds_ahead();
    assert!(seconds.abs() > 1_000.0, "{seconds}");
    assert!(
        log.text().contains("clock and the database's differ"),
        "{}",
        log.text()
    );
}
