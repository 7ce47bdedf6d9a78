//! Compares one server on SQLite with one and with three on PostgreSQL, which are loaded in turn. Every
//! connection has its own session.

use std::path::Path;
use std::process::Command;

use anyhow::Context;
use sqlx::postgres::PgConnectOptions;
use sqlx::{ConnectOptions, Connection, PgConnection, query_scalar};
use tempfile::TempDir;

use crate::client::{cookie_of, exchange, request};
use crate::load::{CONNECTIONS, Measured, cpu_microseconds, load, stat};
use crate::postgres_proxy::Proxy;
use crate::postgres_server::Database;
use crate::process::{FLASHBLOG, Server};
use crate::server::arguments;
use crate::tokens::median;
use crate::{row, row_without_goal};

const ROUNDS: usize = 4;
const SERVERS: usize = 3;
const GOAL_RATE: f64 = 0.6;
const GOAL_MICROSECONDS: f64 = 45.0;
const GOAL_EXCHANGES: f64 = 1.0;
/// A signing key of 32 bytes, in Base64.
const KEY: &str = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";

pub(crate) fn run() -> anyhow::Result<()> {
    let runtime = tokio::runtime::Runtime::new()?;
    let Some(database) = runtime.block_on(Database::create()) else {
        row_without_goal("Several servers", "PostgreSQL is not installed");
        return Ok(());
    };
    let own_file = Site::start(None, 1)?;
    let several = Site::start(Some(&database.options()), SERVERS)?;
    runtime.block_on(async {
        let postgres = Postgres::of(&database.options()).await?;
        let proxy = Proxy::to(database.options());
        let counted = Site::start(Some(&proxy.options(database.options())), 1)?;
        let requests = requests(&several.servers[0]).await?;
        let own_requests = self::requests(&own_file.servers[0]).await?;
        let mut figures = Figures::default();
        for round in 0..ROUNDS {
            let sqlite = load(&own_file.all(1), &own_requests).await?;
            let before = postgres.cpu_microseconds()?;
            let one = load(&several.all(1), &requests).await?;
            let between = postgres.cpu_microseconds()?;
            let three = load(&several.all(SERVERS), &requests).await?;
            let after = postgres.cpu_microseconds()?;
            let of_postgres = [
                (between - before) / one.requests as f64,
                (after - between) / three.requests as f64,
            ];
            let exchanges_before = proxy.exchanges();
            let through_proxy = load(&counted.all(1), &requests).await?;
            let exchanges = proxy.exchanges() - exchanges_before;
            let exchanges = exchanges as f64 / through_proxy.requests as f64;
            eprintln!(
                "several servers, round {round}: SQLite {:.0}/s {:.1} µs, one {:.0}/s {:.1} + {:.1} µs, three {:.0}/s {:.1} + {:.1} µs, {exchanges:.3} exchanges",
                sqlite.per_second,
                sqlite.cpu_microseconds,
                one.per_second,
                one.cpu_microseconds,
                of_postgres[0],
                three.per_second,
                three.cpu_microseconds,
                of_postgres[1],
            );
            figures.add([sqlite, one, three], of_postgres, exchanges);
        }
        let alone = alone(&counted.servers[0], &requests[0], &proxy).await?;
        figures.print(alone);
        Ok(())
    })
}

/// Servers with the built-in posts.
struct Site {
    servers: Vec<Server>,
    _data_dirs: Vec<TempDir>,
}

impl Site {
    /// Starts `count` servers on a shared database, or on SQLite without one.
    fn start(database: Option<&PgConnectOptions>, count: usize) -> anyhow::Result<Self> {
        let (mut servers, mut data_dirs) = (Vec::new(), Vec::new());
        for _ in 0..count {
            let data_dir = tempfile::tempdir()?;
            servers.push(Server::start(&mut command(data_dir.path(), database)?)?);
            data_dirs.push(data_dir);
        }
        Ok(Self {
            servers,
            _data_dirs: data_dirs,
        })
    }

    /// The first `count` servers.
    fn all(&self, count: usize) -> Vec<&Server> {
        self.servers.iter().take(count).collect()
    }
}

fn command(data_dir: &Path, database: Option<&PgConnectOptions>) -> anyhow::Result<Command> {
    let mut command = Command::new(FLASHBLOG);
    command.env_clear().env("FLASHBLOG_SECRET_KEY", KEY);
    command.args(arguments(data_dir, "info")?);
    command.args(["--session-rate", "1000/s"]);
    if let Some(database) = database {
        command.env("FLASHBLOG_DATABASE_URL", database.to_url_lossy().as_str());
    }
    Ok(command)
}

/// Requests for the list, one for each connection, each with its own session.
async fn requests(server: &Server) -> anyhow::Result<Vec<String>> {
    let mut requests = Vec::new();
    for _ in 0..CONNECTIONS {
        let first = exchange(&server.address, &request("")).await?;
        let cookie = cookie_of(&first)?;
        requests.push(request(&format!("Cookie: {cookie}\r\n")));
    }
    Ok(requests)
}

/// The exchanges with the database for each request, when requests are sent one at a time.
async fn alone(server: &Server, request: &str, proxy: &Proxy) -> anyhow::Result<f64> {
    const REQUESTS: usize = 200;
    let before = proxy.exchanges();
    for _ in 0..REQUESTS {
        exchange(&server.address, request).await?;
    }
    Ok((proxy.exchanges() - before) as f64 / REQUESTS as f64)
}

/// The database's processes.
struct Postgres {
    main: u32,
}

impl Postgres {
    async fn of(database: &PgConnectOptions) -> anyhow::Result<Self> {
        let mut connection = PgConnection::connect_with(database).await?;
        let backend: i32 = query_scalar("SELECT pg_backend_pid()")
            .fetch_one(&mut connection)
            .await?;
        connection.close().await?;
        Ok(Self {
            main: parent(backend.try_into()?)?,
        })
    }

    /// The processor time of the processes that run now: those of open connections, and the background
    /// ones.
    fn cpu_microseconds(&self) -> anyhow::Result<f64> {
        let mut sum = 0.0;
        for entry in std::fs::read_dir("/proc")? {
            let name = entry?.file_name();
            let Some(process) = name.to_str().and_then(|name| name.parse().ok()) else {
                continue;
            };
            // A process may have ended meanwhile.
            if parent(process).is_ok_and(|parent| parent == self.main) {
                sum += cpu_microseconds(process).unwrap_or_default();
            }
        }
        Ok(sum)
    }
}

fn parent(process: u32) -> anyhow::Result<u32> {
    let fields = stat(process)?;
    fields
        .get(1)
        .context("a parent")?
        .parse()
        .context("a number")
}

/// The measured values, one for each round. Arrays of three are for SQLite, one server and three servers
/// on PostgreSQL; arrays of two are for the latter two.
#[derive(Default)]
struct Figures {
    rates: [Vec<f64>; 3],
    times: [Vec<f64>; 3],
    ratios: [Vec<f64>; 2],
    of_postgres: [Vec<f64>; 2],
    exchanges: Vec<f64>,
}

impl Figures {
    fn add(&mut self, measured: [Measured; 3], of_postgres: [f64; 2], exchanges: f64) {
        for (number, measured) in measured.iter().enumerate() {
            self.rates[number].push(measured.per_second);
            self.times[number].push(measured.cpu_microseconds);
        }
        for number in 0..2 {
            let ratio = measured[number + 1].per_second / measured[0].per_second;
            self.ratios[number].push(ratio);
            self.of_postgres[number].push(of_postgres[number]);
        }
        self.exchanges.push(exchanges);
    }

    fn print(self, alone: f64) {
        let [sqlite, one, three] = self.rates.map(median);
        let [one_ratio, three_ratio] = self.ratios.map(median);
        row(
            "Requests a second of `GET /api/v1/blogs?page=2` by 32 sessions: one server on PostgreSQL beside one on SQLite",
            &format!("≥ {GOAL_RATE}×"),
            &format!("{one_ratio:.2}× ({one:.0} beside {sqlite:.0} a second)"),
            one_ratio >= GOAL_RATE,
        );
        row_without_goal(
            "Three servers on PostgreSQL on the same cores",
            &format!("{three_ratio:.2}× ({three:.0} a second)"),
        );
        let [sqlite, one, three] = self.times.map(median);
        row(
            "Processor time of the servers for each: one on PostgreSQL",
            &format!("≤ {GOAL_MICROSECONDS} µs"),
            &format!("{one:.1} µs ({sqlite:.1} µs on SQLite)"),
            one <= GOAL_MICROSECONDS,
        );
        row(
            "The same, three on PostgreSQL",
            &format!("≤ {GOAL_MICROSECONDS} µs"),
            &format!("{three:.1} µs"),
            three <= GOAL_MICROSECONDS,
        );
        let [one, three] = self.of_postgres.map(median);
        row_without_goal(
            "Processor time of PostgreSQL for each: one server, three servers",
            &format!("{one:.1} µs, {three:.1} µs"),
        );
        let loaded = median(self.exchanges);
        row(
            "Exchanges with PostgreSQL for each: one request at a time, and of 32 at once",
            &format!("≤ {GOAL_EXCHANGES}"),
            &format!("{alone:.2}, {loaded:.2}"),
            alone.max(loaded) <= GOAL_EXCHANGES,
        );
    }
}
