//! Flashes are delivered once, in order, to their session only.

use std::collections::HashSet;
use std::time::{Duration, Instant};

use axum::Router;
use axum::http::{Method, StatusCode};
use axum::response::Redirect;
use axum::routing::{get, post};
use flashblog::api::envelope::Reply;
use flashblog::api::extract::Path;
use flashblog::app::App;
use flashblog::error::ApiError;
use flashblog::session::Session;
use flashblog::session::token::Keys;
use serde_json::json;
use shared::flash::Category;

use crate::harness::{Answer, Client, KEY, TestApp};

/// A handler that flashes and redirects, as that of a form does.
async fn flash(session: Session, Path(message): Path<String>) -> Redirect {
    session.flash(Category::Success, message);
    Redirect::to("/done")
}

/// A handler that flashes and answers with an envelope.
async fn read(session: Session) -> Result<Reply, ApiError> {
    session.flash(Category::Info, "read");
    Reply::ok(&json!({}))
}

async fn quiet() -> Result<Reply, ApiError> {
    Reply::ok(&json!({}))
}

fn routes() -> Router<App> {
    Router::new()
        .route("/flash/{message}", post(flash))
        .route("/read", get(read))
        .route("/quiet", get(quiet))
}

async fn app() -> TestApp {
    TestApp::new().await.with_routes(routes())
}

async fn leave(visitor: &Client, message: &str) {
    let answer = visitor.post(&format!("/flash/{message}")).await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER);
    assert!(answer.body.is_empty());
}

#[tokio::test]
async fn a_redirect_leaves_messages_for_the_next_envelope_in_order() {
    let app = app().await;
    let visitor = app.browser();
    for message in ["one", "two", "two"] {
        leave(&visitor, message).await;
    }
    let answer = visitor.get("/read").await;
    let expected = ["success: one", "success: two", "success: two", "info: read"];
    assert_eq!(answer.flashes(), expected);
    let ids: HashSet<String> = answer
        .envelope::<serde_json::Value>()
        .flash
        .into_iter()
        .map(|flash| flash.id)
        .collect();
    assert_eq!(ids.len(), 4, "each has its own id");
    assert_eq!(visitor.get("/read").await.flashes(), ["info: read"], "once");
}

#[tokio::test]
async fn error_pages_and_handlers_that_know_no_session_deliver_too() {
    let app = app().await;
    let visitor = app.browser();
    leave(&visitor, "one").await;
    assert_eq!(visitor.get("/quiet").await.flashes(), ["success: one"]);
    leave(&visitor, "two").await;
    let lost = visitor.send(Method::POST, "/quiet", &[]).await;
    assert_eq!(lost.status, StatusCode::METHOD_NOT_ALLOWED);
    assert_eq!(lost.flashes(), ["success: two"]);
}

#[tokio::test]
async fn other_sessions_do_not_get_them() {
    let app = app().await;
    let (mine, other) = (app.browser(), app.browser());
    other.get("/read").await;
    leave(&mine, "mine").await;
    assert_eq!(other.get("/quiet").await.flashes().len(), 0);
    assert_eq!(app.get("/quiet").await.flashes().len(), 0);
    assert_eq!(mine.get("/quiet").await.flashes(), ["success: mine"]);
}

#[tokio::test]
async fn requests_that_no_person_sees_consume_no_flash() {
    let app = app().await;
    let visitor = app.browser();
    leave(&visitor, "one").await;
    for (method, headers) in [
        (Method::HEAD, &[] as &[(&str, &str)]),
        (Method::OPTIONS, &[]),
        (Method::GET, &[("sec-purpose", "prefetch")]),
        (Method::GET, &[("sec-purpose", "prefetch;prerender")]),
        (Method::GET, &[("purpose", "prefetch")]),
    ] {
        let answer = visitor.send(method.clone(), "/quiet", headers).await;
        assert!(answer.status.is_success());
        assert!(!answer.text().contains("one"), "{method} {headers:?}");
    }
    // A flash of such a request waits too.
    visitor
        .send(Method::GET, "/read", &[("sec-purpose", "prefetch")])
        .await;
    assert_eq!(
        visitor.get("/quiet").await.flashes(),
        ["success: one", "info: read"]
    );
}

#[tokio::test]
async fn of_more_than_twenty_the_oldest_go() {
    let app = app().await;
    let visitor = app.browser();
    for number in 1..=23 {
        leave(&visitor, &number.to_string()).await;
    }
    let flashes = visitor.get("/quiet").await.flashes();
    assert_eq!(flashes.len(), 20);
    assert_eq!(
        (flashes[0].as_str(), flashes[19].as_str()),
        ("success: 4", "success: 23")
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn fifty_parallel_requests_deliver_each_message_once() {
    let app = app().await;
    let visitor = app.browser();
    for round in 0..5 {
        let expected: HashSet<String> = (0..20).map(|n| format!("success: {round}-{n}")).collect();
        for n in 0..20 {
            leave(&visitor, &format!("{round}-{n}")).await;
        }
        let requests: Vec<_> = (0..50)
            .map(|_| {
                let tab = visitor.clone();
                tokio::spawn(async move { tab.get("/quiet").await.flashes() })
            })
            .collect();
        let mut seen = Vec::new();
        for request in requests {
            seen.extend(request.await.expect("answered"));
        }
        assert_eq!(seen.len(), 20, "none twice");
        assert_eq!(
            seen.into_iter().collect::<HashSet<_>>(),
            expected,
            "none lost"
        );
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn messages_that_are_left_while_others_are_taken_are_not_forgotten() {
    let app = app().await;
    let visitor = app.browser();
    visitor.get("/quiet").await;
    leave(&visitor, "first").await;
    let writers: Vec<_> = (0..15)
        .map(|n| {
            let tab = visitor.clone();
            tokio::spawn(async move {
                leave(&tab, &n.to_string()).await;
                tab.get("/quiet").await.flashes()
            })
        })
        .collect();
    let mut seen = Vec::new();
    for writer in writers {
        seen.extend(writer.await.expect("answered"));
    }
    seen.extend(visitor.get("/quiet").await.flashes());
    assert_eq!(seen.len(), 16);
    assert_eq!(seen.into_iter().collect::<HashSet<_>>().len(), 16);
}

/// Starts a request and cancels it, a little later in each round, so that requests are cancelled at
/// every point. Returns the flashes that were delivered nevertheless.
async fn give_up(
    round: u32,
    request: impl Future<Output = Answer> + Send + 'static,
) -> Vec<String> {
    let request = tokio::spawn(request);
    let started = Instant::now();
    while started.elapsed() < Duration::from_micros(u64::from(round) * 10) {
        tokio::task::yield_now().await;
    }
    request.abort();
    match request.await {
        Ok(answer) if !answer.body.is_empty() => answer.flashes(),
        _ => Vec::new(),
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_request_that_is_given_up_loses_no_message() {
    let app = app().await;
    let visitor = app.browser();
    for round in 0..200 {
        leave(&visitor, &round.to_string()).await;
        let tab = visitor.clone();
        let mut seen = give_up(round, async move { tab.get("/quiet").await }).await;
        let rest = async {
            while seen.is_empty() {
                seen.extend(visitor.get("/quiet").await.flashes());
            }
        };
        let came = tokio::time::timeout(Duration::from_secs(30), rest).await;
        assert!(came.is_ok(), "message {round} is lost");
        assert_eq!(seen, [format!("success: {round}")], "once");
    }
    assert_eq!(visitor.get("/quiet").await.flashes().len(), 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_message_whose_form_post_is_given_up_is_not_stuck() {
    let app = app().await;
    let visitor = app.browser();
    visitor.get("/read").await;
    for round in 0..200 {
        let tab = visitor.clone();
        let post = async move { tab.post(&format!("/flash/{round}")).await };
        give_up(round, post).await;
        // A flash that is in the store must be delivered.
        let delivery = async {
            while !app
                .store
                .sessions_with_flashes()
                .await
                .expect("readable")
                .is_empty()
            {
                visitor.get("/quiet").await;
            }
        };
        let delivered = tokio::time::timeout(Duration::from_secs(30), delivery).await;
        assert!(delivered.is_ok(), "message {round} is stuck");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_session_whose_end_is_stored_has_ended_even_if_the_request_was_cancelled() {
    let app = TestApp::new().await;
    let session_id = async |visitor: &Client| {
        let answer = visitor.get("/api/v1/session").await;
        let id = answer.data::<serde_json::Value>()["session_id"].clone();
        id.as_str().expect("text").to_owned()
    };
    let mut visitors = Vec::new();
    for round in 0..100 {
        let visitor = app.browser();
        let id = session_id(&visitor).await;
        let (tab, cookie) = (visitor.clone(), visitor.cookie().expect("a cookie"));
        let end = async move { tab.send(Method::DELETE, "/api/v1/session", &[]).await };
        give_up(round * 2, end).await;
        visitors.push((id, cookie));
    }
    // Waits until no end of a session is being stored any more.
    let ended = loop {
        let before = app.store.ended_sessions(0).await.expect("readable").len();
        tokio::time::sleep(Duration::from_millis(50)).await;
        let after = app.store.ended_sessions(0).await.expect("readable");
        if after.len() == before {
            break after;
        }
    };
    let ended: HashSet<String> = ended.iter().map(|end| end.session.to_string()).collect();
    for (id, cookie) in visitors {
        let visitor = app.browser();
        visitor.set_cookie(&cookie);
        let is_over = session_id(&visitor).await != id;
        assert_eq!(is_over, ended.contains(&id), "memory and store agree");
    }
}

#[tokio::test]
async fn a_replayed_cookie_brings_no_message_back() {
    let app = app().await;
    let visitor = app.browser();
    leave(&visitor, "once").await;
    let old_cookie = visitor.cookie().expect("a cookie");
    assert_eq!(visitor.get("/quiet").await.flashes(), ["success: once"]);
    let replaying = app.browser();
    replaying.set_cookie(&old_cookie);
    assert_eq!(replaying.get("/quiet").await.flashes().len(), 0);
}

#[tokio::test]
async fn two_tabs_with_an_old_and_a_renewed_cookie_are_one_session() {
    let app = app().await;
    let (old_tab, new_tab) = (app.browser(), app.browser());
    old_tab.get("/read").await;
    let old_cookie = old_tab.cookie().expect("a cookie");
    new_tab.set_cookie(&old_cookie);
    app.clock.advance(Duration::from_secs(400));
    leave(&new_tab, "from-the-other-tab").await;
    assert_ne!(new_tab.cookie(), Some(old_cookie), "renewed");
    let seen = old_tab.get("/quiet").await.flashes();
    assert_eq!(seen, ["success: from-the-other-tab"]);
    assert_eq!(new_tab.get("/quiet").await.flashes().len(), 0, "once");
}

#[tokio::test]
async fn long_messages_wait_whole_and_the_cookie_stays_small() {
    let app = app().await;
    let visitor = app.browser();
    let long = "x".repeat(5_000);
    for _ in 0..20 {
        leave(&visitor, &long).await;
    }
    app.clock.advance(Duration::from_secs(400));
    let answer = visitor.get("/quiet").await;
    let cookie = answer.header("set-cookie").expect("renewed");
    assert!(cookie.len() <= 4_096, "{}", cookie.len());
    assert_eq!(answer.flashes().len(), 20);
    assert_eq!(answer.flashes()[0], format!("success: {long}"));
}

#[tokio::test]
async fn messages_stay_in_order_when_the_clock_was_put_back_before_a_restart() {
    let app = app().await;
    let visitor = app.browser();
    leave(&visitor, "first").await;
    let cookie = visitor.cookie().expect("a cookie");
    // As if the clock had been years ahead when the flash was left.
    let moved =
        sqlx::query("UPDATE waiting_flashes SET id = 'fff00000-0000-7000-8000-000000000000'")
            .execute(&app.connect().await)
            .await
            .expect("updates");
    assert_eq!(moved.rows_affected(), 1);
    let app = app.restart(Keys::new(KEY, [])).await.with_routes(routes());
    let visitor = app.browser();
    visitor.set_cookie(&cookie);
    leave(&visitor, "second").await;
    leave(&visitor, "third").await;
    assert_eq!(
        visitor.get("/quiet").await.flashes(),
        ["success: first", "success: second", "success: third"]
    );
}

#[tokio::test]
async fn they_survive_a_restart_and_expire_with_their_session() {
    let app = app().await;
    let visitor = app.browser();
    leave(&visitor, "kept").await;
    let cookie = visitor.cookie().expect("a cookie");
    let app = app.restart(Keys::new(KEY, [])).await;
    let visitor = app.browser();
    visitor.set_cookie(&cookie);
    assert_eq!(
        visitor.get("/api/v1/session").await.flashes(),
        ["success: kept"]
    );

    let app = app.with_routes(routes());
    let forgetful = app.browser();
    leave(&forgetful, "late").await;
    app.clock.advance(Duration::from_secs(25 * 3600));
    app.app.sessions.evict_expired().await;
    let left: i64 = sqlx::query_scalar("SELECT count(*) FROM waiting_flashes")
        .fetch_one(&app.connect().await)
        .await
        .expect("counts");
    assert_eq!(left, 0);
}
