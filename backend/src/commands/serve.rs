//! `flashblog serve`: the server, from its start to its end.

use std::io::Write;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use anyhow::Context;
use tokio::net::TcpListener;
use tokio::signal;
#[cfg(unix)]
use tokio::signal::unix::SignalKind;
use tokio::time::sleep;

use crate::app::App;
use crate::config::{self, Config};
use crate::http::hosts::Hosts;
use crate::http::server::{self, ConnectionLimits};
use crate::public_url::PublicUrl;
use crate::{router, systemd, telemetry};

/// After SIGTERM the server still accepts connections for this long while `/readyz` answers 503, so
/// that load balancers send visitors to other servers. This time and the drain that follows take less
/// than the 10 s that a service manager waits.
const READINESS_GRACE: Duration = Duration::from_secs(1);

/// The runtime waits this long for blocked threads, such as one that waits for a slow disk.
const SHUTDOWN_TIMEOUT: Duration = Duration::from_secs(1);

/// Serves until a signal ends it.
///
/// # Errors
/// When an address, the database or another part can't be used.
pub fn run(config: &Config) -> anyhow::Result<()> {
    telemetry::start(&config.settings.log.0, config.settings.production)?;
    let variables = std::env::vars_os();
    let names = variables.filter_map(|(name, _)| name.into_string().ok());
    for line in config::ignored_variables(names) {
        tracing::warn!("{line}");
    }
    let runtime = super::runtime()?;
    let outcome = runtime.block_on(serve(config));
    runtime.shutdown_timeout(SHUTDOWN_TIMEOUT);
    outcome
}

async fn serve(config: &Config) -> anyhow::Result<()> {
    let settings = &config.settings;
    let listener = bind("listen", settings.listen.0).await?;
    let metrics_listener = match settings.metrics_listen {
        Some(address) => {
            let hosts = Hosts::new(address.0.ip(), None, &settings.allowed_hosts);
            Some((bind("metrics-listen", address.0).await?, hosts))
        }
        None => None,
    };
    let address = listener.local_addr()?;
    let public_url = settings
        .public_url
        .clone()
        .unwrap_or_else(|| PublicUrl::of_listener(address));
    let app = App::connect(config, public_url).await?;
    // Before the address is printed: a program that reads it may send a signal right away.
    let stop_signal = stop_signal().context("can't wait for signals")?;
    // Standard output may be closed, which is no reason to stop.
    let _ = writeln!(std::io::stdout(), "listening on http://{address}");
    if let Some((listener, _)) = &metrics_listener {
        let address = listener.local_addr()?;
        let _ = writeln!(std::io::stdout(), "metrics on http://{address}/metrics");
    }
    tracing::info!(%address, source = %config.source, "Serving");
    systemd::tell_ready();

    let draining = Arc::clone(&app.draining);
    let preview = app.preview.clone();
    let stop = async move {
        let signal = stop_signal.await;
        draining.store(true, Ordering::Relaxed);
        if let Some(preview) = preview {
            preview.end();
        }
        systemd::tell_stopping();
        tracing::info!("Stopping: finishing the requests in flight");
        if signal != StopSignal::Interrupt {
            sleep(READINESS_GRACE).await;
        }
    };
    let limits = ConnectionLimits {
        trusted_proxies: Arc::clone(&app.trusted_proxies),
        ..ConnectionLimits::default()
    };
    tokio::select! {
        () = app.work() => {}
        () = serve_metrics(metrics_listener, app.clone()) => {}
        () = systemd::tell_alive() => {}
        () = server::serve(listener, router::router(app.clone()), limits, stop) => {}
    }
    Ok(())
}

async fn bind(name: &str, address: SocketAddr) -> anyhow::Result<TcpListener> {
    TcpListener::bind(address).await.with_context(|| {
        format!("{name}: can't use {address}; another address or port 0 would fit")
    })
}

/// Serves metrics for as long as it is polled. Without a listener it only waits.
async fn serve_metrics(listener: Option<(TcpListener, Hosts)>, app: App) {
    let never = std::future::pending();
    match listener {
        Some((listener, hosts)) => {
            let router = router::metrics_router(app, hosts);
            server::serve(listener, router, ConnectionLimits::default(), never).await;
        }
        None => never.await,
    }
}

/// The signal that stops the server.
#[derive(Debug, PartialEq, Eq)]
enum StopSignal {
    /// Ctrl-C in a terminal.
    Interrupt,
    /// SIGTERM of a service manager.
    #[cfg(unix)]
    Terminate,
}

/// Resolves on Ctrl-C and on SIGTERM. From the call on, neither ends the process by itself.
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
