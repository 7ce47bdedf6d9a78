//! The `flashblog` binary, while its source is down.

use std::path::Path;
use std::time::Duration;

use axum::Router;
use axum::extract::Request;
use axum::http::{StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;
use tokio::time::timeout;

use crate::harness::ASSETS;
use crate::process::{Server, flashblog};

const FILE: &str = "last-copy.json.gz";

/// A WordPress site with two posts and a page. Aborting its task makes it refuse connections.
async fn wordpress() -> (String, JoinHandle<()>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = listener.local_addr().expect("an address");
    let router = Router::new().fallback(|request: Request| async move { answer(request.uri()) });
    let serving = tokio::spawn(async move {
        let _ = axum::serve(listener, router).await;
    });
    (format!("wordpress:http://{address}/"), serving)
}

fn answer(uri: &Uri) -> Response {
    let record = |slug: &str| {
        json!({
            "id": 1, "slug": slug, "status": "publish", "date_gmt": "2024-05-02T01:00:00", "parent": 0,
            "title": {"rendered": format!("The title of {slug}")},
            "content": {"rendered": format!("<p>The text of {slug}</p>")},
        })
    };
    let body: Value = match uri.path() {
        "/" => return StatusCode::OK.into_response(),
        "/wp-json/" => json!({"name": "Looms", "description": "What we weave."}),
        "/wp-json/wp/v2/posts" => json!([record("one"), record("two")]),
        "/wp-json/wp/v2/pages" => json!([record("imprint")]),
        _ => return StatusCode::NOT_FOUND.into_response(),
    };
    axum::Json(body).into_response()
}

/// Starts a server with a short log: the log is not read before the end, and a full pipe would block the
/// server.
fn start(data_dir: &Path, source: &str) -> Server {
    let mut command = flashblog(data_dir);
    command.args(["--source", source, "--assets", ASSETS]);
    command.args(["--refresh", "1s", "--log", "warn"]);
    Server::start(&mut command)
}

/// The data of the API's list.
fn list(server: &Server) -> Value {
    let answer = server.get("/api/v1/blogs", "");
    let (_, body) = answer.split_once("\r\n\r\n").expect("a body");
    let envelope: Value = serde_json::from_str(body).expect("JSON");
    envelope["data"].clone()
}

/// Calls `look` until it returns something. Fails after a minute.
async fn until<T>(look: impl Fn() -> Option<T>) -> T {
    let found = async {
        loop {
            match look() {
                Some(found) => return found,
                None => tokio::time::sleep(Duration::from_millis(20)).await,
            }
        }
    };
    let found = timeout(Duration::from_secs(60), found).await;
    found.expect("it comes within a minute")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn after_a_crash_while_the_source_is_down_the_site_is_as_it_was() {
    let data_dir = tempfile::tempdir().expect("temporary folder");
    let (source, serving) = wordpress().await;
    let server = start(data_dir.path(), &source);
    let before = list(&server);
    assert_eq!(before["total_items"], json!(2), "{before}");
    assert_eq!(before["freshness"]["stale"], json!(false));
    until(|| data_dir.path().join(FILE).exists().then_some(())).await;
    serving.abort();
    // The listener is closed once the task has ended.
    let _ = serving.await;
    server.crash();

    let server = start(data_dir.path(), &source);
    let at_once = list(&server);
    assert_eq!(at_once["items"], before["items"]);
    let page = server.get("/imprint", "Accept: text/html\r\n");
    assert!(page.starts_with("HTTP/1.1 200"), "{page}");
    assert!(page.contains("The text of imprint"), "{page}");
    assert!(
        page.contains("<title>The title of imprint · Looms</title>"),
        "{page}"
    );
    let is_stale = |list: &Value| list["freshness"]["stale"] == json!(true);
    let later = until(|| Some(list(&server)).filter(is_stale)).await;
    assert_eq!(later["items"], before["items"]);
    let home = server.get("/", "Accept: text/html\r\n");
    assert!(home.contains("The title of two"), "{home}");
    assert!(home.contains("a saved copy"), "{home}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_damaged_copy_is_ignored_with_a_warning() {
    let data_dir = tempfile::tempdir().expect("temporary folder");
    std::fs::write(data_dir.path().join(FILE), b"\x1f\x8b\x08 damaged").expect("writes");
    let (source, serving) = wordpress().await;
    let server = start(data_dir.path(), &source);
    assert_eq!(list(&server)["total_items"], json!(2), "the source is read");
    let (code, _, log) = server.terminate();
    serving.abort();
    assert_eq!(code, Some(0));
    assert!(
        log.contains("Ignoring the saved copy, which can't be read"),
        "{log}"
    );
}
