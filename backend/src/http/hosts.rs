//! Which names in `Host` are this site's.
//!
//! The check stops DNS rebinding: the owner of a foreign name lets it resolve to a server in a reader's
//! network, so that the browser treats a page of that name and the server as one origin. The browser still
//! sends the foreign name in `Host`.

use std::net::IpAddr;
use std::str::FromStr;

use axum::extract::Request;
use axum::http::uri::Authority;
use axum::http::{Version, header};

use crate::error::ApiError;
use crate::http::request_head::HeadError;
use crate::public_url::PublicUrl;

/// Further names of the site, as the operator lists them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AllowedHosts(Vec<String>);

impl FromStr for AllowedHosts {
    type Err = String;

    /// Reads names, comma-separated.
    fn from_str(text: &str) -> Result<Self, String> {
        let name = |part: &str| match parse_host(part.as_bytes()) {
            Some(host) if host.len() == part.len() => Ok(host),
            _ => Err(format!(
                "`{part}` is no host name without a port; blog.example, www.blog.example would fit"
            )),
        };
        text.split(',')
            .map(str::trim)
            .filter(|part| !part.is_empty())
            .map(name)
            .collect::<Result<_, _>>()
            .map(Self)
    }
}

/// The names of this site. `localhost` and every IP address count as its names, too.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hosts {
    /// In lower case. `None` accepts any name.
    names: Option<Vec<String>>,
}

impl Hosts {
    /// Accepts the public URL's name and those in `allowed`. When neither is set, and other machines
    /// can reach the listener, the site has no name yet and any name is accepted.
    #[must_use]
    pub fn new(listener: IpAddr, public_url: Option<&PublicUrl>, allowed: &AllowedHosts) -> Self {
        let mut names = allowed.0.clone();
        names.extend(public_url.map(|url| url.host().to_ascii_lowercase()));
        let is_any = names.is_empty() && !listener.is_loopback();
        Self {
            names: (!is_any).then_some(names),
        }
    }

    /// Refuses a request whose head was refused, that doesn't have exactly one `Host` (RFC 9112,
    /// section 3.2), or that is for another site.
    ///
    /// # Errors
    /// 400, 431 or 503, after which the connection has to be closed, and 421 for another site.
    pub fn check(&self, request: &Request) -> Result<(), ApiError> {
        if let Some(error) = request.extensions().get::<HeadError>() {
            return Err((*error).into());
        }
        let mut hosts = request.headers().get_all(header::HOST).iter();
        let named = match (hosts.next(), hosts.next()) {
            (Some(host), None) => host.as_bytes(),
            (None, _) if request.version() < Version::HTTP_11 => return Ok(()),
            _ => return Err(bad_host("The request must have just one Host header.")),
        };
        // An absolute target beats the header (RFC 9112, section 3.2.2): both are checked.
        let target = request
            .uri()
            .authority()
            .map(|host| host.as_str().as_bytes());
        for host in [Some(named), target].into_iter().flatten() {
            if self.is_plainly_ours(host) {
                continue;
            }
            let host = parse_host(host)
                .ok_or_else(|| bad_host("The Host header must be a name or an address."))?;
            if !self.is_ours(&host) {
                return Err(ApiError::OtherHost { host });
            }
        }
        Ok(())
    }

    /// Whether a host is one of the site's names, with a port of at most four digits or none. A short cut
    /// for nearly all requests.
    fn is_plainly_ours(&self, host: &[u8]) -> bool {
        let Some(names) = &self.names else {
            return false;
        };
        let (name, port) = match host.iter().rposition(|byte| *byte == b':') {
            Some(colon) => (&host[..colon], &host[colon + 1..]),
            None => (host, &[][..]),
        };
        let is_port = port.len() < 5 && port.iter().all(u8::is_ascii_digit);
        let is_name = |known: &str| name.eq_ignore_ascii_case(known.as_bytes());
        is_port && (is_name("localhost") || names.iter().any(|known| is_name(known)))
    }

    fn is_ours(&self, host: &str) -> bool {
        let Some(names) = &self.names else {
            return true;
        };
        let address = host.trim_start_matches('[').trim_end_matches(']');
        // A final dot only marks a fully qualified name.
        let name = host.strip_suffix('.').unwrap_or(host);
        name == "localhost"
            || names.iter().any(|known| known == name)
            || address.parse::<IpAddr>().is_ok()
    }
}

fn bad_host(detail: &str) -> ApiError {
    ApiError::BadRequest(detail.to_owned())
}

/// The host of `host` or `host:port` (RFC 9110, section 7.2), in lower case.
fn parse_host(value: &[u8]) -> Option<String> {
    let authority = Authority::try_from(value).ok()?;
    let host = authority.host();
    let port = authority.as_str().strip_prefix(host)?;
    let is_port = match port.strip_prefix(':') {
        Some(digits) => {
            digits.is_empty()
                || (digits.bytes().all(|byte| byte.is_ascii_digit())
                    && digits.parse::<u16>().is_ok())
        }
        None => port.is_empty(),
    };
    (is_port && !host.is_empty()).then(|| host.to_ascii_lowercase())
}

#[cfg(test)]
mod tests {
    use axum::body::Body;

    use super::*;

    fn hosts(listener: &str, public_url: Option<&str>, allowed: &str) -> Hosts {
        let public_url: Option<PublicUrl> = public_url.map(|url| url.parse().expect("a URL"));
        let allowed = allowed.parse().expect("names");
        let listener = listener.parse().expect("an address");
        Hosts::new(listener, public_url.as_ref(), &allowed)
    }

    fn check(hosts: &Hosts, target: &str, host: &str) -> Result<(), ApiError> {
        let request = Request::builder().uri(target).header(header::HOST, host);
        hosts.check(&request.body(Body::empty()).expect("a request"))
    }

    #[test]
    fn only_the_sites_own_names_localhost_and_addresses_are_this_site() {
        let site = hosts(
            "0.0.0.0",
            Some("https://Blog.example:8443"),
            "www.blog.example",
        );
        for host in [
            "blog.example",
            "BLOG.example:443",
            "blog.example.",
            "blog.example:",
            "www.blog.example:80",
            "localhost:3000",
            "127.0.0.1:3000",
            "203.0.113.7",
            "[::1]:3000",
        ] {
            assert!(check(&site, "/", host).is_ok(), "{host}");
        }
        for host in [
            "evil.example",
            "blog.example.evil.example",
            "localhost.evil.example",
            "127.0.0.1.evil.example",
            "xblog.example",
        ] {
            let refusal = check(&site, "/", host);
            assert!(
                matches!(refusal, Err(ApiError::OtherHost { .. })),
                "{host}: {refusal:?}"
            );
        }
        let refusal = check(&site, "http://evil.example/", "blog.example");
        assert!(matches!(refusal, Err(ApiError::OtherHost { .. })));
    }

    #[test]
    fn an_invalid_host_is_a_bad_request() {
        let site = hosts("0.0.0.0", None, "");
        for host in [
            "a:x",
            "a:99999999",
            "a:+1",
            "a b",
            "a/b",
            "user@a",
            ":80",
            "",
        ] {
            let refusal = check(&site, "/", host);
            assert!(
                matches!(refusal, Err(ApiError::BadRequest(_))),
                "{host}: {refusal:?}"
            );
        }
    }

    #[test]
    fn any_name_will_do_only_while_the_site_has_none_and_others_can_reach_it() {
        for (listener, public_url, allowed, passes) in [
            ("0.0.0.0", None, "", true),
            ("::", None, "", true),
            ("192.0.2.1", None, "", true),
            ("127.0.0.1", None, "", false),
            ("::1", None, "", false),
            ("0.0.0.0", Some("http://blog.example"), "", false),
            ("0.0.0.0", None, "blog.example", false),
            ("127.0.0.1", None, "any.example", true),
        ] {
            let site = hosts(listener, public_url, allowed);
            let answer = check(&site, "/", "any.example");
            assert_eq!(
                answer.is_ok(),
                passes,
                "{listener} {public_url:?} {allowed}"
            );
        }
    }

    #[test]
    fn an_invalid_name_is_an_error_with_an_example() {
        for text in [
            "blog.example:80",
            "https://blog.example",
            "a b",
            "a, user@b",
        ] {
            let error = text.parse::<AllowedHosts>().expect_err(text);
            assert!(error.contains("blog.example, www.blog.example"), "{error}");
        }
    }
}
