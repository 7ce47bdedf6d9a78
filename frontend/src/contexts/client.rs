//! The context of the API client.

use yew::prelude::*;

use crate::api::client::Client;

/// The app's API client, from the nearest `ContextProvider<Client>`.
#[hook]
pub fn use_client() -> Client {
    use_context().unwrap_or_default()
}
