//! Mails that notify the owner, over real SMTP connections.

use std::collections::VecDeque;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::http::StatusCode;
use flashblog::session::token::Keys;
use flashblog::sources::site_info::SiteInfo;
use parking_lot::Mutex;
use serde_json::json;
use shared::contact::ContactReceipt;
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};

use crate::harness::{KEY, TestApp};

const PATIENT: Duration = Duration::from_secs(30);

/// The behaviour of the mail server on one connection.
#[derive(Clone, Copy)]
enum Conduct {
    /// Accepts the mail.
    Accept,
    /// Answers RCPT with this refusal.
    Refuse(&'static str),
    /// Sends nothing and keeps the connection open.
    Hang,
    /// Closes the connection in the middle of the mail.
    DropMidWay,
    /// Accepts the mail, but closes the connection instead of confirming it.
    TakeAndDrop,
}

/// A mail server whose script has the behaviour for its first connections. Later ones accept the mail.
struct MailServer {
    address: SocketAddr,
    script: Arc<Mutex<VecDeque<Conduct>>>,
    mails: Arc<Mutex<Vec<String>>>,
}

impl MailServer {
    async fn start(script: impl IntoIterator<Item = Conduct>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("binds");
        let server = Self {
            address: listener.local_addr().expect("an address"),
            script: Arc::new(Mutex::new(script.into_iter().collect())),
            mails: Arc::default(),
        };
        let (script, mails) = (Arc::clone(&server.script), Arc::clone(&server.mails));
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let conduct = script.lock().pop_front().unwrap_or(Conduct::Accept);
                tokio::spawn(converse(stream, conduct, Arc::clone(&mails)));
            }
        });
        server
    }

    fn mails(&self) -> Vec<String> {
        self.mails.lock().clone()
    }
}

/// The part of RFC 5321 that these tests need.
async fn converse(
    stream: TcpStream,
    conduct: Conduct,
    mails: Arc<Mutex<Vec<String>>>,
) -> std::io::Result<()> {
    let mut stream = BufReader::new(stream);
    if matches!(conduct, Conduct::Hang) {
        std::future::pending::<()>().await;
    }
    stream.write_all(b"220 mail.example ESMTP\r\n").await?;
    let mut line = String::new();
    loop {
        line.clear();
        if stream.read_line(&mut line).await? == 0 {
            return Ok(());
        }
        let verb: String = line.chars().take(4).collect::<String>().to_uppercase();
        let answer = match (verb.as_str(), conduct) {
            ("EHLO", _) => "250-mail.example\r\n250 8BITMIME",
            ("RCPT", Conduct::Refuse(answer)) => answer,
            ("MAIL" | "RCPT" | "RSET" | "NOOP", _) => "250 fine",
            ("DATA", _) => {
                stream.write_all(b"354 go on\r\n").await?;
                let mut mail = String::new();
                loop {
                    line.clear();
                    if stream.read_line(&mut line).await? == 0 {
                        return Ok(());
                    }
                    if matches!(conduct, Conduct::DropMidWay) {
                        return Ok(());
                    }
                    if line == ".\r\n" {
                        break;
                    }
                    mail.push_str(line.strip_prefix('.').unwrap_or(&line));
                }
                mails.lock().push(mail);
                if matches!(conduct, Conduct::TakeAndDrop) {
                    return Ok(());
                }
                "250 taken"
            }
            ("QUIT", _) => "221 bye",
            _ => "500 what?",
        };
        stream.write_all(format!("{answer}\r\n").as_bytes()).await?;
    }
}

async fn send_message(app: &TestApp, subject: &str) -> ContactReceipt {
    let message = json!({
        "name": "Ada", "email": "ada@example.org", "subject": subject, "message": "Hello\n.\nthere",
    });
    let answer = app
        .browser()
        .post_json("/api/v1/contact", &[], message.to_string())
        .await;
    assert_eq!(answer.status, StatusCode::CREATED);
    answer.data()
}

async fn deliver(app: &TestApp) {
    let mailer = app.app.mailer.as_ref().expect("a mailer");
    mailer.send_due().await.expect("the store works");
}

async fn waiting(app: &TestApp) -> i64 {
    app.store
        .message_stats(0)
        .await
        .expect("counts")
        .mails_waiting
}

#[tokio::test]
async fn the_owner_is_told_of_a_message_once() {
    let server = MailServer::start([]).await;
    let app = TestApp::new().await.with_mail(server.address, PATIENT);
    let receipt = send_message(&app, "Grüße").await;
    assert_eq!(waiting(&app).await, 1);
    deliver(&app).await;
    deliver(&app).await;
    let mails = server.mails();
    assert_eq!(mails.len(), 1);
    let id = format!("Message-ID: <{}@blog.test>\r\n", receipt.reference);
    assert!(mails[0].contains(&id), "{}", mails[0]);
    assert!(mails[0].contains("Reply-To: Ada <ada@example.org>\r\n"));
    assert!(mails[0].contains("\r\nHello\r\n.\r\nthere\r\n"));
    assert_eq!(waiting(&app).await, 0);
}

#[tokio::test]
async fn a_mail_comes_from_the_site_by_the_title_that_its_source_gives() {
    let server = MailServer::start([]).await;
    let app = TestApp::new().await.with_mail(server.address, PATIENT);
    let of_source = SiteInfo {
        title: Some("Looms".to_owned()),
        ..SiteInfo::default()
    };
    app.app.profile.view(Some(Arc::new(of_source))).await;
    send_message(&app, "Hello").await;
    deliver(&app).await;
    let mail = server.mails().remove(0);
    assert!(
        mail.contains("From: Looms <owner@example.org>\r\n"),
        "{mail}"
    );
}

#[tokio::test]
async fn the_background_worker_delivers_without_being_asked() {
    let server = MailServer::start([]).await;
    let app = TestApp::new().await.with_mail(server.address, PATIENT);
    let worker = app.app.clone();
    let worker = tokio::spawn(async move { worker.work().await });
    send_message(&app, "Hello").await;
    while waiting(&app).await > 0 {
        tokio::task::yield_now().await;
    }
    assert_eq!(server.mails().len(), 1);
    worker.abort();
}

#[tokio::test]
async fn a_server_that_refuses_is_asked_again_after_growing_pauses() {
    let refusals = [
        Conduct::Refuse("451 try later"),
        Conduct::Refuse("550 nobody\u{1b}here"),
        Conduct::Refuse("421 closing"),
    ];
    let server = MailServer::start(refusals).await;
    let app = TestApp::new().await.with_mail(server.address, PATIENT);
    let receipt = send_message(&app, "Hello").await;
    for pause in [60, 120, 240] {
        deliver(&app).await;
        assert_eq!(server.mails().len(), 0);
        let left = server.script.lock().len();
        app.clock.advance(Duration::from_secs(pause - 1));
        deliver(&app).await;
        assert_eq!(
            server.script.lock().len(),
            left,
            "no connection for {pause} s"
        );
        app.clock.advance(Duration::from_secs(1));
    }
    deliver(&app).await;
    assert_eq!(server.mails().len(), 1);
    assert!(server.mails()[0].contains(&receipt.reference));
}

#[tokio::test]
async fn one_mail_that_is_refused_does_not_hold_up_the_others() {
    let server = MailServer::start([Conduct::Refuse("550 no")]).await;
    let app = TestApp::new().await.with_mail(server.address, PATIENT);
    send_message(&app, "First").await;
    send_message(&app, "Second").await;
    deliver(&app).await;
    assert_eq!(server.mails().len(), 1);
    assert_eq!(waiting(&app).await, 1);
}

#[tokio::test]
async fn a_server_that_hangs_or_drops_the_line_loses_nothing() {
    let conducts = [Conduct::Hang, Conduct::DropMidWay];
    let server = MailServer::start(conducts).await;
    let app = TestApp::new()
        .await
        .with_mail(server.address, Duration::from_millis(300));
    send_message(&app, "Hello").await;
    deliver(&app).await;
    app.clock.advance(Duration::from_secs(60));
    let app = app.with_mail(server.address, PATIENT);
    deliver(&app).await;
    assert_eq!(server.mails().len(), 0);
    assert_eq!(waiting(&app).await, 1);
    app.clock.advance(Duration::from_secs(120));
    deliver(&app).await;
    assert_eq!(server.mails().len(), 1);
    assert_eq!(waiting(&app).await, 0);
}

#[tokio::test]
async fn a_mail_that_was_taken_unsaid_goes_out_again_as_the_same_mail() {
    let server = MailServer::start([Conduct::TakeAndDrop]).await;
    let app = TestApp::new().await.with_mail(server.address, PATIENT);
    send_message(&app, "Hello").await;
    deliver(&app).await;
    app.clock.advance(Duration::from_secs(60));
    deliver(&app).await;
    let mails = server.mails();
    assert_eq!(mails.len(), 2, "at least once");
    assert_eq!(mails[0], mails[1], "with the same Message-ID");
    assert_eq!(waiting(&app).await, 0);
}

#[tokio::test]
async fn what_waits_outlives_a_restart_and_a_server_that_is_not_there() {
    let closed = TcpListener::bind("127.0.0.1:0").await.expect("binds");
    let address = closed.local_addr().expect("an address");
    drop(closed);
    let app = TestApp::new().await.with_mail(address, PATIENT);
    let receipt = send_message(&app, "Hello").await;
    deliver(&app).await;
    assert_eq!(waiting(&app).await, 1);
    let server = MailServer::start([]).await;
    let app = app
        .restart(Keys::new(KEY, []))
        .await
        .with_mail(server.address, PATIENT);
    app.clock.advance(Duration::from_secs(60));
    deliver(&app).await;
    assert!(server.mails()[0].contains(&receipt.reference));
}
