//! Commands that WebDriver lacks: sizes, media features, timers, cookies, the network and the log.

use std::time::Duration;

use serde_json::{Value, json};

use super::Browser;
use super::session::DriverCommand;

/// Holds timers back. Held timers have negative ids, which the browser's own timers never have.
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

impl Browser {
    /// Sets the size of the viewport, in CSS pixels.
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

    /// Hides scroll bars, which phones don't show.
    ///
    /// # Errors
    /// When the browser can't.
    pub async fn hide_scrollbars(&self) -> anyhow::Result<()> {
        self.devtools("Emulation.setScrollbarsHidden", json!({"hidden": true}))
            .await?;
        Ok(())
    }

    /// Sets a media feature, such as `prefers-color-scheme` to `dark`. Features that were set before stay.
    ///
    /// # Errors
    /// When the browser can't.
    pub async fn prefer(&self, feature: &'static str, value: &'static str) -> anyhow::Result<()> {
        let features: Vec<_> = {
            let mut preferred = self.preferred.lock();
            preferred.insert(feature, value);
            preferred
                .iter()
                .map(|(name, value)| json!({"name": name, "value": value}))
                .collect()
        };
        self.devtools("Emulation.setEmulatedMedia", json!({"features": features}))
            .await?;
        Ok(())
    }

    /// Sets the time zone of the pages, such as `Asia/Kolkata`.
    ///
    /// # Errors
    /// When the browser does not know it.
    pub async fn move_to(&self, time_zone: &str) -> anyhow::Result<()> {
        let zone = json!({"timezoneId": time_zone});
        self.devtools("Emulation.setTimezoneOverride", zone).await?;
        Ok(())
    }

    /// Blocks all addresses that match the pattern, so that the app does not start.
    ///
    /// # Errors
    /// When the browser can't.
    pub async fn block(&self, pattern: &str) -> anyhow::Result<()> {
        self.use_pages_without_app();
        self.devtools("Network.enable", json!({})).await?;
        let blocked = json!({"urls": [pattern]});
        self.devtools("Network.setBlockedURLs", blocked).await?;
        Ok(())
    }

    /// Runs a script on every page from the next visit on, before the page's own scripts.
    ///
    /// # Errors
    /// When the browser can't.
    pub async fn prepare_pages(&self, script: &str) -> anyhow::Result<()> {
        let source = json!({"source": script});
        self.devtools("Page.addScriptToEvaluateOnNewDocument", source)
            .await?;
        Ok(())
    }

    /// Holds timers of 4 s and more on every page from the next visit on. So toasts stay and requests
    /// don't time out until [`Self::pass_time`].
    ///
    /// # Errors
    /// When the browser can't.
    pub async fn hold_timers(&self) -> anyhow::Result<()> {
        self.prepare_pages(HELD_TIMERS).await
    }

    /// Advances the time of held timers, and runs those that are due.
    ///
    /// # Errors
    /// When the page was visited without [`Self::hold_timers`].
    pub async fn pass_time(&self, time: Duration) -> anyhow::Result<()> {
        self.run(&format!("passTime({})", time.as_millis())).await?;
        Ok(())
    }

    /// Removes all cookies, and with them the session's.
    ///
    /// # Errors
    /// When the browser can't.
    pub async fn clear_cookies(&self) -> anyhow::Result<()> {
        self.devtools("Network.clearBrowserCookies", json!({}))
            .await?;
        Ok(())
    }

    /// Exceptions and `console.error` of scripts since the last call. Failed requests, which the browser
    /// logs too, are left out.
    ///
    /// # Errors
    /// When the driver does not answer.
    pub async fn complaints(&self) -> anyhow::Result<Vec<String>> {
        let entries = self.client().issue_cmd(DriverCommand::log()).await?;
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
        let command = DriverCommand::devtools(command, parameters);
        Ok(self.client().issue_cmd(command).await?)
    }
}
