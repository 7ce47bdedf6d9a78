//! The search box with its suggestions, and the results of a search.

mod box_focus;
pub mod marked_text;
pub mod nothing_found;
pub mod search_box;
pub mod search_result;
mod suggestion_list;
pub mod suggestions;
