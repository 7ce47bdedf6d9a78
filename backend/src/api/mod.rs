//! The API: extractors, envelopes and its description.
//!
//! Values travel as extensions of a request or a response. These are all of them:
//!
//! | value | of the | set by | read by |
//! |---|---|---|---|
//! | [`Peer`](crate::clients::peer::Peer) | request | `http::server` | `http::client_ip`, `Sessions::attach` |
//! | [`HeadError`](crate::http::request_head::HeadError) | request | `http::server` | `http::hosts` |
//! | [`MatchedPath`](axum::extract::MatchedPath) | request | axum's router | `telemetry::named`, `metrics::measure` |
//! | [`Visit`](crate::session::Visit) | request | `Sessions::attach` | the extractors [`Visit`](crate::session::Visit) and [`Session`](crate::session::Session) |
//! | [`Description`](openapi::Description) | request | `router` | `handlers::docs` |
//! | [`EnvelopeBody`](crate::error::EnvelopeBody) | response | [`Reply`](envelope::Reply), [`ApiError`](crate::error::ApiError), `handlers::docs`, `handlers::contact`, `handlers::page` | [`envelope`], `Visit::finish`, `site::error_page` |
//! | [`KeptAnswer`](crate::answers::KeptAnswer) | response | [`Reply::kept`](envelope::Reply::kept) | [`envelope`] |

pub mod body_fields;
pub mod envelope;
pub mod extract;
pub mod openapi;
