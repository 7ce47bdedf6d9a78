//! Why an API request brought no data.

use std::collections::BTreeMap;

use shared::problem::{Problem, code};

/// Why an API request brought no data.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ApiFailure {
    /// No answer: the device is offline, or the server can't be reached.
    Offline,
    /// No answer within 12 seconds.
    Timeout,
    /// The server answered with a problem.
    Problem(Box<Problem>),
    /// The answer is not an envelope. A proxy may have sent it.
    Malformed {
        /// The HTTP status code of the answer.
        status: u16,
        /// The answer's `X-Request-Id`, if it has one.
        request_id: Option<String>,
    },
}

impl ApiFailure {
    /// Whether the resource doesn't exist. A retry won't help then.
    pub fn is_not_found(&self) -> bool {
        matches!(self, Self::Problem(problem) if problem.status == 404)
    }

    /// The HTTP status code, if there was an answer.
    pub fn status(&self) -> Option<u16> {
        match self {
            Self::Offline | Self::Timeout => None,
            Self::Problem(problem) => Some(problem.status),
            Self::Malformed { status, .. } => Some(*status),
        }
    }

    /// The request id, for readers who ask for help.
    pub fn request_id(&self) -> Option<&str> {
        match self {
            Self::Offline | Self::Timeout => None,
            Self::Problem(problem) => Some(problem.request_id.as_str()),
            Self::Malformed { request_id, .. } => request_id.as_deref(),
        }
        .filter(|id| !id.is_empty())
    }

    /// Whether the server certainly did not act on the request. After a lost answer or a 5xx it may
    /// have acted.
    pub fn is_refusal(&self) -> bool {
        matches!(self, Self::Problem(problem) if (400..500).contains(&problem.status))
    }

    /// The errors of each field, on a 422 that lists them.
    pub fn fields(&self) -> Option<&BTreeMap<String, Vec<String>>> {
        match self {
            Self::Problem(problem) => problem.fields.as_ref(),
            _ => None,
        }
    }

    /// What happened, in a few words.
    pub fn headline(&self) -> &'static str {
        match self {
            Self::Offline => "This site can’t be reached",
            Self::Timeout => "This is taking too long",
            Self::Problem(problem) => match problem.code.as_str() {
                code::SOURCE_UNAVAILABLE => "The blogs can’t be reached right now",
                code::TOO_MANY_REQUESTS => "Too many requests",
                _ => "Something went wrong",
            },
            Self::Malformed { .. } => "Something went wrong",
        }
    }

    /// Advice for the reader: a likely cause, and what to do.
    pub fn advice(&self) -> &'static str {
        match self {
            Self::Offline => {
                "You may be offline, or the site may be down for a moment. Check your connection, \
                 then try again."
            }
            Self::Timeout => {
                "No answer came within 12 seconds. The connection may be slow, or the site busy. \
                 Trying again often helps."
            }
            Self::Problem(problem) => match problem.code.as_str() {
                code::SOURCE_UNAVAILABLE => {
                    "The source of the blogs doesn’t answer. Please try again in a few seconds."
                }
                code::TOO_MANY_REQUESTS => "Please wait a minute, then try again.",
                _ => "The fault is on our side, not yours. Please try again in a moment.",
            },
            Self::Malformed { .. } => "The answer could not be read. Please try again in a moment.",
        }
    }
}
