//! The contact form: its state, its fields, the summary of errors and the receipt.

mod draft;
mod field;
pub mod form;
mod form_state;
mod form_summary;
pub mod receipt;
