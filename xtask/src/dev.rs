//! `cargo xtask dev`: the site with live reload, the server rebuilt on change.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use notify::{EventKind, RecursiveMode, Watcher};

use crate::backend;
use crate::group::Group;
use crate::toolchain::Toolchain;
use crate::workspace::Workspace;

/// Where the proxies of Trunk.toml look for the server.
const SERVER: &str = "127.0.0.1:3000";
/// How long sources have to be quiet: an editor or git writes several files in a row.
const QUIET: Duration = Duration::from_millis(200);
const POLL: Duration = Duration::from_millis(100);

/// Runs `trunk serve` and the server until Ctrl-C, and leaves nothing behind.
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
    let mut trunk = Group::spawn(toolchain.command(workspace, "trunk")?.arg("serve"))?;
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

/// True from the first Ctrl-C, or another request to end, on.
#[cfg(unix)]
fn stop_on_signals() -> Result<Arc<AtomicBool>> {
    use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
    let stop = Arc::new(AtomicBool::new(false));
    for signal in [SIGHUP, SIGINT, SIGTERM] {
        signal_hook::flag::register(signal, Arc::clone(&stop))?;
    }
    Ok(stop)
}

/// Elsewhere Ctrl-C ends every process of the console by itself.
#[cfg(not(unix))]
fn stop_on_signals() -> Result<Arc<AtomicBool>> {
    Ok(Arc::new(AtomicBool::new(false)))
}

/// Waits a moment for a change that concerns the server.
fn source_changed(changes: &Receiver<notify::Result<notify::Event>>, root: &Path) -> Result<bool> {
    match changes.recv_timeout(POLL) {
        Ok(event) => {
            let event = event.context("watching files failed")?;
            Ok(writes(event.kind) && event.paths.iter().any(|path| concerns_server(path, root)))
        }
        Err(RecvTimeoutError::Timeout) => Ok(false),
        Err(RecvTimeoutError::Disconnected) => bail!("the file watcher ended"),
    }
}

/// The compiler's own reading is an event too.
fn writes(kind: EventKind) -> bool {
    matches!(
        kind,
        EventKind::Create(_) | EventKind::Modify(_) | EventKind::Remove(_)
    )
}

/// Whether the server is built from this file: not from what editors leave beside it, and not
/// from what lies at the workspace's root, apart from the manifest.
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
    build: Option<Group>,
    running: Option<Group>,
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

    /// Does what is due: starts a build, replaces the running server by a finished one.
    fn turn(&mut self) -> Result<()> {
        if self.build.is_none() && self.changed.is_some_and(|at| at.elapsed() >= QUIET) {
            self.changed = None;
            eprintln!("==> building the server");
            self.build = Some(Group::spawn(&mut backend::cargo_build(self.workspace))?);
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
            old.stop();
        }
        let mut command = std::process::Command::new(&self.binary);
        command
            .current_dir(&self.workspace.root)
            .args(["--listen", SERVER]);
        self.running = Some(Group::spawn(&mut command)?);
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
