//! The site as a reader meets it.

mod accessibility;
mod contact;
mod failures;
mod keyboard;
mod motion;
mod notices;
mod page_weight;
mod reading;
mod scrolling;
mod search;
mod session;
mod sources;
mod tabs;
mod walk;
