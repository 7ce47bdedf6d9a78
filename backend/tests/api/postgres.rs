//! PostgreSQL: several servers on one database, and a database that fails.

use std::time::Duration;

use axum::Router;
use axum::http::{Method, StatusCode};
use axum::routing::post;
use flashblog::app::App;
use flashblog::session::Session;
use flashblog::store::Store;
use flashblog::store::postgres::PostgresStore;
use serde_json::json;
use shared::flash::Category;
use shared::session::SessionInfo;
use sqlx::{Connection, PgConnection};

use crate::harness::{Answer, Client, TestApp, skipped};
use crate::postgres_server::{Cluster, Database};

async fn flash_and_redirect(session: Session) -> axum::response::Redirect {
    session.flash(Category::Success, "Left at the first server.");
    axum::response::Redirect::to("/")
}

/// Waits until the store has noticed that its database is back.
async fn until_up(store: &dyn Store) {
    let back = async {
        while !store.is_up() {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(60), back)
        .await
        .expect("back within a minute");
}

async fn send_message(client: &Client) -> Answer {
    let message =
        json!({"name": "A", "email": "a@b.example", "subject": "S", "message": "M"}).to_string();
    client.post_json("/api/v1/contact", &[], message).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_session_is_the_same_at_every_server() {
    let Some(database) = Database::create().await else {
        return;
    };
    let connect = async || {
        let store = PostgresStore::connect(database.options())
            .await
            .expect("connects");
        TestApp::on(std::sync::Arc::new(store)).await
    };
    let routes: Router<App> = Router::new().route("/flash", post(flash_and_redirect));
    let (first, second) = (connect().await, connect().await);
    let elsewhere = connect().await.with_routes(routes);
    let visitor = first.browser();
    let begun: SessionInfo = visitor.get("/api/v1/session").await.data();
    let cookie = visitor.cookie().expect("a cookie");
    let there = elsewhere.browser();
    there.set_cookie(&cookie);
    assert_eq!(there.post("/flash").await.status, StatusCode::SEE_OTHER);
    let moved = second.browser();
    moved.set_cookie(&cookie);
    let answer = moved.get("/api/v1/session").await;
    assert_eq!(answer.flashes(), ["success: Left at the first server."]);
    assert_eq!(answer.data::<SessionInfo>().session_id, begun.session_id);
    assert_eq!(visitor.get("/api/v1/session").await.flashes().len(), 0);

    moved.send(Method::DELETE, "/api/v1/session", &[]).await;
    let after: SessionInfo = visitor.get("/api/v1/session").await.data();
    assert_ne!(
        after.session_id, begun.session_id,
        "it has ended everywhere"
    );
}

#[tokio::test]
async fn commits_are_on_disk_when_they_return() {
    let Some(database) = Database::create().await else {
        return;
    };
    let store = PostgresStore::connect(database.options().options([("synchronous_commit", "off")]))
        .await
        .expect("connects");
    let (synchronous_commit, fsync) = store.durability().await.expect("reads");
    assert_eq!((synchronous_commit.as_str(), fsync.as_str()), ("on", "on"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_database_that_goes_away_is_an_honest_503_and_works_again_by_itself() {
    let start = tokio::task::spawn_blocking(Cluster::start);
    let Some(cluster) = start.await.expect("runs") else {
        skipped("a PostgreSQL that goes away: none is installed");
        return;
    };
    let store = PostgresStore::connect(cluster.options())
        .await
        .expect("connects");
    let app = TestApp::on(std::sync::Arc::new(store)).await;
    let visitor = app.browser();
    assert_eq!(send_message(&visitor).await.status, StatusCode::CREATED);

    cluster.run("pg_ctl", &["stop", "-w", "-s", "-m", "immediate"]);
    let refused = send_message(&visitor).await;
    assert_eq!(refused.status, StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(refused.problem().code, "service_unavailable");
    assert_eq!(refused.header("retry-after"), Some("5"));
    assert_eq!(
        refused.flashes(),
        ["error: Your message could not be stored. Please try again in a moment."]
    );
    let reading = visitor.get("/api/v1/blogs").await;
    assert_eq!(reading.status, StatusCode::OK, "reading goes on");

    cluster.resume();
    until_up(&*app.store).await;
    assert_eq!(send_message(&visitor).await.status, StatusCode::CREATED);
    assert_eq!(app.store.messages(None, 9).await.expect("reads").len(), 2);

    app.clock.advance(Duration::from_secs(60));
    let mut other = PgConnection::connect_with(&cluster.options())
        .await
        .expect("connects");
    let mut lock = other.begin().await.expect("begins");
    sqlx::query("LOCK TABLE messages IN ACCESS EXCLUSIVE MODE")
        .execute(&mut *lock)
        .await
        .expect("locks");
    let refused = send_message(&visitor).await;
    assert_eq!(refused.status, StatusCode::SERVICE_UNAVAILABLE);
    lock.rollback().await.expect("unlocks");
    assert_eq!(send_message(&visitor).await.status, StatusCode::CREATED);
    assert_eq!(app.store.messages(None, 9).await.expect("reads").len(), 3);
}

#[tokio::test]
async fn a_server_that_can_not_be_used_is_named_without_the_password() {
    let url = "postgres://flash:hidden-words@127.0.0.1:1/blog";
    let error = match PostgresStore::connect(url.parse().expect("a URL")).await {
        Ok(_) => panic!("no server listens there"),
        Err(error) => format!("{error:#}"),
    };
    assert!(
        error.starts_with("database-url: can't use the database `blog` at 127.0.0.1:1"),
        "{error}"
    );
    assert!(!error.contains("hidden-words"), "{error}");
}
