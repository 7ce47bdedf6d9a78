//! The browser's storage. If it is forbidden or full, values are lost with the page.

use gloo_events::EventListener;
use wasm_bindgen::JsCast;
use web_sys::{Storage, StorageEvent};

use crate::json::{self, FromJson, ToJson};

/// The two storages.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Area {
    /// `sessionStorage`: this tab, through reloads.
    Tab,
    /// `localStorage`: all tabs, until the reader clears it.
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

    /// The value under `key`.
    pub fn read(self, key: &str) -> Option<String> {
        self.storage()?.get_item(key).ok()?
    }

    /// Stores `value` under `key`. `None` removes it.
    pub fn write(self, key: &str, value: Option<&str>) {
        if let Some(storage) = self.storage() {
            // After a failure the value is lost with the page.
            let _ = match value {
                Some(value) => storage.set_item(key, value),
                None => storage.remove_item(key),
            };
        }
    }

    /// The value that [`Area::write_json`] stored. None if another version of the app stored another
    /// type.
    pub fn read_json<T: FromJson>(self, key: &str) -> Option<T> {
        json::parse(&self.read(key)?)
    }

    /// Stores a value as JSON.
    pub fn write_json(self, key: &str, value: &(impl ToJson + ?Sized)) {
        if let Some(text) = json::write(value) {
            self.write(key, Some(&text));
        }
    }
}

/// Calls `on_change` when another tab changes the value under `key` in [`Area::Browser`], until the
/// listener is dropped.
pub fn watch(key: &'static str, on_change: impl Fn() + 'static) -> Option<EventListener> {
    let window = web_sys::window()?;
    Some(EventListener::new(&window, "storage", move |event| {
        let changed = event.dyn_ref().and_then(StorageEvent::key);
        // An event without a key: the other tab has cleared the whole storage.
        if changed.is_none_or(|changed| changed == key) {
            on_change();
        }
    }))
}
