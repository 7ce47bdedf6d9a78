use super::*;

const BUILT: &str = "<!doctype html><meta charset=utf-8><title>Built</title>\
    <meta content=\"Built.\" name=description><script src=/a.js></script>\
    <script type=module>import a from '/b.js';\n\"</\" + \"script\"</script></head><body>\
    <div id=app><svg><title>A picture</title></svg><div>…</div></div><p>End</p>";

#[test]
fn each_page_has_its_own_head_and_data_in_the_built_page() {
    let shell = Shell::parse(BUILT, &Site::default()).expect("a shell");
    let block = data_block(
        "data-path",
        "/api/v1/blogs?page=1&per_page=3",
        r#"{"data":"</script><!--\u2028&"}"#,
    );
    let parts = Parts {
        head: "<title>Own</title>".into(),
        attributes: " data-a=\"1\"".into(),
        content: Some("<h1>Own</h1>".into()),
        data: block,
    };
    let page = shell.document(&parts);
    assert!(page.starts_with("<!doctype html><meta charset=utf-8><title>Own</title><script src"));
    assert!(!page.contains("Built") && !page.contains('…'), "{page}");
    assert!(
        page.ends_with(
            "<div id=app data-a=\"1\"><h1>Own</h1></div>\
             <script type=\"application/json\" \
             data-path=\"/api/v1/blogs?page=1&amp;per_page=3\">\
             {\"data\":\"\\u003c/script\\u003e\\u003c!--\\u2028\\u0026\"}</script><p>End</p>"
        ),
        "{page}"
    );
    let boot = shell.document(&Parts::default());
    assert!(
        boot.ends_with(
            "<div id=app><svg><title>A picture</title></svg><div>…</div></div><p>End</p>"
        )
    );
}

#[test]
fn the_app_loads_after_what_the_page_shows() {
    let shell = Shell::parse(
        "<title></title><link rel=stylesheet href=a><link rel=modulepreload href=b>\
         <link as=fetch rel=preload href=c><link rel=preload as=font href=d>\
         <script type=module>e</script><div id=app></div>",
        &Site::default(),
    )
    .expect("a shell");
    let page = shell.document(&Parts::default());
    for (address, is_low) in [("a", false), ("b", true), ("c", true), ("d", false)] {
        let link = page
            .split('<')
            .find(|tag| tag.contains(&format!("href={address}")));
        let link = link.expect("a link");
        assert_eq!(link.contains("fetchpriority=\"low\""), is_low, "{link}");
    }
    let rendered = shell.document(&Parts {
        content: Some(String::new()),
        ..Parts::default()
    });
    let in_template = |tag: &str| {
        let mut lists = rendered.split("<template class=\"app-files\">").skip(1);
        lists.any(|list| {
            list.split("</template>")
                .next()
                .is_some_and(|it| it.contains(tag))
        })
    };
    for (tag, waits) in [
        ("href=a", false),
        ("href=b", true),
        ("href=c", true),
        ("href=d", false),
        ("<script", true),
    ] {
        assert_eq!(in_template(tag), waits, "{tag}: {rendered}");
    }
    assert!(
        !page.contains("<template") && !page.contains("<!--"),
        "{page}"
    );
}

#[test]
fn the_site_has_its_name_and_language_in_the_built_page() {
    let words = Site {
        title: "A & B".into(),
        language: "de".into(),
        ..Site::default()
    };
    let built = "<html lang=en><title>FlashBlog</title><link rel=icon href=/f.svg>\
        <div id=app><b data-site-title=\"\">FlashBlog</b></div>\
        <noscript><i data-site-title>FlashBlog</i></noscript>";
    let shell = Shell::parse(built, &words).expect("a shell");
    let page = shell.document(&Parts::default());
    assert!(page.starts_with("<html lang=\"de\"><div id=app"), "{page}");
    assert!(
        page.contains("<b data-site-title=\"\">A &amp; B</b>"),
        "{page}"
    );
    assert!(page.contains("<i data-site-title>A &amp; B</i>"), "{page}");
}

#[test]
fn the_policy_names_each_inline_script_by_its_hash() {
    let shell = Shell::parse(
        "<title></title><script>alert(1)</script><script>\r\nb</script><script src=/c.js></script><div id=app></div>",
        &Site::default(),
    )
    .expect("a shell");
    let policy = shell.policy().to_str().expect("text");
    // As `printf 'alert(1)' | openssl dgst -sha256 -binary | base64` has them.
    assert!(
        policy.contains(
            "script-src 'self' 'wasm-unsafe-eval' \
             'sha256-bhHHL3z2vDgxUt0W3dWQOrprscmda2Y5pLsLg4GF+pI=' \
             'sha256-Xnnsn4hC6mnrIBEELTIdgicgZJ7JECYXQJF+uIBRxyY=';"
        ),
        "{policy}"
    );
    assert!(!policy.contains("unsafe-inline"));
}

#[test]
fn a_page_without_a_place_for_the_app_is_no_shell() {
    for html in ["", "<title>A</title>", "<div id=app></div>"] {
        assert!(Shell::parse(html, &Site::default()).is_err(), "{html}");
    }
}

#[test]
fn json_says_the_same_when_it_is_inert() {
    let value = serde_json::json!({"a": "<b>&\u{2028}\u{2029}</script>\"é"});
    let inert = inert_json(&value.to_string());
    assert!(!inert.contains(['<', '>', '&', '\u{2028}', '\u{2029}']));
    let read: serde_json::Value = serde_json::from_str(&inert).expect("JSON");
    assert_eq!(read, value);
}
