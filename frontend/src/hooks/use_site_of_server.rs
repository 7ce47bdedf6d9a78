//! Loading the site's name, words, menu and pages.

use std::rc::Rc;

use shared::site::Site;
use yew::prelude::*;

use crate::api::site;
use crate::hooks::use_load::use_load;

/// The app's site. The document contains the answer, so that the first render has it. Without an answer
/// the built-in words are shown.
#[hook]
pub fn use_site_of_server() -> Rc<Site> {
    let load = use_load(site::show());
    match load.loaded.data() {
        Some(site) => Rc::clone(site),
        None => Rc::default(),
    }
}
