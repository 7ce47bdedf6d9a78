//! A setting that is on or off.

use yew::prelude::*;

use crate::storage::{self, Area};

/// A setting, and the way to change it.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Flag {
    /// Whether it is on.
    pub is_on: bool,
    /// Turns it on or off, in this tab and all others.
    pub set: Callback<bool>,
}

/// The setting that the browser keeps under `key`, or `default` if it keeps none.
#[hook]
pub fn use_stored_flag(key: &'static str, default: bool) -> Flag {
    let is_on = use_state_eq(|| default);
    {
        let is_on = is_on.setter();
        use_effect_with((), move |()| {
            let read = move || {
                is_on.set(match Area::Browser.read(key).as_deref() {
                    Some("on") => true,
                    Some("off") => false,
                    _ => default,
                });
            };
            read();
            let listener = storage::watch(key, read);
            move || drop(listener)
        });
    }
    let set = {
        let is_on = is_on.setter();
        use_callback((), move |value: bool, ()| {
            Area::Browser.write(key, Some(if value { "on" } else { "off" }));
            is_on.set(value);
        })
    };
    Flag { is_on: *is_on, set }
}
