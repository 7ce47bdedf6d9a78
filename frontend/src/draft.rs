//! The message that somebody is writing, kept in the tab until it was received.

use serde::{Deserialize, Serialize};
use shared::contact::ContactMessage;

use crate::storage::Area;

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
        Area::Tab.read_json(STORAGE_KEY).unwrap_or_default()
    }

    /// Keeps the draft in the tab.
    pub fn keep(&self) {
        Area::Tab.write_json(STORAGE_KEY, self);
    }

    /// Forgets what was kept, unless something else has been written since.
    pub fn forget(&self) {
        if Self::restore().key == self.key {
            Area::Tab.write(STORAGE_KEY, None);
        }
    }
}

/// A key for a draft: not a secret, only unlike others.
#[must_use]
pub fn new_key() -> String {
    let digits = || (js_sys::Math::random() * f64::from(u32::MAX)) as u32;
    format!("{:08x}{:08x}{:08x}", digits(), digits(), digits())
}
