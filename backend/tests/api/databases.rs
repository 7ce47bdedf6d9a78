//! The behaviour of both databases: each test runs on SQLite and on PostgreSQL.

use std::sync::Arc;
use std::time::Duration;

use flashblog::session_id::SessionId;
use flashblog::store::Store;
use flashblog::store::message::{Message, Reference, Stats, Stored};
use flashblog::store::postgres::PostgresStore;
use flashblog::store::reading::{ReadingRules, SourceClaim, StoredCopy};
use flashblog::store::session::{EndedSession, SessionState};
use flashblog::store::sqlite::SqliteStore;
use jiff::Timestamp;
use shared::flash::{Category, Flash};
use tempfile::TempDir;

use crate::postgres_server::Database;

/// An open database, and the folder or server that must exist as long.
struct Opened {
    store: Arc<dyn Store>,
    home: Home,
}

enum Home {
    Folder(TempDir),
    Server(Box<Database>),
}

impl Opened {
    async fn sqlite() -> Option<Self> {
        let folder = tempfile::tempdir().expect("temporary folder");
        let store = SqliteStore::open(&folder.path().join("x.db"))
            .await
            .expect("opens");
        Some(Self {
            store: Arc::new(store),
            home: Home::Folder(folder),
        })
    }

    async fn postgres() -> Option<Self> {
        let database = Database::create().await?;
        let store = PostgresStore::connect(database.options())
            .await
            .expect("connects");
        Some(Self {
            store: Arc::new(store),
            home: Home::Server(Box::new(database)),
        })
    }

    /// Opens the same database once more, as another process would.
    async fn again(&self) -> Arc<dyn Store> {
        match &self.home {
            Home::Folder(folder) => Arc::new(
                SqliteStore::open_existing(&folder.path().join("x.db"))
                    .await
                    .expect("opens"),
            ),
            Home::Server(database) => Arc::new(
                PostgresStore::connect(database.options())
                    .await
                    .expect("connects"),
            ),
        }
    }
}

macro_rules! on_both_databases {
    ($($test:ident)*) => {
        mod on_sqlite {
            $(#[tokio::test]
            async fn $test() {
                super::$test(super::Opened::sqlite().await.expect("always there")).await;
            })*
        }
        mod on_postgres {
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $test() {
                if let Some(opened) = super::Opened::postgres().await {
                    super::$test(opened).await;
                }
            })*
        }
    };
}

on_both_databases! {
    flashes_are_taken_once_in_their_order
    of_more_than_twenty_flashes_the_oldest_go
    ended_sessions_are_known_until_their_time
    messages_come_newest_first_in_pages
    a_flash_that_is_put_back_is_in_its_old_place
    of_many_flashes_that_are_left_at_once_twenty_wait
    a_key_stores_one_message_however_many_come_at_once
    a_deleted_message_is_gone_with_its_mail
    a_notification_is_sent_by_one_server_at_a_time
    a_second_process_sees_the_same
    a_source_is_read_by_one_server_at_a_time
    readings_keep_their_order_and_each_copy_is_kept_once
}

fn session() -> SessionId {
    SessionId::random().expect("randomness")
}

fn flash(number: usize) -> Flash {
    Flash {
        id: format!("0199-{number:04}"),
        category: Category::Success,
        message: format!("Message {number}: 🦀 'quoted'; --"),
    }
}

fn message(number: i64) -> Message {
    Message {
        reference: Reference::random().expect("randomness"),
        received_at: 1_000 + number / 2,
        name: format!("Name {number}"),
        email: "a@b.example".to_owned(),
        subject: "S'; DROP TABLE messages; --".to_owned(),
        message: "Zeile\n\t字🦀 \u{202e}".to_owned(),
    }
}

async fn flashes_are_taken_once_in_their_order(opened: Opened) {
    let store = opened.store;
    let (mine, other) = (session(), session());
    store
        .add_flashes(mine, &[flash(2), flash(1)], 100)
        .await
        .expect("adds");
    store
        .add_flashes(mine, &[flash(3)], 200)
        .await
        .expect("adds");
    store
        .add_flashes(other, &[flash(9)], 50)
        .await
        .expect("adds");
    let mut waiting = store.sessions_with_flashes().await.expect("reads");
    waiting.sort_by_key(|(_, keep_until)| *keep_until);
    assert_eq!(waiting, [(other, 50), (mine, 200)]);
    let takers: Vec<_> = (0..8)
        .map(|_| {
            let store = Arc::clone(&store);
            tokio::spawn(async move { store.take_flashes(mine).await.expect("takes") })
        })
        .collect();
    let mut taken = Vec::new();
    for taker in takers {
        taken.extend(taker.await.expect("answers"));
    }
    taken.sort_by_key(|waiting| waiting.number);
    let kept: Vec<i64> = taken.iter().map(|waiting| waiting.keep_until).collect();
    assert_eq!(kept, [100, 100, 200]);
    let flashes: Vec<Flash> = taken.into_iter().map(|waiting| waiting.flash).collect();
    assert_eq!(
        flashes,
        [flash(2), flash(1), flash(3)],
        "in the order of adding"
    );
    store.forget_expired(51).await.expect("forgets");
    assert_eq!(take(&*store, other).await, []);
}

async fn a_flash_that_is_put_back_is_in_its_old_place(opened: Opened) {
    let store = opened.store;
    let session = session();
    let add = async |number| store.add_flashes(session, &[flash(number)], 100).await;
    add(1).await.expect("adds");
    let taken = store.take_flashes(session).await.expect("takes");
    add(2).await.expect("adds");
    store
        .put_back_flashes(session, &taken)
        .await
        .expect("puts back");
    assert_eq!(take(&*store, session).await, [flash(1), flash(2)]);
}

async fn of_many_flashes_that_are_left_at_once_twenty_wait(opened: Opened) {
    let session = session();
    let writers: Vec<_> = (0..40)
        .map(|number| {
            let store = Arc::clone(&opened.store);
            tokio::spawn(async move { store.add_flashes(session, &[flash(number)], 100).await })
        })
        .collect();
    for writer in writers {
        writer.await.expect("runs").expect("adds");
    }
    assert_eq!(take(&*opened.store, session).await.len(), 20);
}

async fn take(store: &dyn Store, session: SessionId) -> Vec<Flash> {
    let taken = store.take_flashes(session).await.expect("takes");
    taken.into_iter().map(|waiting| waiting.flash).collect()
}

async fn of_more_than_twenty_flashes_the_oldest_go(opened: Opened) {
    let session = session();
    for number in 0..23 {
        opened
            .store
            .add_flashes(session, &[flash(number)], 100)
            .await
            .expect("adds");
    }
    let flashes = take(&*opened.store, session).await;
    assert_eq!(flashes, (3..23).map(flash).collect::<Vec<_>>());
}

async fn ended_sessions_are_known_until_their_time(opened: Opened) {
    let store = opened.store;
    let (ended, other) = (session(), session());
    store.end_session(ended, 100).await.expect("ends");
    store.end_session(ended, 200).await.expect("ends again");
    store
        .add_flashes(other, &[flash(1)], 300)
        .await
        .expect("adds");
    let state = async |session| store.session_state(session).await.expect("reads");
    let over = SessionState {
        ended: Some(200),
        flashes_wait: false,
    };
    let waited_for = SessionState {
        ended: None,
        flashes_wait: true,
    };
    assert_eq!(state(ended).await, over);
    assert_eq!(state(other).await, waited_for);
    assert_eq!(state(session()).await, SessionState::default());
    let later = session();
    store.end_session(later, 300).await.expect("ends");
    store.forget_expired(200).await.expect("forgets");
    let all = store.ended_sessions(0).await.expect("reads");
    let known: Vec<_> = all
        .iter()
        .map(|end| (end.session, end.keep_until))
        .collect();
    assert_eq!(known, [(ended, 200), (later, 300)]);
    let news: Vec<EndedSession> = store.ended_sessions(all[0].number).await.expect("reads");
    assert_eq!(news, all[1..], "only those since");
    store.forget_expired(301).await.expect("forgets");
    assert_eq!(store.ended_sessions(0).await.expect("reads"), []);
}

async fn messages_come_newest_first_in_pages(opened: Opened) {
    let store = opened.store;
    let mut all = Vec::new();
    for number in 0..7 {
        let message = message(number);
        let stored = store.add_message(&message, None, None).await.expect("adds");
        assert_eq!(stored, Stored::Now);
        all.push(message);
    }
    // Messages 0 and 1 came in the same second, 2 and 3 in the next, and so on.
    all.reverse();
    let mut read: Vec<Message> = Vec::new();
    let mut last = None;
    loop {
        let page = store.messages(last, 3).await.expect("reads");
        let Some(end) = page.last() else { break };
        last = Some(end.number);
        // Deleting the last message of a page must not change what the next page begins with.
        let reference = &end.message.reference;
        assert!(store.delete_message(reference).await.expect("deletes"));
        read.extend(page.into_iter().map(|entry| entry.message));
    }
    assert_eq!(read, all);
    let stats = store.message_stats(1_002).await.expect("counts");
    let expected = Stats {
        total: 4,
        recent: 2,
        oldest: Some(1_001),
        newest: Some(1_003),
        mails_waiting: 0,
    };
    assert_eq!(stats, expected);
}

async fn a_key_stores_one_message_however_many_come_at_once(opened: Opened) {
    let senders: Vec<_> = (0..8)
        .map(|number| {
            let store = Arc::clone(&opened.store);
            tokio::spawn(async move {
                let message = message(number);
                let stored = store.add_message(&message, Some("key"), Some(5)).await;
                (message, stored.expect("adds"))
            })
        })
        .collect();
    let (mut now, mut before) = (Vec::new(), Vec::new());
    for sender in senders {
        match sender.await.expect("answers") {
            (message, Stored::Now) => now.push(message),
            (_, Stored::Before(earlier)) => before.push(earlier),
        }
    }
    assert_eq!((now.len(), before.len()), (1, 7));
    assert!(before.iter().all(|earlier| *earlier == now[0]));
    assert_eq!(inbox(&*opened.store).await, now);
}

async fn inbox(store: &dyn Store) -> Vec<Message> {
    let entries = store.messages(None, 9).await.expect("reads");
    entries.into_iter().map(|entry| entry.message).collect()
}

async fn a_deleted_message_is_gone_with_its_mail(opened: Opened) {
    let store = opened.store;
    let message = message(1);
    let reference = &message.reference;
    store
        .add_message(&message, Some("key"), Some(5))
        .await
        .expect("adds");
    assert_eq!(
        store.message(reference).await.expect("reads"),
        Some(message.clone())
    );
    assert!(store.delete_message(reference).await.expect("deletes"));
    assert!(!store.delete_message(reference).await.expect("deletes"));
    assert_eq!(store.message(reference).await.expect("reads"), None);
    assert_eq!(store.claim_mail(9, 99).await.expect("claims"), None);
    let stats = store.message_stats(0).await.expect("counts");
    assert_eq!((stats.total, stats.oldest, stats.newest), (0, None, None));
}

async fn a_notification_is_sent_by_one_server_at_a_time(opened: Opened) {
    let store = &opened.store;
    let message = message(1);
    let reference = &message.reference;
    // A shared database compares due times with its own clock too.
    let now = Timestamp::now().as_second();
    store
        .add_message(&message, None, Some(now))
        .await
        .expect("adds");
    let claim = async |now, lease| store.claim_mail(now, lease).await.expect("claims");
    assert_eq!(claim(now - 1, 60).await, None, "not yet");
    let servers: Vec<_> = (0..4)
        .map(|_| {
            let store = Arc::clone(store);
            tokio::spawn(async move { store.claim_mail(now, 60).await.expect("claims") })
        })
        .collect();
    let mut claimed = Vec::new();
    for server in servers {
        claimed.extend(server.await.expect("answers"));
    }
    assert_eq!(claimed.len(), 1);
    assert_eq!((&claimed[0].message, claimed[0].attempts), (&message, 0));
    assert_eq!(claim(now, 60).await, None, "leased");
    store.mail_failed(reference, now).await.expect("notes");
    assert_eq!(claim(now - 1, 60).await, None, "not yet again");
    // The claim of a server that is killed: its lease ends at once.
    let again = claim(now, 0).await.expect("due");
    assert_eq!(again.attempts, 1);
    let after_a_crash = claim(now + 1, 60).await.expect("due");
    assert_eq!(after_a_crash.message, message);
    let waiting = async || store.message_stats(0).await.expect("counts").mails_waiting;
    assert_eq!(waiting().await, 1);
    store.mail_sent(reference).await.expect("notes");
    store.mail_failed(reference, 0).await.expect("too late");
    assert_eq!(claim(now + 99, 60).await, None);
    assert_eq!(waiting().await, 0);
}

async fn a_second_process_sees_the_same(opened: Opened) {
    let other = opened.again().await;
    let message = message(1);
    opened
        .store
        .add_message(&message, None, None)
        .await
        .expect("adds");
    assert_eq!(inbox(&*other).await, std::slice::from_ref(&message));
    assert!(
        other
            .delete_message(&message.reference)
            .await
            .expect("deletes")
    );
    assert_eq!(inbox(&*opened.store).await, []);
    assert_eq!(
        opened.store.is_shared(),
        matches!(opened.home, Home::Server(_))
    );
}

const HOUR: Duration = Duration::from_secs(3600);
const RULES: ReadingRules = ReadingRules {
    refresh: HOUR,
    lease: HOUR,
};

/// The time in milliseconds since the Unix epoch. A shared database ignores it for its own clock.
fn now() -> i64 {
    Timestamp::now().as_millisecond()
}

fn stored_copy(name: &str) -> StoredCopy {
    StoredCopy {
        hash: name.as_bytes().to_vec(),
        body: format!("the body of {name}").into_bytes(),
    }
}

async fn a_source_is_read_by_one_server_at_a_time(opened: Opened) {
    let store = &opened.store;
    let claim = async |rules| store.claim_source("a", now(), rules).await.expect("claims");
    let servers: Vec<_> = (0..4)
        .map(|_| {
            let store = Arc::clone(store);
            tokio::spawn(async move { store.claim_source("a", now(), RULES).await })
        })
        .collect();
    let mut granted = 0;
    for server in servers {
        let claim = server.await.expect("runs").expect("claims");
        granted += usize::from(claim == SourceClaim::Granted);
    }
    if store.is_shared() {
        assert_eq!(granted, 1);
        assert_eq!(claim(RULES).await, SourceClaim::Taken);
        store.renew_lease("a", now(), HOUR).await.expect("renews");
        assert_eq!(claim(RULES).await, SourceClaim::Taken);
    } else {
        assert_eq!(granted, 4, "one server needs no lease");
    }
    let other = store.claim_source("b", now(), RULES).await.expect("claims");
    assert_eq!(other, SourceClaim::Granted, "each source has its own lease");

    let failed = async |pause| {
        let recorded = store.reading_failed("a", now(), pause).await;
        recorded.expect("records");
    };
    failed(HOUR).await;
    let wait = assert_recent(claim(RULES).await, true);
    assert!(wait <= HOUR && wait > HOUR / 2, "{wait:?}");
    let brief = ReadingRules {
        lease: Duration::ZERO,
        ..RULES
    };
    failed(Duration::ZERO).await;
    assert_eq!(claim(brief).await, SourceClaim::Granted, "after the pause");
    // As when the reading server is killed and its lease has ended.
    assert_eq!(claim(brief).await, SourceClaim::Granted);
    store
        .add_reading("a", &stored_copy("one"), now(), Duration::ZERO)
        .await
        .expect("records");
    assert_recent(claim(RULES).await, false);
    store.renew_lease("a", now(), HOUR).await.expect("renews");
    assert_recent(claim(RULES).await, false);
    if !store.is_shared() {
        // As when the clock was set back.
        let early = now() - 7_200_000;
        let claim = store.claim_source("a", early, RULES).await;
        assert_eq!(claim.expect("claims"), SourceClaim::Granted);
    }
}

fn assert_recent(claim: SourceClaim, expected: bool) -> Duration {
    match claim {
        SourceClaim::Recent { failed, wait } if failed == expected => wait,
        other => panic!("{other:?}"),
    }
}

async fn readings_keep_their_order_and_each_copy_is_kept_once(opened: Opened) {
    let store = opened.store;
    let mut added = Vec::new();
    for name in ["one", "two", "one"] {
        store.claim_source("a", now(), RULES).await.expect("claims");
        let reading = store
            .add_reading("a", &stored_copy(name), now(), Duration::ZERO)
            .await;
        added.push(reading.expect("records"));
    }
    assert!(added.is_sorted_by_key(|reading| (reading.number, reading.read_at)));
    assert_eq!(store.readings("a", 0).await.expect("reads"), added);
    let later = store.readings("a", added[0].number).await.expect("reads");
    assert_eq!(later, added[1..]);
    assert_eq!(store.readings("b", 0).await.expect("reads"), []);
    let body = async |name: &str| store.copy(name.as_bytes()).await.expect("reads");
    assert_eq!(body("two").await, Some(stored_copy("two").body));
    assert_eq!(body("three").await, None);

    // A shared database forgets readings by its own clock too, so this may take a moment.
    let gone = async {
        while store.readings("a", 0).await.expect("reads") != added[2..] {
            let later = now() / 1000 + 10;
            store.forget_expired(later).await.expect("forgets");
        }
    };
    let gone = tokio::time::timeout(Duration::from_secs(60), gone).await;
    assert!(gone.is_ok(), "the last one stays, and nothing else");
    assert_eq!(body("two").await, None);
    assert_eq!(body("one").await, Some(stored_copy("one").body));
}
