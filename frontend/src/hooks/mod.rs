//! Hooks: behaviour that components share.

mod load_state;
pub mod loaded;
pub mod use_arrival;
pub mod use_link_navigation;
pub mod use_load;
pub mod use_prefetch;
pub mod use_route;
pub mod use_scrolled_past;
pub mod use_shortcuts;
pub mod use_site_of_server;
pub mod use_stored_flag;
pub mod use_theme;
pub mod use_title;
pub mod use_waiting_flashes;
