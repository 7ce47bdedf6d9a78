//! The header of every page.

use web_sys::HtmlElement;
use yew::prelude::*;

use crate::components::frame::theme_toggle::theme_toggle;
use crate::components::frame::wordmark::wordmark;
use crate::components::icon::{Shape, icon};
use crate::components::search::search_box::SearchBox;
use crate::components::toasts::history::FlashHistory;
use crate::contexts::site::{content_language, use_site};
use crate::hooks::use_scrolled_past::use_scrolled_past;
use crate::hooks::use_theme::use_theme;
use shared::route::Route;
use shared::site::{MenuItem, Site};

const MENU_ID: &str = "main-menu";

/// The current page.
#[derive(Properties, PartialEq)]
pub struct NavbarProps {
    /// Its route.
    pub route: Route,
}

/// Wordmark, links, search, flashes and theme. On narrow screens the links are a menu behind a button.
#[component]
pub fn Navbar(props: &NavbarProps) -> Html {
    let site = use_site();
    let is_scrolled = use_scrolled_past(50.0);
    let (theme, next_theme, choose_theme) = use_theme();
    let menu = use_menu(&props.route);
    let class = classes!(
        "navbar-collapse",
        "collapse",
        menu.is_open.then_some("show")
    );
    html! {
        <header class={classes!("site-header", is_scrolled.then_some("is-scrolled"))}>
            <nav class="navbar navbar-expand-md" aria-label="Main" onkeydown={menu.onkeydown.clone()}>
                <div class="container">
                    <a class="navbar-brand" href={Route::Home.href()}>{ wordmark(&site) }</a>
                    <div class="navbar-tools">
                        <SearchBox route={props.route.clone()} />
                        <FlashHistory />
                        { theme_toggle(theme, next_theme, &choose_theme) }
                        { view_toggler(&menu) }
                    </div>
                    <div id={MENU_ID} {class}>
                        <ul class="navbar-nav">
                            { for site.menu.iter().map(|item| view_link(&site, item, &props.route)) }
                        </ul>
                    </div>
                </div>
            </nav>
        </header>
    }
}

/// The menu of narrow screens.
struct Menu {
    is_open: bool,
    toggler: NodeRef,
    onclick: Callback<MouseEvent>,
    onkeydown: Callback<KeyboardEvent>,
}

/// The button opens and closes the menu. A new page and Escape close it.
#[hook]
fn use_menu(route: &Route) -> Menu {
    let is_open = use_state_eq(|| false);
    let toggler = use_node_ref();
    {
        let is_open = is_open.setter();
        use_effect_with(route.clone(), move |_| is_open.set(false));
    }
    let onclick = {
        let is_open = is_open.clone();
        Callback::from(move |_: MouseEvent| is_open.set(!*is_open))
    };
    let onkeydown = {
        let (is_open, toggler) = (is_open.clone(), toggler.clone());
        Callback::from(move |event: KeyboardEvent| {
            if event.key() == "Escape" && *is_open {
                // The same key press must not close a toast too.
                event.prevent_default();
                is_open.set(false);
                if let Some(toggler) = toggler.cast::<HtmlElement>() {
                    // `focus` fails only in a document that can have no focus.
                    let _ = toggler.focus();
                }
            }
        })
    };
    Menu {
        is_open: *is_open,
        toggler,
        onclick,
        onkeydown,
    }
}

fn view_toggler(menu: &Menu) -> Html {
    html! {
        <button
            ref={menu.toggler.clone()}
            type="button"
            class="icon-button navbar-toggler"
            aria-label="Menu"
            aria-controls={MENU_ID}
            aria-expanded={if menu.is_open { "true" } else { "false" }}
            onclick={menu.onclick.clone()}
        >
            { icon(if menu.is_open { Shape::Close } else { Shape::Menu }) }
        </button>
    }
}

fn view_link(site: &Site, item: &MenuItem, route: &Route) -> Html {
    let current = current(route, &target(site, item));
    html! {
        <li class="nav-item">
            <a
                class={classes!("nav-link", current.map(|_| "active"))}
                href={item.url.clone()}
                aria-current={current}
            >
                { menu_label(site, item) }
            </a>
        </li>
    }
}

/// The label of a link in the menu. Labels of the site's own pages are in the site's language, and
/// marked if that is not English.
pub(super) fn menu_label(site: &Site, item: &MenuItem) -> Html {
    match (target(site, item), content_language(site)) {
        (Route::Page { .. }, Some(lang)) => html! { <span {lang}>{ &item.label }</span> },
        _ => html! { &item.label },
    }
}

fn target(site: &Site, item: &MenuItem) -> Route {
    site.resolve(Route::parse(&item.url, ""))
}

/// The value of `aria-current` for a link to `target`: "page" on the page itself, "true" on a page of
/// its section.
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
