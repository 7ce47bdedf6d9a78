//! How often a server queries the database, counted by a proxy between them.

use super::{Site, session_of, until};
use crate::postgres_proxy::Proxy;
use crate::postgres_server::Database;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_request_of_a_session_costs_one_exchange_and_any_other_none() {
    let Some(database) = Database::create().await else {
        return;
    };
    let proxy = Proxy::to(database.options());
    let site = Site::on(proxy.options(database.options()), 1).await;
    let noted = site.servers[0].store.readings_noted();
    until("nothing more is asked about a pooler", async || {
        noted.has_changed().is_err()
    })
    .await;
    let visitor = site.visitor();
    session_of(&visitor).await;
    visitor.get("/api/v1/blogs").await;

    let before = proxy.exchanges();
    for _ in 0..20 {
        visitor.get("/api/v1/blogs").await;
        visitor.get("/blogs").await;
    }
    assert_eq!(proxy.exchanges() - before, 40, "one for each");

    let before = proxy.exchanges();
    for _ in 0..20 {
        site.servers[0].get("/api/v1/blogs").await;
        site.servers[0].get("/about").await;
    }
    assert_eq!(
        proxy.exchanges(),
        before,
        "requests without a session need none"
    );

    let before = proxy.exchanges();
    let requests: Vec<_> = (0..200)
        .map(|_| {
            let tab = visitor.clone();
            tokio::spawn(async move { tab.get("/api/v1/blogs").await.status })
        })
        .collect();
    for request in requests {
        assert!(request.await.expect("answered").is_success());
    }
    let shared = proxy.exchanges() - before;
    assert!(
        shared <= 200,
        "{shared}: concurrent requests share exchanges"
    );
}
