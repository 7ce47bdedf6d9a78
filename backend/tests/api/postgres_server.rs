//! A PostgreSQL server for the tests: the one that `FLASHBLOG_TEST_POSTGRES_URL` names, else one in a
//! temporary folder, started with the programs that Debian's package installs.

use std::ffi::{OsStr, OsString};
use std::fs;
use std::io::{Read, Write};
use std::os::unix::fs::chown;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};

use sqlx::postgres::{PgConnectOptions, PgConnection};
use sqlx::{AssertSqlSafe, Connection};
use tempfile::TempDir;

/// The user of the server when the tests run as root: PostgreSQL refuses to run as root.
const NOBODY: u32 = 65_534;
const SMALL_DISK: &str = "small";

/// A server in its own folder, which also has its socket.
pub(crate) struct Cluster {
    programs: PathBuf,
    pub(crate) folder: PathBuf,
    as_nobody: bool,
    small_disk_megabytes: Option<u32>,
    /// Stops the server and removes the folder when this process ends, even when it is killed.
    _caretaker: Child,
}

impl Cluster {
    /// Makes a cluster and starts its server; `None` where PostgreSQL is not installed.
    pub(crate) fn start() -> Option<Self> {
        let cluster = Self::make(None)?;
        cluster.resume();
        Some(cluster)
    }

    /// Where a small disk is mounted, for this cluster's programs only.
    pub(crate) fn small_disk(&self) -> PathBuf {
        self.folder.join(SMALL_DISK)
    }

    /// Makes a cluster, perhaps with a small disk; `None` where PostgreSQL is not installed.
    pub(crate) fn make(small_disk_megabytes: Option<u32>) -> Option<Self> {
        let programs = installed()?;
        let folder = TempDir::with_prefix("flashblog-postgres-")
            .expect("temporary folder")
            .keep();
        let id = Command::new("id").arg("-u").output().expect("id runs");
        let as_nobody = id.stdout.trim_ascii() == b"0";
        if small_disk_megabytes.is_some() {
            fs::create_dir(folder.join(SMALL_DISK)).expect("a folder");
        }
        if as_nobody {
            chown(&folder, Some(NOBODY), Some(NOBODY)).expect("root may");
        }
        let caretaker = Command::new("sh")
            .args([
                "-c",
                "cat >/dev/null; kill -QUIT $(head -n 1 \"$1/data/postmaster.pid\"); sleep 1; rm -rf \"$1\"",
                "sh",
            ])
            .arg(&folder)
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("sh runs");
        let cluster = Self {
            programs,
            folder,
            as_nobody,
            small_disk_megabytes,
            _caretaker: caretaker,
        };
        cluster.run("initdb", &["-U", "flashblog", "-E", "UTF8", "--no-sync"]);
        Some(cluster)
    }

    /// Starts the server again.
    pub(crate) fn resume(&self) {
        let folder = self.folder.display();
        let options = format!("-k {folder} -c listen_addresses=''");
        let log = self.folder.join("log");
        let log = log.to_str().expect("text");
        self.run("pg_ctl", &["start", "-w", "-s", "-l", log, "-o", &options]);
    }

    /// The options to connect to it.
    pub(crate) fn options(&self) -> PgConnectOptions {
        PgConnectOptions::new_without_pgpass()
            .socket(&self.folder)
            .username("flashblog")
            .database("postgres")
    }

    /// Runs one of PostgreSQL's programs on the cluster.
    pub(crate) fn run(&self, program: &str, arguments: &[&str]) {
        let path = self.programs.join(program);
        let status = self
            .command(path)
            .arg("-D")
            .arg(self.folder.join("data"))
            .args(arguments)
            .current_dir(&self.folder)
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .status()
            .expect("runs");
        let mut log = String::new();
        if !status.success()
            && let Ok(mut file) = fs::File::open(self.folder.join("log"))
        {
            file.read_to_string(&mut log).expect("reads");
        }
        assert!(status.success(), "{program} {arguments:?}: {log}");
    }

    /// A command as the cluster's user, with the small disk mounted if there is one.
    pub(crate) fn command(&self, program: impl AsRef<OsStr>) -> Command {
        let mut words: Vec<OsString> = Vec::new();
        if self.as_nobody {
            let as_nobody = [
                "setpriv",
                "--reuid=65534",
                "--regid=65534",
                "--clear-groups",
            ];
            words.extend(as_nobody.map(OsString::from));
        }
        let small_disk = self.small_disk();
        if let Some(megabytes) = self.small_disk_megabytes {
            let mount = format!("mount -t tmpfs -o size={megabytes}m tmpfs \"$0\" && exec \"$@\"");
            let mounted = [
                "unshare",
                "--user",
                "--keep-caps",
                "--map-current-user",
                "--mount",
            ];
            words.extend(mounted.map(OsString::from));
            words.extend(["sh", "-c", &mount].map(OsString::from));
            words.push(small_disk.into());
        }
        words.push(program.as_ref().into());
        let mut command = Command::new(&words[0]);
        command.args(&words[1..]);
        command
    }
}

fn installed() -> Option<PathBuf> {
    let mut versions: Vec<PathBuf> = fs::read_dir("/usr/lib/postgresql")
        .ok()?
        .filter_map(|entry| Some(entry.ok()?.path().join("bin")))
        .filter(|programs: &PathBuf| programs.join("initdb").exists())
        .collect();
    versions.sort_by_key(|programs| version(programs));
    versions.pop()
}

fn version(programs: &Path) -> Option<u32> {
    programs.parent()?.file_name()?.to_str()?.parse().ok()
}

/// The server of this test run; `None`, with a notice, where there is none.
fn server() -> Option<PgConnectOptions> {
    static SERVER: OnceLock<Option<Cluster>> = OnceLock::new();
    if let Ok(url) = std::env::var("FLASHBLOG_TEST_POSTGRES_URL") {
        return Some(url.parse().expect("FLASHBLOG_TEST_POSTGRES_URL is a URL"));
    }
    let server = SERVER.get_or_init(Cluster::start);
    if server.is_none() {
        // Not with `println!`, whose output is discarded when the test passes.
        let _ = writeln!(
            std::io::stdout(),
            "SKIPPED: PostgreSQL, which is neither installed nor named by FLASHBLOG_TEST_POSTGRES_URL"
        );
    }
    server.as_ref().map(Cluster::options)
}

/// A new empty database, which is dropped with this value.
pub(crate) struct Database {
    server: PgConnectOptions,
    name: String,
}

impl Database {
    /// A new database; `None` where there is no server.
    pub(crate) async fn create() -> Option<Self> {
        static NUMBER: AtomicU32 = AtomicU32::new(1);
        let server = tokio::task::spawn_blocking(server)
            .await
            .expect("a server")?;
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        let name = format!("flashblog_test_{}_{number}", std::process::id());
        execute(&server, format!("CREATE DATABASE {name}")).await;
        Some(Self { server, name })
    }

    /// The options to connect to it.
    pub(crate) fn options(&self) -> PgConnectOptions {
        self.server.clone().database(&self.name)
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        let (server, name) = (self.server.clone(), self.name.clone());
        let dropping = std::thread::spawn(move || {
            tokio::runtime::Builder::new_current_thread()
                .enable_all()
                .build()
                .expect("a runtime")
                .block_on(execute(
                    &server,
                    format!("DROP DATABASE {name} WITH (FORCE)"),
                ));
        });
        // A failure here must not hide that of the test.
        let _ = dropping.join();
    }
}

async fn execute(server: &PgConnectOptions, statement: String) {
    let mut connection = PgConnection::connect_with(server).await.expect("connects");
    sqlx::query(AssertSqlSafe(statement))
        .execute(&mut connection)
        .await
        .expect("executes");
}
