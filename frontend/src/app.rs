//! The app: what is shared, wrapped around the page that the address names.

use yew::prelude::*;
use yew_router::BrowserRouter;
use yew_router::hooks::use_location;

use crate::api::client::Client;
use crate::components::back_to_top::BackToTop;
use crate::components::footer::footer;
use crate::components::navbar::Navbar;
use crate::components::toast_stack::ToastStack;
use crate::contexts::places::{Places, use_places};
use crate::contexts::toast_queue::{ToastAction, ToastQueue};
use crate::hooks::use_link_navigation::use_link_navigation;
use crate::pages::about::AboutPage;
use crate::pages::blog::BlogPage;
use crate::pages::blogs::BlogsPage;
use crate::pages::contact::ContactPage;
use crate::pages::home::HomePage;
use crate::pages::not_found::NotFoundPage;
use shared::route::Route;

/// FlashBlog in a browser: the site, and above it the messages that its API client receives.
#[component]
pub fn App() -> Html {
    let toasts = use_reducer(ToastQueue::default);
    let client = {
        let dispatcher = toasts.dispatcher();
        use_memo((), |()| {
            Client::new(Callback::from(move |flashes| {
                dispatcher.dispatch(ToastAction::Receive(flashes));
            }))
        })
    };
    html! {
        <>
            <ContextProvider<Client> context={(*client).clone()}>
                <BrowserRouter>
                    <Site />
                </BrowserRouter>
            </ContextProvider<Client>>
            <ToastStack
                toasts={toasts.on_screen().to_vec()}
                on_action={toasts.dispatcher().to_callback()}
            />
        </>
    }
}

/// The frame that every page stands in, and the page that the address names.
#[component]
fn Site() -> Html {
    let places = use_places();
    let onclick = use_link_navigation(places.clone());
    let route = use_location().map_or(Route::Home, |location| {
        Route::parse(location.path(), location.query_str())
    });
    html! {
        <div class="site" {onclick}>
            <a class="skip-link" href="#main">{ "Skip to the content" }</a>
            <Navbar route={route.clone()} />
            <main id="main" class="container" tabindex="-1">
                <ContextProvider<Places> context={places}>
                    { page(route) }
                </ContextProvider<Places>>
            </main>
            { footer() }
            <BackToTop />
        </div>
    }
}

fn page(route: Route) -> Html {
    match route {
        Route::Home => html! { <HomePage /> },
        Route::Blogs(query) => html! { <BlogsPage {query} /> },
        Route::Blog { id } => html! { <BlogPage {id} /> },
        Route::About => html! { <AboutPage /> },
        Route::Contact => html! { <ContactPage /> },
        Route::NotFound => html! { <NotFoundPage /> },
    }
}
