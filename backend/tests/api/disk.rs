//! Folders and disks that fail, and processes that are killed.
//!
//! Tests with a full or read-only disk run the binary in its own mount namespace. They are skipped, with
//! a notice, on machines that don't allow that.

use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::sync::Arc;

use flashblog::session::memory::SessionMemory;
use flashblog::session_id::SessionId;
use flashblog::store::Store;
use flashblog::store::sqlite::SqliteStore;
use shared::flash::{Category, Flash};

use crate::harness::skipped;

async fn refusal(path: &Path) -> String {
    match SqliteStore::open(path).await {
        Ok(_) => panic!("{} was opened", path.display()),
        Err(error) => format!("{error:#}"),
    }
}

#[tokio::test]
async fn a_missing_folder_is_made_and_a_folder_is_no_database() {
    let folder = tempfile::tempdir().expect("temporary folder");
    let path = folder.path().join("not/there/yet/flashblog.db");
    SqliteStore::open(&path).await.expect("opens");
    assert!(path.is_file());
    let error = refusal(folder.path()).await;
    assert!(
        error.starts_with("data-dir: can't use the database `"),
        "{error}"
    );
    assert_eq!(error.lines().count(), 1, "{error}");
}

#[tokio::test]
async fn a_database_of_a_newer_version_is_left_alone() {
    let folder = tempfile::tempdir().expect("temporary folder");
    let path = folder.path().join("flashblog.db");
    drop(SqliteStore::open(&path).await.expect("opens"));
    let options = sqlx::sqlite::SqliteConnectOptions::new().filename(&path);
    let pool = sqlx::sqlite::SqlitePool::connect_with(options)
        .await
        .expect("connects");
    sqlx::query(
        "INSERT INTO _sqlx_migrations (version, description, success, checksum, execution_time)
         VALUES (9999, 'from the future', TRUE, x'00', 0)",
    )
    .execute(&pool)
    .await
    .expect("inserts");
    pool.close().await;
    let error = refusal(&path).await;
    assert!(
        error.contains("a newer version of this program made it") && error.contains("--data-dir"),
        "{error}"
    );
}

/// A command that runs a shell script in its own mount namespace; `None` where the machine does not allow
/// that.
fn namespaced(script: &str, folder: &Path) -> Option<Command> {
    let mut command = Command::new("unshare");
    command
        .args(["--map-root-user", "--mount", "sh", "-c", script])
        .env("FOLDER", folder)
        .env("FLASHBLOG", env!("CARGO_BIN_EXE_flashblog"));
    let mut probe = Command::new("unshare");
    probe.args(["--map-root-user", "--mount", "sh", "-c"]);
    probe
        .arg("mount -t tmpfs probe \"$FOLDER\"")
        .env("FOLDER", folder);
    let allowed = probe.output().is_ok_and(|output| output.status.success());
    if !allowed {
        skipped("full and read-only disks: no test may mount a file system (unshare --mount)");
    }
    allowed.then_some(command)
}

#[test]
fn a_read_only_folder_is_one_clear_line_at_start() {
    let folder = tempfile::tempdir().expect("temporary folder");
    let script = r#"
        mount -t tmpfs disk "$FOLDER" || exit 99
        if [ -n "$USED_BEFORE" ]; then
            "$FLASHBLOG" --listen 127.0.0.1:0 --data-dir "$FOLDER" >/dev/null 2>&1 &
            while ! [ -s "$FOLDER/secret-key" ]; do sleep 0.05; done
            { kill $!; wait $!; } 2>/dev/null
        fi
        mount -o remount,ro "$FOLDER" || exit 99
        exec "$FLASHBLOG" --listen 127.0.0.1:0 --data-dir "$FOLDER""#;
    for used_before in ["", "yes"] {
        let Some(mut command) = namespaced(script, folder.path()) else {
            return;
        };
        let output = command
            .env("USED_BEFORE", used_before)
            .output()
            .expect("runs");
        let error = String::from_utf8(output.stderr).expect("text");
        assert_eq!(output.status.code(), Some(1), "{error}");
        assert!(
            error.contains("data-dir: can't use the database"),
            "{error}"
        );
        assert_eq!(error.lines().count(), 1, "{error}");
    }
}

/// A server on a small disk, and the shell that it runs in.
struct SmallDisk {
    shell: Child,
    stdin: ChildStdin,
    stdout: BufReader<ChildStdout>,
}

impl SmallDisk {
    fn start(folder: &Path) -> Option<(Self, String)> {
        let script = r#"
            mount -t tmpfs -o size=600k disk "$FOLDER" || exit 99
            "$FLASHBLOG" --listen 127.0.0.1:0 --data-dir "$FOLDER" 2>/dev/null &
            trap "kill $!" EXIT
            while read -r line; do eval "$line"; echo done; done"#;
        let mut shell = namespaced(script, folder)?
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("starts");
        let stdin = shell.stdin.take().expect("piped");
        let stdout = BufReader::new(shell.stdout.take().expect("piped"));
        let mut disk = Self {
            shell,
            stdin,
            stdout,
        };
        let line = disk.line();
        let address = line
            .strip_prefix("listening on http://")
            .expect("an address");
        Some((disk, address.to_owned()))
    }

    fn line(&mut self) -> String {
        let mut line = String::new();
        self.stdout.read_line(&mut line).expect("reads");
        line.trim_end().to_owned()
    }

    fn run(&mut self, command: &str) {
        writeln!(self.stdin, "{command}").expect("writes");
        assert_eq!(self.line(), "done");
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        // The shell stops the server when it exits.
        let _ = writeln!(self.stdin, "exit");
        let _ = self.shell.wait();
    }
}

fn request(address: &str, method: &str, headers: &str) -> String {
    let mut stream = TcpStream::connect(address).expect("connects");
    write!(
        stream,
        "{method} /api/v1/session HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n{headers}\r\n"
    )
    .expect("writes");
    let mut response = String::new();
    stream.read_to_string(&mut response).expect("reads");
    response
}

#[test]
fn a_full_disk_is_an_honest_503_and_works_again_without_a_restart() {
    let folder = tempfile::tempdir().expect("temporary folder");
    let Some((mut disk, address)) = SmallDisk::start(folder.path()) else {
        return;
    };
    let begun = request(&address, "GET", "");
    let start = begun.find("session=").expect("a cookie");
    let cookie = begun[start..].split(';').next().expect("a pair");
    let headers = format!("Cookie: {cookie}\r\n");

    disk.run("cat /dev/zero > \"$FOLDER/filler\" 2>/dev/null");
    let refused = request(&address, "DELETE", &headers);
    assert!(refused.starts_with("HTTP/1.1 503 "), "{refused}");
    assert!(
        refused.contains("\"code\":\"service_unavailable\""),
        "{refused}"
    );
    assert!(
        refused.to_lowercase().contains("retry-after: "),
        "{refused}"
    );
    assert!(
        !refused.contains("has ended"),
        "no false success: {refused}"
    );
    let goes_on = request(&address, "GET", &headers);
    assert!(goes_on.starts_with("HTTP/1.1 200 "), "{goes_on}");
    assert!(
        !goes_on.contains("set-cookie"),
        "the session goes on: {goes_on}"
    );

    disk.run("rm \"$FOLDER/filler\"");
    let ended = request(&address, "DELETE", &headers);
    assert!(ended.starts_with("HTTP/1.1 200 "), "{ended}");
    assert!(ended.contains("Your session has ended."), "{ended}");
}

const DATABASE: &str = "FLASHBLOG_TEST_DATABASE";

/// Not a test of its own: the process that the next test starts and kills.
#[tokio::test]
#[ignore = "started by the next test"]
async fn leaves_messages_until_it_is_killed() {
    let Ok(path) = std::env::var(DATABASE) else {
        return;
    };
    let store = SqliteStore::open(Path::new(&path)).await.expect("opens");
    let memory = SessionMemory::load(Arc::new(store)).await.expect("loads");
    let memory = Arc::new(memory);
    let session = SessionId::random().expect("randomness");
    for number in 0..20 {
        let flash = Flash {
            id: memory.next_flash_id(),
            category: Category::Success,
            message: number.to_string(),
        };
        memory
            .leave_flashes(session, None, vec![flash], i64::MAX)
            .await
            .expect("leaves");
        println!("left {number}");
    }
    std::future::pending::<()>().await;
}

#[tokio::test]
async fn a_killed_server_loses_no_message_that_it_took() {
    let folder = tempfile::tempdir().expect("temporary folder");
    let path = folder.path().join("flashblog.db");
    let mut server = Command::new(std::env::current_exe().expect("this test"))
        .args(["--exact", "disk::leaves_messages_until_it_is_killed"])
        .args(["--ignored", "--nocapture", "--test-threads=1"])
        .env(DATABASE, &path)
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .expect("starts");
    let mut lines = BufReader::new(server.stdout.take().expect("piped")).lines();
    let mut taken = 0;
    while taken < 12 {
        let line = lines.next().expect("goes on").expect("text");
        taken += usize::from(line.contains("left "));
    }
    server.kill().expect("SIGKILL");
    server.wait().expect("ends");

    let store: Arc<dyn Store> = Arc::new(SqliteStore::open(&path).await.expect("opens"));
    let sessions = store.sessions_with_flashes().await.expect("reads");
    let [(session, _)] = sessions[..] else {
        panic!("{sessions:?}")
    };
    let memory = Arc::new(SessionMemory::load(store).await.expect("loads"));
    let messages: Vec<String> = memory
        .take_flashes(session)
        .await
        .deliver()
        .into_iter()
        .map(|flash| flash.message)
        .collect();
    let expected: Vec<String> = (0..messages.len())
        .map(|number| number.to_string())
        .collect();
    assert_eq!(messages, expected, "in order, none missing");
    assert!(messages.len() >= taken, "all that it said it took");
    fs::metadata(&path).expect("the database is there");
}
