//! The REST API's wire types, the site's routes and the rules of the contact form, shared by the
//! server and the single-page app.
//!
//! Nothing here does I/O, and everything builds for `wasm32-unknown-unknown`. Field names are
//! snake_case. Times are RFC 3339 strings in UTC, so that the app needs no date library.

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
