//! The search box in the header of every page.

use std::rc::Rc;

use gloo_timers::callback::Timeout;
use shared::route::Route;
use shared::search::MAX_QUERY_CHARS;
use wasm_bindgen::JsCast;
use web_sys::HtmlInputElement;
use yew::platform::spawn_local;
use yew::prelude::*;

use crate::api::search;
use crate::components::icon::{Shape, icon};
use crate::components::search::box_focus::{Origin, handle_key, keep_focus, leave_folded};
use crate::components::search::suggestion_list::{LIST_ID, option_id, suggestion_list};
use crate::components::search::suggestions::{Suggestions, SuggestionsAction as Action};
use crate::contexts::client::use_client;
use crate::contexts::first_page::Typed;
use crate::contexts::navigation::use_navigation;
use crate::hooks::use_shortcuts::SEARCH_BOX_ID;
use crate::viewport;

/// How long the reader must pause in typing before suggestions are fetched, in milliseconds.
const TYPING_PAUSE_MS: u32 = 200;

/// The current page.
#[derive(Properties, PartialEq)]
pub struct SearchBoxProps {
    /// Its route.
    pub route: Route,
}

/// A search form. Its field is an "editable combobox with list autocomplete" (ARIA Authoring
/// Practices): the focus stays in the field. On narrow screens the box is folded to an icon. The icon is
/// the field's label. A press focuses the field, and a second press returns the focus. Escape in the
/// empty field returns it too.
#[component]
pub fn SearchBox(props: &SearchBoxProps) -> Html {
    let state = use_suggestions(&props.route);
    use_answers(&state);
    use_active_option_in_view(state.active());
    let onsubmit = use_submit(&props.route, &state);
    let origin: Rc<Origin> = use_mut_ref(|| None);
    let on_click = {
        let dispatcher = state.dispatcher();
        Callback::from(move |_: MouseEvent| dispatcher.dispatch(Action::Close))
    };
    html! {
        <>
            { view_toggle(&origin) }
            <form
                class="site-search"
                role="search"
                action="/search"
                method="get"
                onmousedown={Callback::from(keep_focus)}
                {onsubmit}
            >
                { view_field(&state, &origin) }
                <button type="submit" class="icon-button" aria-label="Search">
                    { icon(Shape::Search) }
                </button>
                { suggestion_list(&state, on_click) }
            </form>
        </>
    }
}

fn view_toggle(origin: &Rc<Origin>) -> Html {
    let origin = Rc::clone(origin);
    let onclick = Callback::from(move |event: MouseEvent| {
        if leave_folded(&origin) {
            event.prevent_default();
        }
    });
    // Otherwise the press would move the focus: from the field, or from the element that gets it back.
    let onmousedown = Callback::from(|event: MouseEvent| event.prevent_default());
    html! {
        <label class="icon-button search-toggle" for={SEARCH_BOX_ID} {onmousedown} {onclick}>
            { icon(Shape::Search) }
            <span class="visually-hidden">{ "Search" }</span>
        </label>
    }
}

fn view_field(state: &UseReducerHandle<Suggestions>, origin: &Rc<Origin>) -> Html {
    let oninput = {
        let dispatcher = state.dispatcher();
        Callback::from(move |event: InputEvent| {
            let input: HtmlInputElement = event.target_unchecked_into();
            dispatcher.dispatch(Action::Type(input.value()));
        })
    };
    let onfocus = {
        let origin = Rc::clone(origin);
        Callback::from(move |event: FocusEvent| {
            *origin.borrow_mut() = event
                .related_target()
                .and_then(|element| element.dyn_into().ok());
        })
    };
    let onkeydown = {
        let (state, origin) = (state.clone(), Rc::clone(origin));
        Callback::from(move |event: KeyboardEvent| handle_key(&event, &state, &origin))
    };
    let onblur = {
        let dispatcher = state.dispatcher();
        Callback::from(move |_: FocusEvent| dispatcher.dispatch(Action::Close))
    };
    let is_open = !state.posts().is_empty();
    html! {
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
            aria-activedescendant={state.active().map(option_id)}
            value={state.text().to_owned()}
            {oninput}
            {onfocus}
            {onkeydown}
            {onblur}
        />
    }
}

/// The state of the box. On the search page it has the page's text; on other pages it is empty. Text
/// that the reader typed before the app started stays.
#[hook]
fn use_suggestions(route: &Route) -> UseReducerHandle<Suggestions> {
    let text = match route {
        Route::Search(query) => query.text.clone(),
        _ => String::new(),
    };
    let typed = use_context::<Typed>();
    let state = {
        let text = text.clone();
        use_reducer_eq(move || {
            let typed = typed.and_then(|typed| typed.take_search());
            Suggestions::with_text(typed.unwrap_or(text))
        })
    };
    let dispatcher = state.dispatcher();
    let filled_for = use_mut_ref(|| route.clone());
    use_effect_with(route.clone(), move |route| {
        if filled_for.replace(route.clone()) != *route {
            dispatcher.dispatch(Action::Fill(text));
        }
    });
    state
}

/// Fetches suggestions after each pause in typing.
#[hook]
fn use_answers(state: &UseReducerHandle<Suggestions>) {
    let (client, dispatcher) = (use_client(), state.dispatcher());
    use_effect_with(state.wanted(), move |wanted| {
        let timer = wanted.clone().map(|text| {
            Timeout::new(TYPING_PAUSE_MS, move || {
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

#[hook]
fn use_active_option_in_view(active: Option<usize>) {
    use_effect_with(active, |active| {
        let hash = active.map(|index| format!("#{}", option_id(index)));
        if let Some(option) = hash.and_then(|hash| viewport::element_by_hash(&hash)) {
            viewport::scroll_just_into_view(&option);
        }
    });
}

/// Opens the selected post, or the results, within the app.
#[hook]
fn use_submit(route: &Route, state: &UseReducerHandle<Suggestions>) -> Callback<SubmitEvent> {
    let navigation = use_navigation();
    let (state, current) = (state.clone(), route.href());
    Callback::from(move |event: SubmitEvent| {
        event.prevent_default();
        let target = state.target();
        state.dispatch(Action::Close);
        if target == current {
            navigation.replace(&target);
        } else {
            navigation.push(&target);
        }
    })
}
