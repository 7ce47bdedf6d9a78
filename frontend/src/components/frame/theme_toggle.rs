//! The button that changes the theme.

use yew::prelude::*;

use crate::components::icon::{Shape, icon};
use crate::hooks::use_theme::Theme;

/// A button that shows `theme` and changes to `next`.
pub fn theme_toggle(theme: Theme, next: Theme, choose: &Callback<Theme>) -> Html {
    let shape = match theme {
        Theme::System => Shape::Screen,
        Theme::Light => Shape::Sun,
        Theme::Dark => Shape::Moon,
    };
    let label = format!("Theme: {}. Switch to {}.", theme.label(), next.label());
    let choose = choose.clone();
    let onclick = Callback::from(move |_: MouseEvent| choose.emit(next));
    html! {
        <button
            type="button"
            id="theme-toggle"
            class="icon-button"
            title={label.clone()}
            aria-label={label}
            {onclick}
        >
            { icon(shape) }
        </button>
    }
}
