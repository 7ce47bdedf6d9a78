//! The figures of `docs/benchmarks.md`: `cargo xtask bench` runs this and writes them there.
//!
//! Everything is a ratio within one run: the server's own binary beside a bare route with the same
//! body, tokens beside the bare HMAC. Standard output is a Markdown table; standard error says what
//! is going on meanwhile.

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

/// The binary's allocator, so that both servers and all parts run with the same one.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> anyhow::Result<()> {
    if std::env::args().nth(1).as_deref() == Some(server::BARE) {
        return server::serve_bare();
    }
    println!("| Figure | Goal | Measured | Met |");
    println!("|---|---|---|---|");
    // Memory first, while the heap holds nothing else.
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

/// Prints one row of the table. `measured` needs as many digits as tell it from its goal.
fn row(figure: &str, goal: &str, measured: &str, met: bool) {
    let met = if met { "yes" } else { "no" };
    println!("| {figure} | {goal} | {measured} | {met} |");
}

/// Prints a row that is there to be compared with others.
fn row_without_goal(figure: &str, measured: &str) {
    println!("| {figure} | none set | {measured} | – |");
}
