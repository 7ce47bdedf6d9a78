//! The message that somebody is writing, kept in the tab until it was received.

use serde::{Deserialize, Serialize};
use shared::contact::ContactMessage;
use wasm_bindgen::JsValue;
use web_sys::Storage;

const STORAGE_KEY: &str = "flashblog-draft";

/// What has been written so far.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Draft {
    /// The fields as they stand in the form.
    pub message: ContactMessage,
    /// Goes with every attempt to send this draft, so that it is received once however often it
    /// is sent. A changed draft has another.
    pub key: String,
}

impl Draft {
    /// The draft that this tab kept through a reload, a failure or an ended session.
    #[must_use]
    pub fn restore() -> Self {
        read().unwrap_or_default()
    }

    /// Keeps the draft in the tab. Where the browser keeps nothing, it lives as long as the page.
    pub fn keep(&self) {
        let text = serde_wasm_bindgen::to_value(self)
            .ok()
            .and_then(|value| js_sys::JSON::stringify(&value).ok());
        if let (Some(storage), Some(text)) = (storage(), text) {
            let _ = storage.set_item(STORAGE_KEY, &String::from(text));
        }
    }

    /// Forgets what was kept.
    pub fn forget() {
        if let Some(storage) = storage() {
            let _ = storage.remove_item(STORAGE_KEY);
        }
    }
}

/// A key for a draft: not a secret, only unlike others.
#[must_use]
pub fn new_key() -> String {
    let digits = || (js_sys::Math::random() * f64::from(u32::MAX)) as u32;
    format!("{:08x}{:08x}{:08x}", digits(), digits(), digits())
}

fn read() -> Option<Draft> {
    let text = storage()?.get_item(STORAGE_KEY).ok()??;
    let value: JsValue = js_sys::JSON::parse(&text).ok()?;
    serde_wasm_bindgen::from_value(value).ok()
}

/// None where the reader forbids it.
fn storage() -> Option<Storage> {
    web_sys::window()?.session_storage().ok()?
}
