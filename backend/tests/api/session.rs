//! Sessions, and their cookies and tokens.

use std::time::Duration;

use axum::http::{Method, StatusCode};
use flashblog::session::token::Keys;
use shared::session::{SessionGrant, SessionInfo};

use crate::harness::{KEY, TestApp};

#[tokio::test]
async fn the_first_request_starts_a_session_and_the_cookie_keeps_it() {
    let app = TestApp::new().await;
    let visitor = app.browser();
    let first = visitor.get("/api/v1/session").await;
    let cookie = first.header("set-cookie").expect("a cookie").to_owned();
    assert!(cookie.starts_with("session=ey"), "{cookie}");
    assert!(
        cookie.ends_with("; HttpOnly; SameSite=Lax; Path=/; Max-Age=3600"),
        "{cookie}"
    );
    let begun: SessionInfo = first.data();
    assert_eq!(begun.session_id.len(), 32);
    assert_eq!(
        (begun.issued_at.as_str(), begun.expires_at.as_str()),
        ("2026-09-21T14:13:20Z", "2026-09-21T15:13:20Z")
    );
    let again = visitor.get("/api/v1/session").await;
    assert_eq!(again.data::<SessionInfo>(), begun);
    assert_eq!(again.header("set-cookie"), None, "nothing changed");
}

#[tokio::test]
async fn requests_that_need_no_session_start_none() {
    let app = TestApp::new().await;
    for path in ["/healthz", "/readyz", "/api/v1/nowhere", "/"] {
        assert_eq!(app.get(path).await.header("set-cookie"), None, "{path}");
    }
}

#[tokio::test]
async fn on_https_the_cookie_is_a_host_cookie() {
    let app = TestApp::at("https://blog.test").await;
    let cookie = app
        .get("/api/v1/session")
        .await
        .header("set-cookie")
        .expect("a cookie")
        .to_owned();
    assert!(
        cookie.starts_with("__Host-session=ey") && cookie.ends_with("; Max-Age=3600; Secure"),
        "{cookie}"
    );
    assert!(!cookie.contains("Domain"));
}

#[tokio::test]
async fn a_session_slides_while_it_is_used_and_ends_when_it_is_not() {
    let app = TestApp::new().await;
    let visitor = app.browser();
    let begun: SessionInfo = visitor.get("/api/v1/session").await.data();
    app.clock.advance(Duration::from_secs(361));
    let renewed = visitor.get("/api/v1/session").await;
    assert!(
        renewed.header("set-cookie").is_some(),
        "older than a tenth of its lifetime"
    );
    let info: SessionInfo = renewed.data();
    assert_eq!(info.session_id, begun.session_id);
    assert_eq!(info.expires_at, "2026-09-21T15:19:21Z");
    app.clock.advance(Duration::from_secs(3606));
    let new: SessionInfo = visitor.get("/api/v1/session").await.data();
    assert_ne!(new.session_id, begun.session_id);
}

#[tokio::test]
async fn an_invalid_cookie_is_a_new_session() {
    let app = TestApp::new().await;
    let visitor = app.browser();
    for cookie in [
        "session=",
        "session=rubbish",
        "session=a.b.c",
        "session=\"\"",
        "Session=x; session",
    ] {
        visitor.set_cookie(cookie);
        let answer = visitor.get("/api/v1/session").await;
        assert_eq!(answer.status, StatusCode::OK, "{cookie}");
        assert!(answer.header("set-cookie").is_some(), "{cookie}");
    }
}

#[tokio::test]
async fn a_client_that_is_no_browser_gets_a_bearer_token() {
    let app = TestApp::new().await;
    let answer = app.browser().post("/api/v1/session").await;
    assert_eq!(answer.status, StatusCode::CREATED);
    assert_eq!(answer.header("set-cookie"), None);
    let grant: SessionGrant = answer.data();
    assert_eq!(
        (grant.token_type.as_str(), grant.expires_in),
        ("Bearer", 3600)
    );
    let bearer = format!("Bearer {}", grant.token.expect("a token"));
    let client = app.browser();
    let shown = client
        .send(
            Method::GET,
            "/api/v1/session",
            &[("authorization", &bearer)],
        )
        .await;
    assert_eq!(shown.data::<SessionInfo>().session_id, grant.session_id);
    assert_eq!(shown.header("set-cookie"), None);
    app.clock.advance(Duration::from_secs(1800));
    let renewed: SessionGrant = client
        .send(
            Method::POST,
            "/api/v1/session",
            &[("authorization", &bearer)],
        )
        .await
        .data();
    assert_eq!(renewed.session_id, grant.session_id);
    assert_ne!(renewed.expires_at, grant.expires_at);
}

#[tokio::test]
async fn a_browser_never_sees_its_token_in_a_body() {
    let app = TestApp::new().await;
    let fetching = app
        .browser()
        .send(
            Method::POST,
            "/api/v1/session",
            &[("sec-fetch-site", "same-origin")],
        )
        .await;
    let visitor = app.browser();
    let before: SessionInfo = visitor.get("/api/v1/session").await.data();
    let with_cookie = visitor.post("/api/v1/session").await;
    assert_eq!(
        with_cookie.data::<SessionGrant>().session_id,
        before.session_id
    );
    for answer in [fetching, with_cookie] {
        assert_eq!(answer.status, StatusCode::CREATED);
        assert_eq!(answer.json()["data"].get("token"), None);
        assert!(answer.header("set-cookie").is_some());
    }
}

#[tokio::test]
async fn an_invalid_bearer_token_is_401_and_makes_no_session() {
    let app = TestApp::new().await;
    let visitor = app.browser();
    visitor.get("/api/v1/session").await;
    for authorization in ["Bearer rubbish", "bearer a.b.c", "Bearer", "Bearer "] {
        let answer = visitor
            .send(
                Method::GET,
                "/api/v1/blogs",
                &[("authorization", authorization)],
            )
            .await;
        assert_eq!(answer.status, StatusCode::UNAUTHORIZED, "{authorization}");
        assert_eq!(answer.problem().code, "invalid_token");
        assert_eq!(
            answer.header("www-authenticate"),
            Some("Bearer error=\"invalid_token\"")
        );
        assert_eq!(answer.header("set-cookie"), None);
    }
    let basic = visitor
        .send(
            Method::GET,
            "/api/v1/blogs",
            &[("authorization", "Basic eDp5")],
        )
        .await;
    assert_eq!(basic.status, StatusCode::OK, "other schemes are ignored");
}

#[tokio::test]
async fn another_sites_page_can_not_act_for_a_visitor() {
    let app = TestApp::new().await;
    let cross = |headers: &'static [(&'static str, &'static str)]| {
        let client = app.browser();
        async move { client.send(Method::POST, "/api/v1/session", headers).await }
    };
    for headers in [
        &[("sec-fetch-site", "cross-site")] as &[_],
        &[("sec-fetch-site", "same-site")],
        &[("origin", "https://attacker.example")],
        &[("origin", "null")],
    ] {
        let answer = cross(headers).await;
        assert_eq!(answer.status, StatusCode::FORBIDDEN, "{headers:?}");
        assert_eq!(answer.problem().code, "cross_site_request");
    }
    for headers in [
        &[("sec-fetch-site", "same-origin")] as &[_],
        &[("origin", "http://blog.test")],
        &[],
    ] {
        assert_eq!(
            cross(headers).await.status,
            StatusCode::CREATED,
            "{headers:?}"
        );
    }
    let reading = app
        .browser()
        .send(
            Method::GET,
            "/api/v1/blogs",
            &[("sec-fetch-site", "cross-site")],
        )
        .await;
    assert_eq!(reading.status, StatusCode::OK);
}

#[tokio::test]
async fn an_ended_session_is_over_for_every_carrier_and_after_a_restart() {
    let app = TestApp::new().await;
    let client = app.browser();
    let grant: SessionGrant = client.post("/api/v1/session").await.data();
    let token = grant.token.expect("a token");
    let bearer = format!("Bearer {token}");
    client.set_cookie(&format!("session={token}"));

    let ended = client.send(Method::DELETE, "/api/v1/session", &[]).await;
    assert_eq!(ended.status, StatusCode::OK);
    assert_eq!(ended.flashes(), ["info: Your session has ended."]);
    let cleared = ended.header("set-cookie").expect("a cookie");
    assert_eq!(
        cleared,
        "session=; HttpOnly; SameSite=Lax; Path=/; Max-Age=0"
    );
    assert_eq!(client.cookie(), None);

    let app = app.restart(Keys::new(KEY, [])).await;
    let client = app.browser();
    let refused = client
        .send(
            Method::GET,
            "/api/v1/session",
            &[("authorization", &bearer)],
        )
        .await;
    assert_eq!(refused.problem().code, "invalid_token");
    client.set_cookie(&format!("session={token}"));
    let new: SessionInfo = client.get("/api/v1/session").await.data();
    assert_ne!(new.session_id, grant.session_id);
}

#[tokio::test]
async fn a_renewed_token_ends_with_its_session_too() {
    let app = TestApp::new().await;
    let (one_tab, other_tab) = (app.browser(), app.browser());
    one_tab.get("/api/v1/session").await;
    other_tab.set_cookie(&one_tab.cookie().expect("a cookie"));
    app.clock.advance(Duration::from_secs(1000));
    let renewed: SessionInfo = other_tab.get("/api/v1/session").await.data();
    one_tab.send(Method::DELETE, "/api/v1/session", &[]).await;
    app.clock.advance(Duration::from_secs(3500));
    app.app.sessions.evict_expired().await;
    let after: SessionInfo = other_tab.get("/api/v1/session").await.data();
    assert_ne!(after.session_id, renewed.session_id);
}

#[tokio::test]
async fn ending_nothing_is_answered_the_same_way() {
    let app = TestApp::new().await;
    let answer = app
        .browser()
        .send(Method::DELETE, "/api/v1/session", &[])
        .await;
    assert_eq!(answer.status, StatusCode::OK);
    assert_eq!(answer.flashes(), ["info: Your session has ended."]);
    assert_eq!(answer.json()["data"], serde_json::json!({}));
}

#[tokio::test]
async fn a_session_ends_24_hours_after_it_began_however_much_it_is_used() {
    let app = TestApp::new().await;
    let visitor = app.browser();
    let begun: SessionInfo = visitor.get("/api/v1/session").await.data();
    for _ in 0..47 {
        app.clock.advance(Duration::from_secs(1800));
        let info: SessionInfo = visitor.get("/api/v1/session").await.data();
        assert_eq!(info.session_id, begun.session_id);
    }
    app.clock.advance(Duration::from_secs(1800 + 6));
    let new: SessionInfo = visitor.get("/api/v1/session").await.data();
    assert_ne!(new.session_id, begun.session_id);
}

#[tokio::test]
async fn a_rotated_key_signs_on_use_and_a_removed_one_ends_sessions() {
    const NEW_KEY: &[u8] = b"a newer key, which the operator rotated to";
    let app = TestApp::new().await;
    let visitor = app.browser();
    let begun: SessionInfo = visitor.get("/api/v1/session").await.data();
    let old_cookie = visitor.cookie().expect("a cookie");

    let app = app.restart(Keys::new(NEW_KEY, [KEY])).await;
    let visitor = app.browser();
    visitor.set_cookie(&old_cookie);
    let renewed = visitor.get("/api/v1/session").await;
    assert!(renewed.header("set-cookie").is_some());
    assert_eq!(renewed.data::<SessionInfo>().session_id, begun.session_id);
    let new_cookie = visitor.cookie().expect("a cookie");

    let app = app.restart(Keys::new(NEW_KEY, [])).await;
    for (cookie, same) in [(new_cookie, true), (old_cookie, false)] {
        let visitor = app.browser();
        visitor.set_cookie(&cookie);
        let info: SessionInfo = visitor.get("/api/v1/session").await.data();
        assert_eq!(info.session_id == begun.session_id, same);
    }
}

#[tokio::test]
async fn bearer_wins_over_the_cookie() {
    let app = TestApp::new().await;
    let grant: SessionGrant = app.browser().post("/api/v1/session").await.data();
    let bearer = format!("Bearer {}", grant.token.expect("a token"));
    let visitor = app.browser();
    let by_cookie: SessionInfo = visitor.get("/api/v1/session").await.data();
    let both = visitor
        .send(
            Method::GET,
            "/api/v1/session",
            &[("authorization", &bearer)],
        )
        .await;
    assert_eq!(both.data::<SessionInfo>().session_id, grant.session_id);
    let after: SessionInfo = visitor.get("/api/v1/session").await.data();
    assert_eq!(
        after.session_id, by_cookie.session_id,
        "the cookie's session is untouched"
    );
}

#[tokio::test]
async fn one_client_begins_and_ends_sixty_sessions_a_minute() {
    let app = TestApp::new().await;
    let flood = app.browser_at("203.0.113.9");
    let mut statuses = Vec::new();
    for _ in 0..40 {
        flood.get("/api/v1/session").await;
        let ended = flood.send(Method::DELETE, "/api/v1/session", &[]).await;
        statuses.push(ended.status.as_u16());
        statuses.push(flood.post("/api/v1/session").await.status.as_u16());
    }
    assert!(!statuses[..60].contains(&429), "{statuses:?}");
    assert!(
        statuses[60..].iter().all(|status| *status == 429),
        "{statuses:?}"
    );
    let refused = flood.post("/api/v1/session").await;
    assert_eq!(refused.problem().code, "too_many_requests");
    assert_eq!(refused.header("retry-after"), Some("60"));
    let reader = flood.get("/api/v1/blogs").await;
    assert_eq!(reader.status, 200, "reading goes on");

    let other = app.browser_at("203.0.113.10");
    assert_eq!(other.post("/api/v1/session").await.status, 201);
    app.clock.advance(Duration::from_secs(60));
    assert_eq!(flood.post("/api/v1/session").await.status, 201);
    let nothing = app.browser_at("203.0.113.9");
    for _ in 0..70 {
        let ended = nothing.send(Method::DELETE, "/api/v1/session", &[]).await;
        assert_eq!(ended.status, 200, "without a session, nothing is counted");
    }
}
