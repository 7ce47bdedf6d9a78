//! Requests whose `Host` is another site's.

use axum::http::Method;

use crate::harness::TestApp;

#[tokio::test]
async fn a_foreign_name_that_leads_here_reads_nothing() {
    let app = TestApp::new().await;
    for (host, status) in [
        ("evil.example", 421),
        ("evil.example:3000", 421),
        ("a:x", 400),
        ("a:99999999", 400),
        ("blog.test:8080", 200),
        ("127.0.0.1:3000", 200),
        ("localhost", 200),
    ] {
        for path in ["/", "/blogs", "/feed.xml", "/healthz", "/api/v1/blogs"] {
            let answer = app.browser_for(host).get(path).await;
            assert_eq!(answer.status, status, "{path} of {host}");
            assert_eq!(
                answer.header("set-cookie").is_some(),
                status == 200 && path == "/api/v1/blogs"
            );
        }
    }
}

#[tokio::test]
async fn a_refused_host_is_told_which_setting_allows_it() {
    let app = TestApp::new().await;
    let answer = app.browser_for("other.test:80").get("/api/v1/blogs").await;
    let problem = answer.problem();
    assert_eq!(problem.code, "misdirected_request");
    assert!(
        problem.detail.contains("--allowed-hosts other.test"),
        "{problem:?}"
    );
    for accept in ["text/html", "text/plain"] {
        let headers = [("accept", accept)];
        let browser = app.browser_for("other.test");
        let page = browser.send(Method::GET, "/", &headers).await;
        assert!(page.text().contains("--allowed-hosts"), "{}", page.text());
        assert!(
            page.header("content-type")
                .is_some_and(|kind| kind.starts_with(accept))
        );
    }
}
