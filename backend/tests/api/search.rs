//! Search.

use shared::search::{SearchField, SearchPage};

use crate::harness::{TestApp, post, posts};

#[tokio::test]
async fn a_search_answers_as_a_list_with_highlights() {
    let app = TestApp::new().await;
    let page: SearchPage = app
        .get("/api/v1/search?q=POST+t%C3%A9xt&per_page=4&page=2")
        .await
        .data();
    assert_eq!(
        (page.page, page.per_page, page.total_items, page.total_pages),
        (2, 4, 14, 4)
    );
    assert!(page.has_prev && page.has_next && !page.freshness.stale);
    let hit = &page.items[0];
    let fields: Vec<SearchField> = hit
        .highlights
        .iter()
        .map(|highlight| highlight.field)
        .collect();
    assert_eq!(
        fields,
        [SearchField::Title, SearchField::Summary, SearchField::Text]
    );
    assert_eq!(hit.highlights[0].ranges, [(0, 4)]);
    assert_eq!(
        hit.highlights[2].text,
        hit.summary.title.replace("Post", "Text")
    );
}

#[tokio::test]
async fn a_highlight_is_text_never_markup() {
    let app = TestApp::new().await;
    let mut odd = post(1);
    odd.title = "<b>bold</b> & \u{1F600} plain".to_owned();
    app.source.hold(vec![odd]);
    let answer = app.get("/api/v1/search?q=plain").await;
    let highlight = &answer.json()["data"]["items"][0]["highlights"][0];
    assert_eq!(highlight["field"], "title");
    assert_eq!(highlight["text"], "<b>bold</b> & \u{1F600} plain");
    assert_eq!(highlight["ranges"], serde_json::json!([[16, 21]]));
}

#[tokio::test]
async fn nothing_found_is_an_empty_page_and_a_blank_query_is_422() {
    let app = TestApp::new().await;
    let none: SearchPage = app.get("/api/v1/search?q=zebra").await.data();
    assert_eq!((none.items.len(), none.page, none.total_pages), (0, 1, 1));
    for blank in ["", "?q=", "?q=%20%09", "?q=&q=post"] {
        let answer = app.get(&format!("/api/v1/search{blank}")).await;
        assert_eq!(answer.status, 422, "{blank}");
        let problem = answer.problem();
        assert_eq!(problem.code, "validation_failed");
        assert!(problem.fields.expect("fields").contains_key("q"));
    }
}

#[tokio::test]
async fn a_search_without_a_source_is_empty_stale_and_warned_of() {
    let app = TestApp::new().await;
    app.source.fail();
    let answer = app.get("/api/v1/search?q=post").await;
    assert!(answer.data::<SearchPage>().freshness.stale);
    assert!(answer.flashes()[0].starts_with("warning: "));
}

#[tokio::test]
async fn a_session_searches_the_copy_that_it_reads() {
    let app = TestApp::new().await;
    let visitor = app.browser();
    visitor.get("/api/v1/blogs").await;
    app.source.hold(posts(1));
    app.clock.advance(std::time::Duration::from_secs(60));
    let mine: SearchPage = visitor.get("/api/v1/search?q=post").await.data();
    let theirs: SearchPage = app.get("/api/v1/search?q=post").await.data();
    assert_eq!((mine.total_items, theirs.total_items), (14, 1));
}
