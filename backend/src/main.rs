//! The `flashblog` binary: reads the command line and runs its command.

use std::io::Write;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{ArgMatches, CommandFactory, FromArgMatches, Parser, Subcommand};
use flashblog::commands::{check, init, messages, secret, serve};
use flashblog::config::settings::Settings;
use flashblog::config::{Config, flags};
use flashblog::contact::inbox;

/// Requests allocate many small objects on several threads. This allocator does so faster than the
/// C library's.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// A blog front: a JSON REST API and its single-page app on one address.
#[derive(Parser)]
#[command(
    version,
    after_help = "Every flag is also an environment variable (--data-dir is FLASHBLOG_DATA_DIR) and a key of the file (data-dir). Flag beats environment beats file. FLASHBLOG_SECRET_KEY signs the sessions; FLASHBLOG_SECRET_KEY_FALLBACKS (comma-separated) still verify."
)]
struct Arguments {
    #[command(subcommand)]
    command: Option<Command>,
    #[command(flatten)]
    settings: Settings,
    /// TOML file with any of these settings
    #[arg(long, value_name = "FILE", global = true)]
    config: Option<PathBuf>,
}

#[derive(Subcommand)]
enum Command {
    /// Serve the site; also what `flashblog` alone does
    Serve,
    /// Make a folder with all that a new blog needs
    Init {
        /// A new or empty folder
        folder: PathBuf,
    },
    /// Read configuration, posts and pages once, and say what is wrong with them
    Check,
    /// Read the inbox, also while the server runs
    #[command(arg_required_else_help = false)]
    Messages {
        #[command(subcommand)]
        command: inbox::Command,
    },
    /// Print a new signing key
    Secret,
}

fn main() -> ExitCode {
    let (arguments, matches) = match parse_arguments() {
        Ok(parsed) => parsed,
        Err(exit) => return exit,
    };
    match run(arguments, &matches) {
        Ok(()) => ExitCode::SUCCESS,
        // A program such as `head` closes the pipe once it has read enough.
        Err(error) if is_broken_pipe(&error) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("flashblog: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run(arguments: Arguments, matches: &ArgMatches) -> anyhow::Result<()> {
    let file = arguments.config.as_deref();
    let config = || Config::load(matches, file, &|name| std::env::var_os(name));
    match arguments.command {
        None | Some(Command::Serve) => serve::run(&config()?),
        Some(Command::Messages { command }) => messages::run(command, &config()?),
        Some(Command::Init { folder }) => init::run(&folder),
        Some(Command::Check) => check::run(&config()?),
        Some(Command::Secret) => secret::print(),
    }
}

fn is_broken_pipe(error: &anyhow::Error) -> bool {
    error
        .downcast_ref::<std::io::Error>()
        .is_some_and(|error| error.kind() == std::io::ErrorKind::BrokenPipe)
}

/// Parses the command line. Settings may be before or after a command. An error is printed in one line.
fn parse_arguments() -> Result<(Arguments, ArgMatches), ExitCode> {
    let parsed = Arguments::command()
        .mut_args(|argument| argument.global(true))
        .try_get_matches()
        .and_then(|matches| Ok((Arguments::from_arg_matches(&matches)?, matches)));
    parsed.map_err(|error| {
        if !error.use_stderr() {
            // It fails when the program that reads the help has closed the pipe.
            let _ = write!(std::io::stdout(), "{error}");
            return ExitCode::SUCCESS;
        }
        eprintln!("flashblog: {}", flags::one_line(&error));
        ExitCode::from(2)
    })
}
