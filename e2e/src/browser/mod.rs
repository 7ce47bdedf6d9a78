//! A real Chromium, driven over WebDriver.

mod devtools;
mod session;

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use anyhow::{Context, bail};
use fantoccini::actions::{InputSource, KeyAction, KeyActions};
use fantoccini::elements::Element;
use fantoccini::error::{CmdError, ErrorStatus};
use fantoccini::{Client, Locator};
use parking_lot::Mutex;
use serde_json::{Value, json};
use tokio::time::{Instant, sleep};

use self::session::Session;

/// How long a page may take until a condition of a test is met.
const PAGE_TIMEOUT: Duration = Duration::from_secs(30);
const POLL_INTERVAL: Duration = Duration::from_millis(25);

const SHIFT: char = '\u{e008}';

/// The position and size of an element.
const PLACE: &str = "
    const box = document.querySelector(arguments[0])?.getBoundingClientRect();
    return box && [box.left, box.top, box.width, box.height]";

/// A browser of a new visitor: empty storage, one tab, 1280 × 900 CSS pixels.
pub struct Browser {
    session: Session,
    /// The address of the site, without a slash at the end.
    origin: String,
    /// The emulated media features. The protocol sets all of them at once.
    preferred: Mutex<BTreeMap<&'static str, &'static str>>,
    /// Whether clicks and keys wait until the app has taken over the page.
    waits_for_app: AtomicBool,
}

impl Browser {
    /// Starts a browser for the site at `origin`, or clears one that an earlier test has used.
    ///
    /// # Errors
    /// When it does not start.
    pub async fn open(origin: &str) -> anyhow::Result<Self> {
        let browser = Self {
            session: Session::open().await?,
            origin: origin.to_owned(),
            preferred: Mutex::default(),
            waits_for_app: AtomicBool::new(true),
        };
        browser.resize(1280, 900).await?;
        Ok(browser)
    }

    /// The WebDriver client, for commands that this type lacks.
    pub fn client(&self) -> &Client {
        &self.session.client
    }

    /// Opens a page of the site, as if its address was typed.
    ///
    /// # Errors
    /// When the browser can't go there.
    pub async fn visit(&self, path: &str) -> anyhow::Result<()> {
        Ok(self
            .client()
            .goto(&format!("{}{path}", self.origin))
            .await?)
    }

    /// The address that the browser shows, from its path on.
    ///
    /// # Errors
    /// When the browser does not answer.
    pub async fn path(&self) -> anyhow::Result<String> {
        let url = self.client().current_url().await?;
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
        self.client()
            .wait()
            .at_most(PAGE_TIMEOUT)
            .for_element(Locator::Css(css))
            .await
            .with_context(|| format!("no {css} on the page"))
    }

    /// How many elements there are right now.
    ///
    /// # Errors
    /// When the browser does not answer.
    pub async fn count(&self, css: &str) -> anyhow::Result<usize> {
        Ok(self.client().find_all(Locator::Css(css)).await?.len())
    }

    /// Waits until an element has exactly this text, after white space is collapsed.
    ///
    /// # Errors
    /// When it does not have it in time. The error contains its visible text.
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

    /// An element's visible text. Waits until there is some, since text that fades in is not visible at
    /// first.
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

    /// An element's attribute. Empty if it has no such attribute.
    ///
    /// # Errors
    /// When there is no such element in time.
    pub async fn attribute(&self, css: &str, name: &str) -> anyhow::Result<String> {
        let value = self
            .with(css, async |element| element.attr(name).await)
            .await?;
        Ok(value.unwrap_or_default())
    }

    /// Turns the scripts of pages off.
    ///
    /// # Errors
    /// When the browser can't.
    pub async fn disable_scripts(&self) -> anyhow::Result<()> {
        self.use_pages_without_app();
        let disabled = json!({"value": true});
        self.devtools("Emulation.setScriptExecutionDisabled", disabled)
            .await?;
        Ok(())
    }

    /// Clicks and keys no longer wait until the app has taken over the page that the server rendered.
    pub fn use_pages_without_app(&self) {
        self.waits_for_app.store(false, Ordering::Relaxed);
    }

    /// Waits until the app has taken over the page that the server rendered.
    ///
    /// # Errors
    /// When it has not in time.
    pub async fn await_app(&self) -> anyhow::Result<()> {
        self.until(
            "return !document.querySelector('#app[data-rendered]')",
            vec![],
        )
        .await
        .context("the app has not started")
    }

    async fn await_app_unless_without(&self) -> anyhow::Result<()> {
        if self.waits_for_app.load(Ordering::Relaxed) {
            self.await_app().await?;
        }
        Ok(())
    }

    /// Clicks on the middle of an element, like a person: after it has stopped moving and was scrolled
    /// into view. Tries again if another element was in front of it.
    ///
    /// # Errors
    /// When there is none in time, or another element stays in front of it.
    pub async fn click(&self, css: &str) -> anyhow::Result<()> {
        self.await_app_unless_without().await?;
        self.await_rest(css).await?;
        self.with(css, async |element| element.click().await)
            .await
            .with_context(|| format!("can't click on {css}"))
    }

    /// Waits until an element stays where it is.
    async fn await_rest(&self, css: &str) -> anyhow::Result<()> {
        let mut last = Value::Null;
        let look = async || {
            let place = self.client().execute(PLACE, vec![json!(css)]).await?;
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
        self.await_app_unless_without().await?;
        self.with(css, async |element| element.send_keys(keys).await)
            .await
            .with_context(|| format!("can't type into {css}"))
    }

    /// Does something with an element. If the app has just replaced, moved or covered it, looks for it
    /// and tries again.
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
    /// When there still is one after the timeout.
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
            let value = self.client().execute(script, arguments.clone()).await?;
            Ok((!matches!(value, Value::Null | Value::Bool(false))).then_some(()))
        };
        awaited(look)
            .await?
            .with_context(|| format!("not true in {} s: {script}", PAGE_TIMEOUT.as_secs()))
    }

    /// Waits until no animation runs.
    ///
    /// # Errors
    /// When one still does after the timeout.
    pub async fn await_stillness(&self) -> anyhow::Result<()> {
        let is_still = "return document.getAnimations().every(it => it.playState !== 'running')";
        self.until(is_still, Vec::new()).await
    }

    /// Runs a script in the page and returns its result.
    ///
    /// # Errors
    /// When it throws.
    pub async fn run(&self, script: &str) -> anyhow::Result<Value> {
        Ok(self.client().execute(script, Vec::new()).await?)
    }

    /// Presses keys one after the other, also WebDriver's special keys. Shift stays down until the last
    /// key is up.
    ///
    /// # Errors
    /// When the browser can't.
    pub async fn press(&self, keys: &str) -> anyhow::Result<()> {
        self.await_app_unless_without().await?;
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
        Ok(self.client().perform_actions(presses).await?)
    }
}

/// Calls `look` until it returns a value. None after [`PAGE_TIMEOUT`].
///
/// # Errors
/// When `look` fails.
pub async fn awaited<T>(
    mut look: impl AsyncFnMut() -> anyhow::Result<Option<T>>,
) -> anyhow::Result<Option<T>> {
    let deadline = Instant::now() + PAGE_TIMEOUT;
    loop {
        let seen = look().await?;
        if seen.is_some() || Instant::now() > deadline {
            return Ok(seen);
        }
        sleep(POLL_INTERVAL).await;
    }
}

/// Whether an error may go away by itself, because the app is changing the page.
fn is_passing(error: &ErrorStatus) -> bool {
    matches!(
        error,
        ErrorStatus::StaleElementReference
            | ErrorStatus::ElementClickIntercepted
            | ErrorStatus::ElementNotInteractable
    )
}
