//! FlashBlog in the browser: a single-page app that reads the REST API.
//!
//! Each module uses only those before it: [`day`], [`viewport`], [`json`], [`storage`], [`api`],
//! [`contexts`], [`hooks`], [`components`], [`pages`], [`app`]. There are two exceptions: the context of
//! the site loads with a hook, and the home page's own text is shown by a function of [`pages`].
//!
//! The first render asks the browser for nothing, so that `render` works without one. [`render_marks`]
//! has the names of the data that a rendered page passes to the app, and [`document`] reads the data.

pub mod api;
pub mod app;
pub mod components;
pub mod contexts;
pub mod crash;
pub mod day;
pub mod document;
pub mod hooks;
pub mod json;
pub mod pages;
#[cfg(any(feature = "ssr", test))]
pub mod render;
pub mod render_marks;
pub mod storage;
pub mod viewport;
