//! The wire: data transfer objects of the REST API, used by the server and the single-page app.
//!
//! Nothing here does I/O, and everything builds for `wasm32-unknown-unknown`. Field names are
//! snake_case; times are RFC 3339 strings in UTC, kept as text so that the app needs no calendar.

pub mod blog;
pub mod contact;
pub mod envelope;
pub mod flash;
pub mod page;
pub mod paths;
pub mod problem;
pub mod route;
pub mod search;
pub mod session;
pub mod site;
