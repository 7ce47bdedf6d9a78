//! Compares the site's list of posts with the same page by Flask and gunicorn.

use std::process::Command;

use anyhow::Context;

use crate::client::{ask, cookie_of, exchange, request};
use crate::load::load;
use crate::process::Server;
use crate::{row, row_without_goal};

const APP: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/benches/flask/app.py");
const GOAL: f64 = 60.0;
const ALL: &str = "GET /api/v1/blogs?per_page=100 HTTP/1.1\r\nHost: localhost\r\nAccept: application/json\r\n\r\n";

pub(crate) fn run() -> anyhow::Result<()> {
    let has_flask = Command::new("python3")
        .args(["-c", "import flask, gunicorn"])
        .output()
        .is_ok_and(|output| output.status.success());
    if !has_flask {
        row_without_goal(
            "Processor time of Flask and gunicorn for a page of the list, beside FlashBlog's",
            "not measured: `pip install flask gunicorn` would be needed",
        );
        return Ok(());
    }
    tokio::runtime::Runtime::new()?.block_on(async {
        let data_dir = tempfile::tempdir()?;
        let own = Server::flashblog(data_dir.path(), "info")?;
        let posts = tempfile::NamedTempFile::new()?;
        let list = ask(&own.address, ALL).await?;
        let list: serde_json::Value = serde_json::from_slice(&list.body)?;
        let items = list.pointer("/data/items").context("items")?;
        std::fs::write(posts.path(), items.to_string())?;
        let flask = Server::start(Command::new("python3").arg(APP).arg(posts.path()))?;

        let first = exchange(&own.address, &request("")).await?;
        let own = load(&[&own], &[page(cookie_of(&first)?)]).await?;
        let first = exchange(&flask.address, &page("")).await?;
        let flask = load(&[&flask], &[page(cookie_of(&first)?)]).await?;
        let ratio = flask.cpu_microseconds / own.cpu_microseconds;
        row(
            "Processor time of Flask and gunicorn for `/blogs?page=2`, beside FlashBlog's for its own",
            &format!("≥ {GOAL}×"),
            &format!(
                "{ratio:.0}× ({:.0} µs beside {:.1} µs)",
                flask.cpu_microseconds, own.cpu_microseconds
            ),
            ratio >= GOAL,
        );
        Ok(())
    })
}

fn page(cookie: &str) -> String {
    format!("GET /blogs?page=2 HTTP/1.1\r\nHost: localhost\r\nCookie: {cookie}\r\n\r\n")
}
