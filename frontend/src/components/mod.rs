//! What pages are made of, one a file: Yew components where there is state or an effect, plain
//! functions where there is neither. (Each component costs about 2 KB of code, a function none.)

pub mod back_to_top;
pub mod blog_card;
pub mod byline;
pub mod category_links;
pub mod contact_field;
pub mod contents;
pub mod cover;
mod cover_art;
pub mod dialog;
pub mod failure_view;
pub mod footer;
pub mod freshness_notice;
pub mod hero;
pub mod icon;
pub mod message_center;
pub mod navbar;
pub mod neighbours;
pub mod not_found_view;
pub mod notice;
pub mod page_numbers;
pub mod pagination;
pub mod picture;
pub mod post_date;
pub mod post_head;
pub mod post_text;
pub mod related_posts;
pub mod session_panel;
pub mod share_links;
pub mod shortcut_help;
pub mod skeleton;
pub mod tag_list;
pub mod theme_toggle;
pub mod toast;
pub mod toast_stack;
pub mod unrenewed_notice;
pub mod wordmark;
