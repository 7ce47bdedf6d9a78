//! Loading the data of a page.

use std::cell::Cell;
use std::rc::Rc;

use gloo_events::EventListener;
use yew::platform::spawn_local;
use yew::prelude::*;

use crate::api::get::Get;
use crate::contexts::client::use_client;
use crate::hooks::load_state::{LoadAction, LoadState};
use crate::hooks::loaded::Loaded;
use crate::json::FromJson;

/// Data that is being loaded.
pub struct Load<T> {
    /// The state of the data.
    pub loaded: Loaded<T>,
    /// Asks again.
    pub retry: Callback<()>,
}

/// Asks the API when `request` changes, on `retry`, and when the browser is online again.
///
/// An answer from earlier in the visit is shown at once, and loaded again in the background. Only the
/// answer to the newest request is shown. Older requests are not aborted, because the server delivers
/// each flash once, maybe in an older answer.
#[hook]
pub fn use_load<T: FromJson + 'static>(request: Get<T>) -> Load<T> {
    let client = use_client();
    let state = {
        let (client, request) = (client.clone(), request.clone());
        use_reducer(move || {
            let failure = client.first_failure(request.path());
            LoadState::new(failure.map(|failure| (request, failure)))
        })
    };
    let loaded = state.view(&request, || client.cached(&request));
    {
        let dispatcher = state.dispatcher();
        use_effect_with((request, state.attempt), move |(request, _)| {
            let is_wanted = Rc::new(Cell::new(true));
            let (request, still_wanted) = (request.clone(), Rc::clone(&is_wanted));
            spawn_local(async move {
                let result = client.get(&request).await;
                if still_wanted.get() {
                    dispatcher.dispatch(LoadAction::Answered(request, result));
                }
            });
            move || is_wanted.set(false)
        });
    }
    let retry = {
        let dispatcher = state.dispatcher();
        use_callback((), move |(), ()| dispatcher.dispatch(LoadAction::Retry))
    };
    use_online(state.is_offline(), &retry);
    Load { loaded, retry }
}

/// While `is_offline`, calls `on_online` when the browser gets a connection.
#[hook]
fn use_online(is_offline: bool, on_online: &Callback<()>) {
    let on_online = on_online.clone();
    use_effect_with(is_offline, move |is_offline| {
        let listener = web_sys::window()
            .filter(|_| *is_offline)
            .map(|window| EventListener::new(&window, "online", move |_| on_online.emit(())));
        move || drop(listener)
    });
}
