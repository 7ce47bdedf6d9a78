//! The API as its clients see it, without a socket.

mod blogs;
mod bounds;
mod carriers;
mod clock;
mod contact;
mod crash;
mod databases;
mod disk;
mod docs;
mod envelope;
mod flash;
mod harness;
mod inbox;
mod logs;
mod mail;
mod metrics;
mod openapi;
mod pages;
mod postgres;
mod postgres_server;
mod process;
mod production_log;
mod search;
mod server;
mod session;
mod store;
