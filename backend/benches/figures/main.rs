//! The figures of `docs/benchmarks.md`: `cargo xtask bench` runs this and writes them there.
//!
//! Where it can, a figure is a ratio within one run, which depends less on the machine: the server's
//! binary compared with a bare route with the same body, tokens with the bare HMAC. The Markdown table
//! goes to standard output, progress to standard error. `cargo bench --bench figures -- instructions search`
//! measures two of them.

mod client;
mod encodings;
mod flask;
mod flights;
mod growth;
mod http;
mod idle;
mod instructions;
mod load;
mod made_up;
mod memory;
mod overload;
#[path = "../../tests/api/postgres_proxy.rs"]
mod postgres_proxy;
#[path = "../../tests/api/postgres_server.rs"]
mod postgres_server;
#[path = "../shared/process.rs"]
mod process;
mod rendering;
mod search;
mod server;
mod servers;
mod slow_source;
mod tokens;

/// The allocator of the `flashblog` binary, so that all measurements use the same one.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

type Measure = fn() -> anyhow::Result<()>;

/// The figures by name, in the order of the table.
const FIGURES: [(&str, Measure); 14] = [
    ("memory", memory::run),
    ("tokens", tokens::run),
    ("flights", flights::run),
    ("slow-source", slow_source::run),
    ("search", search::run),
    ("idle", idle::run),
    ("growth", growth::run),
    ("http", http::run),
    ("servers", servers::run),
    ("flask", flask::run),
    ("rendering", rendering::run),
    ("encodings", encodings::run),
    ("instructions", instructions::run),
    ("overload", overload::run),
];

/// Measures the figures that the arguments name, or all.
fn main() -> anyhow::Result<()> {
    // cargo adds `--bench`.
    let arguments = std::env::args().skip(1);
    let named: Vec<String> = arguments.filter(|it| it != "--bench").collect();
    if named.first().is_some_and(|first| first == server::BARE) {
        return server::serve_bare();
    }
    for name in &named {
        let is_known = FIGURES.iter().any(|(known, _)| known == name);
        anyhow::ensure!(is_known, "there is no figure `{name}`");
    }
    println!("| Figure | Goal | Measured | Met |");
    println!("|---|---|---|---|");
    for (name, measure) in FIGURES {
        if named.is_empty() || named.iter().any(|it| it == name) {
            measure()?;
        }
    }
    Ok(())
}

/// Prints one row of the table. `measured` needs enough digits to be compared with the goal.
fn row(figure: &str, goal: &str, measured: &str, met: bool) {
    let met = if met { "yes" } else { "no" };
    println!("| {figure} | {goal} | {measured} | {met} |");
}

/// Prints a row that has no goal, for comparison only.
fn row_without_goal(figure: &str, measured: &str) {
    println!("| {figure} | none set | {measured} | – |");
}
