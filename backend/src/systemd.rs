//! Notifies systemd (`Type=notify`, `WatchdogSec=`) that the server is ready, is alive, or stops. Without
//! systemd nothing is sent.

use sd_notify::NotifyState;

/// Notifies systemd that the server accepts requests.
pub fn tell_ready() {
    tell(NotifyState::Ready);
}

/// Notifies systemd that the server stops, which begins with finishing the requests in flight.
pub fn tell_stopping() {
    tell(NotifyState::Stopping);
}

/// Notifies systemd that the server is alive, twice in each watchdog interval, for as long as it is
/// polled. A runtime that hangs does not poll it, so systemd restarts the server.
pub async fn tell_alive() {
    let Some(watchdog) = sd_notify::watchdog_enabled() else {
        return std::future::pending().await;
    };
    let mut turns = tokio::time::interval(watchdog / 2);
    loop {
        turns.tick().await;
        tell(NotifyState::Watchdog);
    }
}

fn tell(state: NotifyState) {
    if let Err(error) = sd_notify::notify(&[state]) {
        tracing::warn!(cause = %error, "Can't notify the service manager");
    }
}
