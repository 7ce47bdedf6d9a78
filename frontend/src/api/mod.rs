//! The only code that speaks HTTP: requests as values, one client, and its failures.

mod answer;
pub mod blogs;
mod cache;
pub mod categories;
pub mod client;
pub mod contact;
pub mod failure;
pub mod first_answer;
pub mod get;
pub mod search;
pub mod session;
pub mod site;
