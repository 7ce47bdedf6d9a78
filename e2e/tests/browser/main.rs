//! The site as a reader meets it.

mod failures;
mod sources;
mod walk;
