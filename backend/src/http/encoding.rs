//! Content codings, and which of them a client reads (RFC 9110, section 12.5.3).

use axum::http::{HeaderMap, HeaderValue, header};

/// A content coding.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Encoding {
    /// RFC 1952.
    Gzip,
    /// RFC 7932.
    Brotli,
}

impl Encoding {
    /// Its name in headers.
    pub(super) fn name(self) -> HeaderValue {
        HeaderValue::from_static(match self {
            Self::Gzip => "gzip",
            Self::Brotli => "br",
        })
    }
}

/// Which of Brotli and gzip the client reads, by name or as one of `*`, best first.
pub(super) fn accepted(headers: &HeaderMap) -> [Option<Encoding>; 2] {
    let (mut gzip, mut brotli, mut all) = (None, None, 0.0);
    let lines = headers.get_all(header::ACCEPT_ENCODING).iter();
    for coding in lines
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
    {
        let (name, weight) = coding.split_once(';').unwrap_or((coding, "q=1"));
        let weight = weight.trim().trim_start_matches("q=");
        let weight = match weight {
            "1" => 1.0,
            weight => weight.parse::<f32>().unwrap_or_default(),
        };
        match name.trim() {
            name if name.eq_ignore_ascii_case("gzip") => gzip = Some(weight),
            name if name.eq_ignore_ascii_case("br") => brotli = Some(weight),
            "*" => all = weight,
            _ => {}
        }
    }
    let (gzip, brotli) = (gzip.unwrap_or(all), brotli.unwrap_or(all));
    let reads = |encoding, weight: f32| (weight > 0.0).then_some(encoding);
    let (gzip_read, brotli_read) = (reads(Encoding::Gzip, gzip), reads(Encoding::Brotli, brotli));
    if gzip > brotli {
        [gzip_read, brotli_read]
    } else {
        [brotli_read, gzip_read]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn encodings_are_those_that_a_client_says_it_reads_best_first() {
        use Encoding::{Brotli, Gzip};
        for (accepts, reads) in [
            ("gzip, deflate, br, zstd", &[Brotli, Gzip] as &[_]),
            ("br, GZIP;q=0.5", &[Brotli, Gzip]),
            ("br;q=0.1, gzip", &[Gzip, Brotli]),
            ("*", &[Brotli, Gzip]),
            ("gzip; q=1.0", &[Gzip]),
            ("*;q=0, gzip", &[Gzip]),
            ("gzip;q=0, *", &[Brotli]),
            ("gzip;q=0.000", &[]),
            ("gzip;q=nonsense", &[]),
            ("br", &[Brotli]),
            ("identity", &[]),
            ("", &[]),
        ] {
            let mut request = HeaderMap::new();
            request.insert(header::ACCEPT_ENCODING, HeaderValue::from_static(accepts));
            let found: Vec<Encoding> = accepted(&request).into_iter().flatten().collect();
            assert_eq!(found, reads, "{accepts}");
        }
        assert_eq!(accepted(&HeaderMap::new()), [None, None]);
    }
}
