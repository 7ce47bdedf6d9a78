//! The figures of `docs/benchmarks.md`: `cargo xtask bench` runs this and writes them there.
//!
//! Where it can, a figure is a ratio within one run, which depends less on the machine: the server's
//! binary compared with a bare route with the same body, tokens with the bare HMAC. The Markdown table
//! goes to standard output, progress to standard error.

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
mod search;
mod server;
mod servers;
mod slow_source;
mod tokens;

/// The allocator of the `flashblog` binary, so that all measurements use the same one.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> anyhow::Result<()> {
    if std::env::args().nth(1).as_deref() == Some(server::BARE) {
        return server::serve_bare();
    }
    println!("| Figure | Goal | Measured | Met |");
    println!("|---|---|---|---|");
    // Memory is first, while the heap is still empty.
    memory::run()?;
    tokens::run()?;
    flights::run()?;
    slow_source::run()?;
    search::run()?;
    idle::run()?;
    growth::run()?;
    http::run()?;
    servers::run()?;
    flask::run()?;
    encodings::run()?;
    instructions::run()?;
    overload::run()
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
