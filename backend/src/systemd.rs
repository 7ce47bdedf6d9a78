//! Notifications for systemd (`Type=notify`, `WatchdogSec=`): the server serves, is alive, stops.
//! Without systemd nothing is sent.

use sd_notify::NotifyState;

/// Says that the server serves.
pub fn tell_ready() {
    tell(NotifyState::Ready);
}

/// Says that the server stops, and finishes the requests in flight.
pub fn tell_stopping() {
    tell(NotifyState::Stopping);
}

/// Says that the server is alive, twice in each watchdog interval, for as long as it is polled. A
/// runtime that hangs does not poll, and systemd restarts the server.
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
        tracing::warn!(cause = %error, "The service manager can't be told");
    }
}
