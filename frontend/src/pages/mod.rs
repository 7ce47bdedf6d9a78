//! One page a file. Pages own loading and failure.

pub mod about;
pub mod blog;
pub mod blogs;
pub mod contact;
pub mod home;
pub mod not_found;
pub mod search;
