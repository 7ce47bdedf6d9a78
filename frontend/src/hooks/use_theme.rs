//! Light or dark: what the reader chose, else what the system prefers.
//!
//! `boot.js` applies the choice before the first paint; this keeps it up to date afterwards, also
//! when another tab or the system changes it.

use gloo_events::EventListener;
use web_sys::MediaQueryList;
use yew::prelude::*;

use crate::storage::{self, Area};

/// The key in the browser's local storage, shared with `boot.js`.
const STORAGE_KEY: &str = "theme";
const PREFERS_DARK: &str = "(prefers-color-scheme: dark)";

/// What the reader chose.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Theme {
    /// Whatever the system prefers.
    #[default]
    System,
    /// Light, always.
    Light,
    /// Dark, always.
    Dark,
}

impl Theme {
    /// Its name for readers.
    #[must_use]
    pub fn label(self) -> &'static str {
        match self {
            Self::System => "system",
            Self::Light => "light",
            Self::Dark => "dark",
        }
    }

    /// What the toggle switches to: from the system's theme to the other one, so that something
    /// changes, then to the system's own, then back to whatever it prefers.
    #[must_use]
    pub fn next(self, system_is_dark: bool) -> Self {
        match (self, system_is_dark) {
            (Self::System, true) | (Self::Dark, false) => Self::Light,
            (Self::System, false) | (Self::Light, true) => Self::Dark,
            (Self::Light, false) | (Self::Dark, true) => Self::System,
        }
    }

    fn parse(stored: Option<&str>) -> Self {
        match stored {
            Some("light") => Self::Light,
            Some("dark") => Self::Dark,
            _ => Self::System,
        }
    }

    /// The value of Bootstrap's `data-bs-theme`.
    fn resolve(self, system_is_dark: bool) -> &'static str {
        match self {
            Self::Dark => "dark",
            Self::System if system_is_dark => "dark",
            _ => "light",
        }
    }
}

/// The chosen theme, which this keeps applied to the page and in local storage, the one that the
/// toggle switches to, and a way to choose it. For one component of the app only.
#[hook]
pub fn use_theme() -> (Theme, Theme, Callback<Theme>) {
    let theme = use_state_eq(Theme::default);
    // None until the stored choice is known: `boot.js` has applied it already.
    let system_is_dark = use_state_eq(|| None::<bool>);
    {
        let (theme, system_is_dark) = (theme.setter(), system_is_dark.setter());
        use_effect_with((), move |()| {
            theme.set(stored_theme());
            let listeners = (
                storage::watch(STORAGE_KEY, move || theme.set(stored_theme())),
                follow_system(system_is_dark),
            );
            move || drop(listeners)
        });
    }
    use_effect_with((*theme, *system_is_dark), |(theme, system_is_dark)| {
        if let Some(system_is_dark) = system_is_dark {
            apply(theme.resolve(*system_is_dark));
        }
    });
    let choose = {
        let theme = theme.setter();
        use_callback((), move |chosen: Theme, ()| {
            store(chosen);
            theme.set(chosen);
        })
    };
    let next = theme.next(system_is_dark.unwrap_or_default());
    (*theme, next, choose)
}

fn follow_system(is_dark: UseStateSetter<Option<bool>>) -> Option<EventListener> {
    let query = web_sys::window()?.match_media(PREFERS_DARK).ok()??;
    is_dark.set(Some(query.matches()));
    let target: MediaQueryList = query.clone();
    Some(EventListener::new(&target, "change", move |_| {
        is_dark.set(Some(query.matches()));
    }))
}

/// Gives the page, and the browser's own bar above it, their colours.
fn apply(value: &str) {
    let Some(document) = web_sys::window().and_then(|window| window.document()) else {
        return;
    };
    // Setting an attribute fails only where its name is none.
    if let Some(root) = document.document_element() {
        let _ = root.set_attribute("data-bs-theme", value);
    }
    if let Ok(Some(bar)) = document.query_selector("meta[name=theme-color]")
        && let Some(color) = bar.get_attribute(&format!("data-{value}"))
    {
        let _ = bar.set_attribute("content", &color);
    }
}

fn stored_theme() -> Theme {
    Theme::parse(Area::Browser.read(STORAGE_KEY).as_deref())
}

fn store(theme: Theme) {
    let value = (theme != Theme::System).then(|| theme.label());
    Area::Browser.write(STORAGE_KEY, value);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_choice_survives_storage() {
        for theme in [Theme::Light, Theme::Dark] {
            assert_eq!(Theme::parse(Some(theme.label())), theme);
        }
        for odd in [None, Some(""), Some("sepia"), Some("system")] {
            assert_eq!(Theme::parse(odd), Theme::System);
        }
    }

    #[test]
    fn a_choice_beats_the_system() {
        assert_eq!(Theme::Light.resolve(true), "light");
        assert_eq!(Theme::Dark.resolve(false), "dark");
        assert_eq!(Theme::System.resolve(true), "dark");
        assert_eq!(Theme::System.resolve(false), "light");
    }

    #[test]
    fn the_toggle_first_changes_what_is_seen_and_reaches_every_theme() {
        for system_is_dark in [false, true] {
            let start = Theme::System;
            let first = start.next(system_is_dark);
            assert_ne!(first.resolve(system_is_dark), start.resolve(system_is_dark));
            let second = first.next(system_is_dark);
            assert_ne!(
                second.resolve(system_is_dark),
                first.resolve(system_is_dark)
            );
            assert_eq!(second.next(system_is_dark), start);
        }
    }
}
