//! The state that all handlers share. `serve` builds it from the configuration, tests from parts.

use std::ops::Deref;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::Duration;

use anyhow::Context;

use crate::answers::Answers;
use crate::cache::{BlogCache, SavedCopy, SharingTimes};
use crate::clients::rate_limit::RateLimit;
use crate::clock::{Clock, SystemClock};
use crate::config::secret_key;
use crate::config::values::Switch;
use crate::config::{Config, MailSettings};
use crate::contact::Contact;
use crate::contact::limit::ContactLimit;
use crate::contact::mailer::{Delivery, Mailer, SEND_TIMEOUT};
use crate::http::admission::Admission;
use crate::http::client_ip::TrustedProxies;
use crate::http::hosts::Hosts;
use crate::metrics::Metrics;
use crate::preview::Preview;
use crate::public_url::PublicUrl;
use crate::session::Sessions;
use crate::session::memory::SessionMemory;
use crate::session::token::Keys;
use crate::site::assets::Assets;
use crate::site::old_addresses::NamingOldAddresses;
use crate::site::own_pages::OwnPages;
use crate::site::page_renderer::PageRenderer;
use crate::site::profile::{Profile, ProfileView};
use crate::sources::own_words::InOwnWords;
use crate::sources::{self, SourceKind, SourceOptions};
use crate::store::health::DatabaseHealth;
use crate::store::{self, DatabaseUrl, Store};

const EVICTION_INTERVAL: Duration = Duration::from_secs(60);

/// The state of the running server, behind one pointer: every layer clones it for every request.
#[derive(Clone)]
pub struct App(Arc<Parts>);

/// The parts of the server.
#[derive(Clone)]
pub struct Parts {
    /// Begins, finds and ends visitors' sessions.
    pub sessions: Arc<Sessions>,
    /// Finds the copy of the blogs that a session reads.
    pub blogs: Arc<BlogCache>,
    /// The cache of answers.
    pub answers: Answers,
    /// Receives contact messages.
    pub contact: Arc<Contact>,
    /// How many contact messages one client may send.
    pub contact_limit: Arc<ContactLimit>,
    /// How many sessions one client may begin and end.
    pub session_rate: Arc<RateLimit>,
    /// The proxies whose `X-Forwarded-For` the server trusts.
    pub trusted_proxies: Arc<TrustedProxies>,
    /// Sends notifications to the owner, when mail is configured.
    pub mailer: Option<Arc<Mailer>>,
    /// The site's own address.
    pub public_url: Arc<PublicUrl>,
    /// The site's words, colours, pages and old addresses.
    pub profile: Arc<Profile>,
    /// Watches the folders with `--preview`; else `None`.
    pub preview: Option<Arc<Preview>>,
    /// The built single-page app.
    pub assets: Arc<Assets>,
    /// Renders pages.
    pub pages: Arc<PageRenderer>,
    /// Decides which requests are handled.
    pub admission: Admission,
    /// Counters for Prometheus.
    pub metrics: Arc<Metrics>,
    /// Whether the server was told to stop.
    pub draining: Arc<AtomicBool>,
    /// Watches the database.
    pub database: Arc<DatabaseHealth>,
}

impl Deref for App {
    type Target = Parts;

    fn deref(&self) -> &Parts {
        &self.0
    }
}

impl From<Parts> for App {
    fn from(parts: Parts) -> Self {
        Self(Arc::new(parts))
    }
}

impl App {
    /// Opens the source, the database and the other parts that the configuration names.
    ///
    /// # Errors
    /// When a part can't be used. The error says what to do.
    pub async fn connect(config: &Config, public_url: PublicUrl) -> anyhow::Result<Self> {
        let settings = &config.settings;
        let clock: Arc<dyn Clock> = Arc::new(SystemClock::start());
        let profile = Arc::new(profile(config, &clock)?);
        let blogs = blog_cache(config, &profile, Arc::clone(&clock))?;
        require_key(config)?;
        let store = store::open(&config.database, settings.database_connections.0).await?;
        let secret = signing_key(config)?;
        if store.is_shared() && settings.public_url.is_none() {
            tracing::warn!(
                "public-url: servers that share a database need the same one; this server uses {}",
                public_url.origin()
            );
        }
        let name = config.source.fingerprint();
        let blogs = Arc::new(match settings.preview {
            true => blogs.without_pins(),
            false => blogs.with_shared_readings(Arc::clone(&store), &name, SharingTimes::default()),
        });
        let database = DatabaseHealth::new(Arc::clone(&store), Arc::clone(&clock));
        let memory = SessionMemory::load(Arc::clone(&store)).await?;
        let sessions = Sessions::new(
            token_keys(config, &secret),
            Arc::new(memory),
            Arc::clone(&clock),
            settings.session_lifetime.0,
            public_url.is_https(),
        );
        let mailer = config
            .mail
            .as_ref()
            .map(|mail| mailer(mail, &profile, &public_url, &store, &clock));
        let rate = RateLimit::new(settings.contact_rate, Arc::clone(&clock));
        let contact_limit = ContactLimit::new(rate, Arc::clone(&store), secret.as_bytes());
        let preview = preview(config, &blogs, &profile, &*clock)?;
        let contact = Contact::new(store, Arc::clone(&clock), mailer.clone(), secret.as_bytes());
        let session_rate = RateLimit::new(settings.session_rate, Arc::clone(&clock));
        let hosts = Hosts::new(
            settings.listen.0.ip(),
            settings.public_url.as_ref(),
            &settings.allowed_hosts,
        );
        let public_url = Arc::new(public_url);
        Ok(Self::from(Parts {
            sessions: Arc::new(sessions),
            answers: Answers::new(settings.answer_cache.0),
            contact: Arc::new(contact),
            contact_limit: Arc::new(contact_limit),
            session_rate: Arc::new(session_rate),
            trusted_proxies: Arc::new(settings.trusted_proxies.clone()),
            mailer,
            pages: Arc::new(PageRenderer::new(
                clock,
                settings.rendered_pages == Switch::On,
            )),
            blogs,
            admission: Admission::new(hosts, Arc::clone(&public_url)),
            public_url,
            assets: Arc::new(Assets::open(config.assets.clone())),
            profile,
            preview,
            metrics: Arc::default(),
            draining: Arc::default(),
            database: Arc::new(database),
        }))
    }

    /// The site as it is now, from the configuration and from the source.
    pub async fn site(&self) -> Arc<ProfileView> {
        self.profile.view(self.blogs.site()).await
    }

    /// Like [`App::site`], but waits for the first reading of a source that may name the site's title or
    /// pages.
    pub async fn site_after_first_reading(&self) -> Arc<ProfileView> {
        self.blogs.await_first_reading().await;
        self.site().await
    }

    /// Runs the background work: the source's readings, evictions, notifications and the preview. Never
    /// returns.
    pub async fn work(&self) {
        let mail = async {
            match &self.mailer {
                Some(mailer) => mailer.run().await,
                None => std::future::pending().await,
            }
        };
        let preview = async {
            if let Some(preview) = &self.preview {
                preview.run().await;
            }
        };
        self.blogs.begin_reading();
        tokio::join!(self.evict_expired(), mail, preview);
    }

    async fn evict_expired(&self) {
        let mut minutes = tokio::time::interval(EVICTION_INTERVAL);
        loop {
            minutes.tick().await;
            self.database.compare_clocks().await;
            self.sessions.evict_expired().await;
            self.blogs.evict_expired();
        }
    }
}

fn blog_cache(
    config: &Config,
    profile: &Arc<Profile>,
    clock: Arc<dyn Clock>,
) -> anyhow::Result<BlogCache> {
    let settings = &config.settings;
    let options = SourceOptions {
        upstream_timeout: settings.upstream_timeout.0,
        ghost_key: config.ghost_key.clone(),
        shows_future: settings.future,
        previews: settings.preview,
    };
    let source = sources::open(&config.source, &options)?;
    let site = &config.site;
    let source = InOwnWords::new(source, site.author.clone(), site.language.clone());
    let source = Arc::new(source);
    let source = Arc::new(NamingOldAddresses::new(source, Arc::clone(profile)));
    let saved = SavedCopy::new(&config.data_dir, config.source.fingerprint());
    let cache = BlogCache::new(source, clock, settings.cache_lifetime.0);
    Ok(cache
        .with_refresh(settings.refresh.0)
        .with_saved_copy(saved))
}

fn profile(config: &Config, clock: &Arc<dyn Clock>) -> anyhow::Result<Profile> {
    let open = match config.settings.preview {
        true => OwnPages::preview,
        false => OwnPages::open,
    };
    let pages = open(config.pages.clone(), Arc::clone(clock))
        .map_err(|problem| anyhow::anyhow!("pages of [site]: {problem}"))?;
    for path in config.redirects.paths() {
        anyhow::ensure!(
            !pages.has(path.trim_matches('/')),
            "redirects: from `{path}` is a page of this site; another path would fit"
        );
    }
    let previews = config.settings.preview;
    let redirects = config.redirects.clone();
    Ok(Profile::new(
        config.site.clone(),
        previews,
        pages,
        redirects,
    ))
}

fn preview(
    config: &Config,
    blogs: &Arc<BlogCache>,
    profile: &Arc<Profile>,
    clock: &dyn Clock,
) -> anyhow::Result<Option<Arc<Preview>>> {
    if !config.settings.preview {
        return Ok(None);
    }
    let posts = match &config.source {
        SourceKind::Folder(folder) => Some(folder.clone()),
        _ => None,
    };
    let folders = posts.into_iter().chain(config.pages.clone()).collect();
    let preview = Preview::new(folders, Arc::clone(blogs), Arc::clone(profile), clock)
        .context("preview: the folders can't be watched")?;
    Ok(Some(Arc::new(preview)))
}

fn mailer(
    mail: &MailSettings,
    profile: &Arc<Profile>,
    public_url: &PublicUrl,
    store: &Arc<dyn Store>,
    clock: &Arc<dyn Clock>,
) -> Arc<Mailer> {
    let delivery = Delivery {
        smtp: mail.smtp.clone().build(),
        owner: mail.owner.clone(),
        profile: Arc::clone(profile),
        host: public_url.host().to_owned(),
        send_timeout: SEND_TIMEOUT,
    };
    Arc::new(Mailer::new(Arc::clone(store), Arc::clone(clock), delivery))
}

/// Refuses to start without a configured key in production, and with a database that other servers may
/// share.
fn require_key(config: &Config) -> anyhow::Result<()> {
    let has_key = config.keys.is_some();
    anyhow::ensure!(
        has_key || !config.settings.production,
        "secret-key: --production needs one; set FLASHBLOG_SECRET_KEY to what `flashblog secret` prints"
    );
    anyhow::ensure!(
        has_key || matches!(config.database, DatabaseUrl::Sqlite(_)),
        "secret-key: PostgreSQL needs one, the same for every server of the site; set FLASHBLOG_SECRET_KEY to what `flashblog secret` prints"
    );
    Ok(())
}

/// The configured key, else the generated one in the data directory.
fn signing_key(config: &Config) -> anyhow::Result<String> {
    match &config.keys {
        Some(keys) => Ok(keys.signing.clone()),
        None => secret_key::load_or_create(&config.data_dir),
    }
}

fn token_keys(config: &Config, secret: &str) -> Keys {
    let fallbacks = config.keys.iter().flat_map(|keys| &keys.fallbacks);
    Keys::new(secret.as_bytes(), fallbacks.map(String::as_bytes))
}
