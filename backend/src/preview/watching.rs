//! Reports written files in batches: an editor saves in several steps, and git writes many files.

use std::collections::HashSet;
use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::time::Duration;

use notify::event::{AccessKind, AccessMode, ModifyKind};
use notify::{Config, Event, EventKind, RecommendedWatcher, RecursiveMode, Watcher};
use tokio::sync::mpsc;
use tokio::time::{Instant, sleep, timeout_at};

use crate::sources::media_type;

/// A batch ends when nothing was written for this long.
const QUIET: Duration = Duration::from_millis(60);
/// A batch also ends when it has lasted this long.
const LONGEST_BATCH: Duration = Duration::from_millis(400);
/// How often the server looks for a folder that was moved or removed.
const SEARCH_INTERVAL: Duration = Duration::from_millis(300);

/// A watch on folders and everything below them.
pub(super) struct Watching {
    watcher: RecommendedWatcher,
    events: mpsc::UnboundedReceiver<notify::Result<Event>>,
    folders: Vec<PathBuf>,
    /// Files elsewhere.
    files: Vec<PathBuf>,
    /// Whether a folder was moved or removed: its watch then no longer reports what appears at its path.
    has_lost: bool,
}

/// The kinds of files in a batch.
#[derive(Default)]
pub(super) struct Touched {
    /// Pictures, or other files that posts link to.
    pub(super) has_pictures: bool,
}

impl Watching {
    pub(super) fn of(folders: Vec<PathBuf>, files: Vec<PathBuf>) -> notify::Result<Self> {
        let (sender, events) = mpsc::unbounded_channel();
        let tell = move |event: notify::Result<Event>| {
            if event.as_ref().map_or(true, is_write) {
                // It fails only when the server stops, which drops the receiver.
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
            files: files.into_iter().map(with_whole_folder).collect(),
            has_lost: false,
        };
        watching.watch()?;
        Ok(watching)
    }

    fn watch(&mut self) -> notify::Result<()> {
        for folder in &self.folders {
            // It fails when the folder has no watch yet.
            let _ = self.watcher.unwatch(folder);
            self.watcher.watch(folder, RecursiveMode::Recursive)?;
        }
        // An editor may put another file in the place of one, which a watch on the file would not follow.
        let beside: HashSet<&Path> = self.files.iter().filter_map(|file| file.parent()).collect();
        for folder in beside {
            if !self
                .folders
                .iter()
                .any(|watched| folder.starts_with(watched))
            {
                self.watcher.watch(folder, RecursiveMode::NonRecursive)?;
            }
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

    /// Watches all folders again. Returns whether all are there.
    fn find_again(&mut self) -> bool {
        self.has_lost = self.watch().is_err();
        !self.has_lost
    }

    /// Adds an event to a batch. Returns whether it may concern the content of pages.
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
            .filter(|path| self.is_shown(path))
            .peekable();
        let is_relevant = event.need_rescan() || shown.peek().is_some();
        touched.has_pictures |= shown.any(|path| path.to_str().and_then(media_type).is_some());
        is_relevant
    }

    /// Whether a path is one of the files, or below a folder and in no name begins with `.`, as an editor's
    /// copies and git's files do.
    fn is_shown(&self, path: &Path) -> bool {
        let mut folders = self.folders.iter();
        let below = folders.find_map(|folder| path.strip_prefix(folder).ok());
        let is_hidden = |name: &OsStr| name.as_encoded_bytes().starts_with(b".");
        self.files.iter().any(|file| file == path)
            || below.is_some_and(|below| !below.iter().any(is_hidden))
    }
}

/// A file's path as events have it.
fn with_whole_folder(file: PathBuf) -> PathBuf {
    let whole = || Some(file.parent()?.canonicalize().ok()?.join(file.file_name()?));
    whole().unwrap_or(file)
}

/// Whether an event is a write. The server's own reading causes events too.
fn is_write(event: &Event) -> bool {
    match event.kind {
        EventKind::Access(AccessKind::Close(AccessMode::Write)) => true,
        EventKind::Access(_) => false,
        _ => true,
    }
}
