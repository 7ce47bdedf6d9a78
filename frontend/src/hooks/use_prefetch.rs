//! Fetching the post that the reader is likely to open next.

use std::cell::RefCell;

use gloo_events::EventListener;
use gloo_timers::callback::Timeout;
use js_sys::Reflect;
use wasm_bindgen::JsCast;
use web_sys::{Element, Event, HtmlAnchorElement};
use yew::platform::spawn_local;
use yew::prelude::*;

use crate::api::blogs;
use crate::api::client::Client;
use crate::contexts::client::use_client;
use shared::route::Route;

/// The delay after a page is shown, so that its own pictures load first; milliseconds.
const PAGE_DELAY_MS: u32 = 1_500;
/// How long the pointer must rest on a link; milliseconds.
const POINTER_DELAY_MS: u32 = 80;
/// Links of cards and neighbours, whose posts exist. Links in texts may be dead: prefetching them would
/// load the server for nothing.
const LINKS: &str = ".blog-card .stretched-link, .neighbour";

/// Fetches a post by its id after [`PAGE_DELAY_MS`].
#[hook]
pub fn use_prefetch(next: Option<&str>) {
    let client = use_client();
    use_effect_with(next.map(str::to_owned), move |next| {
        let waiting = next
            .as_ref()
            .map(|id| prefetch_later(&client, id.clone(), PAGE_DELAY_MS));
        move || drop(waiting)
    });
}

/// Fetches a post when the pointer rests on a link to it. Call it once in the app.
#[hook]
pub fn use_link_prefetch() {
    let client = use_client();
    use_effect_with((), move |()| {
        let listener = web_sys::window().map(|window| {
            let waiting = RefCell::new(None);
            EventListener::new(&window, "pointerover", move |event| {
                // This drops the timer of the link before.
                *waiting.borrow_mut() =
                    post_link(event).map(|id| prefetch_later(&client, id, POINTER_DELAY_MS));
            })
        });
        move || drop(listener)
    });
}

fn prefetch_later(client: &Client, id: String, delay_ms: u32) -> Timeout {
    let client = client.clone();
    Timeout::new(delay_ms, move || {
        if !saves_data() {
            spawn_local(async move { client.prefetch(&blogs::one(&id)).await });
        }
    })
}

/// The id of the post that the link under the pointer leads to.
fn post_link(event: &Event) -> Option<String> {
    let target: Element = event.target()?.dyn_into().ok()?;
    let link: HtmlAnchorElement = target.closest(LINKS).ok()??.dyn_into().ok()?;
    match Route::parse(&link.pathname(), &link.search()) {
        Route::Blog { id } => Some(id),
        _ => None,
    }
}

/// Whether the browser is set to save data. Firefox and Safari don't say, which counts as no.
fn saves_data() -> bool {
    let connection = web_sys::window()
        .and_then(|window| Reflect::get(&window.navigator(), &"connection".into()).ok());
    connection
        .filter(|connection| connection.is_object())
        .and_then(|connection| Reflect::get(&connection, &"saveData".into()).ok())
        .is_some_and(|saves| saves.is_truthy())
}
