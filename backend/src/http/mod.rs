//! HTTP: connections, limits and headers that hold for every request.

pub mod admission;
pub mod answer;
pub mod checked_stream;
pub mod client_ip;
pub mod conditional;
pub mod csrf;
pub mod encoding;
pub mod hosts;
pub mod limits;
pub mod request_head;
pub mod security_headers;
pub mod server;
pub mod streamed_file;
mod watched_body;
