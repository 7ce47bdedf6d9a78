//! A `GET` request as a value.

use std::marker::PhantomData;

/// A `GET` request whose answer is a `T`.
#[derive(Debug)]
pub struct Get<T> {
    path: String,
    answer: PhantomData<fn() -> T>,
}

impl<T> Get<T> {
    /// A request for `path`, which begins with [`shared::paths::API_BASE`].
    pub fn new(path: String) -> Self {
        Self {
            path,
            answer: PhantomData,
        }
    }

    /// The path and the query.
    pub fn path(&self) -> &str {
        &self.path
    }
}

// Derived implementations would require the same traits of `T`.
impl<T> Clone for Get<T> {
    fn clone(&self) -> Self {
        Self::new(self.path.clone())
    }
}

impl<T> PartialEq for Get<T> {
    fn eq(&self, other: &Self) -> bool {
        self.path == other.path
    }
}
