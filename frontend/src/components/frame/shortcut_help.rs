//! The list of keyboard shortcuts.

use yew::prelude::*;

use crate::components::dialog::{Dialog, setting};
use crate::hooks::use_shortcuts::SHORTCUTS;
use crate::hooks::use_stored_flag::Flag;

/// A dialog with the shortcuts and the setting that turns them off (WCAG 2.1.4).
pub fn shortcut_help(has_shortcuts: &Flag, on_close: Callback<()>) -> Html {
    html! {
        <Dialog id="shortcuts" title="Keyboard shortcuts" {on_close}>
            <dl class="shortcut-list">
                { for SHORTCUTS.into_iter().map(|(key, action)| html! {
                    <div>
                        <dt><kbd>{ key }</kbd></dt>
                        <dd>{ action }</dd>
                    </div>
                }) }
            </dl>
            { setting("shortcuts-on", "Use these shortcuts", has_shortcuts) }
        </Dialog>
    }
}
