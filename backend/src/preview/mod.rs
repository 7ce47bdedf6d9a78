//! Writing with a preview (`--preview`): the server watches folders, and tells open pages when their
//! content has changed.

mod watching;

use std::path::PathBuf;
use std::sync::Arc;

use futures_util::{Stream, stream};
use tokio::sync::watch;

use self::watching::Watching;
use crate::cache::BlogCache;
use crate::clock::Clock;
use crate::site::profile::Profile;

/// Watches folders, and numbers the versions of the content that pages show.
pub struct Preview {
    blogs: Arc<BlogCache>,
    profile: Arc<Profile>,
    watching: tokio::sync::Mutex<Watching>,
    /// The newest version; `None` once the server stops.
    version: watch::Sender<Option<u64>>,
}

/// The state that pages show. Pages look different when it changes.
#[derive(PartialEq, Eq)]
struct Shown {
    snapshot: u64,
    is_stale: bool,
    profile: u64,
}

impl Preview {
    /// Watches these folders, and the site's logo and icon. [`Preview::run`] reads their changes.
    ///
    /// # Errors
    /// When a folder can't be watched.
    pub fn new(
        folders: Vec<PathBuf>,
        blogs: Arc<BlogCache>,
        profile: Arc<Profile>,
        clock: &dyn Clock,
    ) -> notify::Result<Self> {
        // The time is above every version of an earlier start: a page that is still open from then sees
        // that there is a newer one.
        let first = u64::try_from(clock.now().as_millisecond()).unwrap_or_default();
        let watching = Watching::of(folders, profile.pictures())?;
        Ok(Self {
            blogs,
            profile,
            watching: tokio::sync::Mutex::new(watching),
            version: watch::Sender::new(Some(first)),
        })
    }

    /// The newest version. Read it before the posts: then it is never newer than they are.
    pub fn version(&self) -> u64 {
        self.version.borrow().unwrap_or_default()
    }

    /// The newest version, and each later one, until the server stops.
    pub fn versions(&self) -> impl Stream<Item = u64> + use<> {
        let mut receiver = self.version.subscribe();
        receiver.mark_changed();
        stream::unfold(receiver, |mut receiver| async {
            receiver.changed().await.ok()?;
            let version = *receiver.borrow_and_update();
            Some((version?, receiver))
        })
    }

    /// Ends all streams of versions, so that the server can stop.
    pub fn end(&self) {
        self.version.send_replace(None);
    }

    /// Reads the changes of the folders, for as long as it is polled.
    pub async fn run(&self) {
        let mut watching = self.watching.lock().await;
        // Unknown at first, so that the first batch always makes a version: a page may already show what
        // was there before it.
        let mut shown = None;
        loop {
            let touched = watching.next().await;
            let now = Some(self.read().await);
            if now != shown || touched.has_pictures {
                shown = now;
                self.version.send_modify(|version| {
                    *version = version.map(|number| number + 1);
                });
            }
        }
    }

    async fn read(&self) -> Shown {
        self.blogs.read_again().await;
        self.profile.pages.read_now().await;
        self.profile.read_pictures().await;
        let posts = self.blogs.peek(None).await;
        Shown {
            snapshot: posts.number(),
            is_stale: posts.stale,
            profile: self.profile.view(self.blogs.site()).await.number,
        }
    }
}
