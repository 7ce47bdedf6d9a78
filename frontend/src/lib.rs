//! FlashBlog in the browser: a single-page app that reads the REST API.
//!
//! In the order in which modules use each other: [`viewport`], [`storage`], [`api`], [`contexts`],
//! [`hooks`], [`components`], [`pages`], [`app`]. Whatever only a browser has is called from
//! effects and event handlers, so that the app can also be rendered without one.

pub mod api;
pub mod app;
pub mod components;
mod contact_form;
pub mod contexts;
pub mod crash;
pub mod draft;
pub mod hooks;
pub mod pages;
pub mod storage;
pub mod viewport;
