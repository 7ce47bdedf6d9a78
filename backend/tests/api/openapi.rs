//! Compares the API's description with the API.

use std::collections::BTreeSet;
use std::time::Duration;

use axum::http::Method;
use serde_json::Value;
use shared::flash::Category;

use crate::harness::TestApp;

async fn document(app: &TestApp) -> Value {
    app.get("/api/v1/openapi.json").await.json()
}

fn operations(document: &Value) -> Vec<(&str, &str, &Value)> {
    let paths = document["paths"].as_object().expect("paths");
    let operations = paths.iter().flat_map(|(path, item)| {
        let item = item.as_object().expect("a path item");
        item.iter()
            .map(move |(method, operation)| (path.as_str(), method.as_str(), operation))
    });
    operations.collect()
}

/// Adds every `$ref` in a value to `found`.
fn references<'a>(value: &'a Value, found: &mut Vec<&'a str>) {
    match value {
        Value::Object(object) => {
            found.extend(object.get("$ref").and_then(Value::as_str));
            object.values().for_each(|value| references(value, found));
        }
        Value::Array(items) => items.iter().for_each(|value| references(value, found)),
        _ => {}
    }
}

#[tokio::test]
async fn it_is_an_openapi_3_1_document_without_an_envelope() {
    let app = TestApp::new().await;
    let answer = app.get("/api/v1/openapi.json").await;
    assert_eq!(answer.status, 200);
    assert_eq!(answer.header("content-type"), Some("application/json"));
    assert_eq!(answer.header("x-content-type-options"), Some("nosniff"));
    assert!(answer.header("x-request-id").is_some() && answer.header("set-cookie").is_none());
    let document = answer.json();
    assert_eq!(document["openapi"], "3.1.0");
    assert_eq!(document["info"]["version"], env!("CARGO_PKG_VERSION"));
    let mut found = Vec::new();
    references(&document, &mut found);
    assert!(found.len() > 50);
    let text = document.to_string();
    assert!(
        !text.contains("[`"),
        "a link that only rustdoc resolves: {text}"
    );
    for reference in found {
        let pointer = reference.strip_prefix('#').expect("within the document");
        assert!(document.pointer(pointer).is_some(), "{reference}");
    }
    let refused = app.browser().post("/api/v1/openapi.json").await;
    assert_eq!(refused.status, 405);
    assert_eq!(refused.problem().code, "method_not_allowed");
}

#[tokio::test]
async fn it_leaves_messages_for_an_envelope() {
    let app = TestApp::new().await;
    let client = app.browser();
    client.get("/api/v1/session").await;
    client.send(Method::HEAD, "/api/v1/blogs/none", &[]).await;
    client.get("/api/v1/openapi.json").await;
    client.get("/api/docs").await;
    assert_eq!(
        client.get("/api/v1/session").await.flashes(),
        [format!("{}: Blog not found.", Category::Error.as_str())]
    );
}

#[tokio::test]
async fn each_path_answers_the_methods_that_are_described_and_no_others() {
    let app = TestApp::new().await;
    let document = document(&app).await;
    for (path, item) in document["paths"].as_object().expect("paths") {
        let mut described: BTreeSet<String> = item
            .as_object()
            .expect("a path item")
            .keys()
            .map(|method| method.to_ascii_uppercase())
            .collect();
        if described.contains("GET") {
            described.insert("HEAD".to_owned());
        }
        let answer = app
            .browser()
            .send(Method::OPTIONS, &path.replace("{id}", "post-1"), &[])
            .await;
        let allowed = answer.header("allow").expect("Allow");
        let allowed: BTreeSet<String> = allowed
            .split(',')
            .map(|method| method.trim().to_owned())
            .collect();
        assert_eq!(described, allowed, "{path}");
    }
}

/// Routes that are added without their description must not be the API's. `/contact` is here for the form
/// of a page without a script.
#[test]
fn only_files_pages_and_fallbacks_are_routed_without_a_description() {
    let router = include_str!("../../src/router.rs");
    let undescribed: Vec<&str> = router
        .split(".route(")
        .skip(1)
        .filter_map(|rest| rest.split('"').nth(1))
        .collect();
    assert_eq!(
        undescribed,
        [
            "/media/{*path}",
            "/feed.xml",
            "/atom.xml",
            "/feed.json",
            "/sitemap.xml",
            "/robots.txt",
            "/site/{file}",
            "/site/pages/{*path}",
            "/error.css",
            "/contact",
            "/contact",
            "/api",
            "/api/",
            "/metrics"
        ]
    );
}

#[tokio::test]
async fn every_operation_says_all_that_can_happen_with_an_example() {
    let app = TestApp::new().await;
    let document = document(&app).await;
    let mut ids = BTreeSet::new();
    for (path, method, operation) in operations(&document) {
        let id = operation["operationId"].as_str().expect("an id");
        assert!(ids.insert(id), "{id} twice");
        assert!(
            operation["summary"].is_string() && operation["tags"][0].is_string(),
            "{id}"
        );
        let description = operation["description"].as_str().unwrap_or_default();
        assert!(!description.contains(['#', '[']), "{id}: {description}");
        for parameter in operation["parameters"].as_array().into_iter().flatten() {
            let described = [parameter, &parameter["schema"]].map(|value| &value["description"]);
            assert!(
                described.iter().any(|words| words.is_string()),
                "{id}: {parameter}"
            );
        }
        let responses = operation["responses"].as_object().expect("responses");
        let mut expected = vec!["400", "401", "408", "413", "500", "503"];
        expected.extend((method != "get").then_some("403"));
        for status in expected {
            assert!(responses.contains_key(status), "{id}: {status}");
        }
        for (status, response) in responses {
            let response = match response["$ref"].as_str() {
                Some(path) => document.pointer(&path[1..]).expect("there"),
                None => response,
            };
            assert!(
                response["headers"]["X-Request-Id"].is_object(),
                "{id}: {status}"
            );
            if status == "304" {
                assert!(response["content"].is_null(), "{id}: it has no body");
                continue;
            }
            let content = response["content"].as_object().expect("content");
            for (kind, content) in content {
                assert!(!content["schema"].is_null(), "{id}: {status}: {kind}");
                let example = &content["example"];
                assert!(!example.is_null(), "{id}: {status}: {kind}");
                if status.starts_with('2') {
                    continue;
                }
                assert_eq!(example["error"]["status"].to_string(), *status, "{path}");
            }
        }
    }
}

#[tokio::test]
async fn operations_with_a_rate_say_429_and_no_others() {
    let app = TestApp::new().await;
    let document = document(&app).await;
    for (path, method, operation) in operations(&document) {
        let flood = app.browser();
        let url = path.replace("{id}", "post-1").replace("{slug}", "about");
        let verb: Method = method.to_ascii_uppercase().parse().expect("a method");
        let example = &operation["requestBody"]["content"]["application/json"]["example"];
        let mut is_refused = false;
        for _ in 0..70 {
            // Begins a session, so that `DELETE` has one to end.
            flood.get("/api/v1/session").await;
            let answer = match example {
                Value::Null => flood.send(verb.clone(), &url, &[]).await,
                body => flood.post_json(&url, &[], body.to_string()).await,
            };
            is_refused |= answer.status == 429;
        }
        let described = operation["responses"]["429"].is_object();
        assert_eq!(is_refused, described, "{method} {path}");
        // Restores the client's rate for the next operation.
        app.clock.advance(Duration::from_secs(60));
    }
}

#[tokio::test]
async fn optional_fields_of_answers_are_absent_and_never_null() {
    let document = document(&TestApp::new().await).await;
    for (name, schema) in document["components"]["schemas"]
        .as_object()
        .expect("schemas")
    {
        let sent = name == "ContactMessage";
        assert_eq!(schema.to_string().contains("\"null\""), sent, "{name}");
    }
    assert!(!document["paths"].to_string().contains("\"null\""));
    let summary = &document["components"]["schemas"]["BlogSummary"];
    assert_eq!(summary["properties"]["subtitle"]["type"], "string");
    assert!(!summary["required"].to_string().contains("subtitle"));
}

#[tokio::test]
async fn the_cookie_is_called_what_the_site_calls_it() {
    for (url, name) in [
        ("http://blog.test", "session"),
        ("https://blog.test", "__Host-session"),
    ] {
        let document = document(&TestApp::at(url).await).await;
        assert_eq!(
            document["components"]["securitySchemes"]["cookie"]["name"],
            name
        );
    }
}

#[tokio::test]
async fn the_page_shows_every_operation_and_runs_nothing() {
    let app = TestApp::new().await;
    let answer = app.get("/api/docs").await;
    assert_eq!(
        answer.header("content-type"),
        Some("text/html; charset=utf-8")
    );
    let policy = answer.header("content-security-policy").expect("a policy");
    assert!(
        policy.starts_with("default-src 'none'; style-src 'self'") && !policy.contains("unsafe")
    );
    let html = answer.text();
    assert!(html.contains("<a href=\"/\">"), "a way back to the site");
    for (path, _, operation) in operations(&document(&app).await) {
        let id = operation["operationId"].as_str().expect("an id");
        assert!(html.contains(&format!("<section id=\"{id}\">")), "{id}");
        assert!(html.contains(&format!("<code>{path}</code>")), "{path}");
    }
    for forbidden in ["<script", "<style", "style=", "javascript:", "src=", "//"] {
        assert!(!html.contains(forbidden), "{forbidden}");
    }
    for link in html.split("href=\"#").skip(1) {
        let target = link.split('"').next().expect("an end");
        assert!(html.contains(&format!("id=\"{target}\"")), "{target}");
    }
    let styles = app.get("/api/docs/docs.css").await;
    assert_eq!(
        styles.header("content-type"),
        Some("text/css; charset=utf-8")
    );
    assert!(html.contains("href=\"/api/docs/docs.css\""));
}
