//! A real Chromium, driven over WebDriver.

use std::time::Duration;

use anyhow::{Context, bail};
use fantoccini::actions::{InputSource, KeyAction, KeyActions};
use fantoccini::elements::Element;
use fantoccini::error::{CmdError, ErrorStatus};
use fantoccini::wd::{Capabilities, WebDriverCompatibleCommand};
use fantoccini::{Client, ClientBuilder, Locator};
use hyper_util::client::legacy::connect::HttpConnector;
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::process::Command;
use tokio::time::{Instant, sleep};
use url::Url;

use crate::process::Process;
use crate::provided;

/// How long a page may take to show what is awaited of it.
const PATIENCE: Duration = Duration::from_secs(30);
/// How often it is looked at again meanwhile.
const GLANCE: Duration = Duration::from_millis(25);
const DRIVER_STARTS: u32 = 5;

const SHIFT: char = '\u{e008}';

/// The browser's own timers must not mistake a held one for theirs: ids of held ones are negative.
const HELD_TIMERS: &str = "
    const start = window.setTimeout, stop = window.clearTimeout, held = new Map();
    let last = 0, now = 0;
    window.setTimeout = (run, ms, ...rest) => {
        if (!(ms >= 4000)) return start(run, ms, ...rest);
        held.set(--last, {run, due: now + ms});
        return last;
    };
    window.clearTimeout = id => held.delete(id) || stop(id);
    window.passTime = ms => {
        now += ms;
        for (const [id, {run, due}] of [...held]) if (due <= now && held.delete(id)) run();
    };";

/// Where an element is.
const PLACE: &str = "
    const box = document.querySelector(arguments[0])?.getBoundingClientRect();
    return box && [box.left, box.top, box.width, box.height]";

/// A browser with a profile of its own, 1280 × 900.
pub struct Browser {
    client: Client,
    _driver: Process,
    _profile: TempDir,
}

impl Browser {
    /// Starts a driver and a browser.
    ///
    /// # Errors
    /// When one of them does not start.
    pub async fn open() -> anyhow::Result<Self> {
        Self::with_arguments(&[]).await
    }

    /// The same, with further command-line arguments for Chromium.
    ///
    /// # Errors
    /// When one of them does not start.
    pub async fn with_arguments(arguments: &[&str]) -> anyhow::Result<Self> {
        let profile = tempfile::tempdir()?;
        let (driver, port) = start_driver().await?;
        let client = ClientBuilder::new(HttpConnector::new())
            .capabilities(capabilities(&profile, arguments)?)
            .connect(&format!("http://127.0.0.1:{port}"))
            .await?;
        let browser = Self {
            client,
            _driver: driver,
            _profile: profile,
        };
        browser.resize(1280, 900).await?;
        Ok(browser)
    }

    /// The WebDriver client, for what this type has no word for.
    #[must_use]
    pub fn client(&self) -> &Client {
        &self.client
    }

    /// Goes to an address as if it was typed.
    ///
    /// # Errors
    /// When the browser can't go there.
    pub async fn visit(&self, address: &str) -> anyhow::Result<()> {
        Ok(self.client.goto(address).await?)
    }

    /// The address that the browser shows, from its path on.
    ///
    /// # Errors
    /// When the browser does not answer.
    pub async fn path(&self) -> anyhow::Result<String> {
        let url = self.client.current_url().await?;
        Ok(url[url::Position::BeforePath..].to_owned())
    }

    /// Waits until the address is this one, from its path on.
    ///
    /// # Errors
    /// When it is not in time.
    pub async fn await_path(&self, path: &str) -> anyhow::Result<()> {
        let script = "return location.pathname + location.search === arguments[0]";
        self.until(script, vec![json!(path)])
            .await
            .with_context(|| format!("the address is not {path}"))
    }

    /// Waits for an element.
    ///
    /// # Errors
    /// When there is none in time.
    pub async fn find(&self, css: &str) -> anyhow::Result<Element> {
        self.client
            .wait()
            .at_most(PATIENCE)
            .for_element(Locator::Css(css))
            .await
            .with_context(|| format!("no {css} on the page"))
    }

    /// How many elements there are right now.
    ///
    /// # Errors
    /// When the browser does not answer.
    pub async fn count(&self, css: &str) -> anyhow::Result<usize> {
        Ok(self.client.find_all(Locator::Css(css)).await?.len())
    }

    /// Waits until an element has just this text, white space folded.
    ///
    /// # Errors
    /// When it has not in time; says what it has.
    pub async fn await_text(&self, css: &str, text: &str) -> anyhow::Result<()> {
        let script = "const e = document.querySelector(arguments[0]);
            return !!e && e.textContent.trim().replace(/\\s+/g, ' ') === arguments[1]";
        if self
            .until(script, vec![json!(css), json!(text)])
            .await
            .is_err()
        {
            bail!("{css} says {:?}, not {text:?}", self.text(css).await.ok());
        }
        Ok(())
    }

    /// An element's visible text; waits until there is some. What fades in is not visible at first.
    ///
    /// # Errors
    /// When there is none in time.
    pub async fn text(&self, css: &str) -> anyhow::Result<String> {
        let look = async || {
            let text = self.with(css, async |element| element.text().await).await?;
            Ok((!text.is_empty()).then_some(text))
        };
        awaited(look)
            .await?
            .with_context(|| format!("{css} shows no text"))
    }

    /// An element's attribute; empty where there is no such attribute.
    ///
    /// # Errors
    /// When there is no such element in time.
    pub async fn attribute(&self, css: &str, name: &str) -> anyhow::Result<String> {
        let value = self
            .with(css, async |element| element.attr(name).await)
            .await?;
        Ok(value.unwrap_or_default())
    }

    /// Clicks on an element as a person would: when it stands still, scrolled into view, at its
    /// middle, and again when something was in front of it.
    ///
    /// # Errors
    /// When there is none in time, or something stays in front of it.
    pub async fn click(&self, css: &str) -> anyhow::Result<()> {
        self.await_rest(css).await?;
        self.with(css, async |element| element.click().await)
            .await
            .with_context(|| format!("can't click on {css}"))
    }

    /// Waits until an element stays where it is.
    async fn await_rest(&self, css: &str) -> anyhow::Result<()> {
        let mut last = Value::Null;
        let look = async || {
            let place = self.client.execute(PLACE, vec![json!(css)]).await?;
            let rests = !place.is_null() && place == last;
            last = place;
            Ok(rests.then_some(()))
        };
        awaited(look)
            .await?
            .with_context(|| format!("{css} does not come to rest"))
    }

    /// Types into an element.
    ///
    /// # Errors
    /// When there is none in time, or it takes no keys.
    pub async fn type_into(&self, css: &str, keys: &str) -> anyhow::Result<()> {
        self.with(css, async |element| element.send_keys(keys).await)
            .await
            .with_context(|| format!("can't type into {css}"))
    }

    /// Does something with an element. Tries again with the element that is there then, when the app
    /// has just replaced it, moved it or covered it.
    async fn with<T>(
        &self,
        css: &str,
        act: impl AsyncFn(&Element) -> Result<T, CmdError>,
    ) -> anyhow::Result<T> {
        let mut hindrance = None;
        let attempt = async || match act(&self.find(css).await?).await {
            Err(CmdError::Standard(error)) if is_passing(&error.error) => {
                hindrance = Some(error);
                Ok(None)
            }
            result => Ok(Some(result?)),
        };
        awaited(attempt)
            .await?
            .with_context(|| format!("{css} can't be used: {hindrance:?}"))
    }

    /// Waits until no such element is left.
    ///
    /// # Errors
    /// When there still is one after the patience.
    pub async fn await_gone(&self, css: &str) -> anyhow::Result<()> {
        self.until(
            "return !document.querySelector(arguments[0])",
            vec![json!(css)],
        )
        .await
        .with_context(|| format!("{css} is still there"))
    }

    /// Waits until a script returns something true.
    ///
    /// # Errors
    /// When it does not in time.
    pub async fn until(&self, script: &str, arguments: Vec<Value>) -> anyhow::Result<()> {
        let look = async || {
            let value = self.client.execute(script, arguments.clone()).await?;
            Ok((!matches!(value, Value::Null | Value::Bool(false))).then_some(()))
        };
        awaited(look)
            .await?
            .with_context(|| format!("not true in {} s: {script}", PATIENCE.as_secs()))
    }

    /// What a script returns.
    ///
    /// # Errors
    /// When it throws.
    pub async fn run(&self, script: &str) -> anyhow::Result<Value> {
        Ok(self.client.execute(script, Vec::new()).await?)
    }

    /// Makes the page this large, in CSS pixels, whatever the window's frame takes.
    ///
    /// # Errors
    /// When the browser can't.
    pub async fn resize(&self, width: u32, height: u32) -> anyhow::Result<()> {
        let metrics =
            json!({"width": width, "height": height, "deviceScaleFactor": 1, "mobile": false});
        self.devtools("Emulation.setDeviceMetricsOverride", metrics)
            .await?;
        Ok(())
    }

    /// Sets a media feature, such as `prefers-color-scheme` to `dark`.
    ///
    /// # Errors
    /// When the browser can't.
    pub async fn prefer(&self, feature: &str, value: &str) -> anyhow::Result<()> {
        let features = json!({"features": [{"name": feature, "value": value}]});
        self.devtools("Emulation.setEmulatedMedia", features)
            .await?;
        Ok(())
    }

    /// On every page from the next visit on, timers of 4 s and more wait for [`Self::pass_time`]:
    /// toasts stay, and requests don't time out, until a test says so.
    ///
    /// # Errors
    /// When the browser can't.
    pub async fn hold_timers(&self) -> anyhow::Result<()> {
        let source = json!({"source": HELD_TIMERS});
        self.devtools("Page.addScriptToEvaluateOnNewDocument", source)
            .await?;
        Ok(())
    }

    /// Runs the held timers that are due after this much more of the page's time.
    ///
    /// # Errors
    /// When the page does not hold any.
    pub async fn pass_time(&self, time: Duration) -> anyhow::Result<()> {
        self.run(&format!("passTime({})", time.as_millis())).await?;
        Ok(())
    }

    /// Presses keys one after the other, WebDriver's special ones included; Shift stays down until
    /// the last is up.
    ///
    /// # Errors
    /// When the browser can't.
    pub async fn press(&self, keys: &str) -> anyhow::Result<()> {
        let mut presses = KeyActions::new("keyboard".to_owned());
        for value in keys.chars() {
            presses = presses.then(KeyAction::Down { value });
            if value != SHIFT {
                presses = presses.then(KeyAction::Up { value });
            }
        }
        if keys.contains(SHIFT) {
            presses = presses.then(KeyAction::Up { value: SHIFT });
        }
        Ok(self.client.perform_actions(presses).await?)
    }

    /// What scripts complained of since the last call: exceptions and `console.error`. Failed
    /// requests, which the browser logs by itself, are left out.
    ///
    /// # Errors
    /// When the driver does not answer.
    pub async fn complaints(&self) -> anyhow::Result<Vec<String>> {
        let entries = self
            .client
            .issue_cmd(DriverCommand {
                path: "se/log",
                body: json!({"type": "browser"}),
            })
            .await?;
        Ok(entries
            .as_array()
            .into_iter()
            .flatten()
            .filter(|entry| entry["level"] == "SEVERE" && entry["source"] != "network")
            .map(Value::to_string)
            .collect())
    }

    /// One command of the Chrome DevTools Protocol.
    ///
    /// # Errors
    /// When the browser refuses it.
    pub async fn devtools(&self, command: &str, parameters: Value) -> anyhow::Result<Value> {
        Ok(self
            .client
            .issue_cmd(DriverCommand {
                path: "goog/cdp/execute",
                body: json!({"cmd": command, "params": parameters}),
            })
            .await?)
    }
}

/// Looks until there is something to see; nothing when there is none in time.
///
/// # Errors
/// When looking fails.
pub async fn awaited<T>(
    mut look: impl AsyncFnMut() -> anyhow::Result<Option<T>>,
) -> anyhow::Result<Option<T>> {
    let deadline = Instant::now() + PATIENCE;
    loop {
        let seen = look().await?;
        if seen.is_some() || Instant::now() > deadline {
            return Ok(seen);
        }
        sleep(GLANCE).await;
    }
}

/// A driver and its port.
async fn start_driver() -> anyhow::Result<(Process, u16)> {
    let mut starts = 0;
    loop {
        let mut command = Command::new(provided("CHROMEDRIVER")?);
        command.arg("--port=0");
        let mut driver = Process::start(command)?;
        let port = driver
            .await_line(|line| {
                let port = line.split("started successfully on port ").nth(1)?;
                port.trim_end_matches('.').parse().ok()
            })
            .await;
        starts += 1;
        match port {
            Ok(port) => return Ok((driver, port)),
            // It takes a port that is free for IPv6, and gives up when something has it for IPv4.
            Err(_) if starts < DRIVER_STARTS => {}
            Err(error) => return Err(error).context("the driver did not start"),
        }
    }
}

/// Whether the app may be about to mend this by itself.
fn is_passing(error: &ErrorStatus) -> bool {
    matches!(
        error,
        ErrorStatus::StaleElementReference
            | ErrorStatus::ElementClickIntercepted
            | ErrorStatus::ElementNotInteractable
    )
}

fn capabilities(profile: &TempDir, further: &[&str]) -> anyhow::Result<Capabilities> {
    let mut arguments = vec![format!("--user-data-dir={}", profile.path().display())];
    arguments.extend(further.iter().map(|&argument| argument.to_owned()));
    arguments.extend(
        [
            "--headless=new",
            "--no-sandbox",
            "--disable-gpu",
            "--disable-quic",
            "--disable-dev-shm-usage",
            "--no-first-run",
            "--disable-background-networking",
            "--disable-component-update",
            "--disable-sync",
        ]
        .map(str::to_owned),
    );
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
struct DriverCommand {
    path: &'static str,
    body: Value,
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
