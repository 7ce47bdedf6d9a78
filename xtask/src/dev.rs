//! `cargo xtask dev`: the site with live reload, the server rebuilt on change.

use std::path::Path;
use std::process::Command;
use std::sync::atomic::Ordering;
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::time::Duration;

use anyhow::{Context, Result, bail};
use notify::{EventKind, RecursiveMode, Watcher};

use crate::process_group::{ProcessGroup, stop_on_signals};
use crate::toolchain::Toolchain;
use crate::workspace::Workspace;
use crate::{backend, process};

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
    let mut server = None;
    let mut is_build_due = true;
    while !stop.load(Ordering::Relaxed) {
        if is_build_due {
            // The old server runs until the build succeeds. The build has no rendered pages, so that a
            // changed component of the app does not rebuild the server.
            let mut build = backend::cargo_build(workspace);
            match process::run(build.arg("--no-default-features")) {
                Ok(()) => {
                    drop(server.take());
                    server = Some(start_server(workspace)?);
                }
                Err(error) => eprintln!("==> {error}: waiting for a change"),
            }
        }
        is_build_due = source_changed(&changes, &workspace.root)?;
        if let Some(status) = trunk.try_wait()? {
            bail!("`trunk serve` ended ({status})");
        }
        if let Some(running) = &mut server
            && let Some(status) = running.try_wait()?
        {
            server = None;
            eprintln!("==> the server ended ({status}): waiting for a change");
        }
    }
    eprintln!("==> ending");
    Ok(())
}

fn start_server(workspace: &Workspace) -> Result<ProcessGroup> {
    let mut command = Command::new(backend::binary(workspace, "debug"));
    ProcessGroup::spawn(
        command
            .current_dir(&workspace.root)
            .args(["--listen", SERVER]),
    )
}

/// Whether a source of the server changes within [`POLL_INTERVAL`]. If one does, waits until nothing has
/// changed for [`QUIET_TIME`].
fn source_changed(changes: &Receiver<notify::Result<notify::Event>>, root: &Path) -> Result<bool> {
    let event = match changes.recv_timeout(POLL_INTERVAL) {
        Ok(event) => event.context("watching files failed")?,
        Err(RecvTimeoutError::Timeout) => return Ok(false),
        Err(RecvTimeoutError::Disconnected) => bail!("the file watcher ended"),
    };
    let is_changed =
        writes(event.kind) && event.paths.iter().any(|path| concerns_server(path, root));
    while is_changed && changes.recv_timeout(QUIET_TIME).is_ok() {}
    Ok(is_changed)
}

/// Whether an event changes a file. Reading is an event too, and the compiler reads.
fn writes(kind: EventKind) -> bool {
    matches!(
        kind,
        EventKind::Create(_) | EventKind::Modify(_) | EventKind::Remove(_)
    )
}

/// Whether the server is built from this file. Temporary files of editors don't count, and of the files
/// in the workspace's root only `Cargo.toml` does.
fn concerns_server(path: &Path, root: &Path) -> bool {
    let Some(name) = path.file_name().map(|name| name.to_string_lossy()) else {
        return false;
    };
    if path.parent() == Some(root) {
        return name == "Cargo.toml";
    }
    !name.starts_with(['.', '#']) && !name.ends_with('~')
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
