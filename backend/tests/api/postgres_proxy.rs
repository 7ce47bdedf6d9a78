//! A proxy between a server and its database, which counts their exchanges.

use std::io;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use sqlx::postgres::PgConnectOptions;
use tempfile::TempDir;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::{TcpStream, UnixListener, UnixStream};

/// A proxy to a database. It counts exchanges: each ends with a Sync or a simple Query
/// (PostgreSQL's frontend/backend protocol 3.0). As some poolers do, it does not pass on the startup
/// parameter `options`.
pub(crate) struct Proxy {
    folder: TempDir,
    exchanges: Arc<AtomicUsize>,
}

impl Proxy {
    pub(crate) fn to(database: PgConnectOptions) -> Self {
        let folder = tempfile::tempdir().expect("temporary folder");
        let listener = UnixListener::bind(folder.path().join(".s.PGSQL.5432")).expect("binds");
        let exchanges = Arc::new(AtomicUsize::new(0));
        let counted = Arc::clone(&exchanges);
        tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                tokio::spawn(relay(client, database.clone(), Arc::clone(&counted)));
            }
        });
        Self { folder, exchanges }
    }

    /// The options to connect to the database through the proxy.
    pub(crate) fn options(&self, database: PgConnectOptions) -> PgConnectOptions {
        database
            .socket(self.folder.path())
            .port(5432)
            .ssl_mode(sqlx::postgres::PgSslMode::Disable)
    }

    pub(crate) fn exchanges(&self) -> usize {
        self.exchanges.load(Ordering::SeqCst)
    }
}

async fn relay(
    client: UnixStream,
    database: PgConnectOptions,
    exchanges: Arc<AtomicUsize>,
) -> io::Result<()> {
    let (from_client, to_client) = client.into_split();
    match database.get_socket() {
        Some(folder) => {
            let path: PathBuf = folder.join(format!(".s.PGSQL.{}", database.get_port()));
            let (from_server, to_server) = UnixStream::connect(path).await?.into_split();
            both_ways(from_client, to_server, from_server, to_client, exchanges).await
        }
        None => {
            let address = (database.get_host(), database.get_port());
            let (from_server, to_server) = TcpStream::connect(address).await?.into_split();
            both_ways(from_client, to_server, from_server, to_client, exchanges).await
        }
    }
}

async fn both_ways(
    from_client: impl AsyncRead + Unpin,
    to_server: impl AsyncWrite + Unpin,
    mut from_server: impl AsyncRead + Unpin,
    mut to_client: impl AsyncWrite + Unpin,
    exchanges: Arc<AtomicUsize>,
) -> io::Result<()> {
    tokio::select! {
        asked = count(from_client, to_server, &exchanges) => asked,
        answered = tokio::io::copy(&mut from_server, &mut to_client) => answered.map(drop),
    }
}

/// Passes on the client's messages, and counts exchanges. The first message has no type.
async fn count(
    mut client: impl AsyncRead + Unpin,
    mut server: impl AsyncWrite + Unpin,
    exchanges: &AtomicUsize,
) -> io::Result<()> {
    let mut kind = None;
    loop {
        let length = client.read_u32().await?;
        let mut body = vec![0; length as usize - 4];
        client.read_exact(&mut body).await?;
        match kind {
            None => forget_options(&mut body),
            Some(b'S' | b'Q') => {
                exchanges.fetch_add(1, Ordering::SeqCst);
            }
            Some(_) => {}
        }
        let head = u32::try_from(body.len() + 4)
            .map_err(io::Error::other)?
            .to_be_bytes();
        let message = [kind.as_slice(), &head, &body].concat();
        server.write_all(&message).await?;
        kind = Some(client.read_u8().await?);
    }
}

/// Removes the parameter `options` from a startup message. The message has a version, names and values
/// that each end with a zero byte, and one more zero byte.
fn forget_options(startup: &mut Vec<u8>) {
    let parameters = startup.split_off(4);
    let words: Vec<&[u8]> = parameters.split(|byte| *byte == 0).collect();
    for pair in words.chunks_exact(2) {
        if !pair[0].is_empty() && pair[0] != b"options" {
            startup.extend([pair[0], b"\0", pair[1], b"\0"].concat());
        }
    }
    startup.push(0);
}
