//! The instructions that the server spends on a request, counted by valgrind. They are the same on any
//! machine, whatever else runs there.

use std::path::Path;
use std::process::Command;

use anyhow::{Context, ensure};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::http::{ASKED, Asked, FLASHBLOG, Server, arguments, cookie_of, exchange, request};
use crate::{row, row_without_goal};

const REQUESTS: u64 = 200;
/// Of `/healthz`, and of an answer that is kept.
const GOALS: [u64; 2] = [26_000, 30_000];

pub(crate) fn run() -> anyhow::Result<()> {
    if Command::new("valgrind").arg("--version").output().is_err() {
        row_without_goal("Instructions of a request", "valgrind is not installed");
        return Ok(());
    }
    let runtime = tokio::runtime::Runtime::new()?;
    for asked in &ASKED {
        let instructions = runtime.block_on(count(asked))?;
        let goal = GOALS[usize::from(asked.path != "/healthz")];
        row(
            &format!("Instructions of {}, with `--log warn`", asked.name()),
            &format!("≤ {goal}"),
            &instructions.to_string(),
            instructions <= goal,
        );
    }
    Ok(())
}

async fn count(asked: &Asked) -> anyhow::Result<u64> {
    let folder = tempfile::tempdir()?;
    let counts = folder.path().join("counts");
    let server = Server::start(
        Command::new("valgrind")
            .args(["--tool=callgrind", "--instr-atstart=no", "--quiet"])
            .arg(format!("--callgrind-out-file={}", counts.display()))
            .arg(FLASHBLOG)
            .args(arguments(folder.path(), "warn")?),
    )?;
    let first = exchange(&server.address, &request("")).await?;
    let cookie = cookie_of(&first)?;
    let length = asked.settled(&server.address, cookie).await?.length();
    let mut stream = TcpStream::connect(&server.address).await?;
    let mut response = vec![0; length];
    let request = asked.request(cookie);
    for counted in [false, true] {
        if counted {
            control(&server, "-ion")?;
        }
        for _ in 0..REQUESTS {
            stream.write_all(request.as_bytes()).await?;
            stream.read_exact(&mut response).await?;
            ensure!(response.starts_with(b"HTTP/1.1 200 OK"), "not a 200");
        }
    }
    control(&server, "-ioff")?;
    control(&server, "-d")?;
    Ok(total(&counts.with_extension("1"))? / REQUESTS)
}

fn control(server: &Server, command: &str) -> anyhow::Result<()> {
    let process = server.process().to_string();
    let output = Command::new("callgrind_control")
        .args([command, &process])
        .output()?;
    ensure!(
        output.status.success(),
        "callgrind_control {command} failed"
    );
    Ok(())
}

/// The sum at the end of callgrind's counts.
fn total(counts: &Path) -> anyhow::Result<u64> {
    let text = std::fs::read_to_string(counts)?;
    let mut lines = text.lines().rev();
    let total = lines.find_map(|line| line.strip_prefix("totals: "));
    total
        .context("no totals")?
        .trim()
        .parse()
        .context("a number")
}
