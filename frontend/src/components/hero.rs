//! The top of the home page.

use yew::prelude::*;

use crate::components::icon::{Shape, icon};
use crate::contexts::site::content_language;
use shared::route::Route;
use shared::site::Site;

/// A page and a lightning flash in front of stars.
const ART: &str = concat!(
    r#"<svg class="hero-art" viewBox="0 0 480 400" aria-hidden="true" focusable="false">"#,
    r#"<circle class="h-glow" cx="262" cy="196" r="182"/>"#,
    r#"<circle class="h-glow" cx="262" cy="196" r="126"/>"#,
    r#"<g class="h-stars"><circle cx="58" cy="92" r="3"/><circle cx="112" cy="38" r="2"/>"#,
    r#"<circle cx="420" cy="58" r="3"/><circle cx="452" cy="150" r="2"/><circle cx="34" cy="214" r="2"/>"#,
    r#"<circle cx="438" cy="318" r="3"/><circle cx="78" cy="330" r="3"/><circle cx="206" cy="22" r="2"/></g>"#,
    r#"<path class="h-page-back" d="M176 76l196 34-42 240-196-34z"/>"#,
    r#"<path class="h-page" d="M150 62h200v252H150z"/>"#,
    r#"<path class="h-title" d="M176 92h112v16H176z"/>"#,
    r#"<path class="h-line" d="M176 128h148v8H176zM176 150h126v8H176zM176 172h148v8H176z"#,
    r#"M176 214h148v8H176zM176 236h104v8H176zM176 258h136v8H176zM176 280h64v8h-64z"/>"#,
    r#"<path class="h-flash" d="M318 30L206 214h70l-40 156 138-206h-76z"/></svg>"#
);

/// The site's heading, its text, and links to posts and the About page. If the site sets an empty
/// heading, only its name, for screen readers.
pub fn hero(site: &Site) -> Html {
    let lang = content_language(site);
    if site.heading.is_empty() {
        return html! { <h1 class="visually-hidden" {lang}>{ &site.title }</h1> };
    }
    html! {
        <section class="hero">
            <div class="hero-words">
                <h1 lang={lang.clone()}>{ &site.heading }</h1>
                if !site.intro.is_empty() {
                    <p class="hero-lead" {lang}>{ &site.intro }</p>
                }
                <div class="hero-actions">
                    <a class="btn btn-spark" href={Route::blogs().href()}>
                        { "Read the blogs" }
                        { icon(Shape::ArrowRight) }
                    </a>
                    <a class="hero-link" href={Route::About.href()}>{ "About this site" }</a>
                </div>
            </div>
            { Html::from_html_unchecked(AttrValue::Static(ART)) }
        </section>
    }
}
