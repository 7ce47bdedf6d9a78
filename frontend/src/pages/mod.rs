//! The pages, one a file, and the switch from a route to its page.

pub mod about;
pub mod blog;
pub mod blogs;
pub mod contact;
pub mod home;
pub mod not_found;
pub mod own_page;
pub mod search;

use shared::route::Route;
use yew::prelude::*;

use crate::pages::about::AboutPage;
use crate::pages::blog::BlogPage;
use crate::pages::blogs::BlogsPage;
use crate::pages::contact::ContactPage;
use crate::pages::home::HomePage;
use crate::pages::not_found::NotFoundPage;
use crate::pages::own_page::OwnPage;
use crate::pages::search::SearchPage;

/// The page of a route.
pub fn page(route: Route) -> Html {
    match route {
        Route::Home => html! { <HomePage /> },
        Route::Blogs(query) => html! { <BlogsPage {query} /> },
        Route::Blog { id } => html! { <BlogPage {id} /> },
        Route::Search(query) => html! { <SearchPage {query} /> },
        Route::About => html! { <AboutPage /> },
        Route::Contact => html! { <ContactPage /> },
        Route::Page { slug } => html! { <OwnPage {slug} /> },
        Route::NotFound => html! { <NotFoundPage /> },
    }
}
