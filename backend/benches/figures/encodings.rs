//! The time and the size of each compression level. The levels in `http/answer.rs` were chosen by these.

use std::io::Write;
use std::time::Instant;

use anyhow::Context;
use flate2::Compression;
use flate2::write::GzEncoder;

use crate::client::{LIST, ask};
use crate::http::POST;
use crate::process::Server;
use crate::row_without_goal;
use crate::tokens::median;

const ATTEMPTS: usize = 5;

pub(crate) fn run() -> anyhow::Result<()> {
    let data_dir = tempfile::tempdir()?;
    let server = Server::flashblog(data_dir.path(), "warn")?;
    let runtime = tokio::runtime::Runtime::new()?;
    for path in [LIST, POST, "/blogs", "/feed.xml"] {
        eprintln!("compressing {path}");
        let request = format!("GET {path} HTTP/1.1\r\nHost: localhost\r\n\r\n");
        let body = runtime.block_on(ask(&server.address, &request))?.body;
        for (name, levels, compress) in [
            ("gzip", 6..=9, gzip as fn(&[u8], u32) -> Option<usize>),
            ("brotli", 4..=11, brotli),
        ] {
            let mut figures = Vec::new();
            for level in levels {
                let (mut times, mut size) = (Vec::new(), 0);
                for _ in 0..ATTEMPTS {
                    let started = Instant::now();
                    size = compress(&body, level).context("compresses")?;
                    times.push(started.elapsed().as_secs_f64() * 1e3);
                }
                figures.push(format!("{level}: {size} in {:.2} ms", median(times)));
            }
            row_without_goal(
                &format!("Bytes of `{path}` ({}) in {name}, by level", body.len()),
                &figures.join(" · "),
            );
        }
    }
    Ok(())
}

fn gzip(body: &[u8], level: u32) -> Option<usize> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::new(level));
    encoder.write_all(body).ok()?;
    Some(encoder.finish().ok()?.len())
}

fn brotli(body: &[u8], level: u32) -> Option<usize> {
    let mut encoder = brotli::CompressorWriter::new(Vec::new(), 4096, level, 22);
    encoder.write_all(body).ok()?;
    Some(encoder.into_inner().len())
}
