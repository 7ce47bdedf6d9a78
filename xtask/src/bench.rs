//! `cargo xtask bench`: measures the server and writes the figures to `docs/benchmarks.md`.

use std::fs;
use std::process::{Command, Stdio};

use anyhow::{Context, Result};

use crate::process::{capture, cargo};
use crate::step::step;
use crate::workspace::Workspace;

/// This command writes the part of the document above this line.
const BY_HAND: &str = "<!-- cargo xtask bench writes what stands above this line -->";

/// Runs the server's benchmarks in release mode, with a soak of `soak` seconds, and writes their tables
/// and a description of the machine.
pub(crate) fn bench(workspace: &Workspace, soak: u64) -> Result<()> {
    let figures = step("measuring the server", || {
        measure(workspace, "figures", &[])
    })?;
    let messages = step("measuring the inbox", || {
        measure(workspace, "messages", &[])
    })?;
    let soak = step("soaking the server among hostile clients", || {
        measure(workspace, "soak", &["--", &soak.to_string()])
    })?;
    println!("{figures}\n\n{messages}\n\n{soak}");

    let path = workspace.root.join("docs/benchmarks.md");
    let before = fs::read_to_string(&path).unwrap_or_default();
    let (_, by_hand) = before.split_once(BY_HAND).unwrap_or_default();
    let machine = machine()?;
    let document = format!(
        "# Benchmarks\n\n\
         `cargo xtask bench` measures this and writes it here. Times depend on the machine; a ratio compares two measurements of one run.\n\n\
         {machine}\n## Server\n\n{figures}\n\n## Inbox\n\n```text\n{messages}\n```\n\n## Soak\n\n{soak}\n\n{BY_HAND}{by_hand}"
    );
    fs::write(&path, document).with_context(|| format!("can't write {}", path.display()))
}

/// The standard output of one benchmark.
fn measure(workspace: &Workspace, bench: &str, arguments: &[&str]) -> Result<String> {
    let mut command = cargo(workspace);
    command.args(["bench", "--quiet", "--package", "flashblog"]);
    // Shows its progress.
    command.stderr(Stdio::inherit());
    capture(command.args(["--bench", bench]).args(arguments))
}

/// The machine as a table: processor, memory, system and load.
fn machine() -> Result<String> {
    let cpu = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let memory = fs::read_to_string("/proc/meminfo").unwrap_or_default();
    let load = fs::read_to_string("/proc/loadavg").unwrap_or_default();
    let cores = std::thread::available_parallelism()?;
    let rows = [
        ("CPU", value_of(&cpu, "model name").to_owned()),
        ("Cores", cores.to_string()),
        ("Memory", value_of(&memory, "MemTotal").to_owned()),
        (
            "Kernel",
            capture(Command::new("uname").args(["-s", "-r", "-m"]))?,
        ),
        ("Rust", capture(Command::new("rustc").arg("--version"))?),
        (
            "Load while measuring (1, 5, 15 minutes)",
            load.split(' ').take(3).collect::<Vec<_>>().join(", "),
        ),
    ];
    let mut table = "| Machine | |\n|---|---|\n".to_owned();
    for (name, value) in rows {
        table.push_str(&format!("| {name} | {value} |\n"));
    }
    Ok(table)
}

/// The value of the first line `name: value`. `unknown` without such a line.
fn value_of<'a>(text: &'a str, name: &str) -> &'a str {
    text.lines()
        .filter_map(|line| line.split_once(':'))
        .find(|(key, _)| key.trim() == name)
        .map_or("unknown", |(_, value)| value.trim())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_found_by_name() {
        let text = "processor\t: 0\nmodel name\t: Some CPU @ 2 GHz\nmodel name\t: another\n";
        assert_eq!(value_of(text, "model name"), "Some CPU @ 2 GHz");
        assert_eq!(value_of(text, "MemTotal"), "unknown");
    }
}
