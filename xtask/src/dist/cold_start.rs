//! Measures `dist/flashblog` in an empty folder: the time to its first answer, and its memory.

use std::fs;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Result, ensure};

use crate::backend::Server;

const STARTS: usize = 9;
/// The first requests that are measured, each with its own starts: the API's list of posts, and a page.
const FIRST: [&str; 2] = ["/api/v1/blogs", "/"];
/// Time for the work that the server does after an answer, before its memory is measured.
const SETTLE_TIME: Duration = Duration::from_secs(1);

/// Starts the binary several times, each time in a new folder and with an empty environment. Returns the
/// medians as a table.
///
/// # Errors
/// When it does not answer with 200.
pub(super) fn cold_start(binary: &Path) -> Result<String> {
    let mut table = "| started in an empty folder | |\n|---|--:|\n".to_owned();
    let mut resident = None;
    for path in FIRST {
        let mut times = Vec::new();
        for _ in 0..STARTS {
            let folder = tempfile::tempdir()?;
            let started = Instant::now();
            let server = Server::start(
                Command::new(binary)
                    .args(["--source", "embedded"])
                    .current_dir(&folder)
                    .env_clear()
                    .stderr(Stdio::null()),
            )?;
            get(&server.address, path)?;
            times.push(started.elapsed().as_millis());
            if times.len() == STARTS {
                for path in FIRST {
                    get(&server.address, path)?;
                }
                thread::sleep(SETTLE_TIME);
                resident = resident.max(resident_bytes(server.process.id()));
            }
        }
        times.sort_unstable();
        let median = times[STARTS / 2];
        table.push_str(&format!(
            "| to the first answer, `{path}` (median of {STARTS}) | {median} ms |\n"
        ));
    }
    // Unknown on systems without `/proc`.
    if let Some(bytes) = resident {
        let megabytes = bytes as f64 / 1e6;
        table.push_str(&format!(
            "| resident memory afterwards | {megabytes:.1} MB |\n"
        ));
    }
    Ok(table)
}

fn resident_bytes(pid: u32) -> Option<u64> {
    let status = fs::read_to_string(format!("/proc/{pid}/status")).ok()?;
    let size = status
        .lines()
        .find_map(|line| line.strip_prefix("VmRSS:"))?;
    let kibibytes: u64 = size.trim().strip_suffix(" kB")?.parse().ok()?;
    Some(kibibytes * 1024)
}

fn get(address: &str, path: &str) -> Result<()> {
    let mut stream = TcpStream::connect(address)?;
    write!(
        stream,
        "GET {path} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n"
    )?;
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer)?;
    ensure!(
        answer.starts_with(b"HTTP/1.1 200 "),
        "{path} is answered with {}",
        String::from_utf8_lossy(answer.get(..40).unwrap_or(&answer))
    );
    Ok(())
}
