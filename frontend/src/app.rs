//! The app: its contexts, the frame and the page that the address names.

use std::rc::Rc;

use shared::site::Site as SiteWords;
use yew::prelude::*;

use crate::api::client::Client;
use crate::api::first_answer::FirstAnswers;
use crate::components::frame::back_to_top::BackToTop;
use crate::components::frame::footer::footer;
use crate::components::frame::navbar::Navbar;
use crate::components::frame::shortcut_help::shortcut_help;
use crate::components::toasts::queue::ToastAction;
use crate::components::toasts::stack::ToastStack;
use crate::components::toasts::{Toasts, use_toast_queue};
use crate::contexts::first_page::{FirstFlashes, Typed};
use crate::contexts::navigation::{Address, Navigation, use_navigation_of_browser};
use crate::contexts::scroll_positions::{ScrollPositions, use_scroll_positions};
use crate::contexts::today::{Today, use_today_of_reader};
use crate::crash;
use crate::day::Day;
use crate::hooks::use_link_navigation::use_link_navigation;
use crate::hooks::use_prefetch::use_link_prefetch;
use crate::hooks::use_route::use_route;
use crate::hooks::use_shortcuts::use_shortcuts;
use crate::hooks::use_site_of_server::use_site_of_server;
use crate::hooks::use_stored_flag::use_stored_flag;
use crate::hooks::use_waiting_flashes::use_waiting_flashes;
use crate::pages::page;

/// The data that the first render of the app depends on. A server and a browser with equal props render
/// equal pages.
#[derive(Properties, PartialEq)]
pub struct AppProps {
    /// Answers of the API for the first page.
    pub first: FirstAnswers,
    /// The address of the page.
    pub address: Address,
    /// The current day of the first render, for the ages of posts.
    pub today: Option<Day>,
    /// Flashes that come with the page.
    pub flashes: FirstFlashes,
    /// Text that is in the page's fields.
    pub typed: Typed,
}

/// The whole app: the contexts, the site and the toasts.
#[component]
pub fn App(props: &AppProps) -> Html {
    let toasts = use_toast_queue(&props.flashes);
    let client = use_api_client(&toasts, props.first.clone());
    let navigation = use_navigation_of_browser(&props.address);
    use_waiting_flashes(props.flashes.are_waiting, &client);
    use_effect_with((), |()| crash::app_has_started());
    html! {
        <ContextProvider<Toasts> context={toasts}>
            <ContextProvider<Client> context={client}>
                <ContextProvider<Typed> context={props.typed.clone()}>
                    <ContextProvider<Navigation> context={navigation}>
                        <Site today={props.today} />
                    </ContextProvider<Navigation>>
                </ContextProvider<Typed>>
            </ContextProvider<Client>>
            <ToastStack />
        </ContextProvider<Toasts>>
    }
}

/// The one API client. The flashes that it receives go to the toast queue.
#[hook]
fn use_api_client(toasts: &Toasts, first: FirstAnswers) -> Client {
    let dispatch = toasts.dispatch.clone();
    let client = use_memo((), |()| {
        let on_flash = dispatch.reform(|flashes| ToastAction::Receive {
            flashes,
            at_ms: js_sys::Date::now(),
        });
        Client::new(on_flash, first)
    });
    (*client).clone()
}

#[derive(Properties, PartialEq)]
struct SiteProps {
    today: Option<Day>,
}

/// The frame around every page, and the page that the address names.
#[component]
fn Site(props: &SiteProps) -> Html {
    let scroll_positions = use_scroll_positions();
    let has_shortcuts = use_stored_flag("shortcuts", true);
    let shows_help = use_state_eq(|| false);
    let set_help = |value: bool| {
        let shows_help = shows_help.setter();
        move || shows_help.set(value)
    };
    let (open_by_key, open, close) = (set_help(true), set_help(true), set_help(false));
    use_shortcuts(has_shortcuts.is_on, Callback::from(move |()| open_by_key()));
    let site = use_site_of_server();
    let onclick = use_link_navigation(scroll_positions.clone(), Rc::clone(&site));
    use_link_prefetch();
    let route = use_route(&site);
    let today = use_today_of_reader(props.today, route.clone());
    html! {
        <ContextProvider<Rc<SiteWords>> context={Rc::clone(&site)}>
        <div class="site" lang={site.foreign_language().map(|_| "en")} {onclick}>
            <a class="skip-link" href="#main">{ "Skip to the content" }</a>
            <Navbar route={route.clone()} />
            <main id="main" class="container" tabindex="-1">
                <ContextProvider<Today> context={today}>
                    <ContextProvider<ScrollPositions> context={scroll_positions}>
                        { page(route) }
                    </ContextProvider<ScrollPositions>>
                </ContextProvider<Today>>
            </main>
            { footer(&site, Callback::from(move |_| open())) }
            <BackToTop />
            if *shows_help {
                { shortcut_help(&has_shortcuts, Callback::from(move |()| close())) }
            }
        </div>
        </ContextProvider<Rc<SiteWords>>>
    }
}
