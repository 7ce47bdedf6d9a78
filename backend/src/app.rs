//! What handlers share: built from parts in tests, connected from the configuration in `main`.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::Duration;

use tokio::sync::Semaphore;

use crate::cache::BlogCache;
use crate::clock::{Clock, SystemClock};
use crate::config::{Config, PublicUrl};
use crate::limits::MAX_IN_FLIGHT;
use crate::secret_key;
use crate::session::Sessions;
use crate::session_memory::SessionMemory;
use crate::sources;
use crate::store::sqlite::SqliteStore;
use crate::token::Keys;

const TIDY_INTERVAL: Duration = Duration::from_secs(60);

/// The state of the running server.
#[derive(Clone)]
pub struct App {
    /// Finds and makes visitors' sessions.
    pub sessions: Arc<Sessions>,
    /// The blogs that they read.
    pub blogs: Arc<BlogCache>,
    /// Where people reach the site.
    pub public_url: Arc<PublicUrl>,
    /// The built single-page app.
    pub assets: Arc<PathBuf>,
    /// Places for the requests in flight.
    pub places: Arc<Semaphore>,
    /// Whether the server was told to stop.
    pub draining: Arc<AtomicBool>,
}

impl App {
    /// Opens what the configuration names. `public_url` is where people reach the site.
    ///
    /// # Errors
    /// When a part can't be used, with what to do about it.
    pub async fn connect(config: &Config, public_url: PublicUrl) -> anyhow::Result<Self> {
        let clock: Arc<dyn Clock> = Arc::new(SystemClock::start());
        let source = sources::open(&config.source, config.upstream_timeout)?;
        let store = SqliteStore::open(&config.data_dir.join("flashblog.db")).await?;
        let memory = SessionMemory::load(Arc::new(store)).await?;
        let sessions = Sessions::new(
            signing_keys(config)?,
            Arc::new(memory),
            Arc::clone(&clock),
            config.session_lifetime,
            public_url.is_https(),
        );
        Ok(Self {
            sessions: Arc::new(sessions),
            blogs: Arc::new(BlogCache::new(source, clock, config.cache_lifetime)),
            public_url: Arc::new(public_url),
            assets: Arc::new(config.assets.clone()),
            places: Arc::new(Semaphore::new(MAX_IN_FLIGHT)),
            draining: Arc::default(),
        })
    }

    /// Does what has to be done from time to time, for as long as it is polled.
    pub async fn keep_tidy(&self) {
        let mut minutes = tokio::time::interval(TIDY_INTERVAL);
        loop {
            minutes.tick().await;
            self.sessions.tidy().await;
            self.blogs.tidy();
        }
    }
}

fn signing_keys(config: &Config) -> anyhow::Result<Keys> {
    if let Some(keys) = &config.keys {
        let fallbacks = keys.fallbacks.iter().map(String::as_bytes);
        return Ok(Keys::new(keys.signing.as_bytes(), fallbacks));
    }
    anyhow::ensure!(
        !config.production,
        "secret-key: --production needs one; set FLASHBLOG_SECRET_KEY to what `flashblog secret` prints"
    );
    let key = secret_key::load_or_create(&config.data_dir)?;
    Ok(Keys::new(key.as_bytes(), []))
}
