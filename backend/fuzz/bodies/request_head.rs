//! hyper reads the same requests however they are cut into packets, and none that says in two ways
//! where its body ends.

use flashblog::http::checked_stream::CheckedStream;
use flashblog::http::request_head::{HeadError, MAX_HEADERS};
use futures_util::FutureExt;
use tokio::io::{AsyncReadExt, AsyncWriteExt, duplex};

use super::Body;

pub(crate) const BODY: Body = Body {
    name: "request_head",
    words: &[
        "GET / HTTP/1.1\r\n",
        "POST /contact HTTP/1.1\r\n",
        "GET http://a/ HTTP/1.0\r\n",
        "Host: a\r\n",
        "Content-Length: 3\r\n",
        "Content-Length: 0\r\n",
        "Transfer-Encoding: chunked\r\n",
        "transfer-encoding: identity\n",
        "Connection: close\r\n",
        "X: y\n",
        " folded\r\n",
        "\r\n",
        "\n",
        "\r",
        "\r\n\r\n",
        "0\r\n\r\n",
        "abc",
        ": ",
        "\0",
    ],
    check,
};

fn check(input: &[u8]) {
    let (cut, rest) = input.split_first().unwrap_or((&0, input));
    // A head that does not end is not decided: both readings must come to the end of one.
    let bytes = [rest, b"\r\n\r\n\r\n\r\n"].concat();
    let whole = read(&bytes, bytes.len());
    let pieces = read(&bytes, 1 + usize::from(cut % 7));
    assert_eq!(whole, pieces, "{:?}", String::from_utf8_lossy(&bytes));
    assert_clear(&whole.0);
}

/// What hyper would read, and the verdict.
fn read(bytes: &[u8], size: usize) -> (Vec<u8>, Option<HeadError>) {
    let (ours, mut theirs) = duplex(1 << 20);
    let mut stream = CheckedStream::new(ours);
    let verdict = stream.verdict();
    let mut read = Vec::new();
    let mut space = [0; 512];
    for piece in bytes.chunks(size.max(1)) {
        if !matches!(theirs.write_all(piece).now_or_never(), Some(Ok(()))) {
            break;
        }
        while let Some(Ok(count @ 1..)) = stream.read(&mut space).now_or_never() {
            read.extend_from_slice(&space[..count]);
        }
    }
    (read, verdict.get().copied())
}

/// Reads one request after another, as far as they are complete.
fn assert_clear(mut bytes: &[u8]) {
    loop {
        let mut fields = [httparse::EMPTY_HEADER; MAX_HEADERS];
        let mut head = httparse::Request::new(&mut fields);
        let Ok(httparse::Status::Complete(length)) = head.parse(bytes) else {
            return;
        };
        let values = |name: &str| -> Vec<&[u8]> {
            let fields = head.headers.iter();
            let named = fields.filter(|field| field.name.eq_ignore_ascii_case(name));
            named.map(|field| field.value).collect()
        };
        let (lengths, codings) = (values("content-length"), values("transfer-encoding"));
        assert!(
            lengths.len() + codings.len() <= 1,
            "{lengths:?} {codings:?}"
        );
        if !codings.is_empty() {
            return;
        }
        let digits = lengths
            .first()
            .map_or("0", |value| std::str::from_utf8(value).expect("digits"));
        let body: usize = digits.parse().unwrap_or(usize::MAX);
        bytes = bytes.get(length.saturating_add(body)..).unwrap_or_default();
    }
}
