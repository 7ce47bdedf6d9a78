//! FlashBlog's server.
//!
//! ARCHITECTURE.md states the reading order of these modules; `tests/api/reading_order.rs` checks it.

pub mod answers;
pub mod api;
pub mod app;
pub mod cache;
pub mod clients;
pub mod clock;
pub mod commands;
pub mod config;
pub mod contact;
pub mod content;
pub mod error;
pub mod handlers;
pub mod http;
pub mod metrics;
pub mod preview;
pub mod public_url;
pub mod router;
pub mod session;
pub mod session_id;
pub mod site;
pub mod sources;
pub mod store;
pub mod systemd;
pub mod telemetry;
