//! Fetching the post that is likely to be read next, so that it opens at once.

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
use crate::contexts::api::use_client;
use shared::route::Route;

/// How long a page is left alone first: it has pictures of its own to load. Milliseconds.
const PAGE_DELAY_MS: u32 = 1_500;
/// How long the pointer rests on a link of somebody who means it. Milliseconds.
const POINTER_DELAY_MS: u32 = 80;
/// The links that lead to a post which the server has named itself. Others may lead nowhere, and
/// that would be told to a reader who has not asked.
const LINKS: &str = ".blog-card .stretched-link, .neighbour";

/// Fetches a post, by its id, once the page has been there for a moment.
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

/// Fetches the post whose link the pointer is on. For one component.
#[hook]
pub fn use_link_prefetch() {
    let client = use_client();
    use_effect_with((), move |()| {
        let listener = web_sys::window().map(|window| {
            let waiting = RefCell::new(None);
            EventListener::new(&window, "pointerover", move |event| {
                // The one before, if it still waits, is dropped and does not happen.
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

/// Whether the reader has asked the browser to save data; not every browser tells.
fn saves_data() -> bool {
    let connection = web_sys::window()
        .and_then(|window| Reflect::get(&window.navigator(), &"connection".into()).ok());
    connection
        .filter(|connection| connection.is_object())
        .and_then(|connection| Reflect::get(&connection, &"saveData".into()).ok())
        .is_some_and(|saves| saves.is_truthy())
}
