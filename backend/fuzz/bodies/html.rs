//! Sanitised HTML runs nothing, whatever it was made of.

use std::cell::RefCell;
use std::sync::Arc;

use flashblog::content::address::{Addresses, SameSite};
use flashblog::content::html::sanitise;
use html5ever::tendril::StrTendril;
use html5ever::tokenizer::{
    BufferQueue, Token, TokenSink, TokenSinkResult, Tokenizer, TokenizerOpts,
};

use super::Body;

pub(crate) const BODY: Body = Body {
    name: "html",
    words: &[
        "<script>",
        "</script>",
        "<img src=x onerror=alert(1)>",
        "<a href=\"javascript:alert(1)\">",
        "<a href=\" java\tscript:x\">",
        "<svg>",
        "<math><mtext>",
        "<style>",
        "<template>",
        "<table>",
        "<td>",
        "<select>",
        "<noscript>",
        "<p title=\"",
        "<h2 id=x>",
        "</p>",
        "</",
        "<!--",
        "-->",
        "<![CDATA[",
        "<plaintext>",
        "<textarea>",
        "&lt;script&gt;",
        "&#x3c;",
        "\"",
        "'",
        ">",
        "<",
        " ",
        "x",
    ],
    check,
};

fn check(input: &[u8]) {
    assert_harmless(&String::from_utf8_lossy(input));
}

/// Sanitises `unsafe_html` and looks at each tag that a browser would see.
pub(super) fn assert_harmless(unsafe_html: &str) {
    let addresses: Arc<dyn Addresses> = Arc::new(SameSite);
    let Ok(safe) = sanitise(unsafe_html, &addresses) else {
        return;
    };
    let queue = BufferQueue::default();
    queue.push_back(StrTendril::from(safe.html.as_str()));
    let fault = RefCell::new(None);
    let tokenizer = Tokenizer::new(Tags(&fault), TokenizerOpts::default());
    let _ = tokenizer.feed(&queue);
    tokenizer.end();
    if let Some(fault) = fault.take() {
        panic!("{fault} of {unsafe_html:?} in {}", safe.html);
    }
}

/// Notes the first tag that could run something.
struct Tags<'a>(&'a RefCell<Option<String>>);

impl TokenSink for Tags<'_> {
    type Handle = ();

    fn process_token(&self, token: Token, _line: u64) -> TokenSinkResult<()> {
        if let Token::TagToken(tag) = token {
            let runs = [
                "script", "style", "iframe", "object", "embed", "svg", "math", "base", "form",
            ];
            let attribute = tag.attrs.iter().find(|attribute| {
                let value = attribute.value.trim().to_ascii_lowercase();
                attribute.name.local.starts_with("on")
                    || &*attribute.name.local == "style"
                    || ["javascript:", "data:", "vbscript:"]
                        .iter()
                        .any(|scheme| value.starts_with(scheme))
                        && matches!(&*attribute.name.local, "href" | "src")
            });
            if runs.contains(&&*tag.name) || attribute.is_some() {
                *self.0.borrow_mut() = Some(format!("<{} {attribute:?}>", tag.name));
            }
        }
        TokenSinkResult::Continue
    }
}
