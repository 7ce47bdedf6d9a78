//! Which files are written, in batches: an editor saves by several steps, and git writes many files.

use std::path::{Path, PathBuf};
use std::time::Duration;

use notify::event::{AccessKind, AccessMode, ModifyKind};
use notify::{Config, Event, EventKind, RecommendedWatcher, RecursiveMode, Watcher};
use tokio::sync::mpsc;
use tokio::time::{Instant, sleep, timeout_at};

use crate::sources::media_type;

/// A batch ends when nothing was written for this long,
const QUIET: Duration = Duration::from_millis(60);
/// or when it has lasted so long.
const LONGEST_BATCH: Duration = Duration::from_millis(400);
/// How often a folder that has gone is looked for.
const SEARCH_INTERVAL: Duration = Duration::from_millis(300);

/// A watch on folders and all that is below.
pub(super) struct Watching {
    watcher: RecommendedWatcher,
    events: mpsc::UnboundedReceiver<notify::Result<Event>>,
    folders: Vec<PathBuf>,
    /// Whether a folder was moved or removed: its watch then follows what is no longer there.
    has_lost: bool,
}

/// What a batch was about.
#[derive(Default)]
pub(super) struct Touched {
    /// Pictures, or other files that posts link to.
    pub(super) has_pictures: bool,
}

impl Watching {
    pub(super) fn of(folders: Vec<PathBuf>) -> notify::Result<Self> {
        let (sender, events) = mpsc::unbounded_channel();
        let tell = move |event: notify::Result<Event>| {
            if event.as_ref().map_or(true, is_write) {
                // The receiver goes when the server stops.
                let _ = sender.send(event);
            }
        };
        // Posts behind links to folders are not read either.
        let config = Config::default().with_follow_symlinks(false);
        let mut watching = Self {
            watcher: RecommendedWatcher::new(tell, config)?,
            events,
            folders: folders
                .into_iter()
                .map(|folder| folder.canonicalize().unwrap_or(folder))
                .collect(),
            has_lost: false,
        };
        watching.watch()?;
        Ok(watching)
    }

    fn watch(&mut self) -> notify::Result<()> {
        for folder in &self.folders {
            // There may be none.
            let _ = self.watcher.unwatch(folder);
            self.watcher.watch(folder, RecursiveMode::Recursive)?;
        }
        Ok(())
    }

    /// Waits for the end of the next batch of writes.
    pub(super) async fn next(&mut self) -> Touched {
        let mut touched = Touched::default();
        loop {
            let is_relevant = tokio::select! {
                event = self.events.recv() => match event {
                    Some(event) => self.add(event, &mut touched),
                    None => std::future::pending().await,
                },
                () = sleep(SEARCH_INTERVAL), if self.has_lost => self.find_again(),
            };
            if is_relevant {
                break;
            }
        }
        let end = Instant::now() + LONGEST_BATCH;
        while let Ok(Some(event)) =
            timeout_at(end.min(Instant::now() + QUIET), self.events.recv()).await
        {
            self.add(event, &mut touched);
        }
        touched
    }

    /// Whether all folders are there again, and watched.
    fn find_again(&mut self) -> bool {
        self.has_lost = self.watch().is_err();
        !self.has_lost
    }

    /// Whether an event may be about what is shown.
    fn add(&mut self, event: notify::Result<Event>, touched: &mut Touched) -> bool {
        let event = match event {
            Ok(event) => event,
            Err(error) => {
                tracing::warn!(cause = %error, "Changes may be missed");
                return true;
            }
        };
        let is_gone = matches!(
            event.kind,
            EventKind::Remove(_) | EventKind::Modify(ModifyKind::Name(_))
        );
        self.has_lost |= is_gone && event.paths.iter().any(|path| self.folders.contains(path));
        let mut shown = event
            .paths
            .iter()
            .filter(|path| !self.is_hidden(path))
            .peekable();
        let is_relevant = event.need_rescan() || shown.peek().is_some();
        touched.has_pictures |= shown.any(|path| path.to_str().and_then(media_type).is_some());
        is_relevant
    }

    /// Whether a path goes through a name that begins with `.`, such as an editor's copy or git's files.
    fn is_hidden(&self, path: &Path) -> bool {
        let mut folders = self.folders.iter();
        let below = folders.find_map(|folder| path.strip_prefix(folder).ok());
        let mut names = below.unwrap_or(path).iter();
        names.any(|name| name.as_encoded_bytes().starts_with(b"."))
    }
}

/// The server's own reading is no write.
fn is_write(event: &Event) -> bool {
    match event.kind {
        EventKind::Access(AccessKind::Close(AccessMode::Write)) => true,
        EventKind::Access(_) => false,
        _ => true,
    }
}
