//! The head of every page.

use std::rc::Rc;

use web_sys::HtmlElement;
use yew::prelude::*;

use crate::components::icon::{Shape, icon};
use crate::components::message_center::MessageCenter;
use crate::components::search_box::SearchBox;
use crate::components::theme_toggle::theme_toggle;
use crate::components::wordmark::wordmark;
use crate::contexts::toast_queue::{Notice, ToastAction};
use crate::hooks::use_scrolled_past::use_scrolled_past;
use crate::hooks::use_stored_flag::Flag;
use crate::hooks::use_theme::use_theme;
use shared::route::Route;

/// Where the reader is.
#[derive(Properties, PartialEq)]
pub struct NavbarProps {
    /// The page that is being shown.
    pub route: Route,
    /// All messages of the visit, oldest first.
    pub history: Rc<Vec<Notice>>,
    /// Told when the reader has looked at them.
    pub on_action: Callback<ToastAction>,
    /// Whether messages stay on the screen until they are closed.
    pub keeps_messages: Flag,
}

/// Wordmark, links, search, messages and theme toggle; on narrow screens the links fold away behind
/// a button.
#[component]
pub fn Navbar(props: &NavbarProps) -> Html {
    let is_open = use_state_eq(|| false);
    let is_scrolled = use_scrolled_past(50.0);
    let (theme, next_theme, choose_theme) = use_theme();
    let toggler = use_node_ref();
    {
        let is_open = is_open.setter();
        use_effect_with(props.route.clone(), move |_| is_open.set(false));
    }
    let onclick = {
        let is_open = is_open.clone();
        Callback::from(move |_: MouseEvent| is_open.set(!*is_open))
    };
    let onkeydown = {
        let (is_open, toggler) = (is_open.clone(), toggler.clone());
        Callback::from(move |event: KeyboardEvent| {
            if event.key() == "Escape" && *is_open {
                // Not also for a message's sake.
                event.prevent_default();
                is_open.set(false);
                if let Some(toggler) = toggler.cast::<HtmlElement>() {
                    // Fails only in documents that can't have a focus.
                    let _ = toggler.focus();
                }
            }
        })
    };

    html! {
        <header class={classes!("site-header", is_scrolled.then_some("is-scrolled"))}>
            <nav class="navbar navbar-expand-md" aria-label="Main" {onkeydown}>
                <div class="container">
                    <a class="navbar-brand" href={Route::Home.href()}>{ wordmark() }</a>
                    <div class="navbar-tools">
                        <SearchBox route={props.route.clone()} />
                        <MessageCenter
                            history={Rc::clone(&props.history)}
                            on_action={props.on_action.clone()}
                            keeps_messages={props.keeps_messages.clone()}
                        />
                        { theme_toggle(theme, next_theme, &choose_theme) }
                        <button
                            ref={toggler}
                            type="button"
                            class="icon-button navbar-toggler"
                            aria-label="Menu"
                            aria-controls="main-menu"
                            aria-expanded={if *is_open { "true" } else { "false" }}
                            {onclick}
                        >
                            { icon(if *is_open { Shape::Close } else { Shape::Menu }) }
                        </button>
                    </div>
                    <div
                        id="main-menu"
                        class={classes!("navbar-collapse", "collapse", is_open.then_some("show"))}
                    >
                        <ul class="navbar-nav">
                            { for sections().into_iter().map(|(label, target)| {
                                let current = current(&props.route, &target);
                                html! {
                                    <li class="nav-item">
                                        <a
                                            class={classes!("nav-link", current.map(|_| "active"))}
                                            href={target.href()}
                                            aria-current={current}
                                        >
                                            { label }
                                        </a>
                                    </li>
                                }
                            }) }
                        </ul>
                    </div>
                </div>
            </nav>
        </header>
    }
}

/// The pages that every page leads to.
pub(crate) fn sections() -> [(&'static str, Route); 4] {
    [
        ("Home", Route::Home),
        ("Blogs", Route::blogs()),
        ("About", Route::About),
        ("Contact", Route::Contact),
    ]
}

/// The value of `aria-current` for a link to `target`: the page itself, or the section it is in.
fn current(route: &Route, target: &Route) -> Option<&'static str> {
    match (route, target) {
        (Route::Blogs(_) | Route::Blog { .. }, Route::Blogs(_)) if route != target => Some("true"),
        _ if route == target => Some("page"),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use shared::route::BlogsQuery;

    #[test]
    fn a_link_to_the_page_or_its_section_is_current() {
        let post = Route::Blog { id: "a".to_owned() };
        let rust = Route::Blogs(BlogsQuery::category("Rust"));
        assert_eq!(current(&Route::Home, &Route::Home), Some("page"));
        assert_eq!(current(&Route::blogs(), &Route::blogs()), Some("page"));
        assert_eq!(current(&rust, &Route::blogs()), Some("true"));
        assert_eq!(current(&post, &Route::blogs()), Some("true"));
        assert_eq!(current(&post, &Route::Home), None);
        assert_eq!(current(&Route::NotFound, &Route::Home), None);
    }
}
