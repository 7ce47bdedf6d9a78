//! The project's commands. `cargo xtask --help` lists them.

mod backend;
mod bench;
mod build;
#[cfg(feature = "dist")]
mod cold_start;
mod contract;
mod dev;
mod dist;
mod env;
mod group;
mod lighthouse;
mod process;
mod run;
mod shots;
mod spa;
mod step;
mod test;
mod toolchain;
mod weight;
mod workspace;

use std::ffi::OsString;
use std::process::ExitCode;

use clap::{Parser, Subcommand};

use crate::workspace::Workspace;

/// From a bare machine to a running FlashBlog.
#[derive(Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask")]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Build everything and serve site and API on one address
    Run {
        /// Arguments for `flashblog` itself, such as `--listen 127.0.0.1:8080`
        #[arg(last = true)]
        args: Vec<OsString>,
    },
    /// Serve site and API, rebuilding and reloading on every change
    Dev,
    /// Build the site into frontend/dist and the server in release mode
    Build,
    /// Build the whole site as one file, dist/flashblog, and say how large its parts are
    Dist,
    /// Write screenshots of every page, in both themes and two widths, into target/shots
    Shots,
    /// Measure the pages with Lighthouse, as phones have them; reports in target/lighthouse
    Lighthouse,
    /// Check format and lints, run every test, the browser's too
    Test,
    /// Measure the server and write docs/benchmarks.md
    Bench,
    /// Weigh a first visit, file by file, and write it to docs/benchmarks.md
    Weight,
    /// Print the shell exports with which `trunk` works by hand: eval "$(cargo xtask env)"
    Env,
}

fn main() -> ExitCode {
    let cli = Cli::parse();
    let result = Workspace::find().and_then(|workspace| match cli.command {
        Command::Run { args } => run::run(&workspace, &args),
        Command::Dev => dev::dev(&workspace),
        Command::Build => build::build(&workspace).map(drop),
        Command::Dist => dist::dist(&workspace).map(drop),
        Command::Shots => shots::shots(&workspace),
        Command::Lighthouse => lighthouse::lighthouse(&workspace),
        Command::Test => test::test(&workspace),
        Command::Bench => bench::bench(&workspace),
        Command::Weight => weight::weight(&workspace),
        Command::Env => env::env(&workspace),
    });
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}
