//! The previous and the next post.

use shared::blog::Blog;
use yew::prelude::*;

use crate::components::icon::{Shape, icon};

/// Links to the previous (newer) and the next (older) post. Nothing if there is neither.
pub fn neighbours(blog: &Blog) -> Html {
    if blog.previous.is_none() && blog.next.is_none() {
        return Html::default();
    }
    html! {
        <nav class="neighbours" aria-label="Previous and next post">
            if let Some(previous) = &blog.previous {
                <a class="neighbour" rel="prev" href={previous.url.clone()}>
                    <span class="neighbour-label">{ icon(Shape::ArrowLeft) }{ "Previous" }</span>
                    <span class="neighbour-title">{ &previous.title }</span>
                </a>
            }
            if let Some(next) = &blog.next {
                <a class="neighbour neighbour-next" rel="next" href={next.url.clone()}>
                    <span class="neighbour-label">{ "Next" }{ icon(Shape::ArrowRight) }</span>
                    <span class="neighbour-title">{ &next.title }</span>
                </a>
            }
        </nav>
    }
}
