//! The table of contents of a long post.

use gloo_events::EventListener;
use shared::blog::{Blog, BlogHeading};
use yew::prelude::*;

use crate::viewport;

/// Posts with less reading time have no table of contents and no progress bar.
const LONG_MINUTES: u32 = 3;
/// Posts with fewer headings have no table of contents.
const MIN_HEADINGS: usize = 3;

/// Whether a post is long enough for a table of contents and a progress bar.
pub fn is_long(blog: &Blog) -> bool {
    blog.summary.reading_minutes >= LONG_MINUTES
}

/// The headings in a post's table of contents: those of its highest level and of the level below. Empty
/// if there are too few, or if the post is short.
pub fn sections(blog: &Blog) -> Vec<BlogHeading> {
    let levels = blog.headings.iter().map(|heading| heading.level);
    let deepest = levels.min().map_or(0, |top| top + 1);
    let shown = blog
        .headings
        .iter()
        .filter(|heading| heading.level <= deepest);
    let sections: Vec<BlogHeading> = shown.cloned().collect();
    if is_long(blog) && sections.len() >= MIN_HEADINGS {
        sections
    } else {
        Vec::new()
    }
}

/// Links to a post's headings. The link with the index `current` is marked. Empty without headings. The
/// list is folded; [`super::post_text`] opens it on screens that are wide enough for a second column.
pub fn contents(sections: &[BlogHeading], current: Option<usize>) -> Html {
    let Some(first) = sections.first() else {
        return Html::default();
    };
    let item = |(index, section): (usize, &BlogHeading)| {
        let is_below = section.level > first.level;
        html! {
            <li class={is_below.then_some("contents-sub")}>
                <a
                    href={format!("#{}", section.id)}
                    aria-current={(current == Some(index)).then_some("location")}
                >
                    { &section.text }
                </a>
            </li>
        }
    };
    html! {
        <nav class="contents" aria-labelledby="on-this-page">
            <details>
                <summary id="on-this-page" lang="en">{ "On this page" }</summary>
                <ol>{ for sections.iter().enumerate().map(item) }</ol>
            </details>
        </nav>
    }
}

/// The index of the section that the reader has scrolled to. None above the first.
#[hook]
pub fn use_current_section(sections: &[BlogHeading]) -> Option<usize> {
    let current = use_state_eq(|| None);
    {
        let current = current.setter();
        use_effect_with(sections.to_vec(), move |sections| {
            let sections = sections.clone();
            let look = move || {
                let landing = viewport::landing();
                current.set(
                    sections
                        .iter()
                        .rposition(|section| viewport::is_reached(&section.id, landing)),
                );
            };
            look();
            let listener = web_sys::window()
                .map(|window| EventListener::new(&window, "scroll", move |_| look()));
            move || drop(listener)
        });
    }
    *current
}

#[cfg(test)]
mod tests {
    use super::*;
    use shared::blog::{Author, BlogSummary};

    fn blog(reading_minutes: u32, levels: &[u8]) -> Blog {
        let heading = |level: &u8| BlogHeading {
            id: "h-a".to_owned(),
            text: "A".to_owned(),
            level: *level,
        };
        Blog {
            summary: BlogSummary {
                id: "a".to_owned(),
                title: "A".to_owned(),
                subtitle: None,
                summary: String::new(),
                category: "General".to_owned(),
                author: Author {
                    name: "Admin".to_owned(),
                    avatar_url: None,
                },
                featured_image: None,
                featured_image_srcset: None,
                published_at: None,
                published_label: String::new(),
                reading_minutes,
                url: "/blogs/a".to_owned(),
                mark: None,
            },
            content_html: String::new(),
            headings: levels.iter().map(heading).collect(),
            tags: Vec::new(),
            previous: None,
            next: None,
            related: Vec::new(),
        }
    }

    fn levels(blog: &Blog) -> Vec<u8> {
        let sections = sections(blog);
        sections.iter().map(|section| section.level).collect()
    }

    #[test]
    fn a_long_post_shows_its_two_highest_levels() {
        assert_eq!(levels(&blog(4, &[2, 3, 4, 2])), [2, 3, 2]);
        assert_eq!(levels(&blog(3, &[4, 4, 5, 6])), [4, 4, 5]);
        assert_eq!(levels(&blog(9, &[3, 2, 3])), [3, 2, 3]);
    }

    #[test]
    fn short_posts_and_those_with_few_headings_have_no_contents() {
        assert_eq!(levels(&blog(2, &[2, 2, 2, 2])), [0; 0]);
        assert_eq!(levels(&blog(9, &[2, 2])), [0; 0]);
        assert_eq!(levels(&blog(9, &[2, 2, 4, 4])), [0; 0]);
        assert_eq!(levels(&blog(9, &[])), [0; 0]);
    }
}
