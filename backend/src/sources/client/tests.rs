//! The headers that the client reads.

use super::*;

#[test]
fn the_next_page_is_found_among_links() {
    let one =
        r#"<https://a.example/?page=2&x=1,2>; rel="next", <https://a.example/?page=9>; rel=last"#;
    for (header, rel, target) in [
        (one, "next", Some("https://a.example/?page=2&x=1,2")),
        (one, "last", Some("https://a.example/?page=9")),
        (one, "prev", None),
        (
            r#"</x>; title="a;b"; REL="alternate Next""#,
            "next",
            Some("/x"),
        ),
        (
            r#"<https://b.example/wp-json/>; rel="https://api.w.org/""#,
            "https://api.w.org/",
            Some("https://b.example/wp-json/"),
        ),
        ("<x", "next", None),
        ("", "next", None),
    ] {
        assert_eq!(link_target(header, rel), target, "{header}");
    }
}

#[test]
fn a_wait_is_read_in_seconds_or_as_a_date() {
    let now = "2024-05-02T10:00:00Z".parse().expect("a time");
    for (value, seconds) in [
        ("120", Some(120)),
        (" 0 ", Some(0)),
        ("Thu, 02 May 2024 10:01:30 GMT", Some(90)),
        ("Thu, 02 May 2024 09:00:00 GMT", Some(0)),
        ("soon", None),
        ("-1", None),
    ] {
        let wait = retry_after(value, now);
        assert_eq!(wait, seconds.map(Duration::from_secs), "{value}");
    }
}

#[test]
fn only_a_leading_www_may_differ() {
    let url = |text: &str| Url::parse(text).expect("a URL");
    let site = url("https://blog.example/");
    for (other, same) in [
        ("https://www.blog.example/x", true),
        ("https://blog.example:443/", true),
        ("http://blog.example/", false),
        ("https://blog.example:8443/", false),
        ("https://cdn.blog.example/", false),
    ] {
        assert_eq!(is_same_site(&url(other), &site), same, "{other}");
    }
}
