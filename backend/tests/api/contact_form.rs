//! The contact form as a browser without a script posts it.

use std::time::Duration;

use axum::http::{Method, StatusCode};
use serde_json::json;

use crate::contact::{good, post, stored};
use crate::harness::TestApp;

pub(crate) const BROWSER_FORM: [(&str, &str); 2] = [
    ("content-type", "application/x-www-form-urlencoded"),
    ("accept", "text/html"),
];

#[tokio::test]
async fn the_form_is_answered_by_a_redirect_and_the_flash_waits() {
    let app = TestApp::new().await;
    let visitor = app.browser();
    let form = "name=Ada+L&email=ada%40example.org&subject=Gr%C3%BC%C3%9Fe&message=one%0D%0Atwo%26&website=";
    let answer = visitor.post_form("/contact", form).await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER);
    assert_eq!(answer.header("location"), Some("/contact"));
    assert!(answer.body.is_empty());
    let page = visitor.get("/contact").await;
    assert!(page.text().contains("<title>Contact · FlashBlog</title>"));
    let messages = stored(&app).await;
    let reference = format!(
        "info: If you write about it, quote the reference {}.",
        messages[0].reference
    );
    assert_eq!(
        page.page_flashes(),
        [
            "success: Your message has been sent successfully!",
            reference.as_str()
        ]
    );
    assert!(visitor.get("/api/v1/session").await.flashes().is_empty());
    assert_eq!(messages[0].name, "Ada L");
    assert_eq!(messages[0].subject, "Grüße");
    assert_eq!(messages[0].message, "one\ntwo&");
}

#[tokio::test]
async fn a_forms_faults_are_flashed_too() {
    let app = TestApp::new().await;
    let visitor = app.browser();
    for (form, flash) in [
        ("name=Ada", "error: Please fill in all fields"),
        ("", "error: Please fill in all fields"),
        (
            "name=A&email=x&subject=S&message=M",
            "error: Enter an email address such as name@example.org.",
        ),
        ("name=A&name=B", "error: The field name is there twice."),
        ("name=A&admin=1", "error: There is no field called admin."),
        ("%00=a&%00=b", "error: There is no field called \\0."),
    ] {
        let answer = visitor.post_form("/contact", form).await;
        assert_eq!(answer.problem().code, "validation_failed", "{form}");
        assert_eq!(answer.flashes(), [flash]);
        let page = visitor
            .send_body(Method::POST, "/contact", &BROWSER_FORM, form)
            .await;
        assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert_eq!(page.header("cache-control"), Some("no-store"));
        assert_eq!(page.page_flashes(), [flash]);
        assert!(visitor.get("/api/v1/session").await.flashes().is_empty());
    }
    app.clock.advance(Duration::from_secs(60));
    let latin = visitor.post_form("/contact", "name=%E9").await;
    assert_eq!(latin.problem().code, "bad_request");
    let typed = visitor.post_json("/contact", &[], good().to_string()).await;
    assert_eq!(typed.status, StatusCode::UNSUPPORTED_MEDIA_TYPE);
    let big = visitor
        .post_form("/contact", format!("message={}", "x".repeat(64 * 1024)))
        .await;
    assert_eq!(big.status, StatusCode::PAYLOAD_TOO_LARGE);
    let foreign = visitor
        .send(
            Method::POST,
            "/contact",
            &[("origin", "https://else.example")],
        )
        .await;
    assert_eq!(foreign.problem().code, "cross_site_request");
    assert_eq!(stored(&app).await, []);
}

#[tokio::test]
async fn a_form_that_is_sent_twice_is_one_message() {
    let app = TestApp::new().await;
    let visitor = app.browser();
    visitor.get("/api/v1/session").await;
    let form = "name=A&email=a%40b.example&subject=S&message=M";
    for form in [form.to_owned(), form.to_owned(), format!("{form}!")] {
        let answer = visitor.post_form("/contact", form).await;
        assert_eq!(answer.status, StatusCode::SEE_OTHER);
    }
    assert_eq!(
        stored(&app).await.len(),
        2,
        "another text is another message"
    );
    app.browser().post_form("/contact", form).await;
    assert_eq!(stored(&app).await.len(), 3, "so is another visitor's");
}

#[tokio::test]
async fn refused_forms_do_not_count_as_sent() {
    let app = TestApp::new().await;
    let visitor = app.browser();
    for _ in 0..6 {
        assert_eq!(post(&visitor, &json!({})).await.status, 422);
        let answer = visitor.post_form("/contact", "name=Ada").await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
    }
    for _ in 0..5 {
        assert_eq!(post(&visitor, &good()).await.status, 201);
    }
    assert_eq!(post(&visitor, &json!({})).await.status, 429);
}

#[tokio::test]
async fn a_form_that_fails_shows_a_person_a_page() {
    let app = TestApp::new().await;
    let send = async |headers: &[(&str, &str)], body: String| {
        let headers = [headers, &[("accept", "text/html,*/*;q=0.8")]].concat();
        let client = app.browser();
        client
            .send_body(Method::POST, "/contact", &headers, body)
            .await
    };
    let form = ("content-type", "application/x-www-form-urlencoded");
    for (headers, body, status, heading) in [
        (&[form] as &[_], "name=%E9".to_owned(), 400, "can’t be read"),
        (
            &[form],
            format!("message={}", "x".repeat(64 * 1024)),
            413,
            "too long",
        ),
        (&[], String::new(), 415, "did not work"),
        (
            &[form, ("origin", "https://else.example")],
            String::new(),
            403,
            "did not work",
        ),
    ] {
        let answer = send(headers, body).await;
        assert_eq!(answer.status.as_u16(), status);
        assert_eq!(
            answer.header("content-type"),
            Some("text/html; charset=utf-8")
        );
        let page = answer.text();
        assert!(
            page.contains("FlashBlog") && page.contains(heading),
            "{page}"
        );
        assert!(page.contains("Back button returns to what you wrote"));
        let policy = answer.header("content-security-policy").expect("a policy");
        assert!(policy.contains("style-src 'self'"), "{policy}");
    }
}

#[tokio::test]
async fn a_refused_form_writes_nothing_and_a_flood_of_flashes_is_written_sixty_times_a_minute() {
    let app = TestApp::new().await;
    let waiting = async |app: &TestApp| {
        let sessions = app.store.sessions_with_flashes().await.expect("reads");
        sessions.len()
    };
    for _ in 0..100 {
        // Each request has no cookie, and so begins its own session.
        let answer = app.browser().post_form("/contact", "name=a").await;
        assert_eq!(answer.status, 422);
    }
    assert_eq!(waiting(&app).await, 0);
    for _ in 0..70 {
        let answer = app
            .browser()
            .send(Method::HEAD, "/api/v1/blogs/none", &[])
            .await;
        assert_eq!(answer.status, 404);
    }
    assert_eq!(waiting(&app).await, 60);
}
