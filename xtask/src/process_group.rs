//! A child process and all processes that it starts.

use std::process::{Child, ChildStdout, Command, ExitStatus, Stdio};
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result};

/// How long a process may take to end after SIGTERM.
const STOP_TIMEOUT: Duration = Duration::from_secs(5);
const POLL_INTERVAL: Duration = Duration::from_millis(50);

/// A running child that leads a process group of its own. Ctrl-C in the terminal therefore
/// reaches only xtask, which ends its groups in order. Dropping it ends the group.
pub(crate) struct ProcessGroup {
    child: Child,
}

impl ProcessGroup {
    /// Starts a program that reads nothing and writes where `command` says, else where xtask writes.
    pub(crate) fn spawn(command: &mut Command) -> Result<Self> {
        #[cfg(unix)]
        std::os::unix::process::CommandExt::process_group(command, 0);
        let child = command
            .stdin(Stdio::null())
            .spawn()
            .with_context(|| format!("`{}` can't be started", crate::process::line(command)))?;
        Ok(Self { child })
    }

    /// How the leader ended, if it has.
    pub(crate) fn try_wait(&mut self) -> Result<Option<ExitStatus>> {
        Ok(self.child.try_wait()?)
    }

    /// The leader's standard output, once, where `command` piped it.
    pub(crate) fn take_stdout(&mut self) -> Option<ChildStdout> {
        self.child.stdout.take()
    }

    /// The leader's process id.
    #[cfg(feature = "dist")]
    pub(crate) fn id(&self) -> u32 {
        self.child.id()
    }

    /// Sends SIGTERM, or SIGKILL where `force` is set, to the whole group.
    #[cfg(unix)]
    fn signal(&mut self, force: bool) {
        use rustix::process::{Pid, Signal, kill_process_group};
        let signal = if force { Signal::KILL } else { Signal::TERM };
        // An error means that the group is gone already.
        let _gone = kill_process_group(Pid::from_child(&self.child), signal);
    }

    #[cfg(not(unix))]
    fn signal(&mut self, _force: bool) {
        let _gone = self.child.kill();
    }
}

impl Drop for ProcessGroup {
    fn drop(&mut self) {
        if matches!(self.child.try_wait(), Ok(None)) {
            self.signal(false);
            let asked = Instant::now();
            while matches!(self.child.try_wait(), Ok(None)) && asked.elapsed() < STOP_TIMEOUT {
                thread::sleep(POLL_INTERVAL);
            }
        }
        // Also if the leader has ended, because its children may still run.
        self.signal(true);
        let _status = self.child.wait();
    }
}

/// A flag that any of these signals sets. xtask goes on, so that it can end what it started.
#[cfg(unix)]
fn flag_on(signals: &[i32]) -> Result<Arc<AtomicBool>> {
    let stop = Arc::new(AtomicBool::new(false));
    for &signal in signals {
        signal_hook::flag::register(signal, Arc::clone(&stop))?;
    }
    Ok(stop)
}

/// A flag that Ctrl-C or another signal to end sets.
#[cfg(unix)]
pub(crate) fn stop_on_signals() -> Result<Arc<AtomicBool>> {
    use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
    flag_on(&[SIGHUP, SIGINT, SIGTERM])
}

/// Keeps xtask running after Ctrl-C. It ends after the program that it waits for, and ends its groups.
#[cfg(unix)]
pub(crate) fn outlive_ctrl_c() -> Result<()> {
    flag_on(&[signal_hook::consts::SIGINT]).map(drop)
}

/// On other systems Ctrl-C ends every process of the console.
#[cfg(not(unix))]
pub(crate) fn stop_on_signals() -> Result<Arc<AtomicBool>> {
    Ok(Arc::new(AtomicBool::new(false)))
}

#[cfg(not(unix))]
pub(crate) fn outlive_ctrl_c() -> Result<()> {
    Ok(())
}

#[cfg(all(test, unix))]
mod tests {
    use std::fs;
    use std::path::Path;

    use super::*;

    fn wait_for(path: &Path) -> String {
        loop {
            match fs::read_to_string(path) {
                Ok(text) if text.ends_with('\n') => return text.trim().to_owned(),
                _ => thread::sleep(Duration::from_millis(5)),
            }
        }
    }

    fn alive(pid: &str) -> bool {
        Command::new("sh")
            .args(["-c", &format!("kill -0 {pid} 2>/dev/null")])
            .status()
            .expect("sh starts")
            .success()
    }

    fn spawn(script: &str, arguments: &[&Path]) -> ProcessGroup {
        let mut command = Command::new("sh");
        command.args(["-c", script]).args(arguments);
        ProcessGroup::spawn(command.stderr(Stdio::null())).expect("sh starts")
    }

    #[test]
    fn dropping_ends_what_the_child_started_too() {
        let folder = tempfile::tempdir().expect("a folder");
        let pid_file = folder.path().join("pid");
        let group = spawn("sleep 600 & echo $! > \"$0\"; wait", &[&pid_file]);
        let grandchild = wait_for(&pid_file);
        assert!(alive(&grandchild));
        drop(group);
        // A zombie counts as ended: its new parent reaps it later.
        while alive(&grandchild) {
            let state = fs::read_to_string(format!("/proc/{grandchild}/stat"));
            if state.is_ok_and(|stat| stat.contains(") Z ")) {
                break;
            }
            thread::sleep(Duration::from_millis(5));
        }
    }

    #[test]
    fn a_child_may_clean_up_before_it_ends() {
        let folder = tempfile::tempdir().expect("a folder");
        let (up, bye) = (folder.path().join("up"), folder.path().join("bye"));
        let script =
            "trap 'echo bye > \"$1\"; exit 0' TERM; echo up > \"$0\"; while :; do sleep 0.01; done";
        let group = spawn(script, &[&up, &bye]);
        wait_for(&up);
        drop(group);
        assert_eq!(fs::read_to_string(bye).expect("it said bye"), "bye\n");
    }
}
