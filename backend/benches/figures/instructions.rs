//! The processor instructions of a request, counted by valgrind. The count depends neither on the
//! machine's speed nor on its other load.

use std::path::PathBuf;
use std::process::Command;

use anyhow::{Context, ensure};
use tempfile::TempDir;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::client::{cookie_of, exchange, request};
use crate::http::{ASKED, Asked};
use crate::process::{FLASHBLOG, Server};
use crate::server::{arguments, bare_command};
use crate::{row, row_without_goal};

const REQUESTS: u64 = 200;
/// The most instructions for `/healthz`, and for an answer from the cache.
const GOALS: [u64; 2] = [26_000, 30_000];

pub(crate) fn run() -> anyhow::Result<()> {
    if Command::new("valgrind").arg("--version").output().is_err() {
        row_without_goal("Instructions of a request", "valgrind is not installed");
        return Ok(());
    }
    tokio::runtime::Runtime::new()?.block_on(async {
        let folder = tempfile::tempdir()?;
        let mut own = Command::new(FLASHBLOG);
        own.args(arguments(folder.path(), "warn")?);
        let mut own = Counted::start(&own)?;
        let first = exchange(&own.server.address, &request("")).await?;
        let cookie = cookie_of(&first)?;
        for asked in &ASKED {
            let instructions = own.count(asked, cookie).await?;
            let goal = GOALS[usize::from(asked.path != "/healthz")];
            row(
                &format!("Instructions of {}, with `--log warn`", asked.name()),
                &format!("≤ {goal}"),
                &instructions.to_string(),
                instructions <= goal,
            );
        }
        let list = &ASKED[1];
        let answer = list.settled(&own.server.address, cookie).await?;
        let body = tempfile::NamedTempFile::new()?;
        std::fs::write(body.path(), &answer.body)?;
        let mut bare = Counted::start(&bare_command(&answer, body.path())?)?;
        let instructions = bare.count(list, cookie).await?;
        row_without_goal(
            "Instructions of a bare axum route with the bytes of the list",
            &instructions.to_string(),
        );
        Ok(())
    })
}

/// A server whose instructions are counted.
struct Counted {
    server: Server,
    folder: TempDir,
    dumps: usize,
}

impl Counted {
    fn start(command: &Command) -> anyhow::Result<Self> {
        let folder = tempfile::tempdir()?;
        let counts = folder.path().join("counts");
        let server = Server::start(
            Command::new("valgrind")
                .args(["--tool=callgrind", "--instr-atstart=no", "--quiet"])
                .arg(format!("--callgrind-out-file={}", counts.display()))
                .arg(command.get_program())
                .args(command.get_args()),
        )?;
        Ok(Self {
            server,
            folder,
            dumps: 0,
        })
    }

    async fn count(&mut self, asked: &Asked, cookie: &str) -> anyhow::Result<u64> {
        eprintln!("instructions of {}", asked.name());
        let address = &self.server.address;
        let length = asked.settled(address, cookie).await?.length();
        let mut stream = TcpStream::connect(address).await?;
        let mut response = vec![0; length];
        let request = asked.request(cookie);
        for counted in [false, true] {
            if counted {
                self.control("--instr=on")?;
            }
            for _ in 0..REQUESTS {
                stream.write_all(request.as_bytes()).await?;
                stream.read_exact(&mut response).await?;
                ensure!(response.starts_with(b"HTTP/1.1 200 OK"), "not a 200");
            }
        }
        self.control("--instr=off")?;
        // Each dump resets the count.
        self.control("--dump")?;
        self.dumps += 1;
        Ok(self.total()? / REQUESTS)
    }

    /// Runs callgrind_control, whose failures show only in its output.
    fn control(&self, command: &str) -> anyhow::Result<()> {
        let process = self.server.process().to_string();
        let output = Command::new("callgrind_control")
            .args([command, &process])
            .output()?;
        let text = String::from_utf8_lossy(&output.stdout);
        ensure!(text.contains("OK."), "callgrind_control {command}: {text}");
        Ok(())
    }

    /// The total in the last dump.
    fn total(&self) -> anyhow::Result<u64> {
        let file: PathBuf = self.folder.path().join(format!("counts.{}", self.dumps));
        let text = std::fs::read_to_string(file)?;
        let mut lines = text.lines().rev();
        let total = lines.find_map(|line| line.strip_prefix("totals: "));
        total
            .context("no totals")?
            .trim()
            .parse()
            .context("a number")
    }
}
