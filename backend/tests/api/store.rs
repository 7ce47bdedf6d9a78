//! The embedded database, and its faults.

use std::fs;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use axum::http::{Method, StatusCode};
use flashblog::session::memory::SessionMemory;
use flashblog::session_id::SessionId;
use flashblog::store::sqlite::SqliteStore;
use flashblog::store::{MAX_WAITING_FLASHES, SessionStore, Store};
use shared::flash::{Category, Flash};
use shared::session::SessionInfo;
use sqlx::Row;

use crate::harness::TestApp;
use crate::logs::Log;

async fn refusal(path: &Path) -> String {
    match SqliteStore::open(path).await {
        Ok(_) => panic!("{} was opened", path.display()),
        Err(error) => format!("{error:#}"),
    }
}

#[tokio::test]
async fn a_file_that_is_not_our_database_is_refused_with_what_to_do() {
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
    let folder = tempfile::tempdir().expect("temporary folder");
    let store = SqliteStore::open(&folder.path().join("x.db"))
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
        .leave_flashes(session, None, vec![flash.clone()], i64::MAX)
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
    assert_eq!(memory.take_flashes(session).await.deliver(), []);
    sqlx::query("ROLLBACK")
        .execute(&mut *lock)
        .await
        .expect("unlocks");
    assert_eq!(memory.take_flashes(session).await.deliver(), [flash]);
    assert_eq!(memory.take_flashes(session).await.deliver(), []);
    let left = sqlx::query("SELECT count(*) FROM waiting_flashes")
        .fetch_one(&mut *lock)
        .await
        .expect("counts");
    assert_eq!(left.get::<i64, _>(0), 0);
    assert_eq!(MAX_WAITING_FLASHES, 20);
}

const MESSAGE: &str =
    r#"{"name":"Ada","email":"ada@example.org","subject":"Hello","message":"How are you?"}"#;

/// Deletes the database's files, as an operator might who takes the data directory for a cache.
fn delete_database(app: &TestApp) {
    for ending in ["", "-wal", "-shm"] {
        let file = format!("{}{ending}", app.database().display());
        std::fs::remove_file(file).expect("there");
    }
}

#[tokio::test]
async fn a_database_that_is_deleted_is_an_honest_503_until_it_is_back() {
    let app = TestApp::new().await;
    let visitor = app.browser();
    let post = async || {
        app.clock.advance(Duration::from_secs(60));
        visitor.post_json("/api/v1/contact", &[], MESSAGE).await
    };
    assert_eq!(post().await.status, StatusCode::CREATED);
    let backup = app.database().with_extension("backup");
    sqlx::query("VACUUM INTO $1")
        .bind(backup.to_str().expect("text"))
        .execute(&app.connect().await)
        .await
        .expect("backs up");

    delete_database(&app);
    let refused = post().await;
    assert_eq!(refused.status, StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(refused.header("retry-after"), Some("5"));
    let refused = visitor.send(Method::DELETE, "/api/v1/session", &[]).await;
    assert_eq!(refused.status, StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(refused.flashes().len(), 0, "no false success");

    std::fs::copy(&backup, app.database()).expect("restores");
    assert_eq!(post().await.status, StatusCode::CREATED);
    assert_eq!(app.store.messages(None, 9).await.expect("reads").len(), 2);
}

#[tokio::test]
async fn requests_for_which_nothing_waits_touch_no_disk() {
    let (log, _guard) = Log::start();
    let app = TestApp::new().await;
    let visitor = app.browser();
    visitor.get("/api/v1/session").await;
    delete_database(&app);
    for path in [
        "/api/v1/blogs",
        "/api/v1/session",
        "/api/v1/blogs/none",
        "/about",
    ] {
        for _ in 0..5 {
            visitor.get(path).await;
        }
    }
    let noticed = "The database file was deleted";
    assert!(!log.text().contains(noticed), "{}", log.text());
    visitor.send(Method::DELETE, "/api/v1/session", &[]).await;
    assert!(log.text().contains(noticed), "{}", log.text());
}

#[cfg(unix)]
#[tokio::test]
async fn other_users_may_not_read_the_data() {
    use std::os::unix::fs::PermissionsExt;
    let folder = tempfile::tempdir().expect("temporary folder");
    let data_dir = folder.path().join("data");
    let store = SqliteStore::open(&data_dir.join("flashblog.db"))
        .await
        .expect("opens");
    store
        .end_session(SessionId::random().expect("randomness"), 1)
        .await
        .expect("writes");
    let mut seen = 0;
    for path in std::fs::read_dir(&data_dir).expect("a folder") {
        let mode = path
            .expect("readable")
            .metadata()
            .expect("there")
            .permissions();
        assert_eq!(mode.mode() & 0o077, 0);
        seen += 1;
    }
    assert_eq!(seen, 3, "the database and its two companions");
    let mode = data_dir.metadata().expect("there").permissions();
    assert_eq!(mode.mode() & 0o077, 0);
}
