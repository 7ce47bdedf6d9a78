//! What WebDriver has no words for: sizes, media, time, permissions, the network and the log.

use std::time::Duration;

use serde_json::{Value, json};

use super::Browser;
use super::session::DriverCommand;

/// Held timers have negative ids, so that they are never mistaken for the browser's own.
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

    /// Hides scroll bars, which take no room on phones and in pictures.
    ///
    /// # Errors
    /// When the browser can't.
    pub async fn hide_scrollbars(&self) -> anyhow::Result<()> {
        self.devtools("Emulation.setScrollbarsHidden", json!({"hidden": true}))
            .await?;
        Ok(())
    }

    /// Sets a media feature, such as `prefers-color-scheme` to `dark`, beside those set before.
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

    /// From now on no address that fits the pattern loads, so that pages stay without app.
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

    /// Runs a script on every page from the next visit on, before the page's own.
    ///
    /// # Errors
    /// When the browser can't.
    pub async fn prepare_pages(&self, script: &str) -> anyhow::Result<()> {
        let source = json!({"source": script});
        self.devtools("Page.addScriptToEvaluateOnNewDocument", source)
            .await?;
        Ok(())
    }

    /// On every page from the next visit on, timers of 4 s and more wait for [`Self::pass_time`]:
    /// toasts stay, and requests don't time out, until a test says so.
    ///
    /// # Errors
    /// When the browser can't.
    pub async fn hold_timers(&self) -> anyhow::Result<()> {
        self.prepare_pages(HELD_TIMERS).await
    }

    /// Runs the held timers that are due after this much more of the page's time.
    ///
    /// # Errors
    /// When the page does not hold any.
    pub async fn pass_time(&self, time: Duration) -> anyhow::Result<()> {
        self.run(&format!("passTime({})", time.as_millis())).await?;
        Ok(())
    }

    /// Takes the session's cookie away.
    ///
    /// # Errors
    /// When the browser can't.
    pub async fn clear_cookies(&self) -> anyhow::Result<()> {
        self.devtools("Network.clearBrowserCookies", json!({}))
            .await?;
        Ok(())
    }

    /// Exceptions and `console.error` of scripts since the last call. Failed requests, which the
    /// browser logs by itself, are left out.
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
