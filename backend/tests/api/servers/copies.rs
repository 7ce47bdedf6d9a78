//! Every server shows a session the same copy of the blogs, and one of them reads the source.

use std::time::Duration;

use axum::http::{Method, StatusCode};
use flashblog::cache::{REFETCH_INTERVAL, SharingTimes};
use flashblog::clock::Clock;
use jiff::Timestamp;
use shared::blog::BlogPage;
use sqlx::postgres::PgConnectOptions;

use super::Site;
use crate::harness::{Client, posts};
use crate::postgres_server::Database;

impl Site {
    /// Servers that share readings of the source.
    pub(super) async fn of_readers(database: &Database, servers: usize) -> Self {
        Self::of_patient_readers(database.options(), servers, SharingTimes::default()).await
    }

    /// Servers that share readings of the source, with these waiting times.
    pub(super) async fn of_patient_readers(
        database: PgConnectOptions,
        servers: usize,
        times: SharingTimes,
    ) -> Self {
        let mut site = Self::on(database, servers).await;
        let servers = site.servers.into_iter();
        site.servers = servers.map(|app| app.with_shared_blogs(times)).collect();
        for server in &site.servers {
            // The servers' clocks must agree with the database's, which dates the readings.
            let now = server.clock.now().as_second();
            server.clock.jump(Timestamp::now().as_second() - now);
        }
        site
    }

    /// How often the source was read.
    pub(super) fn fetches(&self) -> usize {
        self.servers
            .iter()
            .map(|server| server.source.fetches())
            .sum()
    }

    /// Waits for the pause between two readings, by the database's clock and by the servers'.
    async fn pause(&self) {
        tokio::time::sleep(REFETCH_INTERVAL + Duration::from_millis(200)).await;
        for server in &self.servers {
            server.clock.advance(REFETCH_INTERVAL);
            // Keeps the server's clock ahead of the database's.
            let now = server.clock.now().as_second();
            server.clock.jump(Timestamp::now().as_second() + 1 - now);
        }
    }
}

pub(super) async fn list(client: &Client, page: u32) -> BlogPage {
    client
        .get(&format!("/api/v1/blogs?page={page}"))
        .await
        .data()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_session_reads_the_same_pages_at_every_server() {
    let Some(database) = Database::create().await else {
        return;
    };
    let site = Site::of_readers(&database, 3).await;
    let cold: Vec<_> = (0..60)
        .map(|number| {
            let client = site.servers[number % 3].browser();
            tokio::spawn(async move { list(&client, 1).await.total_items })
        })
        .collect();
    for reader in cold {
        assert_eq!(reader.await.expect("answered"), 14);
    }
    assert_eq!(site.fetches(), 1, "one reading for all servers");

    let visitor = site.visitor();
    let first = list(&visitor, 1).await;
    let there = site.at(1, &visitor);
    let second = list(&there, 2).await;
    assert!(first.items.iter().all(|post| !second.items.contains(post)));
    assert_eq!(first.freshness, second.freshness);
    let answer = visitor.get("/api/v1/blogs").await;
    let etag = answer.header("etag").expect("a validator").to_owned();
    for server in 0..3 {
        let known = [("if-none-match", etag.as_str())];
        let there = site.at(server, &visitor);
        let again = there.send(Method::GET, "/api/v1/blogs", &known).await;
        assert_eq!(again.status, StatusCode::NOT_MODIFIED, "server {server}");
    }

    for server in &site.servers {
        server.source.hold(posts(20));
    }
    site.pause().await;
    let stranger = site.servers[1].browser();
    assert_eq!(list(&stranger, 1).await.total_items, 20);
    // One more server starts, with an empty cache.
    let newcomer = Site::of_readers(&database, 1).await;
    for server in 0..4 {
        let (old, new) = match site.servers.get(server) {
            Some(_) => (site.at(server, &visitor), site.at(server, &stranger)),
            None => (newcomer.at(0, &visitor), newcomer.at(0, &stranger)),
        };
        assert_eq!(list(&old, 1).await.freshness, first.freshness);
        assert_eq!(list(&old, 1).await.total_items, 14, "server {server}");
        assert_eq!(list(&new, 1).await.total_items, 20, "server {server}");
    }
    assert_eq!((site.fetches(), newcomer.fetches()), (2, 0));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_source_that_fails_is_asked_by_one_server_only() {
    let Some(database) = Database::create().await else {
        return;
    };
    let site = Site::of_readers(&database, 3).await;
    for server in &site.servers {
        server.source.fail();
    }
    for server in &site.servers {
        let page = list(&server.browser(), 1).await;
        assert!(page.freshness.stale && page.items.is_empty());
    }
    assert_eq!(site.fetches(), 1);
    site.servers[2].source.hold(posts(3));
    site.pause().await;
    assert_eq!(list(&site.servers[2].browser(), 1).await.total_items, 3);
    for server in &site.servers {
        let page = list(&server.browser(), 1).await;
        assert!(!page.freshness.stale && page.total_items == 3);
    }
    assert_eq!(site.fetches(), 2);
}
