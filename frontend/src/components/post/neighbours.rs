//! The previous and the next post.

use shared::blog::Blog;
use yew::prelude::*;

use crate::components::icon::{Shape, icon};

/// Links to the previous (newer) and the next (older) post. Empty if there is neither. The titles are in
/// `language`.
pub fn neighbours(blog: &Blog, language: &Option<AttrValue>) -> Html {
    if blog.previous.is_none() && blog.next.is_none() {
        return Html::default();
    }
    html! {
        <nav class="neighbours" aria-label="Previous and next post">
            if let Some(previous) = &blog.previous {
                <a class="neighbour" rel="prev" href={previous.url.clone()}>
                    <span class="neighbour-label">{ icon(Shape::ArrowLeft) }{ "Previous" }</span>
                    <span class="neighbour-title" lang={language.clone()}>{ &previous.title }</span>
                </a>
            }
            if let Some(next) = &blog.next {
                <a class="neighbour neighbour-next" rel="next" href={next.url.clone()}>
                    <span class="neighbour-label">{ "Next" }{ icon(Shape::ArrowRight) }</span>
                    <span class="neighbour-title" lang={language.clone()}>{ &next.title }</span>
                </a>
            }
        </nav>
    }
}
