//! Attacks on the whole server, in its own process, and the memory and work that they take.

use std::fs;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::thread;
use std::time::Duration;

use crate::harness::skipped;
use crate::process::{Server, exchange, flashblog};

/// The server's resident memory in 10^6 bytes: the second number of `/proc/PID/statm`, in pages of
/// 4 KiB. `None` on other systems than Linux.
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
        return skipped("the memory of dripping bodies: there is no /proc");
    };
    let mut senders: Vec<TcpStream> = (0..300).map(|_| connect(&server)).collect();
    for sender in &mut senders {
        let head =
            "POST /api/v1/contact HTTP/1.1\r\nHost: localhost\r\nContent-Length: 65000\r\n\r\n";
        sender.write_all(head.as_bytes()).expect("writes");
    }
    // One byte at a time from each sender in turn, so that each byte arrives alone.
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

/// How many bytes the server has read so far from files and sockets.
fn bytes_read(server: &Server) -> Option<u64> {
    let io = fs::read_to_string(format!("/proc/{}/io", server.process())).ok()?;
    io.lines()
        .find_map(|line| line.strip_prefix("rchar: "))?
        .parse()
        .ok()
}

#[test]
fn pictures_that_are_asked_for_and_not_read_take_little_memory() {
    let data_dir = tempfile::tempdir().expect("temporary folder");
    let posts = tempfile::tempdir().expect("temporary folder");
    fs::write(posts.path().join("a.md"), "# A\n\n![](a.png)").expect("writes");
    fs::write(posts.path().join("a.png"), vec![7; 8_000_000]).expect("writes");
    let server = Server::start(flashblog(data_dir.path()).arg("--source").arg(posts.path()));
    let Some(before) = megabytes(&server) else {
        return skipped("the memory of unread pictures: there is no /proc");
    };
    let request = b"GET /media/a.png HTTP/1.1\r\nHost: localhost\r\n\r\n";
    let mut readers: Vec<TcpStream> = (0..100).map(|_| connect(&server)).collect();
    for reader in &mut readers {
        reader.write_all(request).expect("writes");
    }
    for reader in &mut readers {
        reader.read_exact(&mut [0; 12]).expect("an answer begins");
    }
    let during = megabytes(&server).expect("runs");
    assert!(during < before + 60, "from {before} MB to {during} MB");

    let whole = server.get("/media/a.png", "");
    assert!(whole.ends_with(&"\u{7}".repeat(1_000)) && whole.len() > 8_000_000);
    drop(readers);
}

#[test]
fn a_picture_that_is_not_sent_again_is_not_read() {
    let data_dir = tempfile::tempdir().expect("temporary folder");
    let posts = tempfile::tempdir().expect("temporary folder");
    fs::write(posts.path().join("a.png"), vec![7; 8_000_000]).expect("writes");
    let server = Server::start(flashblog(data_dir.path()).arg("--source").arg(posts.path()));
    let head = "HEAD /media/a.png HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";
    let answer = exchange(server.address(), head).expect("answers");
    let tag = answer
        .split("etag: ")
        .nth(1)
        .and_then(|rest| rest.split("\r\n").next());
    let condition = format!("If-None-Match: {}\r\n", tag.expect("a validator"));
    let Some(before) = bytes_read(&server) else {
        return skipped("what a 304 reads: there is no /proc");
    };
    for _ in 0..20 {
        let answer = server.get("/media/a.png", &condition);
        assert!(answer.starts_with("HTTP/1.1 304 "), "{answer}");
    }
    let read = bytes_read(&server).expect("runs") - before;
    assert!(read < 1_000_000, "{read} bytes");
}

/// The value of this metric in `/metrics`.
fn counted(server: &Server, name: &str) -> u64 {
    let request = "GET /metrics HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";
    let address = server.metrics_address();
    let address = address.strip_prefix("http://").expect("an address");
    let metrics = exchange(address, request).expect("answers");
    let value = metrics.lines().find_map(|line| line.strip_prefix(name));
    let value = value.unwrap_or_else(|| panic!("{name}: {metrics}"));
    value.trim().parse().expect("a number")
}

/// Sends requests on one connection without waiting for answers. Returns how many got a 200.
fn answered(server: &Server, paths: &[String]) -> usize {
    let (last, others) = paths.split_last().expect("a path");
    let mut requests = String::new();
    for path in others {
        requests += &format!("GET {path} HTTP/1.1\r\nHost: localhost\r\n\r\n");
    }
    requests += &format!("GET {last} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
    let answers = exchange(server.address(), &requests).expect("answers");
    answers.matches("HTTP/1.1 200 OK").count()
}

#[test]
fn a_flood_of_requests_is_answered_and_each_document_is_written_once() {
    let data_dir = tempfile::tempdir().expect("temporary folder");
    let posts = tempfile::tempdir().expect("temporary folder");
    fs::write(posts.path().join("a.md"), "# A\n\nSome text").expect("writes");
    let mut command = flashblog(data_dir.path());
    command.args(["--log", "error", "--metrics-listen", "127.0.0.1:0"]);
    let server = Server::start(command.arg("--source").arg(posts.path()));
    assert!(server.get("/feed.xml", "").starts_with("HTTP/1.1 200 "));

    for (paths, most) in [
        (&["/feed.xml", "/atom.xml", "/feed.json"] as &[&str], 2),
        (&["/sitemap.xml"], 1),
        (&["/api/v1/openapi.json"], 1),
        // This answer says when the source was read, and the source is read again meanwhile.
        (&["/api/v1/search?q=text"], 50),
    ] {
        let before = counted(&server, "flashblog_answers_written_total");
        let paths: Vec<String> = paths
            .iter()
            .cycle()
            .take(60)
            .map(ToString::to_string)
            .collect();
        thread::scope(|scope| {
            let flood: Vec<_> = (0..50)
                .map(|_| scope.spawn(|| answered(&server, &paths)))
                .collect();
            while !flood.iter().all(|client| client.is_finished()) {
                assert!(server.get("/healthz", "").starts_with("HTTP/1.1 200 "));
            }
            for client in flood {
                assert_eq!(client.join().expect("ends"), paths.len(), "{paths:?}");
            }
        });
        let written = counted(&server, "flashblog_answers_written_total") - before;
        assert!((1..=most).contains(&written), "{paths:?}: {written}");
    }
}
