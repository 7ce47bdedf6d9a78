//! Debian's package manager, if xtask may use it.

use std::fs;
use std::process::Command;

use anyhow::Result;

use crate::process;
use crate::step::step;

/// Whether packages can be installed without a password: on Debian, as root.
pub(crate) fn can_install() -> bool {
    is_root() && fs::read_to_string("/etc/os-release").is_ok_and(|text| is_debian(&text))
}

/// Whether `/etc/os-release` (os-release(5)) describes Debian itself. Its derivatives lack packages that
/// are needed here.
pub(crate) fn is_debian(os_release: &str) -> bool {
    os_release
        .lines()
        .any(|line| matches!(line.trim(), "ID=debian" | "ID=\"debian\""))
}

#[cfg(unix)]
fn is_root() -> bool {
    rustix::process::geteuid().is_root()
}

#[cfg(not(unix))]
fn is_root() -> bool {
    false
}

/// Updates the package lists and installs packages.
pub(crate) fn install(packages: &[&str]) -> Result<()> {
    step(
        &format!("installing Debian's {}", packages.join(", ")),
        || {
            process::run(apt_get().args(["update", "--quiet"]))?;
            process::run(
                apt_get()
                    .args(["install", "--quiet", "--yes", "--no-install-recommends"])
                    .args(packages),
            )
        },
    )
}

fn apt_get() -> Command {
    let mut command = Command::new("apt-get");
    command.env("DEBIAN_FRONTEND", "noninteractive");
    command
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn debian_is_told_from_its_derivatives() {
        assert!(is_debian(
            "PRETTY_NAME=\"Debian GNU/Linux 12\"\nID=debian\n"
        ));
        assert!(!is_debian("ID=ubuntu\nID_LIKE=debian\n"));
        assert!(!is_debian(""));
    }
}
