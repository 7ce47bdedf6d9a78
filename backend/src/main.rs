//! The `flashblog` binary: configuration, logging, server.

use std::io::Write;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use anyhow::Context;
use clap::{CommandFactory, FromArgMatches, Parser, Subcommand};
use flashblog::app::App;
use flashblog::config::secret_key;
use flashblog::config::{Config, Settings};
use flashblog::contact::inbox;
use flashblog::http::server;
use flashblog::http::server::ConnectionLimits;
use flashblog::public_url::PublicUrl;
use flashblog::{router, systemd, telemetry};
use tokio::net::TcpListener;
use tokio::signal;
#[cfg(unix)]
use tokio::signal::unix::SignalKind;
use tokio::time::sleep;

/// For this long after SIGTERM new connections are taken still: a load balancer that asks whether the
/// server is ready reads that it isn't, and sends people elsewhere. With the drain that follows it
/// is less than the 10 s that a service manager waits.
const READINESS_GRACE: Duration = Duration::from_secs(1);

/// Many small objects a request, on several threads: this allocator serves them a good deal faster
/// than the C library's.
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
    #[arg(long, env = "FLASHBLOG_CONFIG", value_name = "FILE", global = true)]
    config: Option<PathBuf>,
}

#[derive(Subcommand)]
enum Command {
    /// Serve the site; also what `flashblog` alone does
    Serve,
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
    let arguments = match parse_arguments() {
        Ok(arguments) => arguments,
        Err(exit) => return exit,
    };
    let outcome = match arguments.command {
        None | Some(Command::Serve) => serve(arguments.settings, arguments.config),
        Some(Command::Messages { command }) => {
            messages(command, arguments.settings, arguments.config)
        }
        Some(Command::Secret) => print_secret(),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        // Whoever reads the output has seen enough.
        Err(error) if is_broken_pipe(&error) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("flashblog: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn is_broken_pipe(error: &anyhow::Error) -> bool {
    error
        .downcast_ref::<std::io::Error>()
        .is_some_and(|error| error.kind() == std::io::ErrorKind::BrokenPipe)
}

/// Reads the command line; settings may stand before or after a command. What can't be used is told in one line.
fn parse_arguments() -> Result<Arguments, ExitCode> {
    let parsed = Arguments::command()
        .mut_args(|argument| argument.global(true))
        .try_get_matches()
        .and_then(|matches| Arguments::from_arg_matches(&matches));
    parsed.map_err(|error| {
        if !error.use_stderr() {
            // Whoever reads the output may have seen enough.
            let _ = write!(std::io::stdout(), "{error}");
            return ExitCode::SUCCESS;
        }
        let text = error.to_string();
        let facts: Vec<&str> = text
            .lines()
            .take_while(|line| {
                !line.starts_with("Usage:") && !line.starts_with("For more information")
            })
            .map(str::trim)
            .filter(|line| !line.is_empty())
            .collect();
        eprintln!(
            "flashblog: {} (see flashblog --help)",
            facts.join("; ").trim_start_matches("error: ")
        );
        ExitCode::from(2)
    })
}

fn print_secret() -> anyhow::Result<()> {
    let key = secret_key::generate().map_err(|error| anyhow::anyhow!("no randomness: {error}"))?;
    writeln!(std::io::stdout(), "{key}")?;
    Ok(())
}

fn messages(
    command: inbox::Command,
    settings: Settings,
    file: Option<PathBuf>,
) -> anyhow::Result<()> {
    let config = Config::load(settings, file.as_deref(), &|name| std::env::var_os(name))?;
    runtime()?.block_on(inbox::run(command, &config.database))
}

fn runtime() -> anyhow::Result<tokio::runtime::Runtime> {
    tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .context("can't start the runtime")
}

fn serve(settings: Settings, file: Option<PathBuf>) -> anyhow::Result<()> {
    let config = Config::load(settings, file.as_deref(), &|name| std::env::var_os(name))?;
    telemetry::start(&config.log, config.production)?;
    let runtime = runtime()?;
    let outcome = runtime.block_on(run(config));
    // A thread that waits for a disk which does not answer must not keep the process.
    runtime.shutdown_timeout(Duration::from_secs(1));
    outcome
}

async fn run(config: Config) -> anyhow::Result<()> {
    let listener = bind("listen", config.listen).await?;
    let metrics_listener = match config.metrics_listen {
        Some(address) => Some(bind("metrics-listen", address).await?),
        None => None,
    };
    let address = listener.local_addr()?;
    let public_url = config
        .public_url
        .clone()
        .unwrap_or_else(|| PublicUrl::of_listener(address));
    let app = App::connect(&config, public_url).await?;
    // Before anybody is told that the server is there, and may want it to end.
    let stop_signal = stop_signal().context("can't wait for signals")?;
    // Standard output may be closed; the site is served all the same.
    let _ = writeln!(std::io::stdout(), "listening on http://{address}");
    if let Some(listener) = &metrics_listener {
        let address = listener.local_addr()?;
        let _ = writeln!(std::io::stdout(), "metrics on http://{address}/metrics");
    }
    tracing::info!(%address, source = %config.source, "Serving");
    systemd::tell_ready();

    let draining = Arc::clone(&app.draining);
    let stop = async move {
        let signal = stop_signal.await;
        draining.store(true, Ordering::Relaxed);
        systemd::tell_stopping();
        tracing::info!("Stopping: finishing the requests in flight");
        if signal != StopSignal::Interrupt {
            sleep(READINESS_GRACE).await;
        }
    };
    tokio::select! {
        () = app.work() => {}
        () = serve_metrics(metrics_listener, app.clone()) => {}
        () = systemd::tell_alive() => {}
        () = server::serve(listener, router::router(app.clone()), ConnectionLimits::default(), stop) => {}
    }
    Ok(())
}

async fn bind(name: &str, address: SocketAddr) -> anyhow::Result<TcpListener> {
    TcpListener::bind(address).await.with_context(|| {
        format!("{name}: can't use {address}; another address or port 0 would fit")
    })
}

/// Serves for as long as it is polled; without a listener there is nothing to do.
async fn serve_metrics(listener: Option<TcpListener>, app: App) {
    let never = std::future::pending();
    match listener {
        Some(listener) => {
            let router = router::metrics_router(app);
            server::serve(listener, router, ConnectionLimits::default(), never).await;
        }
        None => never.await,
    }
}

/// What ends the server.
#[derive(Debug, PartialEq, Eq)]
enum StopSignal {
    /// Ctrl-C, by somebody who waits for it.
    Interrupt,
    /// SIGTERM, by a service manager.
    #[cfg(unix)]
    Terminate,
}

/// Resolves on Ctrl-C, and on SIGTERM. From now on neither ends the process by itself.
#[cfg(unix)]
fn stop_signal() -> anyhow::Result<impl Future<Output = StopSignal>> {
    let mut interrupt = signal::unix::signal(SignalKind::interrupt())?;
    let mut terminate = signal::unix::signal(SignalKind::terminate())?;
    Ok(async move {
        tokio::select! {
            _ = interrupt.recv() => StopSignal::Interrupt,
            _ = terminate.recv() => StopSignal::Terminate,
        }
    })
}

/// Resolves on Ctrl-C.
#[cfg(not(unix))]
fn stop_signal() -> anyhow::Result<impl Future<Output = StopSignal>> {
    Ok(async {
        match signal::ctrl_c().await {
            Ok(()) => StopSignal::Interrupt,
            Err(_) => std::future::pending().await,
        }
    })
}
