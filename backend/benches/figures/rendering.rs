//! The processor time of a page that is not kept, and is rendered for one reader.

use anyhow::ensure;
use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::{Request, StatusCode};
use flashblog::answers::Answers;
use flashblog::app::{App, Parts};
use flashblog::clients::peer::Peer;
use flashblog::config::Config;
use flashblog::config::settings;
use flashblog::public_url::PublicUrl;
use flashblog::router::router;
use tempfile::TempDir;
use tower::ServiceExt;

use crate::load::cpu_microseconds;
use crate::row;

const PAGES: [&str; 3] = ["/", "/blogs", "/blogs/a-session-is-a-signature"];
const WARM_UP: usize = 200;
/// They take about a second. The system counts processor time in hundredths of a second.
const REQUESTS: usize = 3_000;
const GOAL_MILLISECONDS: f64 = 0.6;

/// Calls the server's routes in this process, with an app that keeps no answers. The time includes the
/// session, the page and the finished answer. It does not include the connection, nor the compression, which
/// a server does after the first answer.
pub(crate) fn run() -> anyhow::Result<()> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    runtime.block_on(async {
        let (routes, _folder) = keeping_nothing().await?;
        for path in PAGES {
            eprintln!("rendering {path}");
            let bytes = ask(&routes, path, WARM_UP).await?;
            let process = std::process::id();
            let before = cpu_microseconds(process)?;
            ask(&routes, path, REQUESTS).await?;
            let microseconds = (cpu_microseconds(process)? - before) / REQUESTS as f64;
            let milliseconds = microseconds / 1e3;
            row(
                &format!(
                    "Processor time of `GET {path}`, {bytes} bytes, where the page is not kept and has to be rendered"
                ),
                &format!("≤ {GOAL_MILLISECONDS} ms"),
                &format!("{milliseconds:.2} ms"),
                milliseconds <= GOAL_MILLISECONDS,
            );
        }
        Ok(())
    })
}

async fn keeping_nothing() -> anyhow::Result<(Router, TempDir)> {
    let folder = tempfile::tempdir()?;
    let file = folder.path().join("flashblog.toml");
    let assets = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/assets");
    let text = format!("data-dir = 'data'\nassets = '{assets}'\nsource = 'embedded'\n");
    std::fs::write(&file, text)?;
    let flags = settings::command().get_matches_from(["flashblog"]);
    let config = Config::load(&flags, Some(&file), &|_| None)?;
    let url = PublicUrl::of_listener(config.settings.listen.0);
    let app = App::connect(&config, url).await?;
    let app = App::from(Parts {
        answers: Answers::new(0),
        ..Parts::clone(&app)
    });
    Ok((router(app), folder))
}

/// Requests a page so many times, and returns its length.
async fn ask(routes: &Router, path: &str, times: usize) -> anyhow::Result<usize> {
    let mut length = 0;
    for _ in 0..times {
        let request = Request::builder()
            .uri(path)
            .header("host", "localhost")
            .extension(Peer::at(([127, 0, 0, 1], 40_000).into()))
            .body(Body::empty())?;
        let response = routes.clone().oneshot(request).await?;
        ensure!(response.status() == StatusCode::OK, "not a 200");
        let page = to_bytes(response.into_body(), usize::MAX).await?;
        let is_rendered = memchr::memmem::find(&page, b" data-rendered=").is_some();
        ensure!(is_rendered, "{path} was not rendered");
        length = page.len();
    }
    Ok(length)
}
