//! The memory of sessions: equal copies of the blogs are shared, everything else is bounded.

use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use flashblog::cache::{MAX_SNAPSHOTS, REFETCH_INTERVAL, Reader};
use flashblog::clients::ClientKey;
use flashblog::clock::Clock;
use flashblog::session::memory::{EndError, Limits, SessionMemory, Standing};
use flashblog::session_id::SessionId;
use flashblog::store::sqlite::SqliteStore;
use flashblog::store::{SessionStore, Store};
use shared::blog::BlogPage;
use shared::flash::{Category, Flash};

use crate::harness::{TestApp, posts};

fn visitor() -> SessionId {
    SessionId::random().expect("randomness")
}

/// A session that begins now.
fn reader(app: &TestApp) -> Reader {
    Reader {
        session: visitor(),
        since: app.clock.now().as_second(),
    }
}

#[tokio::test]
async fn equal_content_is_one_copy_in_memory() {
    let app = TestApp::new().await;
    let blogs = &app.app.blogs;
    let first = blogs.view(reader(&app)).await;
    app.clock.advance(REFETCH_INTERVAL);
    let second = blogs.view(reader(&app)).await;
    assert_eq!(app.source.fetches(), 2);
    assert!(Arc::ptr_eq(&first.snapshot, &second.snapshot));
    assert_ne!(first.fetched_at(), second.fetched_at());

    app.source.hold(posts(3));
    app.clock.advance(REFETCH_INTERVAL);
    let third = blogs.view(reader(&app)).await;
    assert!(!Arc::ptr_eq(&first.snapshot, &third.snapshot));
    app.source.hold(posts(14));
    app.clock.advance(REFETCH_INTERVAL);
    let fourth = blogs.view(reader(&app)).await;
    assert!(Arc::ptr_eq(&first.snapshot, &fourth.snapshot), "also later");
    assert_eq!(blogs.snapshots(), 2);
}

#[tokio::test]
async fn a_shared_copy_still_tells_each_session_when_it_was_read() {
    let app = TestApp::new().await;
    let (early, late) = (app.browser(), app.browser());
    let fetched_at = async |client: &crate::harness::Client| {
        let page: BlogPage = client.get("/api/v1/blogs").await.data();
        page.freshness.fetched_at.expect("read")
    };
    assert_eq!(fetched_at(&early).await, "2026-09-21T14:13:20Z");
    app.clock.advance(Duration::from_secs(60));
    assert_eq!(fetched_at(&late).await, "2026-09-21T14:14:20Z");
    assert_eq!(fetched_at(&early).await, "2026-09-21T14:13:20Z");
}

#[tokio::test]
async fn a_copy_dies_when_no_session_can_read_it_any_more() {
    let app = TestApp::new().await;
    let blogs = &app.app.blogs;
    let reader = reader(&app);
    let old = Arc::downgrade(&blogs.view(reader).await.snapshot);
    app.source.hold(posts(3));
    app.clock.advance(REFETCH_INTERVAL);
    assert_eq!(
        blogs.view(self::reader(&app)).await.snapshot.posts().len(),
        3
    );
    app.clock.advance(Duration::from_secs(3_590));
    blogs.evict_expired();
    assert!(old.upgrade().is_some(), "the first session reads it");
    assert_eq!(blogs.view(reader).await.snapshot.posts().len(), 14);
    app.clock.advance(Duration::from_secs(3_600));
    assert_eq!(blogs.view(reader).await.snapshot.posts().len(), 3);
    blogs.evict_expired();
    assert!(old.upgrade().is_none());
}

#[tokio::test]
async fn a_source_that_changes_all_the_time_leaves_a_bounded_number_of_copies() {
    let app = TestApp::new().await;
    let blogs = &app.app.blogs;
    let patient = reader(&app);
    let first = Arc::downgrade(&blogs.view(patient).await.snapshot);
    for count in 15..15 + 3 * MAX_SNAPSHOTS {
        app.source.hold(posts(count));
        app.clock.advance(REFETCH_INTERVAL);
        blogs.view(reader(&app)).await;
        blogs.evict_expired();
        assert!(blogs.snapshots() <= MAX_SNAPSHOTS, "{}", blogs.snapshots());
    }
    assert!(first.upgrade().is_none());
    let view = blogs.view(patient).await;
    let oldest_kept = 14 + 2 * MAX_SNAPSHOTS + 1;
    assert_eq!(view.snapshot.posts().len(), oldest_kept);
    assert!(!view.stale);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn five_hundred_cold_sessions_make_one_upstream_request() {
    let app = TestApp::new().await;
    app.source.gate.forget_permits(usize::MAX);
    let visitors: Vec<_> = (0..500)
        .map(|number| {
            let visitor = app.browser();
            let task = tokio::spawn(async move { visitor.get("/api/v1/blogs?page=2").await });
            if number % 10 == 0 {
                task.abort();
            }
            task
        })
        .collect();
    while app.source.fetches() == 0 {
        tokio::task::yield_now().await;
    }
    app.source.gate.add_permits(1);
    let mut answered = 0;
    for visitor in visitors {
        if let Ok(answer) = visitor.await {
            let page: BlogPage = answer.data();
            assert_eq!((page.page, page.items.len()), (2, 6));
            answered += 1;
        }
    }
    assert!(answered >= 450, "{answered}");
    assert_eq!(app.source.fetches(), 1);
}

async fn memory(limits: Limits) -> (tempfile::TempDir, Arc<SqliteStore>, Arc<SessionMemory>) {
    let folder = tempfile::tempdir().expect("temporary folder");
    let store = SqliteStore::open(&folder.path().join("flashblog.db"))
        .await
        .expect("opens");
    let store = Arc::new(store);
    let memory = SessionMemory::load(Arc::clone(&store) as Arc<dyn Store>)
        .await
        .expect("loads")
        .with_limits(limits);
    (folder, store, Arc::new(memory))
}

#[tokio::test]
async fn unread_flashes_are_bounded_and_the_oldest_are_dropped() {
    let limits = Limits {
        waiting: 20,
        ..Limits::default()
    };
    let (_folder, store, memory) = memory(limits).await;
    let flash = |message: &str| {
        vec![Flash {
            id: memory.next_flash_id(),
            category: Category::Info,
            message: message.to_owned(),
        }]
    };
    let sessions: Vec<SessionId> = (0..50).map(|_| visitor()).collect();
    for (until, session) in (1..).zip(&sessions) {
        memory
            .leave_flashes(*session, None, flash("one"), until)
            .await
            .expect("leaves");
        memory
            .leave_flashes(*session, None, flash("two"), until)
            .await
            .expect("leaves");
        let waiting = store.sessions_with_flashes().await.expect("reads").len();
        assert!(waiting <= limits.waiting, "{waiting}");
    }
    assert_eq!(memory.take_flashes(sessions[0]).await.deliver().len(), 0);
    assert_eq!(memory.take_flashes(sessions[49]).await.deliver().len(), 2);
}

#[tokio::test]
async fn more_ends_than_can_be_remembered_are_refused_rather_than_forgotten() {
    let limits = Limits {
        ended: 3,
        ..Limits::default()
    };
    let (_folder, _store, memory) = memory(limits).await;
    let sessions: Vec<SessionId> = (0..3).map(|_| visitor()).collect();
    for session in &sessions {
        memory.end(*session, None, 100).await.expect("ends");
    }
    let refused = memory.end(visitor(), None, 100).await;
    assert!(matches!(refused, Err(EndError::TooMany)), "{refused:?}");
    for session in &sessions {
        assert_eq!(memory.standing(*session).await, Standing::Ended);
    }
    memory.forget_expired(101).await.expect("forgets");
    memory.end(visitor(), None, 200).await.expect("ends");
}

fn client(number: u8) -> Option<ClientKey> {
    Some(IpAddr::from([203, 0, 113, number]).into())
}

#[tokio::test]
async fn a_flood_of_one_client_drops_no_flash_of_another() {
    let limits = Limits {
        waiting: 20,
        ..Limits::default()
    };
    let (_folder, _store, memory) = memory(limits).await;
    let flash = || {
        vec![Flash {
            id: memory.next_flash_id(),
            category: Category::Info,
            message: "sent".to_owned(),
        }]
    };
    let patient = visitor();
    let left = memory.leave_flashes(patient, client(1), flash(), 1);
    left.await.expect("leaves");
    for until in 2..200 {
        let left = memory.leave_flashes(visitor(), client(2), flash(), until);
        left.await.expect("leaves");
        assert!(memory.waiting() <= Some(20));
    }
    assert_eq!(memory.take_flashes(patient).await.deliver().len(), 1);
}

#[tokio::test]
async fn one_client_ends_no_more_sessions_than_its_share() {
    let limits = Limits {
        ended_of_client: 3,
        ..Limits::default()
    };
    let (_folder, _store, memory) = memory(limits).await;
    for _ in 0..3 {
        memory.end(visitor(), client(1), 100).await.expect("ends");
    }
    let refused = memory.end(visitor(), client(1), 100).await;
    assert!(matches!(refused, Err(EndError::TooManyOfClient)));
    memory.end(visitor(), client(2), 100).await.expect("ends");
    memory.forget_expired(101).await.expect("forgets");
    memory.end(visitor(), client(1), 200).await.expect("ends");
}
