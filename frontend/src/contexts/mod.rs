//! What the whole app shares: the API client, places in the history, messages.

pub mod api;
pub mod places;
pub mod toast_queue;
