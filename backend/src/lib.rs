//! FlashBlog's server.
//!
//! Modules are listed in import order: each uses only those above it. A request goes from
//! [`router`] through [`reply::envelope`] to a handler, which asks [`cache`] and returns a
//! [`reply::Reply`].

pub mod clock;
pub mod telemetry;

pub mod content;
pub mod sources;

pub mod client_address;
pub mod rate_limit;

pub mod config;
pub mod secret_key;
pub mod token;

pub mod payload;

pub mod data_dir;
pub mod error;

pub mod store;

pub mod inbox;

pub mod cache;
pub mod notify;
pub mod session_memory;

pub mod contact;

pub mod carrier;

pub mod session;

pub mod framing;
pub mod limits;
pub mod metrics;

pub mod conditional;
pub mod security_headers;

pub mod shell;

pub mod assets;

pub mod app;

pub mod cross_site;

pub mod admission;
pub mod body_fields;
pub mod extract;
pub mod trouble;

pub mod reply;

pub mod openapi;

pub mod feed;
pub mod page_head;

pub mod handlers;

pub mod router;

pub mod server;

pub mod service_manager;
