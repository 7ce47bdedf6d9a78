//! A post: its card in a list and its own page.

pub mod blog_card;
pub mod byline;
pub mod contents;
pub mod cover;
mod cover_art;
pub mod neighbours;
pub mod picture;
pub mod post_date;
pub mod post_head;
pub mod post_text;
pub mod related_posts;
pub mod share_links;
pub mod tag_list;
