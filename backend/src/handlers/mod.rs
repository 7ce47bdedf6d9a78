//! Handlers: extract, one or two calls, reply. Each resource has a file, with its examples for the API's
//! description.

pub mod blogs;
pub mod changes;
pub mod contact;
pub mod docs;
pub mod feeds;
pub mod health;
pub mod media;
pub mod metrics;
pub mod page;
pub mod search;
pub mod session;
pub mod site;
