//! Which client a request comes from, also behind proxies.

use std::net::{IpAddr, SocketAddr};
use std::str::FromStr;

use axum::extract::Request;
use axum::http::{HeaderMap, HeaderName};
use ipnet::IpNet;

use crate::clients::ClientKey;
use crate::clients::peer::Peer;

const X_FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");

/// Networks whose `X-Forwarded-For` is believed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TrustedProxies(Vec<IpNet>);

impl FromStr for TrustedProxies {
    type Err = String;

    /// Reads networks and addresses, comma-separated.
    fn from_str(text: &str) -> Result<Self, String> {
        let network = |part: &str| {
            part.parse::<IpNet>()
                .or_else(|_| part.parse::<IpAddr>().map(IpNet::from))
                .map_err(|_| {
                    format!("`{part}` is no network; 127.0.0.1, 10.0.0.0/8 or fd00::/8 would fit")
                })
        };
        text.split(',')
            .map(str::trim)
            .filter(|part| !part.is_empty())
            .map(network)
            .collect::<Result<_, _>>()
            .map(Self)
    }
}

impl TrustedProxies {
    /// The client's address: the right-most hop that is not a trusted proxy. A client can write
    /// anything to the left of it.
    #[must_use]
    pub fn client(&self, peer: SocketAddr, headers: &HeaderMap) -> IpAddr {
        let mut client = peer.ip().to_canonical();
        let lines = headers.get_all(X_FORWARDED_FOR).iter().collect::<Vec<_>>();
        let hops = lines.iter().rev().flat_map(|line| {
            line.to_str()
                .unwrap_or("not text")
                .rsplit(',')
                .map(str::trim)
                // Empty elements of a list are ignored (RFC 9110, section 5.6.1.2).
                .filter(|hop| !hop.is_empty())
        });
        for hop in hops {
            if !self.trusts(client) {
                break;
            }
            let Some(address) = hop_address(hop) else {
                break;
            };
            client = address;
        }
        client
    }

    /// The client that a request comes from. `None` for a request without a [`Peer`].
    #[must_use]
    pub fn client_of(&self, request: &Request) -> Option<ClientKey> {
        let peer = request.extensions().get::<Peer>()?;
        Some(self.client(peer.address(), request.headers()).into())
    }

    /// Whether an address is a trusted proxy's.
    pub fn trusts(&self, address: IpAddr) -> bool {
        self.0.iter().any(|network| network.contains(&address))
    }
}

/// The address of a hop, with or without a port.
fn hop_address(text: &str) -> Option<IpAddr> {
    let bare = text
        .strip_prefix('[')
        .and_then(|text| text.strip_suffix(']'));
    bare.unwrap_or(text)
        .parse::<IpAddr>()
        .or_else(|_| text.parse().map(|address: SocketAddr| address.ip()))
        .ok()
        .map(|address| address.to_canonical())
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    fn client(trusted: &str, peer: &str, lines: &[&'static str]) -> String {
        let trusted: TrustedProxies = trusted.parse().expect("networks");
        let peer = SocketAddr::new(peer.parse().expect("an address"), 4711);
        let mut headers = HeaderMap::new();
        for line in lines {
            headers.append(X_FORWARDED_FOR, HeaderValue::from_static(line));
        }
        trusted.client(peer, &headers).to_string()
    }

    #[test]
    fn no_proxy_is_trusted_by_default() {
        assert_eq!(client("", "203.0.113.7", &["198.51.100.1"]), "203.0.113.7");
        assert_eq!(
            client("10.0.0.0/8", "203.0.113.7", &["198.51.100.1"]),
            "203.0.113.7"
        );
    }

    #[test]
    fn the_right_most_hop_that_is_no_trusted_proxy_counts() {
        let trusted = "10.0.0.0/8, 192.0.2.1, fd00::/8";
        for (lines, expected) in [
            (&["198.51.100.1"] as &[_], "198.51.100.1"),
            (&["1.1.1.1, 198.51.100.1"], "198.51.100.1"),
            (
                &["1.1.1.1", "198.51.100.1, 10.0.0.2,192.0.2.1"],
                "198.51.100.1",
            ),
            (&["198.51.100.1:80"], "198.51.100.1"),
            (&["[2001:db8::1]:80 , fd00::2"], "2001:db8::1"),
            (&["::ffff:198.51.100.1"], "198.51.100.1"),
            (&["10.0.0.3, 10.0.0.2"], "10.0.0.3"),
            (&["198.51.100.1, unknown, 10.0.0.2"], "10.0.0.2"),
            (&[""], "10.0.0.1"),
            (&["198.51.100.10, "], "198.51.100.10"),
            (&["198.51.100.10", ""], "198.51.100.10"),
            (&["1.1.1.1,198.51.100.11,, 10.0.0.2 ,"], "198.51.100.11"),
            (&[" , ,"], "10.0.0.1"),
            (&[], "10.0.0.1"),
        ] {
            assert_eq!(client(trusted, "10.0.0.1", lines), expected, "{lines:?}");
        }
        assert_eq!(client(trusted, "::ffff:10.0.0.1", &["1.1.1.1"]), "1.1.1.1");
    }

    #[test]
    fn an_unreadable_network_is_named() {
        let error = "10.0.0.0/8,proxy"
            .parse::<TrustedProxies>()
            .expect_err("a name");
        assert!(
            error.contains("`proxy`") && error.contains("10.0.0.0/8"),
            "{error}"
        );
        assert!("10.0.0.0/33".parse::<TrustedProxies>().is_err());
    }
}
