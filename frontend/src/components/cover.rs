//! The picture of a post.

use shared::blog::BlogSummary;
use yew::prelude::*;

use crate::components::cover_art::cover_svg;
use crate::components::picture::Picture;

/// The post's own picture; without one, or when it doesn't load, a generated cover. `is_first`:
/// it is in sight when the page opens.
pub fn cover(blog: &BlogSummary, is_first: bool) -> Html {
    let generated = Html::from_html_unchecked(cover_svg(&blog.title, &blog.category).into());
    html! {
        <div class="cover">
            if let Some(src) = blog.featured_image.clone() {
                <Picture {src} class="cover-image" fallback={generated} {is_first} />
            } else {
                { generated }
            }
        </div>
    }
}
