//! The site as a reader meets it.

mod contact;
mod failures;
mod session;
mod sources;
mod walk;
