//! How often one client may do something.

use std::collections::{HashMap, VecDeque};
use std::fmt;
use std::str::FromStr;
use std::sync::Arc;
use std::time::Duration;

use parking_lot::Mutex;

use crate::clients::ClientKey;
use crate::clock::Clock;

/// The most clients that a limit keeps in memory.
const MAX_CLIENTS: usize = 50_000;
/// The most times that a limit keeps in memory, for all clients together: 16 bytes each.
const MAX_TIMES: usize = 1_000_000;
/// The highest count of a rate.
const MAX_COUNT: usize = 1_000;

/// A count in a period.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rate {
    count: usize,
    per: Duration,
}

impl Rate {
    /// Five a minute.
    pub const FIVE_A_MINUTE: Self = Self {
        count: 5,
        per: Duration::from_secs(60),
    };

    /// Sixty a minute.
    pub const SIXTY_A_MINUTE: Self = Self {
        count: 60,
        per: Duration::from_secs(60),
    };

    /// How many times in a period.
    pub fn count(self) -> usize {
        self.count
    }

    /// The period.
    pub fn per(self) -> Duration {
        self.per
    }
}

impl FromStr for Rate {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let parse = |text: &str| {
            let (count, unit) = text.split_once('/')?;
            let seconds = match unit {
                "s" => 1,
                "min" => 60,
                "h" => 3600,
                _ => return None,
            };
            let count = count.parse().ok().filter(|n| (1..=MAX_COUNT).contains(n))?;
            let per = Duration::from_secs(seconds);
            Some(Self { count, per })
        };
        parse(text).ok_or_else(|| {
            format!("`{text}` is no rate; a number from 1 to {MAX_COUNT} a second, minute or hour, such as 1/s, 5/min or 20/h, would fit")
        })
    }
}

impl fmt::Display for Rate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} in {} s", self.count, self.per.as_secs())
    }
}

/// Counts what each client did recently. A client may do at most the rate's count in any period of
/// the rate's length.
pub struct RateLimit {
    rate: Rate,
    clock: Arc<dyn Clock>,
    max_clients: usize,
    /// The times that count for each client, oldest first, in the clock's uptime.
    clients: Mutex<HashMap<ClientKey, VecDeque<Duration>>>,
}

impl RateLimit {
    /// An unused limit.
    #[must_use]
    pub fn new(rate: Rate, clock: Arc<dyn Clock>) -> Self {
        Self {
            rate,
            clock,
            max_clients: MAX_CLIENTS.min(MAX_TIMES / rate.count),
            clients: Mutex::default(),
        }
    }

    /// The rate.
    pub fn rate(&self) -> Rate {
        self.rate
    }

    /// Whether a client may do it once more. Counts nothing.
    ///
    /// # Errors
    /// How long it has to wait.
    pub fn check(&self, client: ClientKey) -> Result<(), Duration> {
        let now = self.clock.uptime();
        match self.clients.lock().get_mut(&client) {
            Some(times) => self.forget_old(times, now),
            None => Ok(()),
        }
    }

    /// Counts once more for a client.
    ///
    /// # Errors
    /// How long the client has to wait. Then nothing is counted.
    pub fn spend(&self, client: ClientKey) -> Result<(), Duration> {
        let now = self.clock.uptime();
        let mut clients = self.clients.lock();
        if clients.len() >= self.max_clients && !clients.contains_key(&client) {
            self.evict(&mut clients, now);
        }
        let times = clients.entry(client).or_default();
        self.forget_old(times, now)?;
        times.push_back(now);
        Ok(())
    }

    /// Drops a client's times that no longer count. Fails with the time to wait when the others
    /// reach the rate.
    fn forget_old(&self, times: &mut VecDeque<Duration>, now: Duration) -> Result<(), Duration> {
        while times
            .front()
            .is_some_and(|time| now.saturating_sub(*time) >= self.rate.per)
        {
            times.pop_front();
        }
        if times.len() < self.rate.count {
            return Ok(());
        }
        let oldest = times.front().copied().unwrap_or(now);
        Err((oldest + self.rate.per).saturating_sub(now))
    }

    /// Drops clients without a time that counts. If that makes no room, drops the half that was
    /// inactive for longest: a flood from very many addresses gets a few more tries, but can't fill
    /// the memory.
    fn evict(&self, clients: &mut HashMap<ClientKey, VecDeque<Duration>>, now: Duration) {
        let last = |times: &VecDeque<Duration>| times.back().copied().unwrap_or_default();
        clients.retain(|_, times| now.saturating_sub(last(times)) < self.rate.per);
        if clients.len() < self.max_clients {
            return;
        }
        let mut lasts: Vec<Duration> = clients.values().map(last).collect();
        let middle = lasts.len() / 2;
        let (_, median, _) = lasts.select_nth_unstable(middle);
        let median = *median;
        let mut surplus = middle + 1;
        clients.retain(|_, times| {
            let is_dropped = surplus > 0 && last(times) <= median;
            surplus -= usize::from(is_dropped);
            !is_dropped
        });
    }
}

#[cfg(test)]
mod tests {
    use std::net::{IpAddr, Ipv4Addr};

    use jiff::Timestamp;

    use super::*;

    struct ManualClock(Mutex<Duration>);

    impl Clock for ManualClock {
        fn now(&self) -> Timestamp {
            Timestamp::UNIX_EPOCH
        }

        fn uptime(&self) -> Duration {
            *self.0.lock()
        }
    }

    fn limit(max_clients: usize) -> (RateLimit, Arc<ManualClock>) {
        let clock = Arc::new(ManualClock(Mutex::new(Duration::ZERO)));
        let mut limit = RateLimit::new(Rate::FIVE_A_MINUTE, Arc::clone(&clock) as Arc<dyn Clock>);
        limit.max_clients = max_clients;
        (limit, clock)
    }

    fn client(number: u32) -> ClientKey {
        IpAddr::from(Ipv4Addr::from(number)).into()
    }

    #[test]
    fn never_more_than_five_in_any_minute() {
        let (limit, clock) = limit(10);
        let mut allowed = Vec::new();
        for second in 0..600 {
            *clock.0.lock() = Duration::from_secs(second);
            if limit.spend(client(1)).is_ok() {
                allowed.push(second);
            }
        }
        assert_eq!(allowed.len(), 50);
        for second in 0..600 {
            let minute = second..second + 60;
            assert!(allowed.iter().filter(|time| minute.contains(*time)).count() <= 5);
        }
    }

    #[test]
    fn a_refused_client_learns_how_long_and_others_go_on() {
        let (limit, clock) = limit(10);
        for _ in 0..5 {
            assert_eq!(limit.spend(client(1)), Ok(()));
        }
        *clock.0.lock() = Duration::from_secs(20);
        assert_eq!(limit.spend(client(1)), Err(Duration::from_secs(40)));
        assert_eq!(limit.check(client(1)), Err(Duration::from_secs(40)));
        for _ in 0..9 {
            assert_eq!(limit.check(client(2)), Ok(()), "looking costs nothing");
        }
        assert_eq!(limit.spend(client(2)), Ok(()));
        *clock.0.lock() = Duration::from_secs(60);
        assert_eq!(limit.spend(client(1)), Ok(()));
    }

    #[test]
    fn a_flood_from_many_addresses_takes_no_memory() {
        let (limit, clock) = limit(100);
        for number in 0..10_000 {
            *clock.0.lock() = Duration::from_millis(u64::from(number));
            let _ = limit.spend(client(number));
            assert!(limit.clients.lock().len() <= 100);
        }
        for _ in 0..4 {
            assert_eq!(
                limit.spend(client(9_999)),
                Ok(()),
                "the latest is remembered"
            );
        }
        assert!(limit.spend(client(9_999)).is_err());
    }

    #[test]
    fn rates_are_read_and_others_are_named() {
        assert_eq!("5/min".parse(), Ok(Rate::FIVE_A_MINUTE));
        assert_eq!(
            "1/s".parse::<Rate>().expect("a rate").to_string(),
            "1 in 1 s"
        );
        assert_eq!(
            "20/h".parse::<Rate>().expect("a rate").to_string(),
            "20 in 3600 s"
        );
        for text in [
            "", "5", "0/min", "5/m", "-1/s", "5 / min", "1001/s", "x/min",
        ] {
            let error = text.parse::<Rate>().expect_err(text);
            assert!(error.contains("5/min"), "{error}");
        }
    }
}
