//! The parts of pages, by feature. A part with state or an effect is a Yew component. Other parts are
//! plain functions, because a component costs about 2 KB of code.
//!
//! A module uses only those listed before it. [`page`] wraps the content of every page.

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
pub mod own_text;
pub mod session_panel;

pub mod frame;
pub mod page;
