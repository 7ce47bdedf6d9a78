//! The app: what is shared, wrapped around the page that the address names.

use std::rc::Rc;

use js_sys::Date;
use yew::prelude::*;
use yew_router::BrowserRouter;

use crate::api::client::{Client, FirstAnswer};
use crate::components::back_to_top::BackToTop;
use crate::components::footer::footer;
use crate::components::navbar::Navbar;
use crate::components::shortcut_help::shortcut_help;
use crate::components::toast_stack::ToastStack;
use crate::contexts::places::{Places, use_places};
use crate::contexts::toast_queue::{Notice, ToastAction, ToastQueue};
use crate::hooks::use_link_navigation::use_link_navigation;
use crate::hooks::use_prefetch::use_link_prefetch;
use crate::hooks::use_route::use_route;
use crate::hooks::use_shortcuts::use_shortcuts;
use crate::hooks::use_stored_flag::{Flag, use_stored_flag};
use crate::pages::about::AboutPage;
use crate::pages::blog::BlogPage;
use crate::pages::blogs::BlogsPage;
use crate::pages::contact::ContactPage;
use crate::pages::home::HomePage;
use crate::pages::not_found::NotFoundPage;
use crate::pages::search::SearchPage;
use crate::storage::Area;
use shared::route::Route;

/// The key of the visit's messages in the tab's storage.
const HISTORY_KEY: &str = "messages";

/// What the app is started with.
#[derive(Properties, PartialEq)]
pub struct AppProps {
    /// The answer that came inside the page.
    pub first: Option<FirstAnswer>,
}

/// FlashBlog in a browser: the site, and above it the messages that its API client receives.
#[component]
pub fn App(props: &AppProps) -> Html {
    let toasts = use_reducer(ToastQueue::default);
    let client = {
        let dispatcher = toasts.dispatcher();
        let first = props.first.clone();
        use_memo((), |()| {
            let on_flash = Callback::from(move |flashes| {
                dispatcher.dispatch(ToastAction::Receive {
                    flashes,
                    at_ms: Date::now(),
                });
            });
            Client::new(on_flash, first)
        })
    };
    use_kept_history(&toasts);
    let keeps_messages = use_stored_flag("keep-messages", false);
    let on_action = {
        let dispatcher = toasts.dispatcher();
        use_callback((), move |action, ()| dispatcher.dispatch(action))
    };
    html! {
        <>
            <ContextProvider<Client> context={(*client).clone()}>
                <BrowserRouter>
                    <Site
                        history={Rc::clone(toasts.history())}
                        on_action={on_action.clone()}
                        keeps_messages={keeps_messages.clone()}
                    />
                </BrowserRouter>
            </ContextProvider<Client>>
            <ToastStack
                toasts={toasts.on_screen().to_vec()}
                are_kept={keeps_messages.is_on}
                {on_action}
            />
        </>
    }
}

/// Keeps the messages of the visit through a reload.
#[hook]
fn use_kept_history(toasts: &UseReducerHandle<ToastQueue>) {
    {
        let dispatcher = toasts.dispatcher();
        use_effect_with((), move |()| {
            if let Some(earlier) = Area::Tab.read_json(HISTORY_KEY) {
                dispatcher.dispatch(ToastAction::Recall(earlier));
            }
        });
    }
    use_effect_with(Rc::clone(toasts.history()), |history| {
        if !history.is_empty() {
            Area::Tab.write_json(HISTORY_KEY, &**history);
        }
    });
}

#[derive(Properties, PartialEq)]
struct SiteProps {
    history: Rc<Vec<Notice>>,
    on_action: Callback<ToastAction>,
    keeps_messages: Flag,
}

/// The frame that every page stands in, and the page that the address names.
#[component]
fn Site(props: &SiteProps) -> Html {
    let places = use_places();
    let has_shortcuts = use_stored_flag("shortcuts", true);
    let is_helping = use_state_eq(|| false);
    let help = |value: bool| {
        let is_helping = is_helping.setter();
        move || is_helping.set(value)
    };
    let (ask, show, close) = (help(true), help(true), help(false));
    use_shortcuts(has_shortcuts.is_on, Callback::from(move |()| ask()));
    let onclick = use_link_navigation(places.clone());
    use_link_prefetch();
    let route = use_route();
    html! {
        <div class="site" {onclick}>
            <a class="skip-link" href="#main">{ "Skip to the content" }</a>
            <Navbar
                route={route.clone()}
                history={Rc::clone(&props.history)}
                on_action={props.on_action.clone()}
                keeps_messages={props.keeps_messages.clone()}
            />
            <main id="main" class="container" tabindex="-1">
                <ContextProvider<Places> context={places}>
                    { page(route) }
                </ContextProvider<Places>>
            </main>
            { footer(Callback::from(move |_| show())) }
            <BackToTop />
            if *is_helping {
                { shortcut_help(&has_shortcuts, Callback::from(move |()| close())) }
            }
        </div>
    }
}

fn page(route: Route) -> Html {
    match route {
        Route::Home => html! { <HomePage /> },
        Route::Blogs(query) => html! { <BlogsPage {query} /> },
        Route::Blog { id } => html! { <BlogPage {id} /> },
        Route::Search(query) => html! { <SearchPage {query} /> },
        Route::About => html! { <AboutPage /> },
        Route::Contact => html! { <ContactPage /> },
        Route::NotFound => html! { <NotFoundPage /> },
    }
}
