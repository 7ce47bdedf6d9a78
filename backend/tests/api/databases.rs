//! What every database has to do: each test runs on SQLite and on PostgreSQL.

use std::sync::Arc;

use flashblog::session_id::SessionId;
use flashblog::store::Store;
use flashblog::store::message::{Message, Reference, Stats, Stored};
use flashblog::store::postgres::PostgresStore;
use flashblog::store::sqlite::SqliteStore;
use shared::flash::{Category, Flash};
use tempfile::TempDir;

use crate::postgres_server::Database;

/// A database, and what must live as long as it does.
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

    /// The same database for another process.
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
    a_key_stores_one_message_however_many_come_at_once
    a_deleted_message_is_gone_with_its_mail
    a_mail_has_one_postman_at_a_time
    a_second_process_sees_the_same
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
        let (flashes, keep_until) = taker.await.expect("answers");
        assert_eq!(keep_until.is_none(), flashes.is_empty());
        taken.extend(flashes);
    }
    assert_eq!(taken, [flash(1), flash(2), flash(3)]);
    store.forget_expired(51).await.expect("forgets");
    assert_eq!(
        store.take_flashes(other).await.expect("takes"),
        (vec![], None)
    );
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
    let (flashes, _) = opened.store.take_flashes(session).await.expect("takes");
    assert_eq!(flashes, (3..23).map(flash).collect::<Vec<_>>());
}

async fn ended_sessions_are_known_until_their_time(opened: Opened) {
    let store = opened.store;
    let (ended, other) = (session(), session());
    store.end_session(ended, 100).await.expect("ends");
    store.end_session(ended, 200).await.expect("ends again");
    assert_eq!(store.session_end(ended).await.expect("reads"), Some(200));
    assert_eq!(store.session_end(other).await.expect("reads"), None);
    store.forget_expired(200).await.expect("forgets");
    assert_eq!(store.ended_sessions().await.expect("reads"), [(ended, 200)]);
    store.forget_expired(201).await.expect("forgets");
    assert_eq!(store.ended_sessions().await.expect("reads"), []);
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
    all.sort_by(|a, b| {
        (b.received_at, b.reference.as_str()).cmp(&(a.received_at, a.reference.as_str()))
    });
    let mut read: Vec<Message> = Vec::new();
    loop {
        let page = store.messages(read.last(), 3).await.expect("reads");
        if page.is_empty() {
            break;
        }
        read.extend(page);
    }
    assert_eq!(read, all);
    let stats = store.message_stats(1_002).await.expect("counts");
    let expected = Stats {
        total: 7,
        recent: 3,
        oldest: Some(1_000),
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
    assert_eq!(opened.store.messages(None, 9).await.expect("reads"), now);
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

async fn a_mail_has_one_postman_at_a_time(opened: Opened) {
    let store = &opened.store;
    let message = message(1);
    let reference = &message.reference;
    store
        .add_message(&message, None, Some(100))
        .await
        .expect("adds");
    assert_eq!(
        store.claim_mail(99, 160).await.expect("claims"),
        None,
        "not yet"
    );
    let postmen: Vec<_> = (0..4)
        .map(|_| {
            let store = Arc::clone(store);
            tokio::spawn(async move { store.claim_mail(100, 160).await.expect("claims") })
        })
        .collect();
    let mut claimed = Vec::new();
    for mailer in postmen {
        claimed.extend(mailer.await.expect("answers"));
    }
    assert_eq!(claimed.len(), 1);
    assert_eq!((&claimed[0].message, claimed[0].attempts), (&message, 0));
    store.mail_failed(reference, 200).await.expect("notes");
    assert_eq!(store.claim_mail(199, 260).await.expect("claims"), None);
    let again = store
        .claim_mail(200, 260)
        .await
        .expect("claims")
        .expect("due");
    assert_eq!(again.attempts, 1);
    let after_a_crash = store
        .claim_mail(260, 320)
        .await
        .expect("claims")
        .expect("due");
    assert_eq!(after_a_crash.message, message);
    assert_eq!(
        store.message_stats(0).await.expect("counts").mails_waiting,
        1
    );
    store.mail_sent(reference).await.expect("notes");
    store
        .mail_failed(reference, 0)
        .await
        .expect("too late to matter");
    assert_eq!(store.claim_mail(999, 1_000).await.expect("claims"), None);
    assert_eq!(
        store.message_stats(0).await.expect("counts").mails_waiting,
        0
    );
}

async fn a_second_process_sees_the_same(opened: Opened) {
    let other = opened.again().await;
    let message = message(1);
    opened
        .store
        .add_message(&message, None, None)
        .await
        .expect("adds");
    assert_eq!(
        other.messages(None, 9).await.expect("reads"),
        std::slice::from_ref(&message)
    );
    assert!(
        other
            .delete_message(&message.reference)
            .await
            .expect("deletes")
    );
    assert_eq!(opened.store.messages(None, 9).await.expect("reads"), []);
    assert_eq!(
        opened.store.is_shared(),
        matches!(opened.home, Home::Server(_))
    );
}
