//! The theme: the reader's choice, or the system's preference.
//!
//! `boot.js` applies it before the first paint. This hook applies later changes: by the reader, in
//! another tab, or by the system.

use gloo_events::EventListener;
use web_sys::MediaQueryList;
use yew::prelude::*;

use crate::storage::{self, Area};

/// The key in the browser's storage. `boot.js` has the same.
const STORAGE_KEY: &str = "theme";
const PREFERS_DARK: &str = "(prefers-color-scheme: dark)";

/// The reader's choice.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Theme {
    /// As the system prefers.
    #[default]
    System,
    /// Always light.
    Light,
    /// Always dark.
    Dark,
}

impl Theme {
    /// The name for readers.
    pub fn label(self) -> &'static str {
        match self {
            Self::System => "system",
            Self::Light => "light",
            Self::Dark => "dark",
        }
    }

    /// The theme after the next press of the button. After `System` comes the opposite of the system's
    /// preference, so that the first press has a visible effect; then the same as the system's
    /// preference; then `System` again.
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

/// The chosen theme, the next one, and the callback that sets it. The hook applies the theme to the
/// document and stores it. Call it once in the app.
#[hook]
pub fn use_theme() -> (Theme, Theme, Callback<Theme>) {
    let theme = use_state_eq(Theme::default);
    // None in the first render: until the effect, the theme that `boot.js` applied stays.
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

/// Sets the colours of the page and of the browser's bar.
fn apply(value: &str) {
    let Some(document) = web_sys::window().and_then(|window| window.document()) else {
        return;
    };
    // `set_attribute` fails only for an invalid name.
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
