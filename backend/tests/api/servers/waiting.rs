//! Servers wait while another one reads the source.

use std::sync::Arc;
use std::time::Duration;

use flashblog::cache::SharingTimes;
use sqlx::{AssertSqlSafe, Connection, PgConnection, query_scalar};
use tokio::task::JoinHandle;

use super::copies::list;
use super::{Site, until};
use crate::harness::posts;
use crate::postgres_proxy::Proxy;
use crate::postgres_server::Database;

const HOUR: Duration = Duration::from_secs(3600);
/// Counts the connections that listen for notifications.
const LISTENERS: &str = "SELECT count(*) FROM pg_stat_activity
    WHERE datname = current_database() AND query LIKE 'LISTEN%'";
/// Counts the connections whose last query found that another server reads the source.
const WAITING: &str = "SELECT count(*) FROM pg_stat_activity
    WHERE datname = current_database() AND query LIKE 'SELECT lease_until%'";

async fn connect(database: &Database) -> PgConnection {
    let connected = PgConnection::connect_with(&database.options()).await;
    connected.expect("connects")
}

async fn ask(database: &mut PgConnection, question: &str) -> i64 {
    let answer = query_scalar(AssertSqlSafe(question)).fetch_one(database);
    answer.await.expect("answers")
}

async fn until_count(database: &mut PgConnection, question: &str, count: i64) {
    until(question, async || ask(database, question).await == count).await;
}

impl Site {
    /// Starts a reader at the first server, whose source does not answer yet, and one at the second
    /// server, which waits for the first.
    async fn two_waiting_readers(&self, database: &mut PgConnection) -> [JoinHandle<u32>; 2] {
        let gate = &self.servers[0].source.gate;
        gate.forget_permits(gate.available_permits());
        let read = |server: usize| {
            let client = self.servers[server].browser();
            tokio::spawn(async move { list(&client, 1).await.total_items })
        };
        let first = read(0);
        until("the source is asked", async || self.fetches() == 1).await;
        let second = read(1);
        until("the second server waits", async || {
            ask(database, WAITING).await > 0
        })
        .await;
        [first, second]
    }

    /// Makes each server open several connections, so that it still has some when no new ones are
    /// allowed.
    async fn open_connections(&self, database: &Database) {
        const EACH: usize = 4;
        let (mut locker, mut observer) = (connect(database).await, connect(database).await);
        let mut lock = locker.begin().await.expect("begins");
        sqlx::query("LOCK TABLE messages IN ACCESS EXCLUSIVE MODE")
            .execute(&mut *lock)
            .await
            .expect("locks");
        let stores = self.servers.iter().flat_map(|server| [&server.store; EACH]);
        let readers: Vec<_> = stores
            .map(|store| {
                let store = Arc::clone(store);
                tokio::spawn(async move { store.messages(None, 1).await.map(drop) })
            })
            .collect();
        let waiting = "SELECT count(*) FROM pg_stat_activity
             WHERE datname = current_database() AND wait_event_type = 'Lock'";
        let all = i64::try_from(readers.len()).expect("few");
        until_count(&mut observer, waiting, all).await;
        lock.commit().await.expect("unlocks");
        for reader in readers {
            reader.await.expect("runs").expect("reads");
        }
    }

    async fn answer(&self, readers: [JoinHandle<u32>; 2]) {
        self.servers[0].source.gate.add_permits(1);
        for reader in readers {
            assert_eq!(reader.await.expect("answered"), 14);
        }
        assert_eq!(self.fetches(), 1);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_that_waits_for_a_reading_is_woken() {
    let Some(database) = Database::create().await else {
        return;
    };
    let never_ask = SharingTimes {
        poll: HOUR,
        ..SharingTimes::default()
    };
    let site = Site::of_patient_readers(database.options(), 2, never_ask).await;
    let database = &mut connect(&database).await;
    until_count(database, LISTENERS, 2).await;
    let readers = site.two_waiting_readers(database).await;
    site.answer(readers).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_that_can_not_be_woken_asks_from_time_to_time() {
    let Some(database) = Database::create().await else {
        return;
    };
    let site = Site::of_readers(&database, 2).await;
    let mut connection = connect(&database).await;
    until_count(&mut connection, LISTENERS, 2).await;
    site.open_connections(&database).await;
    let readers = site.two_waiting_readers(&mut connection).await;
    let allow_connections = async |allowed: bool| {
        let mut server = PgConnection::connect_with(&database.options().database("postgres"))
            .await
            .expect("connects");
        let statement = format!(
            "ALTER DATABASE {} ALLOW_CONNECTIONS {allowed}",
            database.options().get_database().expect("a name")
        );
        let altered = sqlx::query(AssertSqlSafe(statement)).execute(&mut server);
        altered.await.expect("alters");
    };
    allow_connections(false).await;
    let cut = LISTENERS.replace("count(*)", "count(pg_terminate_backend(pid))");
    assert_eq!(ask(&mut connection, &cut).await, 2);
    until_count(&mut connection, LISTENERS, 0).await;
    site.answer(readers).await;

    allow_connections(true).await;
    until_count(&mut connection, LISTENERS, 2).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_behind_a_pooler_does_not_listen() {
    let Some(database) = Database::create().await else {
        return;
    };
    let proxy = Proxy::to(database.options());
    let options = proxy.options(database.options());
    let site = Site::of_patient_readers(options, 2, SharingTimes::default()).await;
    let database = &mut connect(&database).await;
    until("the servers know of the pooler", async || {
        let mut stores = site.servers.iter().map(|server| &server.store);
        stores.all(|store| store.readings_noted().has_changed().is_err())
    })
    .await;
    let readers = site.two_waiting_readers(database).await;
    site.answer(readers).await;
    assert_eq!(ask(database, LISTENERS).await, 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_source_that_takes_longer_than_the_lease_is_still_read_by_one_server() {
    let Some(database) = Database::create().await else {
        return;
    };
    let times = SharingTimes {
        lease: Duration::from_millis(300),
        ..SharingTimes::default()
    };
    let site = Site::of_patient_readers(database.options(), 2, times).await;
    let database = &mut connect(&database).await;
    let readers = site.two_waiting_readers(database).await;
    let lease = "SELECT lease_until FROM sources";
    let first = ask(database, lease).await;
    until("the lease was renewed", async || {
        ask(database, lease).await > first + 600
    })
    .await;
    site.answer(readers).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_pause_that_the_source_asks_for_counts_for_all_servers() {
    let Some(database) = Database::create().await else {
        return;
    };
    let site = Site::of_readers(&database, 3).await;
    let mut connection = connect(&database).await;
    // Lets time pass for all servers and, by older times in its rows, for the database.
    let mut pass = async |site: &Site, minutes: i64| {
        for server in &site.servers {
            let minutes = Duration::from_secs(60 * minutes.unsigned_abs());
            server.clock.advance(minutes);
        }
        let passed = minutes * 60_000;
        let earlier = format!(
            "UPDATE sources SET attempted_at = attempted_at - {passed}, paused_until = paused_until - {passed}"
        );
        let updated = sqlx::query(AssertSqlSafe(earlier)).execute(&mut connection);
        updated.await.expect("updates");
    };
    let read_everywhere = async |site: &Site| {
        let mut totals = Vec::new();
        for server in &site.servers {
            totals.push(list(&server.browser(), 1).await.total_items);
        }
        totals
    };
    for server in &site.servers {
        server.source.ask_for_a_pause(HOUR);
    }
    assert_eq!(read_everywhere(&site).await, [0, 0, 0]);
    assert_eq!(site.fetches(), 1);
    pass(&site, 59).await;
    for server in &site.servers {
        server.source.hold(posts(3));
    }
    // One more server starts, which has to learn of the pause from the database.
    let newcomer = Site::of_readers(&database, 1).await;
    assert_eq!(read_everywhere(&site).await, [0, 0, 0]);
    assert_eq!(read_everywhere(&newcomer).await, [0]);
    assert_eq!((site.fetches(), newcomer.fetches()), (1, 0));
    pass(&site, 2).await;
    assert_eq!(read_everywhere(&site).await, [3, 3, 3]);
    assert_eq!(site.fetches(), 2);
}
