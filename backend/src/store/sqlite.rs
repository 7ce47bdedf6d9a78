//! The embedded database: one SQLite file.

use std::fs::OpenOptions;
use std::future::ready;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, ensure};
use futures_util::FutureExt;
use parking_lot::Mutex;
use sqlx::sqlite::{
    Sqlite, SqliteConnectOptions, SqliteJournalMode, SqlitePool, SqlitePoolOptions,
    SqliteSynchronous,
};

use super::StoreError;
use super::sql::{Dialect, SqlStore, explained, migrator, source_statements};
use crate::store::data_dir::{create_folder, open_private};

/// Migrations in order, each with its name. A released one never changes.
const MIGRATIONS: [(&str, &str); 5] = [
    (
        "sessions",
        include_str!("../../migrations/sqlite/0001_sessions.sql"),
    ),
    (
        "messages",
        include_str!("../../migrations/sqlite/0002_messages.sql"),
    ),
    (
        "order",
        include_str!("../../migrations/sqlite/0003_order.sql"),
    ),
    (
        "readings",
        include_str!("../../migrations/sqlite/0004_readings.sql"),
    ),
    (
        "pauses",
        include_str!("../../migrations/sqlite/0005_pauses.sql"),
    ),
];

/// Marks a file as FlashBlog's (SQLite's `application_id`): "FLBG" in ASCII.
const APPLICATION_ID: i64 = 0x464C_4247;
/// How long a call waits for a database that another process has locked.
const BUSY_TIMEOUT: Duration = Duration::from_secs(3);

/// A SQLite database in WAL mode, whose commits are on disk when they return
/// (`synchronous=FULL`). It has one connection: SQLite has one writer at a time, and calls that
/// wait for a connection wait more fairly than in SQLite's lock.
pub type SqliteStore = SqlStore<Sqlite>;

impl Dialect for Sqlite {
    const SHARED: bool = false;
    const BEGIN_WRITING: &'static str = "BEGIN IMMEDIATE";
    const LOCK_SESSION: Option<&'static str> = None;
    const TAKE_FLASHES: &'static str = "DELETE FROM waiting_flashes WHERE session = $1
         RETURNING number, id, category, message, keep_until";
    const FORGET_EXPIRED: &'static [&'static str] = &[
        "DELETE FROM waiting_flashes WHERE keep_until < $1",
        "DELETE FROM ended_sessions WHERE keep_until < $1",
        "DELETE FROM readings WHERE keep_until < $1 * 1000
         AND number NOT IN (SELECT max(number) FROM readings GROUP BY source)",
        "DELETE FROM copies WHERE keep_until < $1 * 1000
         AND NOT EXISTS (SELECT 1 FROM readings WHERE readings.hash = copies.hash)",
    ];
    const CLAIM_MAIL: &'static str = "UPDATE messages SET mail_due = $1 + $2 WHERE reference =
         (SELECT reference FROM messages WHERE mail_due <= $1 ORDER BY mail_due LIMIT 1)
         RETURNING reference, received_at, name, email, subject, message, mail_attempts";
    const COUNT_USE: Option<&'static str> = None;
    source_statements!("$2");
    const RING: Option<&'static str> = None;
    const TIME: Option<&'static str> = None;
    // SQLITE_FULL (sqlite.org/rescode.html).
    const UNWRITABLE: &'static [&'static str] = &["13"];
}

impl SqlStore<Sqlite> {
    /// Opens the database at `path`, or makes it, and brings its tables up to date.
    ///
    /// # Errors
    /// When the file can't be made, written or read, is not a database, or belongs to another
    /// program or to a newer version of this one. The message says what to do.
    pub async fn open(path: &Path) -> anyhow::Result<Self> {
        if let Some(folder) = path.parent() {
            create_folder(folder).with_context(|| named(path))?;
        }
        let mut options = OpenOptions::new();
        options.create_new(true);
        match open_private(path, options) {
            Err(error) if error.kind() != io::ErrorKind::AlreadyExists => {
                return Err(error).with_context(|| named(path));
            }
            _ => {}
        }
        Self::open_file(path).await
    }

    /// Opens the database at `path`, which must exist, and brings its tables up to date.
    ///
    /// # Errors
    /// As [`SqlStore::open`], and when the file does not exist.
    pub async fn open_existing(path: &Path) -> anyhow::Result<Self> {
        ensure!(
            path.exists(),
            "{}: the file does not exist; --data-dir or --database-url may name another",
            named(path)
        );
        Self::open_file(path).await
    }

    async fn open_file(path: &Path) -> anyhow::Result<Self> {
        let options = SqliteConnectOptions::new()
            .filename(path)
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(SqliteSynchronous::Full)
            .busy_timeout(BUSY_TIMEOUT);
        // Migrations need not be on disk at once: after a crash they run again, and the first commit
        // that matters syncs them too. A dozen syncs would take half of the time of a first start.
        let hurried = options.clone().synchronous(SqliteSynchronous::Normal);
        let file = Arc::new(WatchedFile::at(path));
        let (connected, used) = (Arc::clone(&file), file);
        let pool = SqlitePoolOptions::new()
            .max_connections(1)
            .acquire_timeout(BUSY_TIMEOUT)
            .after_connect(move |_, _| {
                connected.note();
                ready(Ok(())).boxed()
            })
            .before_acquire(move |_, _| ready(Ok(used.is_still_there())).boxed())
            .connect_with(hurried)
            .await
            .with_context(|| named(path))?;
        claim(&pool).await.with_context(|| named(path))?;
        let migrated = migrator(MIGRATIONS).run(&pool).await.map_err(explained);
        migrated.with_context(|| named(path))?;
        pool.set_connect_options(options);
        let durable = sqlx::query("PRAGMA synchronous = FULL")
            .execute(&pool)
            .await;
        durable.with_context(|| named(path))?;
        Ok(Self::on(pool, None))
    }

    /// The connection's journal mode and its `PRAGMA synchronous` (2 is FULL). Commits are durable only
    /// with WAL and FULL.
    ///
    /// # Errors
    /// When the database can't be used.
    pub async fn durability(&self) -> Result<(String, i64), StoreError> {
        let journal = sqlx::query_scalar("PRAGMA journal_mode")
            .fetch_one(self.pool())
            .await?;
        let synchronous = sqlx::query_scalar("PRAGMA synchronous")
            .fetch_one(self.pool())
            .await?;
        Ok((journal, synchronous))
    }
}

/// The file that a connection has opened. A connection to a deleted or replaced file can still write, but
/// the data is lost. So the connection is closed, and the next one opens the file at the path.
struct WatchedFile {
    path: PathBuf,
    opened: Mutex<Option<FileIdentity>>,
}

/// Device and inode.
type FileIdentity = (u64, u64);

impl WatchedFile {
    fn at(path: &Path) -> Self {
        Self {
            path: path.to_owned(),
            opened: Mutex::default(),
        }
    }

    #[cfg(unix)]
    fn identity(&self) -> Option<FileIdentity> {
        use std::os::unix::fs::MetadataExt;
        let file = self.path.metadata().ok()?;
        Some((file.dev(), file.ino()))
    }

    /// On other systems a file that is in use can't be deleted.
    #[cfg(not(unix))]
    fn identity(&self) -> Option<FileIdentity> {
        Some((0, 0))
    }

    fn note(&self) {
        *self.opened.lock() = self.identity();
    }

    fn is_still_there(&self) -> bool {
        let identity = self.identity();
        let is_same = identity.is_some() && identity == *self.opened.lock();
        if !is_same {
            tracing::error!(path = %self.path.display(), "The database file was deleted or replaced");
        }
        is_same
    }
}

fn named(path: &Path) -> String {
    format!("data-dir: can't use the database `{}`", path.display())
}

/// Checks that the file is new or FlashBlog's, and that it can be written, and marks it.
async fn claim(pool: &SqlitePool) -> anyhow::Result<()> {
    let owner: i64 = sqlx::query_scalar("PRAGMA application_id")
        .fetch_one(pool)
        .await?;
    let tables: i64 = sqlx::query_scalar("SELECT count(*) FROM sqlite_schema")
        .fetch_one(pool)
        .await?;
    ensure!(
        owner == APPLICATION_ID || (owner == 0 && tables == 0),
        "it belongs to another program; move it away, or set --data-dir to another folder"
    );
    // Written even when it is set: so a file that can't be written is noticed now.
    sqlx::query("PRAGMA application_id = 0x464C4247")
        .execute(pool)
        .await?;
    Ok(())
}
