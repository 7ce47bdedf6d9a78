//! How soon the one file answers, and what memory it then takes, in an empty folder.

use std::fmt;
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
/// The first request, each with starts of its own: the API's list of posts, and a page.
const FIRST: [&str; 2] = ["/api/v1/blogs", "/"];
/// After this the server has done what it does behind an answer.
const SETTLE_TIME: Duration = Duration::from_secs(1);

/// Medians of several starts.
pub(super) struct ColdStart {
    to_first_answer: [Duration; 2],
    /// The largest of them, in bytes; unknown where there is no `/proc`.
    resident: Option<u64>,
}

/// Starts the binary several times, each with a new data directory and nothing else around it.
///
/// # Errors
/// When it does not answer with 200.
pub(super) fn cold_start(binary: &Path) -> Result<ColdStart> {
    let mut resident = None;
    let mut to_first_answer = [Duration::ZERO; 2];
    for (path, median) in FIRST.into_iter().zip(&mut to_first_answer) {
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
            times.push(started.elapsed());
            if times.len() == STARTS {
                for path in FIRST {
                    get(&server.address, path)?;
                }
                thread::sleep(SETTLE_TIME);
                resident = resident.max(resident_bytes(server.process.id()));
            }
        }
        times.sort_unstable();
        *median = times[STARTS / 2];
    }
    Ok(ColdStart {
        to_first_answer,
        resident,
    })
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

impl fmt::Display for ColdStart {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "| started in an empty folder | |\n|---|--:|")?;
        for (path, time) in FIRST.iter().zip(&self.to_first_answer) {
            let milliseconds = time.as_secs_f64() * 1000.0;
            writeln!(
                f,
                "| to the first answer, `{path}` (median of {STARTS}) | {milliseconds:.0} ms |"
            )?;
        }
        if let Some(bytes) = self.resident {
            let megabytes = bytes as f64 / 1e6;
            writeln!(f, "| resident memory afterwards | {megabytes:.1} MB |")?;
        }
        Ok(())
    }
}
