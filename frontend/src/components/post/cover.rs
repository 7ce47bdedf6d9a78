//! The cover of a post.

use shared::blog::BlogSummary;
use yew::prelude::*;

use crate::components::post::cover_art::cover_svg;
use crate::components::post::picture::Picture;

/// The post's picture. Without one, or if it fails to load, generated art. `is_first` means that the
/// cover is visible when the page opens; `sizes` says how wide it is.
pub fn cover(blog: &BlogSummary, sizes: &'static str, is_first: bool) -> Html {
    let generated = Html::from_html_unchecked(cover_svg(&blog.title, &blog.category).into());
    html! {
        <div class="cover">
            if let Some(src) = blog.featured_image.clone() {
                <Picture
                    {src}
                    srcset={blog.featured_image_srcset.clone()}
                    {sizes}
                    class="cover-image"
                    fallback={generated}
                    {is_first}
                />
            } else {
                { generated }
            }
        </div>
    }
}
