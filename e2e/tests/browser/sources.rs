//! Posts of other sources than the built-in posts.

use std::sync::Arc;

use axum::Router;
use axum::routing::get;
use e2e::browser::Browser;
use e2e::provided;
use e2e::site::Site;
use parking_lot::Mutex;
use serde_json::{Value, json};
use tokio::net::TcpListener;

/// A stub of the JSON API that FlaskBlog reads.
pub(crate) struct Upstream {
    address: String,
    /// The body. `None`: the stub answers 500.
    answer: Arc<Mutex<Option<String>>>,
}

impl Upstream {
    /// Starts a stub with these posts.
    pub(crate) async fn start(blogs: Value) -> anyhow::Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let address = format!("http://{}/blogs", listener.local_addr()?);
        let answer = Arc::new(Mutex::new(Some(blogs.to_string())));
        let held = Arc::clone(&answer);
        let router = Router::new().route(
            "/blogs",
            get(move || async move {
                let answer = held.lock().clone();
                answer.ok_or(axum::http::StatusCode::INTERNAL_SERVER_ERROR)
            }),
        );
        tokio::spawn(async move { axum::serve(listener, router).await });
        Ok(Self { address, answer })
    }

    /// The address for `--source`.
    pub(crate) fn address(&self) -> &str {
        &self.address
    }

    /// Makes it answer 500 from now on.
    pub(crate) fn fail(&self) {
        *self.answer.lock() = None;
    }
}

#[tokio::test]
async fn a_json_blog_api_is_shown_with_defaults_for_missing_fields() -> anyhow::Result<()> {
    let blogs = json!([
        {"id": 1, "title": "Without anything else"},
        {
            "id": "9bf2", "title": "With <b>everything</b>", "subtitle": "A subtitle",
            "main_content": "<p onclick='x()'>Safe <em>text</em></p><script>document.title='hacked'</script>",
            "category": "Technology", "created_at": "Thu, 05/02/2024",
            "user": {"first_name": "Ada", "last_name": "Example"}, "tags": [{"name": "one"}, "two"],
        },
        {"title": "No id: skipped"},
    ]);
    let upstream = Upstream::start(blogs).await?;
    let site = Site::with_arguments(&["--source", upstream.address()]).await?;
    let browser = Browser::open(site.origin()).await?;
    browser.visit("/blogs").await?;
    browser.find("[data-testid=blog-card]").await?;
    assert_eq!(browser.count("[data-testid=blog-card]").await?, 2);
    browser.visit("/blogs/1").await?;
    browser.await_text("h1", "Without anything else").await?;
    browser.await_text(".byline-author", "Admin").await?;
    browser.await_text(".post .eyebrow", "General").await?;
    browser.visit("/blogs/9bf2").await?;
    browser.await_text("h1", "With <b>everything</b>").await?;
    browser.await_text(".byline-author", "Ada Example").await?;
    browser.await_text(".prose p", "Safe text").await?;
    assert_eq!(browser.count(".prose script, .prose [onclick]").await?, 0);
    assert!(!browser.client().title().await?.contains("hacked"));
    Ok(())
}

#[tokio::test]
async fn a_source_that_is_down_is_a_warning_and_a_failure_view() -> anyhow::Result<()> {
    let upstream = Upstream::start(json!([])).await?;
    upstream.fail();
    let site = Site::with_arguments(&["--source", upstream.address()]).await?;
    let browser = Browser::open(site.origin()).await?;
    browser.visit("/blogs").await?;
    browser.find(".toast-stack .alert-warning.show").await?;
    assert_eq!(browser.count("[data-testid=blog-card]").await?, 0);
    browser.visit("/blogs/1").await?;
    browser.find("[data-testid=failure] button").await?;
    Ok(())
}

#[tokio::test]
#[ignore = "reads a blog's posts in FLASHBLOG_TEST_DATA"]
async fn a_folder_of_markdown_is_shown() -> anyhow::Result<()> {
    let folder = provided("FLASHBLOG_TEST_DATA")?.join("markdown/rust-lang");
    let folder = folder.to_str().expect("text").to_owned();
    let site = Site::with_arguments(&["--source", &folder]).await?;
    let browser = Browser::open(site.origin()).await?;
    browser.visit("/blogs").await?;
    browser.find("[data-testid=blog-card]").await?;
    assert_eq!(browser.count("[data-testid=blog-card]").await?, 6);
    browser
        .await_text("#blogs-count", "10 posts, page 1 of 2")
        .await?;
    browser.visit("/blogs/Rust-1.30.1").await?;
    browser.await_text("h1", "Announcing Rust 1.30.1").await?;
    browser
        .await_text(".byline-author", "The Rust Release Team")
        .await?;
    Ok(())
}
