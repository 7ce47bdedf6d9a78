//! The embedded database, when all is well and when it is not.

use std::fs;
use std::path::Path;
use std::sync::Arc;

use axum::http::{Method, StatusCode};
use flashblog::session_memory::SessionMemory;
use flashblog::store::sqlite::SqliteStore;
use flashblog::store::{MAX_WAITING_FLASHES, Store};
use flashblog::token::SessionId;
use shared::flash::{Category, Flash};
use shared::session::SessionInfo;
use sqlx::Row;

use crate::harness::TestApp;

async fn refusal(path: &Path) -> String {
    match SqliteStore::open(path).await {
        Ok(_) => panic!("{} was opened", path.display()),
        Err(error) => format!("{error:#}"),
    }
}

#[tokio::test]
async fn what_is_no_database_of_ours_is_refused_with_what_to_do() {
    let folder = tempfile::tempdir().expect("temporary folder");
    let rubbish = folder.path().join("rubbish.db");
    fs::write(
        &rubbish,
        "not a database at all, but long enough to be read as one".repeat(100),
    )
    .expect("writes");
    let error = refusal(&rubbish).await;
    assert!(
        error.contains("data-dir: can't use the database") && error.contains("not a database"),
        "{error}"
    );

    let foreign = folder.path().join("foreign.db");
    let options = sqlx::sqlite::SqliteConnectOptions::new()
        .filename(&foreign)
        .create_if_missing(true);
    let pool = sqlx::sqlite::SqlitePool::connect_with(options)
        .await
        .expect("connects");
    sqlx::query("CREATE TABLE theirs (x)")
        .execute(&pool)
        .await
        .expect("creates");
    pool.close().await;
    assert!(refusal(&foreign).await.contains("another program"));

    let in_a_file = rubbish.join("flashblog.db");
    assert!(refusal(&in_a_file).await.contains("data-dir: "));
}

#[tokio::test]
async fn commits_are_on_disk_when_they_return() {
    let app = TestApp::new().await;
    app.browser()
        .send(Method::DELETE, "/api/v1/session", &[])
        .await;
    let store = SqliteStore::open(&tempfile::tempdir().expect("folder").path().join("x.db"))
        .await
        .expect("opens");
    let (journal, synchronous) = store.durability().await.expect("reads");
    assert_eq!((journal.as_str(), synchronous), ("wal", 2), "2 is FULL");
}

#[tokio::test]
async fn a_locked_database_is_an_honest_503_and_works_again_by_itself() {
    let app = TestApp::new().await;
    let visitor = app.browser();
    let before: SessionInfo = visitor.get("/api/v1/session").await.data();
    let other = app.connect().await;
    let mut lock = other.acquire().await.expect("connects");
    sqlx::query("BEGIN EXCLUSIVE")
        .execute(&mut *lock)
        .await
        .expect("locks");

    let refused = visitor.send(Method::DELETE, "/api/v1/session", &[]).await;
    assert_eq!(refused.status, StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(refused.problem().code, "service_unavailable");
    assert_eq!(refused.header("retry-after"), Some("5"));
    assert_eq!(refused.flashes().len(), 0, "no false success");
    let still: SessionInfo = visitor.get("/api/v1/session").await.data();
    assert_eq!(still.session_id, before.session_id, "the session goes on");

    sqlx::query("ROLLBACK")
        .execute(&mut *lock)
        .await
        .expect("unlocks");
    let ended = visitor.send(Method::DELETE, "/api/v1/session", &[]).await;
    assert_eq!(ended.flashes(), ["info: Your session has ended."]);
}

#[tokio::test]
async fn waiting_messages_stay_when_they_can_not_be_taken() {
    let folder = tempfile::tempdir().expect("temporary folder");
    let path = folder.path().join("flashblog.db");
    let store: Arc<dyn Store> = Arc::new(SqliteStore::open(&path).await.expect("opens"));
    let memory = Arc::new(
        SessionMemory::load(Arc::clone(&store))
            .await
            .expect("loads"),
    );
    let session = SessionId::random().expect("randomness");
    let flash = Flash {
        id: "1".to_owned(),
        category: Category::Warning,
        message: "kept".to_owned(),
    };
    memory
        .leave_flashes(session, std::slice::from_ref(&flash), i64::MAX)
        .await
        .expect("leaves");

    let options = sqlx::sqlite::SqliteConnectOptions::new().filename(&path);
    let other = sqlx::sqlite::SqlitePool::connect_with(options)
        .await
        .expect("connects");
    let mut lock = other.acquire().await.expect("connects");
    sqlx::query("BEGIN EXCLUSIVE")
        .execute(&mut *lock)
        .await
        .expect("locks");
    assert_eq!(memory.take_flashes(session).await, []);
    sqlx::query("ROLLBACK")
        .execute(&mut *lock)
        .await
        .expect("unlocks");
    assert_eq!(memory.take_flashes(session).await, [flash]);
    assert_eq!(memory.take_flashes(session).await, []);
    let left = sqlx::query("SELECT count(*) FROM waiting_flashes")
        .fetch_one(&mut *lock)
        .await
        .expect("counts");
    assert_eq!(left.get::<i64, _>(0), 0);
    assert_eq!(MAX_WAITING_FLASHES, 20);
}
