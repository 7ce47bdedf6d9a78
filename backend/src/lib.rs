//! FlashBlog's server.
//!
//! Reading order, each room using only those to its right. A test reads this line:
//!
//! `main → router → handlers → api → app → metrics → contact, site, config → http → session → cache, error → sources, store → content → telemetry, clock, systemd, session_id, public_url`

pub mod api;
pub mod app;
pub mod cache;
pub mod clock;
pub mod config;
pub mod contact;
pub mod content;
pub mod error;
pub mod handlers;
pub mod http;
pub mod metrics;
pub mod public_url;
pub mod router;
pub mod session;
pub mod session_id;
pub mod site;
pub mod sources;
pub mod store;
pub mod systemd;
pub mod telemetry;
