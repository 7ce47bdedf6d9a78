//! Slow, broken and hostile clients, and a few that send messages.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::task::JoinSet;
use tokio::time::{sleep, timeout};

/// How long a client waits for an answer.
const ANSWER_TIMEOUT: Duration = Duration::from_secs(10);

/// Clients that reconnect until they are stopped.
pub(crate) struct Crowd {
    clients: JoinSet<()>,
    acknowledged: Arc<AtomicUsize>,
}

impl Crowd {
    /// Starts the clients.
    pub(crate) fn gather(address: &str) -> Self {
        let mut clients = JoinSet::new();
        let acknowledged = Arc::new(AtomicUsize::new(0));
        for number in 0..100_u64 {
            let pace = Duration::from_millis(100 + 7 * (number % 50));
            for part in [Part::SlowHead, Part::SlowBody, Part::NeverReads] {
                clients.spawn(come_back(address.to_owned(), part, pace));
            }
        }
        for number in 0..5_u64 {
            let pace = Duration::from_millis(500 + 100 * number);
            for part in [Part::Broken, Part::Foreign, Part::Leaves, Part::Sessions] {
                clients.spawn(come_back(address.to_owned(), part, pace));
            }
        }
        for number in 0..2 {
            let acknowledged = Arc::clone(&acknowledged);
            clients.spawn(writer(address.to_owned(), number, acknowledged));
        }
        Self {
            clients,
            acknowledged,
        }
    }

    /// Stops the clients. Returns how many messages the server acknowledged.
    pub(crate) async fn leave(mut self) -> usize {
        self.clients.shutdown().await;
        self.acknowledged.load(Ordering::SeqCst)
    }
}

/// The behaviour of a client.
#[derive(Clone, Copy)]
enum Part {
    SlowHead,
    SlowBody,
    NeverReads,
    Broken,
    Foreign,
    Leaves,
    Sessions,
}

async fn come_back(address: String, part: Part, pace: Duration) {
    loop {
        // An error is expected: the server closes such connections.
        let _ = play(&address, part, pace).await;
        sleep(pace).await;
    }
}

async fn play(address: &str, part: Part, pace: Duration) -> std::io::Result<()> {
    let mut stream = TcpStream::connect(address).await?;
    stream.set_nodelay(true)?;
    match part {
        Part::SlowHead => {
            drip(
                &mut stream,
                "GET / HTTP/1.1\r\nHost: localhost\r\nX: ",
                pace,
            )
            .await
        }
        Part::SlowBody => {
            let head =
                "POST /api/v1/contact HTTP/1.1\r\nHost: localhost\r\nContent-Length: 65000\r\n\r\n";
            drip(&mut stream, head, pace).await
        }
        Part::NeverReads => {
            let request = "GET /feed.xml HTTP/1.1\r\nHost: localhost\r\n\r\n";
            stream.write_all(request.repeat(20).as_bytes()).await?;
            sleep(pace * 100).await;
            Ok(())
        }
        Part::Broken => {
            exchange(
                &mut stream,
                "POST / HTTP/1.1\r\nContent-Length: -1\r\n\0\r\n\r\n",
            )
            .await
        }
        Part::Foreign => {
            exchange(
                &mut stream,
                "GET /api/v1/blogs HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n\r\n",
            )
            .await
        }
        Part::Leaves => {
            let request = "GET /api/v1/search?q=sessoin HTTP/1.1\r\nHost: localhost\r\n\r\n";
            stream.write_all(request.as_bytes()).await
        }
        Part::Sessions => {
            exchange(
                &mut stream,
                "POST /api/v1/session HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n",
            )
            .await
        }
    }
}

async fn drip(stream: &mut TcpStream, head: &str, pace: Duration) -> std::io::Result<()> {
    stream.write_all(head.as_bytes()).await?;
    loop {
        stream.write_all(b"x").await?;
        sleep(pace).await;
    }
}

async fn exchange(stream: &mut TcpStream, request: &str) -> std::io::Result<()> {
    stream.write_all(request.as_bytes()).await?;
    let mut answer = Vec::new();
    let _ = timeout(ANSWER_TIMEOUT, stream.read_to_end(&mut answer)).await;
    Ok(())
}

/// Sends messages and counts those that were acknowledged.
async fn writer(address: String, number: usize, acknowledged: Arc<AtomicUsize>) {
    for message in 0_usize.. {
        let body = format!(
            r#"{{"name":"Writer {number}","email":"a@example.org","subject":"Soak","message":"{message}"}}"#
        );
        if post(&address, &body)
            .await
            .is_ok_and(|answer| answer.starts_with("HTTP/1.1 201 "))
        {
            acknowledged.fetch_add(1, Ordering::SeqCst);
        }
        sleep(Duration::from_millis(500)).await;
    }
}

async fn post(address: &str, body: &str) -> std::io::Result<String> {
    let mut stream = TcpStream::connect(address).await?;
    let request = format!(
        "POST /api/v1/contact HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    );
    stream.write_all(request.as_bytes()).await?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await?;
    Ok(answer)
}
