//! Flashes as toasts. The stack on the screen and the history in the navbar get them from one context,
//! [`Toasts`].

pub mod history;
mod look;
pub mod queue;
pub mod stack;
pub mod toast;

use std::rc::Rc;

use yew::prelude::*;

use crate::components::toasts::queue::{HistoryEntry, Toast, ToastAction, ToastQueue};
use crate::contexts::first_page::FirstFlashes;
use crate::hooks::use_stored_flag::{Flag, use_stored_flag};
use crate::storage::Area;

/// The key of the history in the tab's storage.
const HISTORY_KEY: &str = "messages";
/// The key of the setting "keep on the screen" in the browser's storage.
const KEEP_KEY: &str = "keep-messages";

/// The state of all flashes, and the way to change it.
#[derive(Clone, Default, PartialEq)]
pub struct Toasts {
    /// The toasts to show, oldest first.
    pub on_screen: Vec<Toast>,
    /// The flashes of the visit, oldest first.
    pub history: Rc<Vec<HistoryEntry>>,
    /// Whether toasts stay on the screen until they are closed.
    pub keeps: Flag,
    /// Changes the queue.
    pub dispatch: Callback<ToastAction>,
}

/// Makes the app's context, with the flashes of the first page. Call it once, in the component that
/// provides the context.
#[hook]
pub fn use_toast_queue(first: &FirstFlashes) -> Toasts {
    let queue = use_reducer(|| ToastQueue::with_flashes(first.flashes.clone(), first.at_ms));
    let keeps = use_stored_flag(KEEP_KEY, false);
    let dispatch = {
        let dispatcher = queue.dispatcher();
        use_callback((), move |action, ()| dispatcher.dispatch(action))
    };
    use_stored_history(queue.history(), &dispatch);
    Toasts {
        on_screen: queue.on_screen().to_vec(),
        history: Rc::clone(queue.history()),
        keeps,
        dispatch,
    }
}

/// The app's toasts, from the nearest `ContextProvider<Toasts>`.
#[hook]
pub fn use_toasts() -> Toasts {
    use_context().unwrap_or_default()
}

/// Keeps the history through a reload of the tab.
#[hook]
fn use_stored_history(history: &Rc<Vec<HistoryEntry>>, dispatch: &Callback<ToastAction>) {
    {
        let dispatch = dispatch.clone();
        use_effect_with((), move |()| {
            if let Some(earlier) = Area::Tab.read_json(HISTORY_KEY) {
                dispatch.emit(ToastAction::Recall(earlier));
            }
        });
    }
    use_effect_with(Rc::clone(history), |history| {
        if !history.is_empty() {
            Area::Tab.write_json(HISTORY_KEY, history.as_slice());
        }
    });
}
