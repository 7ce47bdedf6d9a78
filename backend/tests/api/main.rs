//! The API as its clients see it, without a socket.

mod blogs;
mod envelope;
mod flash;
mod harness;
mod pages;
mod process;
mod server;
mod session;
mod store;
