//! A minimal HTTP client over loopback, so that the load takes little processor time itself.

use anyhow::{Context, bail, ensure};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// The address of the API's second page of the list.
pub(crate) const LIST: &str = "/api/v1/blogs?page=2";

pub(crate) fn request(headers: &str) -> String {
    format!("GET {LIST} HTTP/1.1\r\nHost: localhost\r\nAccept: application/json\r\n{headers}\r\n")
}

/// A response as it was received.
pub(crate) struct Answer {
    pub(crate) head: String,
    pub(crate) body: Vec<u8>,
}

impl Answer {
    /// Whether its content coding is `encoding`.
    pub(crate) fn is_encoded(&self, encoding: &str) -> bool {
        header_of(&self.head, "content-encoding").is_ok_and(|its| its == encoding)
    }

    /// The length in bytes, head included.
    pub(crate) fn length(&self) -> usize {
        self.head.len() + 4 + self.body.len()
    }
}

/// One request on a connection of its own.
pub(crate) async fn ask(address: &str, request: &str) -> anyhow::Result<Answer> {
    let mut stream = TcpStream::connect(address).await?;
    stream.write_all(request.as_bytes()).await?;
    let mut response = Vec::new();
    loop {
        ensure!(stream.read_buf(&mut response).await? > 0, "broken off");
        let Some(end) = response.windows(4).position(|four| four == b"\r\n\r\n") else {
            continue;
        };
        let head = String::from_utf8_lossy(&response[..end]).into_owned();
        if response.len() - end - 4 >= content_length(&head)? {
            let body = response.split_off(end + 4);
            return Ok(Answer { head, body });
        }
    }
}

/// Like [`ask`], with the whole response as text.
pub(crate) async fn exchange(address: &str, request: &str) -> anyhow::Result<String> {
    let Answer { head, body } = ask(address, request).await?;
    Ok(format!("{head}\r\n\r\n{}", String::from_utf8_lossy(&body)))
}

fn content_length(head: &str) -> anyhow::Result<usize> {
    header_of(head, "content-length")?
        .parse()
        .context("a length")
}

pub(crate) fn cookie_of(response: &str) -> anyhow::Result<&str> {
    let cookie = header_of(response, "set-cookie")?;
    cookie.split(';').next().context("a pair")
}

fn header_of<'a>(head: &'a str, name: &str) -> anyhow::Result<&'a str> {
    for line in head.lines() {
        if let Some((key, value)) = line.split_once(": ")
            && key.eq_ignore_ascii_case(name)
        {
            return Ok(value);
        }
    }
    bail!("no {name}")
}
