//! Contact messages in the API.

use std::sync::Arc;
use std::time::Duration;

use axum::http::{Method, StatusCode};
use flashblog::store::message::Message;
use serde_json::{Value, json};
use shared::contact::ContactReceipt;

use crate::contact_form::BROWSER_FORM;
use crate::harness::{Answer, Client, TestApp, skipped};

const PATH: &str = "/api/v1/contact";

pub(crate) fn good() -> Value {
    json!({
        "name": "Ada",
        "email": " ada@example.org ",
        "subject": "Hello",
        "message": "Line one\n\tline two 🦀",
    })
}

/// A valid message, except for one field.
fn with(field: &str, value: impl Into<Value>) -> Value {
    let mut message = good();
    message[field] = value.into();
    message
}

pub(crate) async fn post(client: &Client, message: &Value) -> Answer {
    client.post_json(PATH, &[], message.to_string()).await
}

pub(crate) async fn stored(app: &TestApp) -> Vec<Message> {
    let entries = app.store.messages(None, 1_000).await.expect("reads");
    entries.into_iter().map(|entry| entry.message).collect()
}

#[tokio::test]
async fn a_message_is_stored_as_it_was_written_and_answered_with_its_receipt() {
    let app = TestApp::new().await;
    let answer = post(&app.browser(), &good()).await;
    assert_eq!(answer.status, StatusCode::CREATED);
    assert_eq!(
        answer.flashes(),
        ["success: Your message has been sent successfully!"]
    );
    assert_eq!(answer.header("cache-control"), Some("no-store"));
    let receipt: ContactReceipt = answer.data();
    assert_eq!(receipt.received_at, "2026-09-21T14:13:20Z");
    let messages = stored(&app).await;
    assert_eq!(messages.len(), 1);
    assert_eq!(messages[0].reference.as_str(), receipt.reference);
    assert_eq!(messages[0].email, "ada@example.org");
    assert_eq!(messages[0].message, "Line one\n\tline two 🦀");
}

#[tokio::test]
async fn invalid_values_are_named_by_field_and_nothing_is_stored() {
    let app = TestApp::new().await;
    let long = "x".repeat(5_001);
    let cases = [
        (
            json!({}),
            &["email", "message", "name", "subject"] as &[_],
            "Please fill in all fields",
        ),
        (
            with("name", Value::Null),
            &["name"],
            "Please fill in all fields",
        ),
        (with("name", 5), &["name"], "The name must be text."),
        (
            with("website", true),
            &["website"],
            "The website must be text.",
        ),
        (
            with("fo\no", "x"),
            &["fo\\no"],
            "There is no field called fo\\no.",
        ),
        (
            json!(["Ada", "ada@example.org", "Hello", "text"]),
            &["email", "message", "name", "subject"],
            "The body must be a JSON object.",
        ),
        (
            json!({"email": 5}),
            &["email", "message", "name", "subject"],
            "The email must be text.",
        ),
        (with("name", " \t "), &["name"], "Please fill in all fields"),
        (
            with("email", "nowhere"),
            &["email"],
            "Enter an email address such as name@example.org.",
        ),
        (
            with("message", long),
            &["message"],
            "The message has 5001 characters; at most 5000 fit.",
        ),
        (
            with("subject", "a\r\nBcc: b@example.org"),
            &["subject"],
            "The subject must be one line without control characters.",
        ),
    ];
    for (message, fields, flash) in cases {
        let answer = post(&app.browser(), &message).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{message}");
        let problem = answer.problem();
        assert_eq!(problem.code, "validation_failed");
        assert_eq!(problem.detail, flash);
        let named: Vec<String> = problem.fields.expect("fields").into_keys().collect();
        assert_eq!(named, fields);
        assert_eq!(answer.flashes(), [format!("error: {flash}")]);
    }
    for (body, flash) in [
        (
            r#"{"name":"\ud800","email":"a@b.co","subject":"S","message":"M"}"#,
            "error: The name holds half of a character.",
        ),
        (
            r#"{"name":"a","email":"a@b.co","subject":"S","message":"M","name":"b"}"#,
            "error: The field name is there twice.",
        ),
    ] {
        let answer = app.browser().post_json(PATH, &[], body).await;
        let fields = answer.problem().fields.expect("fields");
        assert_eq!(fields.into_keys().collect::<Vec<_>>(), ["name"]);
        assert_eq!(answer.flashes(), [flash]);
    }
    assert_eq!(stored(&app).await, []);
}

#[tokio::test]
async fn a_body_that_can_not_be_read_is_refused_with_what_is_wrong() {
    let app = TestApp::new().await;
    let big = format!("{{\"message\":\"{}\"}}", "x".repeat(64 * 1024));
    let cases: [(&str, &str, u16, &str, &str); 9] = [
        ("application/json", "{", 400, "bad_request", "no JSON"),
        ("application/json", "", 400, "bad_request", "no JSON"),
        (
            "application/json",
            "{\"\\ud800\":1}",
            400,
            "bad_request",
            "no JSON",
        ),
        ("application/json", "{} {}", 400, "bad_request", "no JSON"),
        ("application/json", "[]", 422, "validation_failed", ""),
        ("text/plain", "{}", 415, "unsupported_media_type", ""),
        ("application/jsonx", "{}", 415, "unsupported_media_type", ""),
        (
            "application/x-www-form-urlencoded",
            "name=x",
            415,
            "unsupported_media_type",
            "",
        ),
        (
            "application/json; charset=utf-8",
            &big,
            413,
            "payload_too_large",
            "64 KiB",
        ),
    ];
    for (kind, body, status, code, part) in cases {
        app.clock.advance(Duration::from_secs(60));
        let headers = [("content-type", kind)];
        let answer = app
            .browser()
            .send_body(Method::POST, PATH, &headers, body.to_owned())
            .await;
        let start: String = body.chars().take(40).collect();
        assert_eq!(answer.status.as_u16(), status, "{kind} {start}");
        let problem = answer.problem();
        assert_eq!(problem.code, code, "{start}");
        assert!(problem.detail.contains(part), "{}", problem.detail);
    }
    let untyped = app.browser().post(PATH).await;
    assert_eq!(untyped.status, StatusCode::UNSUPPORTED_MEDIA_TYPE);
    let latin = b"{\"name\":\"\xe9\"}".to_vec();
    let latin = app.browser().post_json(PATH, &[], latin).await;
    assert_eq!(latin.status, StatusCode::BAD_REQUEST);
    assert_eq!(stored(&app).await, []);
}

#[tokio::test]
async fn a_program_that_fills_in_everything_is_answered_like_a_person() {
    let app = TestApp::new().await;
    let answer = post(&app.browser(), &with("website", "https://spam.example")).await;
    assert_eq!(answer.status, StatusCode::CREATED);
    assert_eq!(
        answer.flashes(),
        ["success: Your message has been sent successfully!"]
    );
    let receipt: ContactReceipt = answer.data();
    assert_eq!(receipt.reference.len(), 12);
    let form = "website=x&name=&email=&subject=&message=";
    let answer = app.browser().post_form("/contact", form).await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER);
    assert_eq!(stored(&app).await, []);
    assert_eq!(post(&app.browser(), &with("website", "")).await.status, 201);
    assert_eq!(stored(&app).await.len(), 1);
}

#[tokio::test]
async fn a_program_learns_nothing_from_a_repeated_key_either() {
    let app = TestApp::new().await;
    let send = async |message: Value, key: &str| {
        let headers = [("idempotency-key", key)];
        let client = app.browser();
        client.post_json(PATH, &headers, message.to_string()).await
    };
    let trapped = with("website", "https://spam.example");
    let first: ContactReceipt = send(trapped.clone(), "k-1").await.data();
    app.clock.advance(Duration::from_secs(100));
    let again: ContactReceipt = send(trapped.clone(), "k-1").await.data();
    assert_eq!(again, first);
    let mut other = trapped.clone();
    other["subject"] = "Other".into();
    let reused = send(other, "k-1").await;
    assert_eq!(reused.problem().code, "idempotency_key_reused");
    let second: ContactReceipt = send(trapped, "k-2").await.data();
    assert_ne!(second.reference, first.reference);
    assert_eq!(stored(&app).await, []);
}

#[tokio::test]
async fn an_idempotency_key_has_a_message_stored_once() {
    let app = TestApp::new().await;
    let send = async |message: Value, key: &str| {
        let headers = [("idempotency-key", key)];
        let client = app.browser();
        client.post_json(PATH, &headers, message.to_string()).await
    };
    let first: ContactReceipt = send(good(), "key_1-A").await.data();
    app.clock.advance(Duration::from_secs(100));
    let again = send(good(), "key_1-A").await;
    assert_eq!(again.status, StatusCode::CREATED);
    assert_eq!(again.data::<ContactReceipt>(), first);
    let other = send(with("subject", "Other"), "key_1-A").await;
    assert_eq!(other.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(other.problem().code, "idempotency_key_reused");
    assert_eq!(other.flashes().len(), 1);
    let second: ContactReceipt = send(good(), "key_2").await.data();
    assert_ne!(second.reference, first.reference);
    assert_eq!(stored(&app).await.len(), 2);

    app.clock.advance(Duration::from_secs(100));
    for key in ["", "two words", "ü", &"x".repeat(65)] {
        let answer = send(good(), key).await;
        assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{key}");
        app.clock.advance(Duration::from_secs(60));
    }
    let twice = [("idempotency-key", "a"), ("idempotency-key", "b")];
    let answer = app
        .browser()
        .post_json(PATH, &twice, good().to_string())
        .await;
    assert_eq!(answer.status, StatusCode::BAD_REQUEST);
    assert_eq!(stored(&app).await.len(), 2);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn eight_equal_submissions_at_once_store_one() {
    let app = TestApp::new().await;
    let barrier = Arc::new(tokio::sync::Barrier::new(8));
    let senders: Vec<_> = (1..=8)
        .map(|number| {
            let client = app.browser_at(&format!("203.0.113.{number}"));
            let barrier = Arc::clone(&barrier);
            tokio::spawn(async move {
                barrier.wait().await;
                let headers = [("idempotency-key", "at-once")];
                client.post_json(PATH, &headers, good().to_string()).await
            })
        })
        .collect();
    let mut references = Vec::new();
    for sender in senders {
        let answer = sender.await.expect("answered");
        assert_eq!(answer.status, StatusCode::CREATED);
        references.push(answer.data::<ContactReceipt>().reference);
    }
    references.dedup();
    assert_eq!(references.len(), 1);
    assert_eq!(stored(&app).await.len(), 1);
}

#[tokio::test]
async fn more_than_five_a_minute_from_one_client_are_too_many() {
    let app = TestApp::new().await;
    for _ in 0..5 {
        let without_cookies = app.browser();
        assert_eq!(post(&without_cookies, &good()).await.status, 201);
    }
    app.clock.advance(Duration::from_millis(19_500));
    let refused = post(&app.browser(), &good()).await;
    assert_eq!(refused.status, StatusCode::TOO_MANY_REQUESTS);
    assert_eq!(refused.problem().code, "too_many_requests");
    assert_eq!(refused.header("retry-after"), Some("41"));
    assert_eq!(
        refused.flashes(),
        ["warning: You have sent many messages. Please try again in 41 seconds."]
    );
    let visitor = app.browser();
    let by_form = visitor.post_form("/contact", "name=x").await;
    assert_eq!(by_form.status, StatusCode::TOO_MANY_REQUESTS);
    let page = visitor
        .send_body(Method::POST, "/contact", &BROWSER_FORM, "name=x")
        .await;
    assert_eq!(page.header("retry-after"), Some("41"));
    assert_eq!(
        page.page_flashes(),
        ["warning: You have sent many messages. Please try again in 41 seconds."]
    );
    let spoofed = [("x-forwarded-for", "198.51.100.1")];
    let answer = app
        .browser()
        .post_json(PATH, &spoofed, good().to_string())
        .await;
    assert_eq!(answer.status, StatusCode::TOO_MANY_REQUESTS);
    assert_eq!(stored(&app).await.len(), 5);

    let elsewhere = app.browser_at("203.0.113.2");
    assert_eq!(post(&elsewhere, &good()).await.status, 201);
    app.clock.advance(Duration::from_secs(41));
    assert_eq!(post(&app.browser(), &good()).await.status, 201);
}

#[tokio::test]
async fn behind_a_trusted_proxy_clients_are_told_apart() {
    let app = TestApp::new().await;
    let proxy = app.browser_at("10.1.2.3");
    let through = async |forwarded: &str| {
        let headers = [("x-forwarded-for", forwarded)];
        proxy
            .post_json(PATH, &headers, good().to_string())
            .await
            .status
    };
    for number in 0..5 {
        let forged = format!("192.0.2.{number}, 198.51.100.1");
        assert_eq!(through(&forged).await, StatusCode::CREATED);
    }
    assert_eq!(through("198.51.100.1").await, StatusCode::TOO_MANY_REQUESTS);
    assert_eq!(through("198.51.100.2").await, StatusCode::CREATED);
    for number in 0..5 {
        let address = format!("2001:db8:1:2::{number}");
        assert_eq!(through(&address).await, StatusCode::CREATED);
    }
    assert_eq!(
        through("2001:db8:1:2:3::9").await,
        StatusCode::TOO_MANY_REQUESTS
    );
    assert_eq!(through("2001:db8:1:3::9").await, StatusCode::CREATED);
}

#[tokio::test]
async fn naughty_strings_come_back_byte_for_byte_or_are_refused_by_field() {
    let path = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../../shared/data/naughty/blns.dev.json"
    );
    let Ok(text) = std::fs::read_to_string(path) else {
        skipped(&format!("naughty messages: there is no {path}"));
        return;
    };
    let strings: Vec<String> = serde_json::from_str(&text).expect("strings");
    let app = TestApp::new().await;
    let (mut kept, mut refused) = (0, 0);
    for string in &strings {
        for field in ["name", "email", "subject", "message"] {
            app.clock.advance(Duration::from_secs(60));
            let answer = post(&app.browser(), &with(field, string.as_str())).await;
            if answer.status == StatusCode::UNPROCESSABLE_ENTITY {
                let fields = answer.problem().fields.expect("fields");
                assert_eq!(fields.into_keys().collect::<Vec<_>>(), [field]);
                refused += 1;
                continue;
            }
            let receipt: ContactReceipt = answer.data();
            let message = stored(&app).await.remove(0);
            assert_eq!(message.reference.as_str(), receipt.reference);
            let value = match field {
                "name" => message.name,
                "email" => message.email,
                "subject" => message.subject,
                _ => message.message,
            };
            assert_eq!(value.as_bytes(), string.as_bytes(), "{field}");
            kept += 1;
        }
    }
    assert!(
        strings.len() > 200 && kept > 700 && refused > 200,
        "{kept} {refused}"
    );
}

#[tokio::test]
async fn a_database_that_is_locked_makes_no_false_success() {
    let app = TestApp::new().await;
    let other = app.connect().await;
    let mut lock = other.acquire().await.expect("connects");
    sqlx::query("BEGIN EXCLUSIVE")
        .execute(&mut *lock)
        .await
        .expect("locks");
    let visitor = app.browser();
    let answer = post(&visitor, &good()).await;
    assert_eq!(answer.status, StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(answer.header("retry-after"), Some("5"));
    assert_eq!(
        answer.flashes(),
        ["error: Your message could not be stored. Please try again in a moment."]
    );
    let form = "name=A&email=a%40b.example&subject=S&message=M";
    let by_form = visitor.post_form("/contact", form).await;
    assert_eq!(by_form.status, StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(
        by_form.flashes().len(),
        1,
        "in this answer: the flash could not be stored"
    );
    let faulty = visitor.post_form("/contact", "name=A").await;
    assert_eq!(faulty.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(faulty.flashes(), ["error: Please fill in all fields"]);
    let shown = visitor
        .send_body(Method::POST, "/contact", &BROWSER_FORM, form)
        .await;
    assert_eq!(shown.status, StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(shown.header("retry-after"), Some("5"));
    assert_eq!(
        shown.page_flashes(),
        ["error: Your message could not be stored. Please try again in a moment."]
    );

    sqlx::query("ROLLBACK")
        .execute(&mut *lock)
        .await
        .expect("unlocks");
    assert_eq!(post(&visitor, &good()).await.status, StatusCode::CREATED);
    assert_eq!(stored(&app).await.len(), 1);
}
