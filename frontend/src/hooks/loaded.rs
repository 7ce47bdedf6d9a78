//! The state of a page's data.

use std::rc::Rc;

use crate::api::failure::ApiFailure;
use crate::hooks::use_arrival::Arrival;

/// The state of a request's data.
#[derive(Debug, PartialEq)]
pub enum Loaded<T> {
    /// Nothing yet.
    Pending,
    /// Data.
    Ready {
        /// The data.
        data: Rc<T>,
        /// How current the data is.
        currency: Currency,
    },
    /// A failure, and no data.
    Failed {
        /// The reason.
        failure: ApiFailure,
        /// Whether a retry is under way.
        is_retrying: bool,
    },
}

/// How current the shown data is.
#[derive(Debug, Clone, PartialEq)]
pub enum Currency {
    /// It answers this request.
    Current,
    /// It answers the previous request. The answer to this one has not arrived.
    Earlier,
    /// It answers this request, but it is from earlier in the visit: loading it again has failed.
    Stale(ApiFailure),
}

impl<T> Loaded<T> {
    /// What is on the screen in this state.
    pub fn arrival(&self) -> Arrival {
        match self {
            Self::Pending => Arrival::Partial,
            Self::Ready {
                currency: Currency::Earlier,
                ..
            } => Arrival::Waiting,
            Self::Ready { .. } => Arrival::Ready,
            Self::Failed { .. } => Arrival::Failed,
        }
    }

    /// The data, however current.
    pub fn data(&self) -> Option<&Rc<T>> {
        match self {
            Self::Ready { data, .. } => Some(data),
            Self::Pending | Self::Failed { .. } => None,
        }
    }
}
