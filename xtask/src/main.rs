//! The project's commands. `cargo xtask --help` lists them.

mod backend;
mod bench;
mod build;
mod dev;
mod dist;
mod e2e;
mod frontend;
mod page_weight;
mod process;
mod process_group;
mod run;
mod step;
mod test;
mod toolchain;
mod workspace;

use std::ffi::OsString;
use std::process::ExitCode;

use clap::{Parser, Subcommand};

use crate::toolchain::Toolchain;
use crate::workspace::Workspace;

/// Sets up a machine for FlashBlog, and builds, runs, tests and measures it.
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
    /// Serve site and API; rebuild and reload on every change
    Dev,
    /// Build the site into frontend/dist and the server in release mode
    Build,
    /// Build the whole site as one file, dist/flashblog, and print the sizes of its parts
    Dist,
    /// Write screenshots of every view into target/shots, and the README's pictures into docs/pictures
    Shots,
    /// Measure the pages with Lighthouse as on a phone; reports in target/lighthouse
    Lighthouse,
    /// Check format and lints, and run all tests, also those in the browser
    Test {
        /// Only browser tests: those whose names contain one of NAMES, or all of them
        #[arg(long, value_name = "NAMES", num_args = 0..)]
        browser: Option<Vec<String>>,
    },
    /// Measure the server, soak it, and write docs/benchmarks.md
    Bench {
        /// Seconds of the soak
        #[arg(long, value_name = "SECONDS", default_value_t = 600)]
        soak: u64,
    },
    /// Measure the size of a first visit, file by file, and write it to docs/benchmarks.md
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
        Command::Shots => e2e::shots(&workspace),
        Command::Lighthouse => e2e::lighthouse(&workspace),
        Command::Test { browser: None } => test::test(&workspace),
        Command::Test {
            browser: Some(names),
        } => test::test_browser(&workspace, &names),
        Command::Bench { soak } => bench::bench(&workspace, soak),
        Command::Weight => page_weight::page_weight(&workspace),
        Command::Env => {
            Toolchain::provide(&workspace).map(|toolchain| print!("{}", toolchain.exports()))
        }
    });
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}
