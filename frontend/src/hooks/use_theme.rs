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

    /// What the toggle switches to.
    #[must_use]
    pub fn next(self) -> Self {
        match self {
            Self::System => Self::Light,
            Self::Light => Self::Dark,
            Self::Dark => Self::System,
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

/// The chosen theme, which this keeps applied to the page and in local storage, and a way to choose
/// another. For one component of the app only.
#[hook]
pub fn use_theme() -> (Theme, Callback<Theme>) {
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
    (*theme, choose)
}

fn follow_system(is_dark: UseStateSetter<Option<bool>>) -> Option<EventListener> {
    let query = web_sys::window()?.match_media(PREFERS_DARK).ok()??;
    is_dark.set(Some(query.matches()));
    let target: MediaQueryList = query.clone();
    Some(EventListener::new(&target, "change", move |_| {
        is_dark.set(Some(query.matches()));
    }))
}

fn apply(value: &str) {
    let root = web_sys::window()
        .and_then(|window| window.document())
        .and_then(|document| document.document_element());
    if let Some(root) = root {
        // Fails only for an attribute name that is none.
        let _ = root.set_attribute("data-bs-theme", value);
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
    fn the_toggle_reaches_every_theme() {
        let start = Theme::System;
        assert_eq!(start.next().next().next(), start);
        assert_ne!(start.next(), start.next().next());
    }
}
