//! The only code that talks HTTP: requests as values, one client, what can go wrong.

pub mod blogs;
mod cache;
pub mod categories;
pub mod client;
pub mod contact;
pub mod failure;
pub mod search;
pub mod session;
