//! The measured servers, each in its own process.

use std::io::Write;
use std::path::Path;
use std::process::Command;

use anyhow::Context;
use axum::Router;
use axum::body::Bytes;
use axum::http::{HeaderMap, HeaderValue, header};
use tokio::net::TcpListener;

use crate::client::Answer;
use crate::process::{FLASHBLOG, Server};

/// The first argument that makes this program the bare server. The next ones are a file with the body,
/// and the body's encoding if it has one.
pub(crate) const BARE: &str = "--bare";

/// Runs the bare server, which gives one fixed answer to every request.
pub(crate) fn serve_bare() -> anyhow::Result<()> {
    let mut arguments = std::env::args().skip(2);
    let body = Bytes::from(std::fs::read(arguments.next().context("a file")?)?);
    let mut headers = HeaderMap::new();
    let json = HeaderValue::from_static("application/json");
    headers.insert(header::CONTENT_TYPE, json);
    if let Some(encoding) = arguments.next() {
        headers.insert(header::CONTENT_ENCODING, encoding.parse()?);
    }
    tokio::runtime::Runtime::new()?.block_on(async {
        let routes = Router::new().fallback(async move || (headers.clone(), body.clone()));
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        writeln!(
            std::io::stdout(),
            "listening on http://{}",
            listener.local_addr()?
        )?;
        axum::serve(listener, routes).await?;
        Ok(())
    })
}

/// The arguments of a server with the built-in posts and a small app.
pub(crate) fn arguments(data_dir: &Path, log: &str) -> anyhow::Result<Vec<String>> {
    let assets = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/assets");
    let data_dir = data_dir.to_str().context("a path that is text")?;
    let fixed = ["--listen", "127.0.0.1:0", "--source", "embedded"];
    let own = ["--assets", assets, "--log", log, "--data-dir", data_dir];
    Ok(fixed.iter().chain(&own).map(ToString::to_string).collect())
}

/// The command of the bare server for an answer. The file `body` must hold the answer's body.
pub(crate) fn bare_command(answer: &Answer, body: &Path) -> anyhow::Result<Command> {
    let mut bare = Command::new(std::env::current_exe()?);
    bare.arg(BARE).arg(body);
    for encoding in ["br", "gzip"] {
        if answer.is_encoded(encoding) {
            bare.arg(encoding);
        }
    }
    Ok(bare)
}

impl Server {
    /// Starts the bare server for an answer, whose body is written to the file `body`.
    pub(crate) fn bare(answer: &Answer, body: &Path) -> anyhow::Result<Self> {
        std::fs::write(body, &answer.body)?;
        Self::start(&mut bare_command(answer, body)?)
    }

    /// Starts FlashBlog with its built-in posts.
    pub(crate) fn flashblog(data_dir: &Path, log: &str) -> anyhow::Result<Self> {
        Self::start(
            Command::new(FLASHBLOG)
                .env_clear()
                .args(arguments(data_dir, log)?),
        )
    }
}
