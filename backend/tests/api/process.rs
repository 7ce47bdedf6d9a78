//! The `flashblog` binary, as an operator runs it.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, ChildStdout, Command, Output, Stdio};
use std::time::Duration;

pub(crate) fn flashblog(data_dir: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_flashblog"));
    command
        .env_clear()
        .env("FLASHBLOG_DATA_DIR", data_dir)
        .args(["--listen", "127.0.0.1:0"]);
    command
}

/// A server whose process ends when this is dropped.
pub(crate) struct Server {
    child: Child,
    stdout: BufReader<ChildStdout>,
    first_line: String,
    second_line: String,
}

impl Server {
    pub(crate) fn start(command: &mut Command) -> Self {
        let has_metrics = command.get_args().any(|flag| flag == "--metrics-listen");
        let mut child = command
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("starts");
        let mut stdout = BufReader::new(child.stdout.take().expect("piped"));
        let mut first_line = String::new();
        stdout.read_line(&mut first_line).expect("reads");
        let mut second_line = String::new();
        if has_metrics {
            stdout.read_line(&mut second_line).expect("reads");
        }
        Self {
            child,
            stdout,
            first_line,
            second_line,
        }
    }

    /// The address that it listens on.
    pub(crate) fn address(&self) -> &str {
        self.first_line
            .trim_end()
            .strip_prefix("listening on http://")
            .unwrap_or_else(|| panic!("{}", self.first_line))
    }

    /// The server's process id.
    pub(crate) fn process(&self) -> u32 {
        self.child.id()
    }

    /// The address of its metrics, without the path.
    pub(crate) fn metrics_address(&self) -> &str {
        self.second_line
            .trim_end()
            .strip_prefix("metrics on ")
            .and_then(|url| url.strip_suffix("/metrics"))
            .unwrap_or_else(|| panic!("{}", self.second_line))
    }

    pub(crate) fn get(&self, path: &str, headers: &str) -> String {
        let request =
            format!("GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n{headers}\r\n");
        exchange(self.address(), &request).expect("answers")
    }

    /// Kills it with SIGKILL, as in a crash: it can't clean up.
    pub(crate) fn crash(mut self) {
        self.child.kill().expect("runs still");
        self.child.wait().expect("ends");
    }

    /// Sends a signal, such as `-STOP`.
    pub(crate) fn signal(&self, signal: &str) {
        let pid = self.child.id().to_string();
        let sent = Command::new("kill")
            .args([signal, &pid])
            .status()
            .expect("kill runs");
        assert!(sent.success());
    }

    /// Sends SIGTERM. Returns the exit code, the rest of standard output, and the log.
    pub(crate) fn terminate(self) -> (Option<i32>, String, String) {
        self.end_by("-TERM")
    }

    fn end_by(mut self, signal: &str) -> (Option<i32>, String, String) {
        self.signal(signal);
        let (mut out, mut log) = (String::new(), String::new());
        self.stdout.read_to_string(&mut out).expect("reads");
        let mut stderr = self.child.stderr.take().expect("piped");
        stderr.read_to_string(&mut log).expect("reads");
        (self.child.wait().expect("ends").code(), out, log)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // It fails when the test has already ended the process.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn cookie_of(response: &str) -> &str {
    let start = response.find("set-cookie: session=").expect("a cookie") + "set-cookie: ".len();
    let rest = &response[start..];
    &rest[..rest.find(';').expect("attributes")]
}

#[test]
fn it_serves_says_where_and_stops_when_told() {
    let data_dir = tempfile::tempdir().expect("temporary folder");
    let server = Server::start(flashblog(data_dir.path()).args(["--log", "trace"]));
    let response = server.get("/api/v1/blogs", "");
    assert!(response.starts_with("HTTP/1.1 200 OK\r\n"), "{response}");
    let cookie = cookie_of(&response).to_owned();
    server.get("/api/v1/blogs?page=2", &format!("Cookie: {cookie}\r\n"));
    server.get(
        "/nowhere?token=hidden-words",
        "Authorization: Basic hidden-words\r\n",
    );
    let (code, out, log) = server.terminate();
    assert_eq!((code, out.as_str()), (Some(0), ""));
    assert!(log.contains("Made a signing key"), "{log}");
    assert!(
        log.contains("Fetching fresh blogs from API for session "),
        "{log}"
    );
    assert!(log.contains("Returning cached blogs for session "), "{log}");
    let token = cookie.strip_prefix("session=").expect("its name");
    assert!(
        !log.contains(token) && !log.contains("hidden-words"),
        "{log}"
    );
}

#[test]
fn a_session_outlives_the_server() {
    let data_dir = tempfile::tempdir().expect("temporary folder");
    let first = Server::start(&mut flashblog(data_dir.path()));
    let cookie = cookie_of(&first.get("/api/v1/session", "")).to_owned();
    first.terminate();
    let second = Server::start(&mut flashblog(data_dir.path()));
    let response = second.get("/api/v1/session", &format!("Cookie: {cookie}\r\n"));
    assert!(!response.contains("set-cookie"), "{response}");
}

#[test]
fn a_variable_that_sets_nothing_is_named_at_the_start() {
    let data_dir = tempfile::tempdir().expect("temporary folder");
    let server = Server::start(flashblog(data_dir.path()).env("FLASHBLOG_SITE_ACCENT", "#123456"));
    let (_, _, log) = server.terminate();
    let line = "FLASHBLOG_SITE_ACCENT sets nothing; `site.accent` in the file";
    assert_eq!(log.matches(line).count(), 1, "{log}");
    assert_eq!(log.matches("sets nothing").count(), 1, "{log}");
}

#[test]
fn production_logs_as_json_and_wants_a_key() {
    let data_dir = tempfile::tempdir().expect("temporary folder");
    let refused = output(flashblog(data_dir.path()).arg("--production"));
    assert_eq!(refused.0, Some(1));
    assert!(refused.1.contains("FLASHBLOG_SECRET_KEY"), "{}", refused.1);
    assert!(!data_dir.path().join("secret-key").exists());

    let key = Command::new(env!("CARGO_BIN_EXE_flashblog"))
        .arg("secret")
        .output()
        .expect("runs");
    let key = String::from_utf8(key.stdout).expect("text");
    let server = Server::start(
        flashblog(data_dir.path())
            .env("FLASHBLOG_PRODUCTION", "true")
            .env("FLASHBLOG_SECRET_KEY", key.trim()),
    );
    server.get("/healthz", "");
    let (_, _, log) = server.terminate();
    for line in log.lines() {
        let event: serde_json::Value =
            serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}"));
        assert!(event["level"].is_string(), "{line}");
    }
    assert!(
        log.contains("Request answered") && !log.contains(key.trim()),
        "{log}"
    );
}

#[test]
fn an_unusable_setting_stops_the_start_with_one_line() {
    let data_dir = tempfile::tempdir().expect("temporary folder");
    let file = data_dir.path().join("flashblog.toml");
    std::fs::write(&file, "lisen = '127.0.0.1:0'\n").expect("writes");
    let file = file.to_str().expect("text");
    let by_flag: [&[&str]; 6] = [
        &["--log", "debgu", "log: `debgu` is no level"],
        &["--metrics-listen", "here", "metrics-listen: `here`"],
        &["--lissten", "x", "--listen"],
        &["--source", "gopher://x", "source: "],
        &["--config", file, "lisen"],
        &["--production=maybe", "true"],
    ];
    for case in by_flag {
        let (part, arguments) = case.split_last().expect("not empty");
        assert_one_line(flashblog(data_dir.path()).args(arguments), part);
    }
    for (name, value, part) in [
        (
            "FLASHBLOG_CACHE_LIFETIME",
            "soon",
            "FLASHBLOG_CACHE_LIFETIME: `soon`",
        ),
        ("FLASHBLOG_SECRET_KEY", "short", "FLASHBLOG_SECRET_KEY: "),
    ] {
        assert_one_line(flashblog(data_dir.path()).env(name, value), part);
    }
}

#[test]
fn a_new_blog_is_made_checked_and_served() {
    let folder = tempfile::tempdir().expect("temporary folder");
    let blog = folder.path().join("blog");
    let bare = || {
        let mut command = Command::new(env!("CARGO_BIN_EXE_flashblog"));
        command.env_clear();
        command
    };
    let made = bare().arg("init").arg(&blog).output().expect("runs");
    assert!(made.status.success(), "{made:?}");
    let file = blog.join("flashblog.toml");
    let told = String::from_utf8(made.stdout).expect("text");
    assert!(
        told.contains(&format!("flashblog --config {}", file.display())),
        "{told}"
    );
    assert_one_line(bare().arg("init").arg(&blog), "is not empty");

    let check = || {
        let output = bare()
            .arg("check")
            .arg("--config")
            .arg(&file)
            .output()
            .expect("runs");
        (
            output.status.code(),
            String::from_utf8(output.stdout).expect("text"),
        )
    };
    assert_eq!(
        check(),
        (
            Some(0),
            format!(
                "source: folder {}\n2 posts, 1 page: 0 errors, 0 notes\n",
                blog.join("posts").display()
            )
        )
    );
    let server = Server::start(
        bare()
            .args(["--listen", "127.0.0.1:0", "--config"])
            .arg(&file),
    );
    assert!(
        server
            .get("/", "")
            .contains("<title>Home · My blog</title>")
            || server.get("/api/v1/site", "").contains("My blog")
    );
    assert!(
        server
            .get("/api/v1/blogs", "")
            .contains("What a text can hold")
    );
    assert!(
        server
            .get("/api/v1/pages/about", "")
            .contains("Who writes here")
    );
    assert!(
        blog.join("data/flashblog.db").exists(),
        "paths are relative to the file"
    );

    std::fs::write(blog.join("posts/bad.md"), "---\ntitle: [\n---\n").expect("writes");
    std::fs::write(blog.join("pages/blogs.md"), "Mine.\n").expect("writes");
    let (code, told) = check();
    assert_eq!(code, Some(1));
    assert!(told.contains("error: bad.md: line "), "{told}");
    assert!(
        told.contains("error: blogs.md: the site needs the address /blogs itself"),
        "{told}"
    );
    assert_one_line(
        bare()
            .args(["--listen", "127.0.0.1:0", "--config"])
            .arg(&file),
        "blogs.md",
    );
}

#[cfg(unix)]
#[test]
fn a_key_that_is_no_text_is_refused_and_not_replaced() {
    use std::os::unix::ffi::OsStrExt;
    let data_dir = tempfile::tempdir().expect("temporary folder");
    let value = std::ffi::OsStr::from_bytes(&[0xff; 40]);
    for name in ["FLASHBLOG_SECRET_KEY", "FLASHBLOG_SECRET_KEY_FALLBACKS"] {
        assert_one_line(flashblog(data_dir.path()).env(name, value), name);
    }
    assert!(!data_dir.path().join("secret-key").exists());
}

/// `/readyz` answers 503 before the server stops to accept connections.
#[test]
fn told_to_end_it_says_that_it_is_not_ready() {
    let data_dir = tempfile::tempdir().expect("temporary folder");
    // The log is read only at the end, so it must not fill the pipe.
    let server = Server::start(flashblog(data_dir.path()).args(["--log", "warn"]));
    let watcher = {
        let address = server.address().to_owned();
        std::thread::spawn(move || {
            let mut last = String::new();
            while let Ok(answer) = exchange(
                &address,
                "GET /readyz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n",
            ) {
                if !answer.is_empty() {
                    last = answer;
                }
                std::thread::sleep(Duration::from_millis(5));
            }
            last
        })
    };
    assert_eq!(server.terminate().0, Some(0));
    let last = watcher.join().expect("watches");
    assert!(last.starts_with("HTTP/1.1 503 "), "{last}");
}

#[test]
fn a_message_that_waits_outlives_a_crash() {
    let data_dir = tempfile::tempdir().expect("temporary folder");
    let first = Server::start(&mut flashblog(data_dir.path()));
    let form = "name=Ada&email=ada%40example.org&subject=Hello&message=How+are+you%3F";
    let request = format!(
        "POST /contact HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: {}\r\n\r\n{form}",
        form.len()
    );
    let answer = exchange(first.address(), &request).expect("answers");
    assert!(answer.starts_with("HTTP/1.1 303 "), "{answer}");
    let cookie = format!("Cookie: {}\r\n", cookie_of(&answer));
    first.crash();
    let second = Server::start(&mut flashblog(data_dir.path()));
    let told = "Your message has been sent successfully!";
    assert!(second.get("/api/v1/session", &cookie).contains(told));
    assert!(
        !second.get("/api/v1/session", &cookie).contains(told),
        "once"
    );
}

/// Reading a pipe without a writer blocks, as reading from a disk that hangs does.
#[cfg(unix)]
#[test]
fn a_disk_that_does_not_answer_does_not_keep_the_process() {
    let folder = tempfile::tempdir().expect("temporary folder");
    let pipe = folder.path().join("index.html");
    assert!(
        Command::new("mkfifo")
            .arg(&pipe)
            .status()
            .expect("runs")
            .success()
    );
    let server = Server::start(
        flashblog(&folder.path().join("data"))
            .arg("--assets")
            .arg(folder.path()),
    );
    let mut visitor = TcpStream::connect(server.address()).expect("connects");
    visitor
        .write_all(b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n")
        .expect("writes");
    // Opening returns once the server reads the pipe. Its read then blocks while this end is open.
    let mut options = std::fs::OpenOptions::new();
    let _end = options.write(true).open(&pipe).expect("opens");
    drop(visitor);
    let (code, ..) = server.end_by("-INT");
    assert_eq!(code, Some(0));
}

pub(crate) fn exchange(address: &str, request: &str) -> std::io::Result<String> {
    let mut stream = TcpStream::connect(address)?;
    stream.write_all(request.as_bytes())?;
    let mut response = String::new();
    stream.read_to_string(&mut response)?;
    Ok(response)
}

fn assert_one_line(command: &mut Command, part: &str) {
    let (code, error) = output(command);
    assert!(matches!(code, Some(1 | 2)), "{error}");
    assert_eq!(error.lines().count(), 1, "{error}");
    assert!(error.contains(part), "{error}");
}

#[test]
fn a_taken_address_is_a_clear_error() {
    let data_dir = tempfile::tempdir().expect("temporary folder");
    let server = Server::start(&mut flashblog(data_dir.path()));
    let mut second = Command::new(env!("CARGO_BIN_EXE_flashblog"));
    let (code, error) = output(second.env_clear().args(["--listen", server.address()]));
    assert_eq!(code, Some(1));
    assert!(error.contains("listen: can't use 127.0.0.1:"), "{error}");
}

fn output(command: &mut Command) -> (Option<i32>, String) {
    let Output { status, stderr, .. } = command.output().expect("runs");
    (status.code(), String::from_utf8(stderr).expect("text"))
}
