//! What the browser keeps for this site. Where it keeps nothing, because the reader forbids it or
//! there is no room left, everything lasts as long as the page.

use gloo_events::EventListener;
use serde::Serialize;
use serde::de::DeserializeOwned;
use wasm_bindgen::JsCast;
use web_sys::{Storage, StorageEvent};

/// For how long, and for whom.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Area {
    /// This tab, through reloads.
    Tab,
    /// All tabs, until the reader clears it.
    Browser,
}

impl Area {
    fn storage(self) -> Option<Storage> {
        let window = web_sys::window()?;
        match self {
            Self::Tab => window.session_storage().ok()?,
            Self::Browser => window.local_storage().ok()?,
        }
    }

    /// What is kept under `key`.
    #[must_use]
    pub fn read(self, key: &str) -> Option<String> {
        self.storage()?.get_item(key).ok()?
    }

    /// Keeps `value` under `key`; none forgets it.
    pub fn write(self, key: &str, value: Option<&str>) {
        if let Some(storage) = self.storage() {
            // A failure only means that it lasts as long as the page.
            let _ = match value {
                Some(value) => storage.set_item(key, value),
                None => storage.remove_item(key),
            };
        }
    }

    /// A value that [`Area::write_json`] kept; none too when another version of the site kept
    /// something else.
    #[must_use]
    pub fn read_json<T: DeserializeOwned>(self, key: &str) -> Option<T> {
        let value = js_sys::JSON::parse(&self.read(key)?).ok()?;
        serde_wasm_bindgen::from_value(value).ok()
    }

    /// Keeps a value as JSON.
    pub fn write_json(self, key: &str, value: &impl Serialize) {
        let text = serde_wasm_bindgen::to_value(value)
            .ok()
            .and_then(|value| js_sys::JSON::stringify(&value).ok());
        if let Some(text) = text {
            self.write(key, Some(&String::from(text)));
        }
    }
}

/// Calls `on_change` whenever another tab changes what is kept for all tabs under `key`, until
/// dropped.
pub fn watch(key: &'static str, on_change: impl Fn() + 'static) -> Option<EventListener> {
    let window = web_sys::window()?;
    Some(EventListener::new(&window, "storage", move |event| {
        let changed = event.dyn_ref().and_then(StorageEvent::key);
        // No key: the other tab cleared the whole storage.
        if changed.is_none_or(|changed| changed == key) {
            on_change();
        }
    }))
}
