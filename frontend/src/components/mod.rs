//! The parts of pages, by feature. A part with state or an effect is a Yew component, another is a
//! plain function: a component costs about 2 KB of code, a function nothing.
//!
//! A folder uses only those listed before it; [`page`] wraps them all.

pub mod dialog;
pub mod icon;

pub mod states;
pub mod toasts;

pub mod lists;
pub mod post;
pub mod search;

pub mod contact;
pub mod hero;
pub mod home_text;
pub mod session_panel;

pub mod frame;
pub mod page;
