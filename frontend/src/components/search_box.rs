//! The search box in the head of every page.

use std::cell::RefCell;

use gloo_timers::callback::Timeout;
use shared::route::Route;
use shared::search::{MAX_QUERY_CHARS, SearchHit};
use wasm_bindgen::JsCast;
use web_sys::{HtmlElement, HtmlInputElement};
use yew::platform::spawn_local;
use yew::prelude::*;
use yew_router::AnyRoute;
use yew_router::hooks::use_navigator;

use crate::api::search;
use crate::components::icon::{Shape, icon};
use crate::components::marked_text::marked_title;
use crate::components::suggestions::{Suggestions, SuggestionsAction as Action};
use crate::contexts::api::use_client;
use crate::hooks::use_shortcuts::SEARCH_BOX_ID;
use crate::viewport;

const LIST_ID: &str = "search-suggestions";
/// Below Bootstrap's breakpoint `lg` the box is there only while the focus is in it.
const FOLDED: &str = "(width < 992px)";
/// How long the reader has to pause in typing for suggestions to be asked for; milliseconds.
const PAUSE_MS: u32 = 200;

/// Where the reader is.
#[derive(Properties, PartialEq)]
pub struct SearchBoxProps {
    /// The page that is being shown.
    pub route: Route,
}

/// A search form whose field is a combobox (ARIA 1.2) with a list of suggestions: the pattern
/// "editable combobox with list autocomplete" of the ARIA Authoring Practices. The focus stays in
/// the field. On narrow screens it is seen while it has the focus; its label is an icon that gives
/// it, and takes it back. So does Escape in the empty field.
#[component]
pub fn SearchBox(props: &SearchBoxProps) -> Html {
    let client = use_client();
    let navigator = use_navigator();
    let state = use_reducer(Suggestions::default);
    {
        let dispatcher = state.dispatcher();
        use_effect_with(props.route.clone(), move |route| {
            dispatcher.dispatch(Action::Fill(match route {
                Route::Search(query) => query.text.clone(),
                _ => String::new(),
            }));
        });
    }
    {
        let dispatcher = state.dispatcher();
        use_effect_with(state.wanted(), move |wanted| {
            let timer = wanted.clone().map(|text| {
                Timeout::new(PAUSE_MS, move || {
                    spawn_local(async move {
                        let request = search::suggestions(&text);
                        let answer = client.get(&request).await;
                        client.forget(&request);
                        dispatcher.dispatch(Action::Answer(text, answer.ok()));
                    });
                })
            });
            move || drop(timer)
        });
    }
    let act = |action: Action| {
        let dispatcher = state.dispatcher();
        move || dispatcher.dispatch(action.clone())
    };
    let oninput = {
        let dispatcher = state.dispatcher();
        Callback::from(move |event: InputEvent| {
            let input: HtmlInputElement = event.target_unchecked_into();
            dispatcher.dispatch(Action::Type(input.value()));
        })
    };
    // Where the focus was before it came here.
    let origin = use_mut_ref(|| None::<HtmlElement>);
    let onfocus = {
        let origin = origin.clone();
        Callback::from(move |event: FocusEvent| {
            *origin.borrow_mut() = event
                .related_target()
                .and_then(|element| element.dyn_into().ok());
        })
    };
    let onkeydown = {
        let (state, origin) = (state.clone(), origin.clone());
        Callback::from(move |event: KeyboardEvent| on_key(&event, &state, &origin))
    };
    // Else pressing takes the focus away before the click: from the field, with which the box would
    // go, and from where it is to return.
    let hold_focus = Callback::from(|event: MouseEvent| event.prevent_default());
    let on_toggle = Callback::from(move |event: MouseEvent| {
        if put_away(&origin) {
            event.prevent_default();
        }
    });
    let onsubmit = {
        let (state, here) = (state.clone(), props.route.href());
        Callback::from(move |event: SubmitEvent| {
            event.prevent_default();
            let (target, navigator) = (state.target(), navigator.clone());
            state.dispatch(Action::Close);
            let Some(navigator) = navigator else { return };
            let route = AnyRoute::new(target.as_str());
            if target == here {
                navigator.replace(&route);
            } else {
                navigator.push(&route);
            }
        })
    };
    let (close, close_after_click) = (act(Action::Close), act(Action::Close));
    let active = state.active().map(option_id);
    {
        let active = active.clone();
        use_effect_with(active, |active| {
            let option = active.as_ref().map(|id| format!("#{id}"));
            if let Some(option) = option.and_then(|hash| viewport::element_by_hash(&hash)) {
                viewport::scroll_just_into_view(&option);
            }
        });
    }
    let words = state.words();
    let is_open = !state.posts().is_empty();
    html! {
        <>
        <label
            class="icon-button search-toggle"
            for={SEARCH_BOX_ID}
            onmousedown={hold_focus}
            onclick={on_toggle}
        >
            { icon(Shape::Search) }
            <span class="visually-hidden">{ "Search" }</span>
        </label>
        <form
            class="site-search"
            role="search"
            action="/search"
            method="get"
            onmousedown={Callback::from(keep_focus)}
            {onsubmit}
        >
            <input
                id={SEARCH_BOX_ID}
                class="form-control"
                name="q"
                type="text"
                inputmode="search"
                enterkeyhint="search"
                maxlength={MAX_QUERY_CHARS.to_string()}
                autocomplete="off"
                autocapitalize="none"
                spellcheck="false"
                placeholder="Search"
                aria-label="Search the blogs"
                role="combobox"
                aria-autocomplete="list"
                aria-expanded={if is_open { "true" } else { "false" }}
                aria-controls={LIST_ID}
                aria-activedescendant={active}
                value={state.text().to_owned()}
                {oninput}
                {onfocus}
                {onkeydown}
                onblur={Callback::from(move |_| close())}
            />
            <button type="submit" class="icon-button" aria-label="Search">
                { icon(Shape::Search) }
            </button>
            <div
                class={if state.is_shown() { "suggestions" } else { "visually-hidden" }}
                onclick={Callback::from(move |_| close_after_click())}
            >
                // Both are there from the start: what comes into a region is told, what brings its
                // region along often isn't (WCAG 4.1.3).
                <p class={if is_open { "visually-hidden" } else { "suggestions-words" }} role="status">
                    { words }
                </p>
                <div id={LIST_ID} role="listbox" aria-label="Suggestions" hidden={!is_open}>
                    if is_open {
                        { for state.posts().iter().enumerate().map(|(at, hit)| view_post(&state, at, hit)) }
                        { view_all_results(&state) }
                    }
                </div>
            </div>
        </form>
        </>
    }
}

/// A link, so that it can also be opened in another tab; the reader's own keyboard stays in the
/// field.
fn view_post(state: &Suggestions, at: usize, hit: &SearchHit) -> Html {
    let inside = html! {
        <>
            <span class="suggestion-title">{ marked_title(hit) }</span>
            <span class="suggestion-category">{ &hit.summary.category }</span>
        </>
    };
    view_option(state, at, hit.summary.url.clone(), inside)
}

fn view_all_results(state: &Suggestions) -> Html {
    let words = format!("All results for “{}”", state.text().trim());
    let inside = html! { <span class="suggestion-all">{ words }</span> };
    view_option(
        state,
        state.posts().len(),
        state.all_results().href(),
        inside,
    )
}

fn view_option(state: &Suggestions, at: usize, href: String, inside: Html) -> Html {
    let is_active = state.active() == Some(at);
    html! {
        <a
            id={option_id(at)}
            class="suggestion"
            role="option"
            tabindex="-1"
            aria-selected={if is_active { "true" } else { "false" }}
            {href}
        >
            { inside }
        </a>
    }
}

fn option_id(at: usize) -> String {
    format!("suggestion-{at}")
}

/// The keys of the field. Enter submits the form, wherever the keyboard is.
fn on_key(
    event: &KeyboardEvent,
    state: &UseReducerHandle<Suggestions>,
    origin: &RefCell<Option<HtmlElement>>,
) {
    if event.is_composing() {
        // The keys belong to the input method.
        return;
    }
    let action = match event.key().as_str() {
        "ArrowDown" => Action::Next,
        "ArrowUp" => Action::Previous,
        // These move the caret, as they do in any field.
        "Home" | "End" | "ArrowLeft" | "ArrowRight" => {
            state.dispatch(Action::Edit);
            return;
        }
        "Escape" if state.is_shown() => Action::Close,
        "Escape" if !state.text().is_empty() => Action::Fill(String::new()),
        // It closes the suggestions, which are closed: the key is this box's all the same.
        "Escape" if put_away(origin) => Action::Close,
        _ => return,
    };
    event.prevent_default();
    // Nobody else is to close or open something by the same key.
    event.stop_propagation();
    state.dispatch(action);
}

/// Gives the focus back to where it was, and with it the box goes. False where the box stays, and
/// where there is nothing to put away.
fn put_away(origin: &RefCell<Option<HtmlElement>>) -> bool {
    let field = viewport::focused().filter(|focused| focused.id() == SEARCH_BOX_ID);
    let Some(field) = field.filter(|_| viewport::matches(FOLDED)) else {
        return false;
    };
    let origin = origin.take().filter(|origin| origin.is_connected());
    match origin {
        Some(origin) => viewport::focus(&origin),
        None => {
            // Fails only in documents that can't have a focus.
            let _ = field.blur();
        }
    }
    true
}

/// Pressing on a suggestion or the button must not take the focus from the field, with which the
/// suggestions would go before the click.
fn keep_focus(event: MouseEvent) {
    let target = event.target_dyn_into::<HtmlElement>();
    if target.is_some_and(|target| target.id() != SEARCH_BOX_ID) {
        event.prevent_default();
    }
}
