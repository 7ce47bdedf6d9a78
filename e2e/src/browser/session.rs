//! Sessions of the driver. Each has its own browser, and tests use it one after the other.

use std::sync::LazyLock;

use anyhow::Context;
use fantoccini::error::CmdError;
use fantoccini::wd::{Capabilities, WebDriverCompatibleCommand};
use fantoccini::{Client, ClientBuilder};
use hyper_util::client::legacy::connect::HttpConnector;
use parking_lot::Mutex;
use serde_json::{Value, json};
use tokio::runtime::Runtime;
use url::Url;

use crate::provided;

/// A runtime for the connections, because they outlive the runtime of the test that opened them.
static CONNECTIONS: LazyLock<std::io::Result<Runtime>> = LazyLock::new(|| {
    tokio::runtime::Builder::new_multi_thread()
        .worker_threads(1)
        .enable_all()
        .build()
});
static IDLE: Mutex<Vec<Client>> = Mutex::new(Vec::new());

/// A session that one test uses. After it is dropped, the next test may use it.
pub(super) struct Session {
    pub(super) client: Client,
}

impl Session {
    /// An idle session, cleared, or a new one.
    pub(super) async fn open() -> anyhow::Result<Self> {
        let idle = IDLE.lock().pop();
        if let Some(client) = idle
            && clear(&client).await.is_ok()
        {
            return Ok(Self { client });
        }
        let client = connect().await.context("the browser did not start")?;
        Ok(Self { client })
    }
}

impl Drop for Session {
    fn drop(&mut self) {
        IDLE.lock().push(self.client.clone());
    }
}

/// Opens a new tab, closes all others, and clears what sites have stored. Emulated sizes, media features,
/// networks and scripts end with their tab.
async fn clear(client: &Client) -> Result<(), CmdError> {
    let fresh = client.new_window(true).await?.handle;
    for tab in client.windows().await? {
        if tab != fresh {
            client.switch_to_window(tab).await?;
            client.close_window().await?;
        }
    }
    client.switch_to_window(fresh).await?;
    let everything = json!({"origin": "*", "storageTypes": "all"});
    for (command, parameters) in [
        // A tab in the background has no focus, and its elements get no focus events.
        ("Page.bringToFront", json!({})),
        ("Storage.clearDataForOrigin", everything),
        ("Network.clearBrowserCookies", json!({})),
        ("Network.clearBrowserCache", json!({})),
        ("Browser.resetPermissions", json!({})),
    ] {
        let command = DriverCommand::devtools(command, parameters);
        client.issue_cmd(command).await?;
    }
    // Reads, and so clears, the log of the last test.
    client.issue_cmd(DriverCommand::log()).await?;
    Ok(())
}

async fn connect() -> anyhow::Result<Client> {
    let url = provided("CHROMEDRIVER_URL")?;
    let url = url.to_str().context("an address is UTF-8")?.to_owned();
    let capabilities = capabilities()?;
    let connections = CONNECTIONS.as_ref().context("no runtime")?;
    let session = async move {
        ClientBuilder::new(HttpConnector::new())
            .capabilities(capabilities)
            .connect(&url)
            .await
    };
    Ok(connections.spawn(session).await??)
}

fn capabilities() -> anyhow::Result<Capabilities> {
    let arguments = [
        "--headless=new",
        "--no-sandbox",
        "--disable-gpu",
        "--disable-quic",
        "--disable-dev-shm-usage",
        "--no-first-run",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
    ];
    let mut capabilities = Capabilities::new();
    capabilities.insert(
        "goog:chromeOptions".to_owned(),
        json!({"binary": provided("CHROMIUM")?, "args": arguments}),
    );
    capabilities.insert("goog:loggingPrefs".to_owned(), json!({"browser": "ALL"}));
    Ok(capabilities)
}

/// A command that ChromeDriver adds to WebDriver.
#[derive(Debug)]
pub(super) struct DriverCommand {
    path: &'static str,
    body: Value,
}

impl DriverCommand {
    /// A command of the Chrome DevTools Protocol.
    pub(super) fn devtools(command: &str, parameters: Value) -> Self {
        Self {
            path: "goog/cdp/execute",
            body: json!({"cmd": command, "params": parameters}),
        }
    }

    /// The browser's log since the last call.
    pub(super) fn log() -> Self {
        Self {
            path: "se/log",
            body: json!({"type": "browser"}),
        }
    }
}

impl WebDriverCompatibleCommand for DriverCommand {
    fn endpoint(&self, base: &Url, session: Option<&str>) -> Result<Url, url::ParseError> {
        base.join(&format!(
            "session/{}/{}",
            session.unwrap_or_default(),
            self.path
        ))
    }

    fn method_and_body(&self, _: &Url) -> (http::Method, Option<String>) {
        (http::Method::POST, Some(self.body.to_string()))
    }
}
