//! How many contact messages one client may send, over all servers of the site.

use std::sync::Arc;
use std::time::Duration;

use aws_lc_rs::hmac;

use crate::clients::ClientKey;
use crate::clients::rate_limit::RateLimit;
use crate::store::{Store, StoreError};

/// Counts each client's messages. A shared database counts for all servers. This server's own count is
/// checked first, so that a flood does not reach the database.
pub struct ContactLimit {
    counted_here: RateLimit,
    store: Arc<dyn Store>,
    /// The key of a hash of the client, so that the database holds no addresses.
    key: hmac::Key,
}

/// Why a message is not counted.
#[derive(Debug)]
pub enum NotCounted {
    /// The client has sent too many, and has to wait this long.
    TooMany(Duration),
    /// The database can't be asked.
    Store(StoreError),
}

impl ContactLimit {
    /// A limit that no client has used. `secret` is the signing key.
    pub fn new(counted_here: RateLimit, store: Arc<dyn Store>, secret: &[u8]) -> Self {
        Self {
            counted_here,
            store,
            key: hmac::Key::new(hmac::HMAC_SHA256, secret),
        }
    }

    /// Checks whether a client may send one more, by this server's own count.
    ///
    /// # Errors
    /// How long it has to wait, when it has sent too many.
    pub fn check(&self, client: ClientKey) -> Result<(), Duration> {
        self.counted_here.check(client)
    }

    /// Counts one more for a client.
    ///
    /// # Errors
    /// [`NotCounted`] when that would be too many, or can't be known.
    pub async fn spend(&self, client: ClientKey) -> Result<(), NotCounted> {
        if self.store.is_shared() {
            self.check(client).map_err(NotCounted::TooMany)?;
            let rate = self.counted_here.rate();
            let name = self.name(client);
            let counted = self.store.count_use(&name, rate.count(), rate.per()).await;
            if let Some(wait) = counted.map_err(NotCounted::Store)? {
                return Err(NotCounted::TooMany(wait));
            }
        }
        self.counted_here.spend(client).map_err(NotCounted::TooMany)
    }

    fn name(&self, client: ClientKey) -> Vec<u8> {
        let mut context = hmac::Context::with_key(&self.key);
        context.update(b"flashblog contact client");
        context.update(&client.to_bytes());
        context.sign().as_ref()[..16].to_vec()
    }
}
