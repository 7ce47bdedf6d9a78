//! Attacks on the whole server, in a process of its own, and what they cost it.

use std::fs;
use std::io::Write;
use std::net::TcpStream;
use std::thread;
use std::time::Duration;

use crate::process::{Server, flashblog};

/// What a process holds in memory, in 10^6 bytes: the second number of `/proc/PID/statm` counts
/// pages of 4 KiB. `None` on another system than Linux.
fn megabytes(server: &Server) -> Option<u64> {
    let statm = fs::read_to_string(format!("/proc/{}/statm", server.process())).ok()?;
    let pages: u64 = statm.split(' ').nth(1)?.parse().ok()?;
    Some(pages * 4_096 / 1_000_000)
}

fn connect(server: &Server) -> TcpStream {
    let stream = TcpStream::connect(server.address()).expect("connects");
    stream.set_nodelay(true).expect("sets");
    stream
}

#[test]
fn bodies_that_drip_take_no_more_memory_than_they_have_bytes() {
    let data_dir = tempfile::tempdir().expect("temporary folder");
    let server = Server::start(&mut flashblog(data_dir.path()));
    let Some(before) = megabytes(&server) else {
        return crate::harness::skipped("the memory of dripping bodies: there is no /proc");
    };
    let mut senders: Vec<TcpStream> = (0..300).map(|_| connect(&server)).collect();
    for sender in &mut senders {
        let head =
            "POST /api/v1/contact HTTP/1.1\r\nHost: localhost\r\nContent-Length: 65000\r\n\r\n";
        sender.write_all(head.as_bytes()).expect("writes");
    }
    // One byte at a time, in turns, so that each arrives by itself.
    for _ in 0..150 {
        for sender in &mut senders {
            sender.write_all(b"x").expect("writes");
        }
        thread::sleep(Duration::from_millis(5));
    }
    let during = megabytes(&server).expect("runs");
    assert!(during < before + 40, "from {before} MB to {during} MB");
    assert!(server.get("/healthz", "").starts_with("HTTP/1.1 200 "));
    drop(senders);
}
