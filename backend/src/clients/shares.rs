//! Limits how many of something, such as connections, one client holds at a time.

use std::collections::HashMap;
use std::sync::Arc;

use parking_lot::Mutex;

use crate::clients::ClientKey;

/// Counts what each client holds.
#[derive(Clone)]
pub struct Shares {
    most: usize,
    held: Arc<Mutex<HashMap<ClientKey, usize>>>,
}

impl Shares {
    /// Shares of which each client may hold `most`.
    #[must_use]
    pub fn new(most: usize) -> Self {
        Self {
            most,
            held: Arc::default(),
        }
    }

    /// One more place for a client, or `None` when it holds as many as it may.
    pub fn take(&self, client: ClientKey) -> Option<Held> {
        let mut held = self.held.lock();
        let count = held.entry(client).or_insert(0);
        if *count >= self.most {
            return None;
        }
        *count += 1;
        Some(Held {
            shares: self.clone(),
            client,
        })
    }
}

/// One place of a client. Dropping it gives the place back.
pub struct Held {
    shares: Shares,
    client: ClientKey,
}

impl Drop for Held {
    fn drop(&mut self) {
        let mut held = self.shares.held.lock();
        if let Some(count) = held.get_mut(&self.client) {
            *count -= 1;
            if *count == 0 {
                held.remove(&self.client);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::net::{IpAddr, Ipv4Addr};

    use super::*;

    #[test]
    fn a_client_holds_its_share_and_what_it_gives_back_it_may_take_again() {
        let shares = Shares::new(2);
        let client = |number: u32| IpAddr::from(Ipv4Addr::from(number)).into();
        let first = shares.take(client(1)).expect("the first");
        let second = shares.take(client(1)).expect("the second");
        assert!(shares.take(client(1)).is_none());
        let other = shares.take(client(2)).expect("another client's");
        drop(first);
        let third = shares.take(client(1)).expect("room again");
        assert!(shares.take(client(1)).is_none());
        drop((second, third, other));
        assert!(shares.held.lock().is_empty(), "no client is left over");
    }
}
