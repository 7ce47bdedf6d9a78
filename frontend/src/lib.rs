//! FlashBlog in the browser: a single-page app that reads the REST API.
//!
//! Each module uses only those before it: [`viewport`], [`storage`], [`api`], [`contexts`],
//! [`hooks`], [`components`], [`pages`], [`app`]. Only effects and event handlers call the browser, so
//! that the app can also be rendered without one.

pub mod api;
pub mod app;
pub mod components;
pub mod contexts;
pub mod crash;
pub mod hooks;
pub mod pages;
pub mod storage;
pub mod viewport;
