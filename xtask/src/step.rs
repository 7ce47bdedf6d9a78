//! Lines about the steps of a command: one before each step, and one after it with its time.
//!
//! They go to standard error, because standard output is for the server (`run`) and the shell (`env`).

use std::time::{Duration, Instant};

use anyhow::Result;

/// Does a step, and prints a line before it and one with its time after it.
pub(crate) fn step<T>(what: &str, work: impl FnOnce() -> Result<T>) -> Result<T> {
    eprintln!("==> {what}");
    let started = Instant::now();
    let result = work();
    let took = human_duration(started.elapsed());
    let ending = if result.is_ok() {
        "done in"
    } else {
        "failed after"
    };
    eprintln!("    {what}: {ending} {took}");
    result
}

/// Prints a line about something that needs no work.
pub(crate) fn already(what: &str) {
    eprintln!("==> {what}");
}

/// `0.4 s`, `38 s`, `3 min 5 s`.
pub(crate) fn human_duration(duration: Duration) -> String {
    let seconds = duration.as_secs();
    match seconds {
        0..10 => format!("{:.1} s", duration.as_secs_f64()),
        10..60 => format!("{seconds} s"),
        _ => format!("{} min {} s", seconds / 60, seconds % 60),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_read_well() {
        assert_eq!(human_duration(Duration::from_millis(430)), "0.4 s");
        assert_eq!(human_duration(Duration::from_millis(38_900)), "38 s");
        assert_eq!(human_duration(Duration::from_secs(185)), "3 min 5 s");
    }
}
