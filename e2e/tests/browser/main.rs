//! The site as a reader meets it.

mod accessibility;
mod contact;
mod failures;
mod notices;
mod reading;
mod search;
mod session;
mod sources;
mod walk;
