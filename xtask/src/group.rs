//! A child process together with everything that it starts in turn.

use std::process::{Child, Command, ExitStatus, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result};

/// How long a process may take to leave when it is asked to.
const GRACE: Duration = Duration::from_secs(5);
const POLL: Duration = Duration::from_millis(50);

/// A running child that leads a process group of its own. Ctrl-C in the terminal therefore
/// reaches only xtask, which ends its groups in order. Dropping it ends the group.
pub(crate) struct Group {
    child: Child,
}

impl Group {
    /// Starts a program; it reads nothing and writes where xtask writes.
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

    /// Asks the group to leave, and makes it leave when that takes too long.
    pub(crate) fn stop(mut self) {
        self.end();
    }

    fn end(&mut self) {
        if matches!(self.child.try_wait(), Ok(None)) {
            self.signal(Strength::Ask);
            let asked = Instant::now();
            while matches!(self.child.try_wait(), Ok(None)) && asked.elapsed() < GRACE {
                thread::sleep(POLL);
            }
        }
        // Also after the leader has left: what it started may still run.
        self.signal(Strength::Force);
        // The status of an ended child says nothing that anybody waits for.
        let _ended = self.child.wait();
    }

    #[cfg(unix)]
    fn signal(&mut self, strength: Strength) {
        use rustix::process::{Pid, Signal, kill_process_group};
        let signal = match strength {
            Strength::Ask => Signal::TERM,
            Strength::Force => Signal::KILL,
        };
        // An error means that the group is gone already, which is what is wanted.
        let _gone = kill_process_group(Pid::from_child(&self.child), signal);
    }

    #[cfg(not(unix))]
    fn signal(&mut self, _strength: Strength) {
        let _gone = self.child.kill();
    }
}

impl Drop for Group {
    fn drop(&mut self) {
        self.end();
    }
}

enum Strength {
    Ask,
    Force,
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

    #[test]
    fn stopping_ends_what_the_child_started_too() {
        let folder = tempfile::tempdir().expect("a folder");
        let pid_file = folder.path().join("pid");
        let script = "sleep 600 & echo $! > \"$0\"; wait";
        let group = Group::spawn(
            Command::new("sh")
                .args(["-c", script])
                .arg(&pid_file)
                .stderr(Stdio::null()),
        )
        .expect("sh starts");
        let grandchild = wait_for(&pid_file);
        assert!(alive(&grandchild));
        group.stop();
        // Its new parent reaps it in its own time; dead is what counts.
        while alive(&grandchild) {
            let state = fs::read_to_string(format!("/proc/{grandchild}/stat"));
            if state.is_ok_and(|stat| stat.contains(") Z ")) {
                break;
            }
            thread::sleep(Duration::from_millis(5));
        }
    }

    #[test]
    fn a_child_may_tidy_up_before_it_leaves() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = |name: &str| folder.path().join(name);
        let script =
            "trap 'echo bye > \"$1\"; exit 0' TERM; echo up > \"$0\"; while :; do sleep 0.01; done";
        let group = Group::spawn(
            Command::new("sh")
                .args(["-c", script])
                .arg(path("up"))
                .arg(path("bye"))
                .stderr(Stdio::null()),
        )
        .expect("sh starts");
        wait_for(&path("up"));
        drop(group);
        assert_eq!(
            fs::read_to_string(path("bye")).expect("it said bye"),
            "bye\n"
        );
    }
}
