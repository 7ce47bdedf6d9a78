//! Several servers on one PostgreSQL. They must behave like one server.

mod copies;
mod exchanges;
mod faults;
mod full;
mod processes;
mod waiting;

use std::collections::HashSet;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::http::{Method, StatusCode};
use axum::response::Redirect;
use axum::routing::post;
use flashblog::api::extract::Path;
use flashblog::app::App;
use flashblog::session::Session;
use flashblog::store::Store;
use flashblog::store::postgres::PostgresStore;
use serde_json::json;
use shared::contact::ContactReceipt;
use shared::flash::Category;
use shared::session::{SessionGrant, SessionInfo};
use sqlx::postgres::PgConnectOptions;

use crate::harness::{Answer, Client, TestApp};
use crate::postgres_server::Database;

const MESSAGE: &str =
    r#"{"name":"Ada","email":"ada@example.org","subject":"Hello","message":"How are you?"}"#;

/// A handler that flashes and redirects, as that of a form does.
async fn flash(session: Session, Path(message): Path<String>) -> Redirect {
    session.flash(Category::Success, message);
    Redirect::to("/done")
}

/// The servers of one site.
struct Site {
    servers: Vec<TestApp>,
    /// The same servers, with a route that leaves a flash: `POST /flash/{message}`.
    forms: Vec<Router>,
}

impl Site {
    async fn on(database: PgConnectOptions, servers: usize) -> Self {
        let mut site = Self {
            servers: Vec::new(),
            forms: Vec::new(),
        };
        for _ in 0..servers {
            let store = PostgresStore::connect(database.clone()).await;
            let store: Arc<dyn Store> = Arc::new(store.expect("connects"));
            let app = TestApp::on(store).await;
            let routes: Router<App> = Router::new().route("/flash/{message}", post(flash));
            let forms = flashblog::router::in_envelopes(routes, &app.app);
            site.forms.push(forms.with_state(app.app.clone()));
            site.servers.push(app);
        }
        site
    }

    fn visitor(&self) -> Client {
        self.servers[0].browser()
    }

    /// The same visitor, who sends requests to this server.
    fn at(&self, server: usize, visitor: &Client) -> Client {
        let server = &self.servers[server % self.servers.len()];
        visitor.through(server.router())
    }

    async fn leave(&self, server: usize, visitor: &Client, message: &str) {
        let form = visitor.through(self.forms[server % self.forms.len()].clone());
        let answer = form.post(&format!("/flash/{message}")).await;
        assert_eq!(answer.status, StatusCode::SEE_OTHER);
    }
}

async fn session_of(client: &Client) -> String {
    let info: SessionInfo = client.get("/api/v1/session").await.data();
    info.session_id
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_flash_is_delivered_once_wherever_the_visitor_is_sent() {
    let Some(database) = Database::create().await else {
        return;
    };
    let site = Site::on(database.options(), 3).await;
    let visitor = site.visitor();
    session_of(&visitor).await;
    for round in 0..5 {
        for number in 0..6 {
            site.leave(number, &visitor, &format!("{round}-{number}"))
                .await;
        }
        let requests: Vec<_> = (0..30)
            .map(|number| {
                let tab = site.at(number, &visitor);
                tokio::spawn(async move { tab.get("/api/v1/session").await.flashes() })
            })
            .collect();
        let mut seen = Vec::new();
        for request in requests {
            seen.extend(request.await.expect("answered"));
        }
        let expected: HashSet<String> = (0..6).map(|n| format!("success: {round}-{n}")).collect();
        assert_eq!(seen.len(), 6, "none twice");
        assert_eq!(seen.into_iter().collect::<HashSet<_>>(), expected);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_forty_flashes_that_are_left_at_once_at_three_servers_twenty_wait() {
    let Some(database) = Database::create().await else {
        return;
    };
    let site = Arc::new(Site::on(database.options(), 3).await);
    let visitor = site.visitor();
    session_of(&visitor).await;
    let posts: Vec<_> = (0..40)
        .map(|number| {
            let (site, tab) = (Arc::clone(&site), visitor.clone());
            tokio::spawn(async move { site.leave(number, &tab, &number.to_string()).await })
        })
        .collect();
    for post in posts {
        post.await.expect("answered");
    }
    let answer = site.at(1, &visitor).get("/api/v1/session").await;
    assert_eq!(answer.flashes().len(), 20);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_page_delivers_the_flash_that_was_left_at_another_server() {
    let Some(database) = Database::create().await else {
        return;
    };
    let site = Site::on(database.options(), 2).await;
    let visitor = site.visitor();
    session_of(&visitor).await;
    let there = site.at(1, &visitor);
    let told = async || {
        let html = [("accept", "text/html")];
        there
            .send(Method::GET, "/blogs", &html)
            .await
            .page_flashes()
    };
    assert!(told().await.is_empty(), "nothing waits");
    site.leave(0, &visitor, "Sent.").await;
    assert_eq!(told().await, ["success: Sent."]);
    assert!(told().await.is_empty(), "nothing waits any more");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_session_that_has_ended_is_refused_at_every_server() {
    let Some(database) = Database::create().await else {
        return;
    };
    let site = Site::on(database.options(), 3).await;
    let granted: SessionGrant = site.visitor().post("/api/v1/session").await.data();
    let bearer = format!("Bearer {}", granted.token.expect("a token"));
    let bearer = [("authorization", bearer.as_str())];
    let visitor = site.visitor();
    let session = session_of(&visitor).await;
    let cookie = visitor.cookie().expect("a cookie");
    for server in 1..3 {
        assert_eq!(session_of(&site.at(server, &visitor)).await, session);
        let program = site.at(server, &site.visitor());
        let answer = program.send(Method::GET, "/api/v1/session", &bearer).await;
        assert_eq!(answer.status, StatusCode::OK);
    }
    for headers in [&[] as &[(&str, &str)], &bearer] {
        let tab = site.at(0, &site.visitor());
        tab.set_cookie(&cookie);
        let ended = tab.send(Method::DELETE, "/api/v1/session", headers).await;
        assert_eq!(ended.status, StatusCode::OK);
    }
    for server in 0..3 {
        let tab = site.at(server, &site.servers[server].browser());
        tab.set_cookie(&cookie);
        assert_ne!(session_of(&tab).await, session);
        let program = site.at(server, &site.servers[server].browser());
        let answer = program.send(Method::GET, "/api/v1/session", &bearer).await;
        assert_eq!(answer.status, StatusCode::UNAUTHORIZED);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_limit_of_messages_holds_over_all_servers() {
    let Some(database) = Database::create().await else {
        return;
    };
    let site = Site::on(database.options(), 3).await;
    let posts: Vec<_> = (0..36)
        .map(|number| {
            let client = site.servers[number % 3].browser();
            tokio::spawn(async move { client.post_json("/api/v1/contact", &[], MESSAGE).await })
        })
        .collect();
    let mut refused = Vec::new();
    for post in posts {
        let answer = post.await.expect("answered");
        if answer.status != StatusCode::CREATED {
            refused.push(answer);
        }
    }
    assert_eq!(refused.len(), 31);
    for answer in refused {
        assert_eq!(answer.status, StatusCode::TOO_MANY_REQUESTS);
        let wait: u64 = answer
            .header("retry-after")
            .expect("says when")
            .parse()
            .expect("a number");
        assert!((1..=60).contains(&wait), "{wait}");
        assert!(answer.flashes()[0].starts_with("warning: You have sent many"));
    }
    let stranger = site.servers[2].browser_at("203.0.113.77");
    let answer = stranger.post_json("/api/v1/contact", &[], MESSAGE).await;
    assert_eq!(answer.status, StatusCode::CREATED, "only this client waits");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_program_that_fills_in_the_honeypot_gets_one_receipt_everywhere() {
    let Some(database) = Database::create().await else {
        return;
    };
    let site = Site::on(database.options(), 3).await;
    let spam = json!({
        "name": "A", "email": "a@b.example", "subject": "S", "message": "M", "website": "x",
    });
    let mut references = HashSet::new();
    for server in &site.servers {
        let key = [("idempotency-key", "k1")];
        let program = server.browser();
        let answer = program.post_json("/api/v1/contact", &key, spam.to_string());
        let receipt: ContactReceipt = answer.await.data();
        references.insert(receipt.reference);
    }
    assert_eq!(references.len(), 1);
    let inbox = site.servers[0].store.messages(None, 9).await;
    assert_eq!(inbox.expect("reads"), []);
}

/// Waits until a condition holds. Fails after a minute.
async fn until(what: &str, mut holds: impl AsyncFnMut() -> bool) {
    let waiting = async {
        while !holds().await {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    let waited = tokio::time::timeout(Duration::from_secs(60), waiting).await;
    assert!(waited.is_ok(), "{what}");
}

async fn send_message(client: &Client) -> Answer {
    client.post_json("/api/v1/contact", &[], MESSAGE).await
}
