//! A post's author, date and reading time. In a preview, a post that is not public has its mark first.

use shared::blog::{Author, BlogSummary};
use yew::prelude::*;

use crate::components::post::picture::Picture;
use crate::components::post::post_date::PostDate;

/// One line of author, date and reading time.
pub fn byline(blog: &BlogSummary) -> Html {
    html! { <div class="byline">{ facts(blog) }</div> }
}

/// The same line with the author's picture before it.
pub fn byline_with_avatar(blog: &BlogSummary) -> Html {
    html! {
        <div class="byline">
            { avatar(&blog.author) }
            { facts(blog) }
        </div>
    }
}

fn facts(blog: &BlogSummary) -> Html {
    html! {
        <div class="byline-facts">
            if let Some(mark) = &blog.mark {
                <strong class="byline-mark" lang="en">{ mark }</strong>
            }
            <span class="byline-author">{ &blog.author.name }</span>
            if !blog.published_label.is_empty() {
                <PostDate
                    published_at={blog.published_at.clone().map(AttrValue::from)}
                    label={blog.published_label.clone()}
                />
            }
            <span lang="en">{ format!("{} min read", blog.reading_minutes) }</span>
        </div>
    }
}

/// The author's picture. Without one, or if it fails to load, the initials.
fn avatar(author: &Author) -> Html {
    let fallback = html! {
        <span class="avatar" aria-hidden="true">{ initials(&author.name) }</span>
    };
    match author.avatar_url.clone() {
        Some(src) => html! { <Picture {src} class="avatar" {fallback} /> },
        None => fallback,
    }
}

/// The first letters of the first and the last word.
fn initials(name: &str) -> String {
    let words: Vec<&str> = name.split_whitespace().collect();
    let ends = match words.as_slice() {
        [] => vec![],
        [only] => vec![*only],
        [first, .., last] => vec![*first, *last],
    };
    ends.iter()
        .filter_map(|word| word.chars().next())
        .flat_map(char::to_uppercase)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn initials_are_those_of_the_first_and_last_name() {
        assert_eq!(initials("Frontend desk"), "FD");
        assert_eq!(initials("  ada m. example "), "AE");
        assert_eq!(initials("Admin"), "A");
        assert_eq!(initials("élodie"), "É");
        assert_eq!(initials(" "), "");
    }
}
