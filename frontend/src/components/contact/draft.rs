//! The draft of a contact message, kept in the tab until the server has confirmed it.

use shared::contact::ContactMessage;
use wasm_bindgen::JsValue;

use crate::json::{ToJson, object, read_members};
use crate::storage::Area;

const STORAGE_KEY: &str = "flashblog-draft";

/// The message as written so far.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Draft {
    /// The fields of the form.
    pub(super) message: ContactMessage,
    /// The idempotency key of this text: the server stores repeated sends once. Each change of the
    /// text gets a new key.
    pub(super) key: String,
}

read_members! {
    Draft { message, key }
}

impl ToJson for Draft {
    fn to_json(&self) -> JsValue {
        object(&[
            ("message", self.message.to_json()),
            ("key", self.key.as_str().into()),
        ])
    }
}

impl Draft {
    /// The draft that the tab kept through a reload, a failure or the end of the session.
    pub(super) fn restore() -> Option<Self> {
        Area::Tab.read_json(STORAGE_KEY)
    }

    /// Keeps the draft in the tab.
    pub(super) fn keep(&self) {
        Area::Tab.write_json(STORAGE_KEY, self);
    }

    /// Removes the kept draft, unless it has changed since.
    pub(super) fn forget(&self) {
        if Self::restore().is_some_and(|kept| kept.key == self.key) {
            Area::Tab.write(STORAGE_KEY, None);
        }
    }
}

/// A key for a draft. It need not be secret, only unique.
pub(super) fn new_key() -> String {
    let digits = || (js_sys::Math::random() * f64::from(u32::MAX)) as u32;
    format!("{:08x}{:08x}{:08x}", digits(), digits(), digits())
}
