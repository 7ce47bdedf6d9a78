//! `cargo xtask dev`: the site with live reload, the server rebuilt on change.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::atomic::Ordering;
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use notify::{EventKind, RecursiveMode, Watcher};

use crate::backend;
use crate::process_group::{ProcessGroup, stop_on_signals};
use crate::toolchain::Toolchain;
use crate::workspace::Workspace;

/// The address that the proxies of Trunk.toml name.
const SERVER: &str = "127.0.0.1:3000";
/// A build waits until no source changed for this long: editors and git write several files in a row.
const QUIET_TIME: Duration = Duration::from_millis(200);
const POLL_INTERVAL: Duration = Duration::from_millis(100);

/// Runs `trunk serve` and the server until Ctrl-C, then ends both.
pub(crate) fn dev(workspace: &Workspace) -> Result<()> {
    let toolchain = Toolchain::provide(workspace)?;
    let stop = stop_on_signals()?;
    let (sender, changes) = channel();
    let mut watcher = notify::recommended_watcher(sender).context("can't watch files")?;
    for (path, mode) in [
        ("backend", RecursiveMode::Recursive),
        ("shared", RecursiveMode::Recursive),
        ("", RecursiveMode::NonRecursive),
    ] {
        watcher.watch(&workspace.root.join(path), mode)?;
    }

    eprintln!(
        "==> site with live reload on http://127.0.0.1:8080, its API on http://{SERVER}; Ctrl-C ends both"
    );
    let mut trunk = ProcessGroup::spawn(toolchain.command(workspace, "trunk")?.arg("serve"))?;
    let mut server = Server::new(workspace);
    while !stop.load(Ordering::Relaxed) {
        if source_changed(&changes, &workspace.root)? {
            server.changed = Some(Instant::now());
        }
        server.turn()?;
        if let Some(status) = trunk.try_wait()? {
            bail!("`trunk serve` ended ({status})");
        }
    }
    eprintln!("==> ending");
    Ok(())
}

/// Whether a source of the server changes within [`POLL_INTERVAL`].
fn source_changed(changes: &Receiver<notify::Result<notify::Event>>, root: &Path) -> Result<bool> {
    match changes.recv_timeout(POLL_INTERVAL) {
        Ok(event) => {
            let event = event.context("watching files failed")?;
            Ok(writes(event.kind) && event.paths.iter().any(|path| concerns_server(path, root)))
        }
        Err(RecvTimeoutError::Timeout) => Ok(false),
        Err(RecvTimeoutError::Disconnected) => bail!("the file watcher ended"),
    }
}

/// Reading is an event too, and the compiler reads.
fn writes(kind: EventKind) -> bool {
    matches!(
        kind,
        EventKind::Create(_) | EventKind::Modify(_) | EventKind::Remove(_)
    )
}

/// Whether the server is built from this file. Editors' own files are no sources, and of the
/// workspace's root only the manifest is one.
fn concerns_server(path: &Path, root: &Path) -> bool {
    let Some(name) = path.file_name().map(|name| name.to_string_lossy()) else {
        return false;
    };
    if path.parent() == Some(root) {
        return name == "Cargo.toml";
    }
    !name.starts_with(['.', '#']) && !name.ends_with('~')
}

/// The server's process, and the build that will replace it.
struct Server<'a> {
    workspace: &'a Workspace,
    binary: PathBuf,
    /// Time of the last change that no build has seen yet.
    changed: Option<Instant>,
    build: Option<ProcessGroup>,
    running: Option<ProcessGroup>,
}

impl<'a> Server<'a> {
    /// Not running yet, and in need of a build.
    fn new(workspace: &'a Workspace) -> Self {
        Self {
            workspace,
            binary: backend::binary(workspace, "debug"),
            changed: Some(Instant::now()),
            build: None,
            running: None,
        }
    }

    /// Starts a build that is due, and replaces the running server by a finished one.
    fn turn(&mut self) -> Result<()> {
        if self.build.is_none() && self.changed.is_some_and(|at| at.elapsed() >= QUIET_TIME) {
            self.changed = None;
            eprintln!("==> building the server");
            self.build = Some(ProcessGroup::spawn(&mut backend::cargo_build(
                self.workspace,
            ))?);
        }
        if let Some(build) = &mut self.build
            && let Some(status) = build.try_wait()?
        {
            self.build = None;
            if status.success() {
                self.restart()?;
            } else if self.running.is_some() {
                eprintln!("==> the build failed: the server from before keeps running");
            } else {
                eprintln!("==> the build failed: waiting for a change");
            }
        }
        if let Some(running) = &mut self.running
            && let Some(status) = running.try_wait()?
        {
            self.running = None;
            eprintln!("==> the server ended ({status}): waiting for a change");
        }
        Ok(())
    }

    fn restart(&mut self) -> Result<()> {
        if let Some(old) = self.running.take() {
            eprintln!("==> restarting the server");
            drop(old);
        }
        let mut command = Command::new(&self.binary);
        command
            .current_dir(&self.workspace.root)
            .args(["--listen", SERVER]);
        self.running = Some(ProcessGroup::spawn(&mut command)?);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use notify::event::{AccessKind, CreateKind, ModifyKind};

    use super::*;

    #[test]
    fn sources_concern_the_server_and_leftovers_do_not() {
        let root = Path::new("/p");
        let concerns = |path: &str| concerns_server(&root.join(path), root);
        assert!(concerns("backend/src/main.rs"));
        assert!(concerns("backend/content/first.md"));
        assert!(concerns("shared/src/blog.rs"));
        assert!(concerns("Cargo.toml"));
        assert!(!concerns("Cargo.lock"));
        assert!(!concerns("README.md"));
        assert!(!concerns("backend/src/.main.rs.swp"));
        assert!(!concerns("backend/src/main.rs~"));
    }

    #[test]
    fn reading_a_file_is_no_change() {
        assert!(writes(EventKind::Create(CreateKind::File)));
        assert!(writes(EventKind::Modify(ModifyKind::Any)));
        assert!(!writes(EventKind::Access(AccessKind::Any)));
    }
}
