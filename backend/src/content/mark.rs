//! Why a post is not public. Only a preview shows such posts.

use std::fmt;

use serde::{Deserialize, Serialize};

/// The mark that a preview puts on a post.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Mark {
    /// Its front matter says so, or its file is in a folder of drafts.
    Draft,
    /// Its date is in the future. Holds the date as people read it.
    Scheduled(String),
    /// Its expiry date has passed.
    Expired,
    /// Its file can't be read.
    Error,
}

/// The mark as people read it.
impl fmt::Display for Mark {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Draft => f.write_str("Draft"),
            Self::Scheduled(date) => write!(f, "Scheduled for {date}"),
            Self::Expired => f.write_str("Expired"),
            Self::Error => f.write_str("Error"),
        }
    }
}
