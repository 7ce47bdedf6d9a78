use super::*;

fn blogs(page: u32, category: Option<&str>) -> Route {
    Route::Blogs(BlogsQuery {
        page,
        category: category.map(str::to_owned),
        ..BlogsQuery::default()
    })
}

fn tagged(page: u32, category: Option<&str>, tag: &str) -> Route {
    Route::Blogs(BlogsQuery {
        page,
        category: category.map(str::to_owned),
        tag: Some(tag.to_owned()),
        ..BlogsQuery::default()
    })
}

fn search(text: &str, page: u32) -> Route {
    Route::Search(SearchQuery::new(text).with_page(page))
}

fn blog(id: &str) -> Route {
    Route::Blog { id: id.to_owned() }
}

#[test]
fn each_route_is_read_back_from_its_address() {
    let pages = [
        (Route::Home, "/"),
        (blogs(1, None), "/blogs"),
        (blogs(3, None), "/blogs?page=3"),
        (blogs(1, Some("Rust")), "/blogs?category=Rust"),
        (
            blogs(2, Some("C & C++ / déjà")),
            "/blogs?category=C%20%26%20C%2B%2B%20%2F%20d%C3%A9j%C3%A0&page=2",
        ),
        (tagged(1, None, "rfc 9457"), "/blogs?tag=rfc%209457"),
        (
            tagged(2, Some("Rust"), "#1&2"),
            "/blogs?category=Rust&tag=%231%262&page=2",
        ),
        (blog("hello-world"), "/blogs/hello-world"),
        (blog("a/b?c#d é"), "/blogs/a%2Fb%3Fc%23d%20%C3%A9"),
        (search("cookies", 1), "/search?q=cookies"),
        (
            search("C++ & naïve", 2),
            "/search?q=C%2B%2B%20%26%20na%C3%AFve&page=2",
        ),
        (search("", 1), "/search?q="),
        (Route::About, "/about"),
        (Route::Contact, "/contact"),
    ];
    for (route, href) in pages {
        assert_eq!(route.href(), href);
        let (path, query) = href.split_once('?').unwrap_or((href, ""));
        assert_eq!(Route::parse(path, query), route, "{href}");
        assert_eq!(Route::parse(path, &format!("?{query}")), route, "{href}");
    }
}

#[test]
fn a_final_slash_and_index_html_change_nothing() {
    assert_eq!(Route::parse("/blogs/", ""), blogs(1, None));
    assert_eq!(Route::parse("/blogs/a/", ""), blog("a"));
    assert_eq!(Route::parse("/about/", ""), Route::About);
    assert_eq!(Route::parse("", ""), Route::Home);
    assert_eq!(Route::parse("/index.html", ""), Route::Home);
}

#[test]
fn other_addresses_are_not_found() {
    for path in [
        "/blogs/a/b",
        "/blogs//",
        "//blogs",
        "/about/us",
        "/app.wasm",
    ] {
        assert_eq!(Route::parse(path, ""), Route::NotFound, "{path}");
    }
}

#[test]
fn one_segment_may_be_a_page_of_the_sites_own() {
    for slug in ["imprint", "About"] {
        assert_eq!(Route::parse(&format!("/{slug}"), ""), Route::page(slug));
    }
}

#[test]
fn an_invalid_query_reads_as_the_first_page() {
    for query in [
        "page=",
        "page=0",
        "page=-2",
        "page=two",
        "page",
        "&&=",
        "category=",
        "tag=",
        "tag=+&category=+",
    ] {
        assert_eq!(Route::parse("/blogs", query), blogs(1, None), "{query}");
    }
    assert_eq!(
        Route::parse("/blogs", "x=1&page=2&category=a+b&page=3&per_page=50"),
        blogs(2, Some("a b"))
    );
    // The server knows the last page.
    assert_eq!(
        Route::parse("/blogs", "page=99999999999999999999"),
        blogs(u32::MAX, None)
    );
}

#[test]
fn a_search_reads_the_query_of_a_form() {
    for query in [
        "q=naive+search",
        "?q=%20naive%20search+",
        "q=naive+search&q=other&page=0",
    ] {
        let read = Route::parse("/search", query);
        assert_eq!(read, search("naive search", 1), "{query}");
        assert_eq!(read.redirect(), None);
    }
    for blank in ["", "q", "q=", "q=+%09", "q=&q=late", "page=2"] {
        let read = Route::parse("/search", blank);
        assert_eq!(read.redirect(), Some(Route::blogs()), "{blank}");
    }
    assert_eq!(Route::blogs().redirect(), None);
}

#[test]
fn titles_tell_pages_apart() {
    let titles = [
        (Route::Home, "Home"),
        (blogs(1, None), "Blogs"),
        (blogs(2, None), "Blogs, page 2"),
        (blogs(1, Some("Rust")), "Posts in Rust"),
        (blogs(3, Some("Rust")), "Posts in Rust, page 3"),
        (search("jwt", 1), "Search: jwt"),
        (search("jwt", 2), "Search: jwt, page 2"),
        (tagged(1, None, "jwt"), "Posts tagged jwt"),
        (
            tagged(2, Some("Rust"), "jwt"),
            "Posts in Rust, tagged jwt, page 2",
        ),
        (Route::NotFound, "Page not found"),
    ];
    for (route, title) in titles {
        assert_eq!(route.title(), title);
    }
}

#[test]
fn a_route_knows_its_first_request() {
    let requests = [
        (
            Route::Home,
            "/api/v1/blogs?page=1&per_page=3&pinned_first=true",
        ),
        (
            blogs(2, Some("C & C")),
            "/api/v1/blogs?page=2&per_page=6&category=C%20%26%20C",
        ),
        (
            tagged(1, Some("Rust"), "rfc 9457"),
            "/api/v1/blogs?page=1&per_page=6&category=Rust&tag=rfc%209457",
        ),
        (blog("a/b"), "/api/v1/blogs/a%2Fb"),
        (
            search("a & b", 3),
            "/api/v1/search?q=a%20%26%20b&page=3&per_page=6",
        ),
    ];
    for (route, path) in requests {
        assert_eq!(route.first_request().as_deref(), Some(path));
    }
    assert_eq!(Route::About.first_request(), None);
}
