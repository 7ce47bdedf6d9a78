//! The context of the page's address, and the navigation to another one.
//!
//! yew-router supports several kinds of history and of routes. The app needs one of each, and would be
//! 15 KB larger with yew-router (docs/benchmarks.md).

use gloo_events::EventListener;
use wasm_bindgen::JsValue;
use web_sys::{History, Window};
use yew::prelude::*;

/// The address of a page within the site.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Address {
    /// Percent-encoded.
    pub path: String,
    /// Percent-encoded, with its `?`; may be empty.
    pub query: String,
    /// Percent-encoded, with its `#`; may be empty.
    pub hash: String,
    /// The number that the app gave to this entry of the tab's history. None for the first entry of a
    /// visit, and for an entry that the reader made by editing the hash.
    pub entry: Option<u32>,
}

impl Address {
    /// An address for the server's rendering, without hash and entry.
    pub fn new(path_and_query: &str) -> Self {
        let query = path_and_query.find('?').unwrap_or(path_and_query.len());
        let (path, query) = path_and_query.split_at(query);
        Self {
            path: path.to_owned(),
            query: query.to_owned(),
            ..Self::default()
        }
    }

    /// The address of the browser.
    pub fn of_browser() -> Option<Self> {
        let window = web_sys::window()?;
        let location = window.location();
        let state = window.history().and_then(|history| history.state());
        Some(Self {
            path: location.pathname().ok()?,
            query: location.search().ok()?,
            hash: location.hash().ok()?,
            // Another script may have set a state that is not a number.
            entry: state
                .ok()
                .and_then(|state| state.as_f64())
                .map(|n| n as u32),
        })
    }
}

/// The page's address, and the navigation to another one.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Navigation {
    /// The address of the page.
    pub address: Address,
    has_moved: Callback<()>,
}

impl Navigation {
    /// Opens an address of the app in a new entry of the tab's history.
    pub fn push(&self, address: &str) {
        self.change(|history, entry| history.push_state_with_url(entry, "", Some(address)));
    }

    /// Opens an address of the app in place of the current entry.
    pub fn replace(&self, address: &str) {
        self.change(|history, entry| history.replace_state_with_url(entry, "", Some(address)));
    }

    /// Browsers refuse a change if a page makes very many. Then the page stays.
    fn change(&self, change: impl Fn(&History, &JsValue) -> Result<(), JsValue>) {
        let entry = (js_sys::Math::random() * f64::from(u32::MAX)) as u32;
        let history = web_sys::window().and_then(|window| window.history().ok());
        if history.is_some_and(|history| change(&history, &entry.into()).is_ok()) {
            self.has_moved.emit(());
        }
    }
}

/// Makes the app's context: `first` in the first render, then the browser's address.
#[hook]
pub fn use_navigation_of_browser(first: &Address) -> Navigation {
    let address = use_state_eq(|| first.clone());
    let has_moved = {
        let address = address.setter();
        use_callback((), move |(), ()| {
            if let Some(moved) = Address::of_browser() {
                address.set(moved);
            }
        })
    };
    {
        let has_moved = has_moved.clone();
        use_effect_with((), move |()| {
            let listener = web_sys::window().map(|window| on_traversal(&window, has_moved));
            move || drop(listener)
        });
    }
    Navigation {
        address: (*address).clone(),
        has_moved,
    }
}

fn on_traversal(window: &Window, has_moved: Callback<()>) -> EventListener {
    EventListener::new(window, "popstate", move |_| has_moved.emit(()))
}

/// The app's navigation, from the nearest `ContextProvider<Navigation>`.
#[hook]
pub fn use_navigation() -> Navigation {
    use_context().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_to_render_has_path_and_query() {
        let address = Address::new("/blogs?page=2&tag=a?b");
        assert_eq!(address.path, "/blogs");
        assert_eq!(address.query, "?page=2&tag=a?b");
        assert_eq!(Address::new("/about").query, "");
    }
}
