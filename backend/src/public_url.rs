//! The site's own address.

use std::net::SocketAddr;
use std::str::FromStr;

use url::Url;

/// The site's address as people type it: scheme, host and port, without a path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PublicUrl {
    origin: String,
    https: bool,
}

impl PublicUrl {
    /// The address of a server that listens on `address` and that nobody gave another name.
    #[must_use]
    pub fn of_listener(address: SocketAddr) -> Self {
        Self {
            origin: format!("http://{address}"),
            https: false,
        }
    }

    /// Its origin as RFC 6454 serialises it, such as `https://blog.example`.
    #[must_use]
    pub fn origin(&self) -> &str {
        &self.origin
    }

    /// Its host without the port.
    #[must_use]
    pub fn host(&self) -> &str {
        let authority = self.origin.split_once("://").map_or("", |(_, rest)| rest);
        match authority.rsplit_once(':') {
            Some((host, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => host,
            _ => authority,
        }
    }

    /// An address on this site, such as `/blogs`, as others reach it; one that is absolute
    /// already stays as it is.
    #[must_use]
    pub fn absolute(&self, address: &str) -> String {
        if address.starts_with('/') && !address.starts_with("//") {
            format!("{}{address}", self.origin)
        } else {
            address.to_owned()
        }
    }

    /// Whether cookies can be `Secure`.
    #[must_use]
    pub fn is_https(&self) -> bool {
        self.https
    }
}

impl FromStr for PublicUrl {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let fits = "an address without a path such as https://blog.example would fit";
        let url =
            Url::parse(text).map_err(|error| format!("`{text}` is no URL ({error}); {fits}"))?;
        let plain = matches!(url.scheme(), "http" | "https")
            && url.path() == "/"
            && url.query().is_none()
            && url.fragment().is_none()
            && url.username().is_empty()
            && url.password().is_none();
        if !plain {
            return Err(format!("`{text}` won't do; {fits}"));
        }
        Ok(Self {
            origin: url.origin().ascii_serialization(),
            https: url.scheme() == "https",
        })
    }
}
