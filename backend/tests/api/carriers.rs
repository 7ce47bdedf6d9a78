//! How the cookie and the Bearer token are sent, read, renewed and cleared.

use std::time::Duration;

use axum::http::{Method, StatusCode};
use shared::session::{SessionEnded, SessionInfo};

use crate::harness::{Answer, Client, TestApp};

async fn session_id(client: &Client) -> String {
    let info: SessionInfo = client.get("/api/v1/session").await.data();
    info.session_id
}

#[tokio::test]
async fn renewal_rides_on_error_pages_too() {
    let app = TestApp::new().await;
    let visitor = app.browser();
    let begun = session_id(&visitor).await;
    app.clock.advance(Duration::from_secs(361));
    let lost = visitor.get("/api/v1/nowhere").await;
    assert_eq!(lost.status, StatusCode::NOT_FOUND);
    assert!(lost.header("set-cookie").is_some());
    app.clock.advance(Duration::from_secs(3_500));
    assert_eq!(session_id(&visitor).await, begun);
}

#[tokio::test]
async fn a_bad_cookie_is_left_alone_where_no_session_is_needed() {
    let app = TestApp::new().await;
    let visitor = app.browser();
    visitor.set_cookie("session=rubbish");
    for (path, status) in [("/healthz", 200), ("/api/v1/nowhere", 404)] {
        let answer = visitor.get(path).await;
        assert_eq!(answer.status.as_u16(), status);
        assert_eq!(answer.header("set-cookie"), None, "{path}");
    }
}

#[tokio::test]
async fn a_session_that_another_path_planted_does_not_hide_the_visitors_own() {
    let app = TestApp::new().await;
    let (own, planted) = (app.browser(), app.browser());
    let ours = session_id(&own).await;
    session_id(&planted).await;
    let cookie = own.cookie().expect("a cookie");
    let before = planted.cookie().expect("a cookie");
    for planted in [before.clone(), vec![before; 9].join("; ")] {
        // Browsers send the cookie of the longer path first.
        own.set_cookie(&format!("{planted}; {cookie}"));
        assert_eq!(session_id(&own).await, ours);
    }
}

#[tokio::test]
async fn the_cookie_is_cleared_with_the_attributes_that_it_was_set_with() {
    let app = TestApp::at("https://blog.test").await;
    let visitor = app.browser();
    session_id(&visitor).await;
    let ended = visitor.send(Method::DELETE, "/api/v1/session", &[]).await;
    assert_eq!(
        ended.header("set-cookie"),
        Some("__Host-session=; HttpOnly; SameSite=Lax; Path=/; Max-Age=0; Secure")
    );
}

#[tokio::test]
async fn every_answer_says_once_that_it_varies() {
    let app = TestApp::new().await;
    let visitor = app.browser();
    session_id(&visitor).await;
    app.clock.advance(Duration::from_secs(400));
    let answers: Vec<Answer> = vec![
        visitor.get("/api/v1/session").await,
        visitor.get("/api/v1/blogs").await,
        app.get("/api/v1/blogs").await,
        visitor.get("/api/v1/nowhere").await,
        visitor.send(Method::HEAD, "/api/v1/blogs", &[]).await,
        visitor.send(Method::OPTIONS, "/api/v1/blogs", &[]).await,
        visitor.send(Method::PUT, "/api/v1/session", &[]).await,
        visitor
            .send(
                Method::GET,
                "/api/v1/blogs",
                &[("authorization", "Bearer x")],
            )
            .await,
        visitor
            .send(Method::POST, "/api/v1/session", &[("origin", "null")])
            .await,
        visitor.send(Method::DELETE, "/api/v1/session", &[]).await,
        app.get("/healthz").await,
    ];
    for answer in answers {
        let vary: Vec<_> = answer.headers.get_all("vary").iter().collect();
        assert_eq!(
            vary,
            ["Cookie, Authorization, Accept-Encoding"],
            "{answer:?}"
        );
        assert!(answer.headers.get_all("set-cookie").iter().count() <= 1);
    }
}

#[tokio::test]
async fn the_session_is_found_among_odd_cookies() {
    let app = TestApp::new().await;
    let visitor = app.browser();
    let id = session_id(&visitor).await;
    let pair = visitor.cookie().expect("a cookie");
    let token = pair.strip_prefix("session=").expect("its name");
    let big = "b".repeat(5_000);
    for cookies in [
        format!("session=rubbish; {pair}"),
        format!("{pair}; session=rubbish"),
        format!("session=; session=\"\"; session=a.b.c; {pair}"),
        format!("{pair}; {pair}"),
        format!("  {pair}  ;; ;=; a"),
        format!("big={big}; {pair}"),
        format!("session={big}; {pair}"),
        format!("name=caf\u{e9} \u{1f980}; {pair}"),
        format!("{pair}; name=caf\u{e9}"),
    ] {
        let client = app.browser();
        client.set_cookie(&cookies);
        assert_eq!(session_id(&client).await, id, "{cookies}");
    }
    for cookies in [
        format!("session=\"{token}\""),
        format!("session={token}\""),
        format!("session={token}="),
        format!("session={token},{token}"),
        format!("Session={token}"),
        format!("xsession={token}"),
        format!("session ={token}"),
        format!("__Host-session={token}"),
        format!("session={}", token.replace('.', "%2E")),
        format!("session={big}"),
        // More cookies of this name than are tried. A page that can set so many cookies for this site
        // could replace the session's cookie too.
        format!("{pair}{}", "; session=x".repeat(4)),
    ] {
        let client = app.browser();
        client.set_cookie(&cookies);
        let answer = client.get("/api/v1/session").await;
        assert_eq!(answer.status, StatusCode::OK, "{cookies}");
        assert_ne!(answer.data::<SessionInfo>().session_id, id, "{cookies}");
    }
    let split = app.browser();
    split.set_cookie("session=rubbish");
    let in_two_headers = split
        .send(Method::GET, "/api/v1/session", &[("cookie", &pair)])
        .await;
    assert_eq!(in_two_headers.data::<SessionInfo>().session_id, id);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_session_that_ends_while_it_is_renewed_has_ended() {
    let app = TestApp::new().await;
    for _ in 0..10 {
        let visitor = app.browser();
        let id = session_id(&visitor).await;
        app.clock.advance(Duration::from_secs(400));
        let tabs: Vec<Client> = (0..8).map(|_| visitor.clone()).collect();
        let renewing: Vec<_> = tabs
            .into_iter()
            .map(|tab| {
                let own = app.browser();
                own.set_cookie(&tab.cookie().expect("a cookie"));
                tokio::spawn(async move {
                    own.get("/api/v1/session").await;
                    own
                })
            })
            .collect();
        let ended = visitor.send(Method::DELETE, "/api/v1/session", &[]).await;
        let ended: SessionEnded = ended.data();
        assert_eq!(ended.session_id.as_deref(), Some(id.as_str()));
        for tab in renewing {
            let tab = tab.await.expect("answered");
            assert_ne!(session_id(&tab).await, id, "with any cookie");
        }
    }
}

#[tokio::test]
async fn a_rubbish_bearer_token_is_no_way_around_the_cross_site_rule() {
    let app = TestApp::new().await;
    let visitor = app.browser();
    let id = session_id(&visitor).await;
    for authorization in ["Bearer", "Bearer x", "bearer a.b.c"] {
        let headers = [
            ("authorization", authorization),
            ("sec-fetch-site", "cross-site"),
        ];
        let refused = visitor
            .send(Method::DELETE, "/api/v1/session", &headers)
            .await;
        assert_eq!(refused.status, StatusCode::UNAUTHORIZED);
    }
    let headers = [
        ("authorization", "Basic eDp5"),
        ("sec-fetch-site", "cross-site"),
    ];
    let refused = visitor
        .send(Method::DELETE, "/api/v1/session", &headers)
        .await;
    assert_eq!(refused.status, StatusCode::FORBIDDEN);
    assert_eq!(session_id(&visitor).await, id, "the session has not ended");
}

#[tokio::test]
async fn no_origin_gets_cors_headers() {
    let app = TestApp::new().await;
    for origin in ["https://attacker.example", "null", "http://blog.test"] {
        for method in [Method::GET, Method::OPTIONS, Method::POST] {
            let headers = [("origin", origin), ("access-control-request-method", "PUT")];
            let answer = app
                .browser()
                .send(method, "/api/v1/session", &headers)
                .await;
            let cors = answer
                .headers
                .keys()
                .find(|name| name.as_str().starts_with("access-control-"));
            assert_eq!(cors, None, "{origin}");
        }
    }
}
