//! A whole app for each test, with a source and a clock that the test controls, and clients that keep
//! cookies as browsers do.

mod client;

use std::io::Write;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use axum::Router;
use flashblog::answers::Answers;
use flashblog::app::{App, Parts};
use flashblog::cache::{BlogCache, SharingTimes};
use flashblog::clients::rate_limit::{Rate, RateLimit};
use flashblog::clock::Clock;
use flashblog::contact::Contact;
use flashblog::contact::limit::ContactLimit;
use flashblog::contact::mailer::{Delivery, Mailer};
use flashblog::content::post::Post;
use flashblog::http::admission::Admission;
use flashblog::http::hosts::{AllowedHosts, Hosts};
use flashblog::public_url::PublicUrl;
use flashblog::session::Sessions;
use flashblog::session::memory::SessionMemory;
use flashblog::session::token::Keys;
use flashblog::site::assets::Assets;
use flashblog::site::identity::SiteSettings;
use flashblog::site::own_pages::OwnPages;
use flashblog::site::page_renderer::PageRenderer;
use flashblog::site::profile::Profile;
use flashblog::site::redirects::Redirects;
use flashblog::sources::embedded::EmbeddedSource;
use flashblog::sources::{BlogSource, SourceError};
use flashblog::store::Store;
use flashblog::store::health::DatabaseHealth;
use flashblog::store::sqlite::SqliteStore;
use jiff::{SignedDuration, Timestamp};
use lettre::{AsyncSmtpTransport, Tokio1Executor};
use parking_lot::Mutex;
use shared::blog::Author;
use sqlx::sqlite::{SqliteConnectOptions, SqlitePool};
use tempfile::TempDir;
use tokio::sync::Semaphore;

pub(crate) use self::client::{Answer, Client};

/// The key that signs these tests' tokens.
pub(crate) const KEY: &[u8] = b"the key that the tests of the API sign with";

/// The address that the app takes for its listener's.
const LOOPBACK: IpAddr = IpAddr::V4(Ipv4Addr::LOCALHOST);

/// The folder of a small built app.
pub(crate) const ASSETS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/assets");

/// Reports which check is skipped on this machine and why; `cargo xtask test` counts these lines. Not with
/// `println!`, whose output is discarded when the test passes.
pub(crate) fn skipped(what: &str) {
    let _ = writeln!(std::io::stdout(), "SKIPPED: {what}");
}

/// The allowed hosts of a listener that accepts any `Host`.
pub(crate) fn any_host() -> Hosts {
    Hosts::new(Ipv4Addr::UNSPECIFIED.into(), None, &AllowedHosts::default())
}

/// A clock that only the test moves.
pub(crate) struct TestClock(Mutex<(Timestamp, Duration)>);

impl TestClock {
    fn new() -> Self {
        let start = Timestamp::from_second(1_790_000_000).expect("in range");
        Self(Mutex::new((start, Duration::ZERO)))
    }

    /// Sets the time of day forward or back, without moving the uptime.
    pub(crate) fn jump(&self, seconds: i64) {
        self.0.lock().0 += SignedDuration::from_secs(seconds);
    }

    /// Moves both the time of day and the uptime forward.
    pub(crate) fn advance(&self, duration: Duration) {
        let mut time = self.0.lock();
        time.0 += SignedDuration::try_from(duration).expect("in range");
        time.1 += duration;
    }
}

impl Clock for TestClock {
    fn now(&self) -> Timestamp {
        self.0.lock().0
    }

    fn uptime(&self) -> Duration {
        self.0.lock().1
    }
}

/// A source with the posts that a test gives it. It counts its fetches.
pub(crate) struct StubSource {
    posts: Mutex<Option<Vec<Post>>>,
    pause: Mutex<Option<Duration>>,
    fetches: AtomicUsize,
    /// Each fetch needs a permit before it answers, so a test can make fetches wait.
    pub(crate) gate: Semaphore,
}

impl StubSource {
    /// From now on the source holds these posts.
    pub(crate) fn hold(&self, posts: Vec<Post>) {
        *self.posts.lock() = Some(posts);
    }

    /// From now on the source fails.
    pub(crate) fn fail(&self) {
        *self.posts.lock() = None;
    }

    /// From now on the source fails, and asks the server to wait for `pause`.
    pub(crate) fn ask_for_a_pause(&self, pause: Duration) {
        *self.pause.lock() = Some(pause);
        self.fail();
    }

    /// How often the source was fetched.
    pub(crate) fn fetches(&self) -> usize {
        self.fetches.load(Ordering::SeqCst)
    }
}

#[async_trait]
impl BlogSource for StubSource {
    fn kind(&self) -> &'static str {
        "stub"
    }

    async fn fetch(&self) -> Result<Vec<Post>, SourceError> {
        self.fetches.fetch_add(1, Ordering::SeqCst);
        drop(self.gate.acquire().await);
        match self.posts.lock().clone() {
            Some(posts) if posts.iter().any(|post| post.id == "panic") => {
                panic!("the adapter broke")
            }
            Some(posts) => Ok(posts),
            None => Err(match *self.pause.lock() {
                Some(retry_after) => SourceError::Busy {
                    problem: "status 429".to_owned(),
                    retry_after,
                },
                None => SourceError::Unreachable("connection to 10.1.2.3 refused".to_owned()),
            }),
        }
    }
}

/// A post, made from its number.
pub(crate) fn post(number: usize) -> Post {
    Post {
        id: format!("post-{number}"),
        title: format!("Post {number}"),
        subtitle: None,
        summary: format!("What post {number} says"),
        category: if number.is_multiple_of(2) {
            "Even"
        } else {
            "Odd"
        }
        .to_owned(),
        author: Author {
            name: "Test desk".to_owned(),
            avatar_url: None,
        },
        featured_image: None,
        featured_image_srcset: None,
        // The lower the number, the newer the post.
        published_at: Timestamp::from_second(1_780_000_000 - number as i64 * 86_400).ok(),
        published_label: format!("day {number}"),
        reading_minutes: 1,
        content_html: format!("<p>Text {number}</p>"),
        content_text: format!("Text {number}"),
        headings: Vec::new(),
        old_addresses: Vec::new(),
        unlisted: false,
        pinned: false,
        mark: None,
        tags: vec!["tag".to_owned()],
    }
}

/// Posts 1 to `count`, newest first.
pub(crate) fn posts(count: usize) -> Vec<Post> {
    (1..=count).map(post).collect()
}

/// An app with a stub source, a test clock and its own database.
pub(crate) struct TestApp {
    /// The source of the posts.
    pub(crate) source: Arc<StubSource>,
    /// The app's clock.
    pub(crate) clock: Arc<TestClock>,
    /// The state that handlers share.
    pub(crate) app: App,
    /// The app's database.
    pub(crate) store: Arc<dyn Store>,
    router: Router,
    data_dir: TempDir,
}

fn profile(
    settings: SiteSettings,
    pages: Option<PathBuf>,
    redirects: Redirects,
    clock: &Arc<TestClock>,
) -> Profile {
    let clock = Arc::clone(clock) as Arc<dyn Clock>;
    let pages = OwnPages::open(pages, clock).expect("pages");
    Profile::new(settings, false, pages, redirects)
}

impl TestApp {
    /// An app at `http://blog.test` whose source holds 14 posts.
    pub(crate) async fn new() -> Self {
        Self::at("http://blog.test").await
    }

    /// An app with this database.
    pub(crate) async fn on(store: Arc<dyn Store>) -> Self {
        Self::with_store(Some(store), "http://blog.test").await
    }

    /// An app that people reach at `public_url`.
    pub(crate) async fn at(public_url: &str) -> Self {
        Self::with_store(None, public_url).await
    }

    async fn with_store(store: Option<Arc<dyn Store>>, public_url: &str) -> Self {
        let source = Arc::new(StubSource {
            posts: Mutex::new(Some(posts(14))),
            pause: Mutex::default(),
            fetches: AtomicUsize::new(0),
            gate: Semaphore::new(Semaphore::MAX_PERMITS),
        });
        let clock = Arc::new(TestClock::new());
        let data_dir = tempfile::tempdir().expect("temporary folder");
        let public_url = public_url.parse().expect("a URL");
        let keys = Keys::new(KEY, []);
        Self::build(source, clock, data_dir, store, public_url, keys).await
    }

    /// The app after a restart, perhaps with other keys: only its database is as before.
    pub(crate) async fn restart(self, keys: Keys) -> Self {
        let public_url = PublicUrl::clone(&self.app.public_url);
        Self::build(
            self.source,
            self.clock,
            self.data_dir,
            None,
            public_url,
            keys,
        )
        .await
    }

    /// The path of the SQLite database.
    pub(crate) fn database(&self) -> PathBuf {
        self.data_dir.path().join("flashblog.db")
    }

    /// A connection to the database, as another program would open it.
    pub(crate) async fn connect(&self) -> SqlitePool {
        let options = SqliteConnectOptions::new().filename(self.database());
        SqlitePool::connect_with(options).await.expect("connects")
    }

    async fn build(
        source: Arc<StubSource>,
        clock: Arc<TestClock>,
        data_dir: TempDir,
        store: Option<Arc<dyn Store>>,
        public_url: PublicUrl,
        keys: Keys,
    ) -> Self {
        let store = match store {
            Some(store) => store,
            None => Arc::new(
                SqliteStore::open(&data_dir.path().join("flashblog.db"))
                    .await
                    .expect("opens"),
            ),
        };
        let memory = SessionMemory::load(Arc::clone(&store))
            .await
            .expect("loads");
        let hour = Duration::from_secs(3600);
        let sessions = Sessions::new(
            keys,
            Arc::new(memory),
            Arc::clone(&clock) as Arc<dyn Clock>,
            hour,
            public_url.is_https(),
        );
        let blogs = BlogCache::new(
            Arc::clone(&source) as Arc<dyn BlogSource>,
            Arc::clone(&clock) as Arc<dyn Clock>,
            hour,
        );
        let test_clock = Arc::clone(&clock) as Arc<dyn Clock>;
        let hosts = Hosts::new(
            LOOPBACK,
            Some(&public_url),
            &"a, blog.test".parse().expect("names"),
        );
        let public_url = Arc::new(public_url);
        let pages = PageRenderer::new(Arc::clone(&test_clock), true);
        let app = App::from(Parts {
            sessions: Arc::new(sessions),
            contact: Arc::new(Contact::new(
                Arc::clone(&store),
                Arc::clone(&test_clock),
                None,
                KEY,
            )),
            contact_limit: Arc::new(ContactLimit::new(
                RateLimit::new(Rate::FIVE_A_MINUTE, Arc::clone(&test_clock)),
                Arc::clone(&store),
                KEY,
            )),
            session_rate: Arc::new(RateLimit::new(
                Rate::SIXTY_A_MINUTE,
                Arc::clone(&test_clock),
            )),
            trusted_proxies: Arc::new("10.0.0.0/8".parse().expect("a network")),
            mailer: None,
            blogs: Arc::new(blogs),
            answers: Answers::new(64 << 20),
            admission: Admission::new(hosts, Arc::clone(&public_url)),
            public_url,
            profile: Arc::new(profile(
                SiteSettings::default(),
                None,
                Redirects::default(),
                &clock,
            )),
            preview: None,
            assets: Arc::new(Assets::in_folder(PathBuf::from(ASSETS))),
            pages: Arc::new(pages),
            metrics: Arc::default(),
            draining: Arc::default(),
            database: Arc::new(DatabaseHealth::new(Arc::clone(&store), test_clock)),
        });
        Self {
            source,
            clock,
            router: flashblog::router::router(app.clone()),
            app,
            store,
            data_dir,
        }
    }

    /// The same app with other files.
    pub(crate) fn with_assets(mut self, assets: Assets) -> Self {
        self.app = App::from(Parts {
            assets: Arc::new(assets),
            ..Parts::clone(&self.app)
        });
        self.router = flashblog::router::router(self.app.clone());
        self
    }

    /// The same app with other settings of the site, own pages and old addresses.
    pub(crate) fn with_site(
        mut self,
        settings: SiteSettings,
        pages: Option<PathBuf>,
        redirects: Redirects,
    ) -> Self {
        let profile = profile(settings, pages, redirects, &self.clock);
        let assets = Assets::in_folder(PathBuf::from(ASSETS));
        self.app = App::from(Parts {
            assets: Arc::new(assets),
            profile: Arc::new(profile),
            ..Parts::clone(&self.app)
        });
        self.router = flashblog::router::router(self.app.clone());
        self
    }

    /// The same app with the posts and pictures that are compiled in.
    pub(crate) fn with_built_in_posts(self) -> Self {
        self.with_source(EmbeddedSource::new())
    }

    /// The same app with another source.
    pub(crate) fn with_source(self, source: impl BlogSource + 'static) -> Self {
        let clock = Arc::clone(&self.clock) as Arc<dyn Clock>;
        let hour = Duration::from_secs(3600);
        self.with_blogs(BlogCache::new(Arc::new(source), clock, hour))
    }

    /// The same app with another cache of the blogs.
    pub(crate) fn with_blogs(mut self, blogs: BlogCache) -> Self {
        self.app = App::from(Parts {
            blogs: Arc::new(blogs),
            ..Parts::clone(&self.app)
        });
        self.router = flashblog::router::router(self.app.clone());
        self
    }

    /// The same app, which shares its readings of the source through the store.
    pub(crate) fn with_shared_blogs(self, times: SharingTimes) -> Self {
        let source = Arc::clone(&self.source) as Arc<dyn BlogSource>;
        let clock = Arc::clone(&self.clock) as Arc<dyn Clock>;
        let blogs = BlogCache::new(source, clock, Duration::from_secs(3600)).with_shared_readings(
            Arc::clone(&self.store),
            "stub",
            times,
        );
        self.with_blogs(blogs)
    }

    /// The same app with another cache of answers.
    pub(crate) fn with_answers(mut self, answers: Answers) -> Self {
        self.app = App::from(Parts {
            answers,
            ..Parts::clone(&self.app)
        });
        self.router = flashblog::router::router(self.app.clone());
        self
    }

    /// The same app with other routes, in the same envelopes.
    pub(crate) fn with_routes(mut self, routes: Router<App>) -> Self {
        self.router =
            flashblog::router::in_envelopes(routes, &self.app).with_state(self.app.clone());
        self
    }

    /// The app's router, for a server.
    pub(crate) fn router(&self) -> Router {
        self.router.clone()
    }

    /// The same app, which notifies its owner of messages through this mail server.
    pub(crate) fn with_mail(mut self, server: SocketAddr, send_timeout: Duration) -> Self {
        let url = format!("smtp://{server}");
        let delivery = Delivery {
            smtp: AsyncSmtpTransport::<Tokio1Executor>::from_url(&url)
                .expect("a URL")
                .build(),
            owner: "Owner <owner@example.org>".parse().expect("an address"),
            profile: Arc::clone(&self.app.profile),
            host: self.app.public_url.host().to_owned(),
            send_timeout,
        };
        let clock = Arc::clone(&self.clock) as Arc<dyn Clock>;
        let mailer = Mailer::new(Arc::clone(&self.store), Arc::clone(&clock), delivery);
        let mailer = Some(Arc::new(mailer));
        let contact = Contact::new(Arc::clone(&self.store), clock, mailer.clone(), KEY);
        let parts = Parts {
            contact: Arc::new(contact),
            mailer,
            ..Parts::clone(&self.app)
        };
        self.app = parts.into();
        self.router = flashblog::router::router(self.app.clone());
        self
    }

    /// A visitor's browser, with its own cookie jar.
    pub(crate) fn browser(&self) -> Client {
        Client {
            router: self.router.clone(),
            cookie: Arc::default(),
            host: "blog.test",
            peer: ([203, 0, 113, 1], 40_000).into(),
        }
    }

    /// A visitor's browser at another address.
    pub(crate) fn browser_at(&self, address: &str) -> Client {
        Client {
            peer: SocketAddr::new(address.parse().expect("an address"), 40_000),
            ..self.browser()
        }
    }

    /// A visitor's browser that reached the app by another name.
    pub(crate) fn browser_for(&self, host: &'static str) -> Client {
        Client {
            host,
            ..self.browser()
        }
    }

    /// One GET by a client that has no cookies.
    pub(crate) async fn get(&self, path: &str) -> Answer {
        self.browser().get(path).await
    }
}
