//! The API as its clients see it, without a socket.

mod assets;
mod attacks;
mod blogs;
mod bodies;
mod bounds;
mod carriers;
mod checked_stream;
mod clock;
mod contact;
mod cookbook;
mod crash;
mod databases;
mod disk;
mod docs;
mod envelope;
mod feeds;
mod flash;
mod fuzz;
mod half_close;
mod harness;
mod hostile_sources;
mod hosts;
mod inbox;
mod logs;
mod mail;
mod metrics;
mod old_addresses;
mod openapi;
mod pages;
#[cfg(feature = "rendered-pages")]
mod parsed_pages;
mod postgres;
mod postgres_proxy;
mod postgres_server;
mod process;
mod production_log;
mod reading_order;
mod remote_source;
#[cfg(feature = "rendered-pages")]
mod rendered;
mod search;
mod server;
mod servers;
mod session;
mod site;
mod store;
