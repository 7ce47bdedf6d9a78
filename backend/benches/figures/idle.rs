//! The memory of idle connections, and whether the server still answers with so many of them.

use std::time::Instant;

use anyhow::Context;
use tokio::io::AsyncWriteExt;
use tokio::net::{TcpSocket, TcpStream};
use tokio::task::JoinSet;

use crate::client::{exchange, request};
use crate::process::{Server, resident_bytes};
use crate::row;

const CONNECTIONS: usize = 10_000;
/// The most memory that meets the goal, in 10^6 bytes.
const GOAL_MEGABYTES: f64 = 150.0;
/// The connections of one client: fewer than the server allows.
const CONNECTIONS_OF_CLIENT: usize = 2_500;
/// How many connections are opened at the same time: few enough for the listener's queue.
const AT_ONCE: usize = 100;

/// Measures connections that got one answer each and stay open. The whole run takes less time than
/// the server's limit for idle connections.
pub(crate) fn run() -> anyhow::Result<()> {
    eprintln!("{CONNECTIONS} idle connections");
    let data_dir = tempfile::tempdir()?;
    let server = Server::flashblog(data_dir.path(), "warn")?;
    tokio::runtime::Runtime::new()?.block_on(async {
        exchange(&server.address, &request("")).await?;
        let before = resident_bytes(server.process())?;
        let mut idle = Vec::with_capacity(CONNECTIONS);
        while idle.len() < CONNECTIONS {
            let mut opening = JoinSet::new();
            let client = 1 + idle.len() / CONNECTIONS_OF_CLIENT;
            for _ in 0..AT_ONCE {
                opening.spawn(open(server.address.clone(), client as u8));
            }
            for stream in opening.join_all().await {
                idle.push(stream.context("`ulimit -n` must allow 10,100 open files")?);
            }
        }
        let sent = Instant::now();
        exchange(&server.address, &request("")).await?;
        let answered = sent.elapsed();
        let after = resident_bytes(server.process())?;
        let megabytes = after as f64 / 1e6;
        let each = after.saturating_sub(before) as f64 / 1e3 / CONNECTIONS as f64;
        row(
            "Memory of the whole server with 10,000 idle connections, each answered once",
            &format!("≤ {GOAL_MEGABYTES} MB"),
            &format!("{megabytes:.1} MB ({each:.1} KB each); another request is answered after {answered:.1?}"),
            megabytes <= GOAL_MEGABYTES,
        );
        Ok(())
    })
}

/// Opens a connection from 127.0.0.`client`.
async fn open(address: String, client: u8) -> anyhow::Result<TcpStream> {
    let socket = TcpSocket::new_v4()?;
    socket.bind(([127, 0, 0, client], 0).into())?;
    let mut stream = socket.connect(address.parse()?).await?;
    let request = "GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n";
    stream.write_all(request.as_bytes()).await?;
    stream.readable().await?;
    Ok(stream)
}
