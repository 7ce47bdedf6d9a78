//! The site's own address.

use std::net::SocketAddr;
use std::str::FromStr;

use url::Url;

/// The site's address: scheme, host and port, without a path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PublicUrl {
    origin: String,
    https: bool,
}

impl PublicUrl {
    /// The address of a server that listens on `address` and has no other name.
    pub fn of_listener(address: SocketAddr) -> Self {
        Self {
            origin: format!("http://{address}"),
            https: false,
        }
    }

    /// The origin as RFC 6454 serialises it, such as `https://blog.example`.
    pub fn origin(&self) -> &str {
        &self.origin
    }

    /// The host without the port.
    pub fn host(&self) -> &str {
        let authority = self.origin.split_once("://").map_or("", |(_, rest)| rest);
        match authority.rsplit_once(':') {
            Some((host, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => host,
            _ => authority,
        }
    }

    /// The absolute form of an address on this site, such as `/blogs`. An absolute address stays as
    /// it is.
    pub fn absolute(&self, address: &str) -> String {
        if address.starts_with('/') && !address.starts_with("//") {
            format!("{}{address}", self.origin)
        } else {
            address.to_owned()
        }
    }

    /// Whether the site is reached by https, so that cookies can be `Secure`.
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
            return Err(format!(
                "`{text}` has more than scheme, host and port; {fits}"
            ));
        }
        Ok(Self {
            origin: url.origin().ascii_serialization(),
            https: url.scheme() == "https",
        })
    }
}
