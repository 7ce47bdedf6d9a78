//! What the server tells systemd, where that started it and asked to be told (`Type=notify`,
//! `WatchdogSec=`): that it serves, that it is alive, that it stops. Elsewhere nothing is told.

use sd_notify::NotifyState;

/// The server serves.
pub fn tell_ready() {
    tell(NotifyState::Ready);
}

/// The server was told to stop, and finishes what is in flight.
pub fn tell_stopping() {
    tell(NotifyState::Stopping);
}

/// Says that the server is alive, twice as often as it is asked to, for as long as it is polled.
/// A runtime that is stuck does not get there, and systemd starts the server anew.
pub async fn tell_alive() {
    let Some(patience) = sd_notify::watchdog_enabled() else {
        return std::future::pending().await;
    };
    let mut turns = tokio::time::interval(patience / 2);
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
