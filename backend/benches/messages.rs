//! How many messages a second are stored durably, compared with the database's own rate: a bare loop of
//! inserts with the same settings and the same number of connections.
//!
//! `cargo bench -p flashblog --bench messages`

#[path = "../tests/api/postgres_server.rs"]
mod postgres_server;

use std::net::{Ipv4Addr, SocketAddr};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

use axum::Router;
use axum::body::Body;
use axum::http::{Request, StatusCode};
use flashblog::app::App;
use flashblog::clients::peer::Peer;
use flashblog::config::Config;
use flashblog::public_url::PublicUrl;
use flashblog::store::DatabaseUrl;
use flashblog::store::message::{Message, Reference, Stored};
use flashblog::store::{self, Store};
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous};
use sqlx::{Pool, Postgres, Sqlite};
use tower::ServiceExt;

/// How long one measurement runs.
const SPAN: Duration = Duration::from_secs(3);
/// How often each rate is measured. They take turns, so that other load disturbs all equally.
const TURNS: usize = 3;
const SQLITE_CONNECTIONS: u32 = 1;
const POSTGRES_CONNECTIONS: u32 = 10;
/// The least part of the bare inserts' rate that the whole API should reach.
const GOAL: f64 = 0.7;
/// How many clients post at the same time.
const CLIENTS: u32 = 20;

const INSERT: &str = "INSERT INTO messages
    (reference, received_at, name, email, subject, message, idempotency_key, mail_due)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8)";

fn message() -> Message {
    Message {
        reference: Reference::random().expect("randomness"),
        received_at: 1_790_000_000,
        name: "Ada Lovelace".to_owned(),
        email: "ada@example.org".to_owned(),
        subject: "A question about your last post".to_owned(),
        message: "It made me think. ".repeat(30),
    }
}

/// Runs `work` repeatedly in `tasks` tasks. Returns how often a second it was done.
async fn rate<F, W>(tasks: u32, work: W) -> f64
where
    F: Future<Output = ()> + Send,
    W: Fn() -> F + Clone + Send + Sync + 'static,
{
    let started = Instant::now();
    let tasks: Vec<_> = (0..tasks)
        .map(|_| {
            let work = work.clone();
            tokio::spawn(async move {
                let mut done = 0_u32;
                while started.elapsed() < SPAN {
                    work().await;
                    done += 1;
                }
                done
            })
        })
        .collect();
    let mut done = 0;
    for task in tasks {
        done += task.await.expect("ends");
    }
    f64::from(done) / started.elapsed().as_secs_f64()
}

async fn bare_sqlite(pool: Pool<Sqlite>) -> f64 {
    rate(SQLITE_CONNECTIONS, move || {
        let pool = pool.clone();
        async move {
            let message = message();
            sqlx::query(INSERT)
                .bind(message.reference.as_str())
                .bind(message.received_at)
                .bind(message.name)
                .bind(message.email)
                .bind(message.subject)
                .bind(message.message)
                .bind(None::<String>)
                .bind(None::<i64>)
                .execute(&pool)
                .await
                .expect("inserts");
        }
    })
    .await
}

async fn bare_postgres(pool: Pool<Postgres>) -> f64 {
    rate(POSTGRES_CONNECTIONS, move || {
        let pool = pool.clone();
        async move {
            let message = message();
            sqlx::query(INSERT)
                .bind(message.reference.as_str())
                .bind(message.received_at)
                .bind(message.name)
                .bind(message.email)
                .bind(message.subject)
                .bind(message.message)
                .bind(None::<String>)
                .bind(None::<i64>)
                .execute(&pool)
                .await
                .expect("inserts");
        }
    })
    .await
}

async fn through_the_store(store: Arc<dyn Store>) -> f64 {
    rate(CLIENTS, move || {
        let store = Arc::clone(&store);
        async move {
            let stored = store.add_message(&message(), None, None).await;
            assert_eq!(stored.expect("adds"), Stored::Now);
        }
    })
    .await
}

async fn through_the_api(router: Router) -> f64 {
    let body = serde_json::json!({
        "name": "Ada Lovelace", "email": "ada@example.org",
        "subject": "A question about your last post", "message": "It made me think. ".repeat(30),
    })
    .to_string();
    let client = Arc::new(AtomicU32::new(0));
    rate(CLIENTS, move || {
        let number = client.fetch_add(1, Ordering::Relaxed);
        let peer = SocketAddr::from((Ipv4Addr::from(number), 4711));
        let request = Request::post("/api/v1/contact")
            .header("host", "localhost")
            .header("content-type", "application/json")
            .extension(Peer::at(peer))
            .body(Body::from(body.clone()))
            .expect("a request");
        let answer = router.clone().oneshot(request);
        async move {
            assert_eq!(
                answer.await.expect("infallible").status(),
                StatusCode::CREATED
            );
        }
    })
    .await
}

/// The whole app with a database, and the database's address.
async fn app(folder: &Path, database_url: &str) -> (Router, DatabaseUrl) {
    let file = folder.join("flashblog.toml");
    let toml = format!("data-dir = {folder:?}\ndatabase-url = {database_url:?}\n");
    std::fs::write(&file, toml).expect("writes");
    // PostgreSQL needs a key that all servers share.
    let secret = |name: &str| (name == "FLASHBLOG_SECRET_KEY").then(|| "k".repeat(32).into());
    let no_flags = flashblog::config::settings::command().get_matches_from(["flashblog"]);
    let config = Config::load(&no_flags, Some(&file), &secret).expect("loads");
    let url = PublicUrl::of_listener(config.settings.listen.0);
    let app = App::connect(&config, url).await.expect("connects");
    (flashblog::router::router(app), config.database)
}

fn report(database: &str, rates: &[[f64; 3]]) {
    let mean = |column: usize| rates.iter().map(|row| row[column]).sum::<f64>() / TURNS as f64;
    let (bare, store, api) = (mean(0), mean(1), mean(2));
    println!("{database}: durable messages a second");
    println!("  bare inserts     {bare:8.0}");
    println!("  through the store{store:8.0}  {:.3} of it", store / bare);
    let ratio = api / bare;
    let met = if ratio >= GOAL { "met" } else { "not met" };
    println!("  through the API  {api:8.0}  {ratio:.3} of it; goal ≥ {GOAL}: {met}");
}

async fn sqlite() {
    // Not in the system's temporary folder, which may be in memory.
    let folder = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).expect("temporary folder");
    let path = folder.path().join("flashblog.db");
    let url = format!("sqlite:{}", path.display());
    let (router, database) = app(folder.path(), &url).await;
    let store = store::open(&database, POSTGRES_CONNECTIONS)
        .await
        .expect("opens");
    let options = SqliteConnectOptions::new()
        .filename(&path)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Full);
    let bare = SqlitePoolOptions::new()
        .max_connections(SQLITE_CONNECTIONS)
        .connect_with(options)
        .await
        .expect("connects");
    let mut rates = Vec::new();
    for _ in 0..TURNS {
        rates.push([
            bare_sqlite(bare.clone()).await,
            through_the_store(Arc::clone(&store)).await,
            through_the_api(router.clone()).await,
        ]);
    }
    report("SQLite", &rates);
}

async fn postgres() {
    let Some(database) = postgres_server::Database::create().await else {
        return;
    };
    let options: PgConnectOptions = database.options();
    let folder = tempfile::tempdir().expect("temporary folder");
    let url = sqlx::ConnectOptions::to_url_lossy(&options).to_string();
    let (router, database_url) = app(folder.path(), &url).await;
    let store = store::open(&database_url, POSTGRES_CONNECTIONS)
        .await
        .expect("opens");
    let bare = PgPoolOptions::new()
        .max_connections(POSTGRES_CONNECTIONS)
        .connect_with(options.options([("synchronous_commit", "on")]))
        .await
        .expect("connects");
    let mut rates = Vec::new();
    for _ in 0..TURNS {
        rates.push([
            bare_postgres(bare.clone()).await,
            through_the_store(Arc::clone(&store)).await,
            through_the_api(router.clone()).await,
        ]);
    }
    report("PostgreSQL", &rates);
}

fn main() {
    tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .expect("a runtime")
        .block_on(async {
            sqlite().await;
            postgres().await;
        });
}
