//! The site's mark and name.

use shared::site::Site;
use yew::prelude::*;

use crate::contexts::site::content_language;

/// The site's logo, or the built-in mark, and the site's name.
pub fn wordmark(site: &Site) -> Html {
    let (start, end) = split_name(&site.title);
    html! {
        <span class="wordmark" lang={content_language(site)}>
            if let Some(logo) = &site.logo_url {
                <img class="wordmark-logo" src={logo.clone()} alt="" height="28" />
            } else {
                { mark() }
            }
            <span class="wordmark-name">{ start }<b>{ end }</b></span>
        </span>
    }
}

fn mark() -> Html {
    html! {
        <svg class="wordmark-mark" viewBox="2 2 28 28" aria-hidden="true" focusable="false">
            <rect class="wordmark-page" x="2" y="2" width="28" height="28" rx="8" />
            <path class="wordmark-flash" d="M18.5 5L8 18h6.5L12.5 27 24 13.500h-7z" />
        </svg>
    }
}

/// The beginning of a name and its last word, which is set bold. In a name of one word, the last
/// capital letter begins the bold part.
fn split_name(name: &str) -> (&str, &str) {
    let at = match name.trim_end().rfind(' ') {
        Some(space) => space + 1,
        None => name.rfind(char::is_uppercase).unwrap_or(0),
    };
    name.split_at(at)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_word_of_a_name_is_bold() {
        assert_eq!(split_name("FlashBlog"), ("Flash", "Blog"));
        assert_eq!(split_name("Ada’s Notes"), ("Ada’s ", "Notes"));
        assert_eq!(split_name("notes"), ("", "notes"));
        assert_eq!(split_name("Énigme"), ("", "Énigme"));
    }
}
