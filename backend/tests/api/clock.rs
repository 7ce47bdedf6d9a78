//! Clocks that jump, as those of laptops and virtual machines do.

use std::time::Duration;

use axum::http::{Method, StatusCode};
use shared::blog::BlogPage;
use shared::session::SessionInfo;

use crate::harness::{TestApp, posts};

const YEAR: i64 = 365 * 86_400;

#[tokio::test]
async fn a_clock_that_jumps_breaks_nothing_and_freezes_no_cache() {
    let app = TestApp::new().await;
    let visitor = app.browser();
    let mut count = 14;
    for jump in [
        0,
        10,
        -10,
        3_600,
        -7_200,
        YEAR,
        -2 * YEAR,
        50 * YEAR,
        -90 * YEAR,
    ] {
        app.clock.jump(jump);
        let info = visitor.get("/api/v1/session").await;
        assert_eq!(info.status, StatusCode::OK, "{jump}");
        let page: BlogPage = visitor.get("/api/v1/blogs").await.data();
        assert_eq!((page.total_items, page.freshness.stale), (count, false));
        // After an hour, every session reads a new copy, at any time of day.
        count += 1;
        app.source.hold(posts(count as usize));
        app.clock.advance(Duration::from_secs(3_601));
        app.app.blogs.evict_expired();
        app.app.sessions.evict_expired().await;
        let page: BlogPage = visitor.get("/api/v1/blogs").await.data();
        assert_eq!(page.total_items, count, "{jump}");
    }
}

#[tokio::test]
async fn a_small_step_back_is_not_noticed_and_a_large_one_is_a_new_session() {
    let app = TestApp::new().await;
    let visitor = app.browser();
    let begun: SessionInfo = visitor.get("/api/v1/session").await.data();
    app.clock.jump(-5);
    let same: SessionInfo = visitor.get("/api/v1/session").await.data();
    assert_eq!(same.session_id, begun.session_id);
    app.clock.jump(-1);
    let new = visitor.get("/api/v1/session").await;
    assert!(new.header("set-cookie").is_some());
    assert_ne!(new.data::<SessionInfo>().session_id, begun.session_id);
}

#[tokio::test]
async fn a_jump_ahead_and_back_revives_no_ended_session() {
    let app = TestApp::new().await;
    let visitor = app.browser();
    let begun: SessionInfo = visitor.get("/api/v1/session").await.data();
    let cookie = visitor.cookie().expect("a cookie");
    visitor.send(Method::DELETE, "/api/v1/session", &[]).await;
    app.clock.jump(YEAR);
    app.app.sessions.evict_expired().await;
    app.clock.jump(-YEAR);
    visitor.set_cookie(&cookie);
    let after: SessionInfo = visitor.get("/api/v1/session").await.data();
    assert_ne!(after.session_id, begun.session_id);
}

#[tokio::test]
async fn ended_sessions_are_forgotten_when_their_tokens_have_expired() {
    let app = TestApp::new().await;
    let visitor = app.browser();
    visitor.get("/api/v1/session").await;
    visitor.send(Method::DELETE, "/api/v1/session", &[]).await;
    let other = app.connect().await;
    for (hours, left) in [(24, 1), (1, 0)] {
        app.clock.advance(Duration::from_secs(hours * 3_600));
        app.app.sessions.evict_expired().await;
        let rows: i64 = sqlx::query_scalar("SELECT count(*) FROM ended_sessions")
            .fetch_one(&other)
            .await
            .expect("counts");
        assert_eq!(rows, left);
    }
}
