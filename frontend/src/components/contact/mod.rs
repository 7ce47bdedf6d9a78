//! The contact form: its state, its fields and what it says after an attempt to send.

mod draft;
mod field;
pub mod form;
mod form_state;
mod form_summary;
pub mod receipt;
