//! The contact form, as JSON and as a form post.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::extract::{ConnectInfo, FromRequestParts, State};
use axum::http::request::Parts;
use axum::response::Redirect;
use shared::contact::{ContactMessage, ContactReceipt, FILL_IN_ALL, SENT};
use shared::flash::Category;
use shared::problem::code;

use crate::api::body_fields::FromFields;
use crate::api::envelope::Reply;
use crate::api::extract::{FormFields, IdempotencyKey, ValidatedJson};
use crate::api::openapi::{Failure, Success, examples};
use crate::app::App;
use crate::error::ApiError;
use crate::http::client_ip::ClientKey;
use crate::http::rate_limit::RateLimit;
use crate::session::{MaybeSession, Session};

/// `POST /api/v1/contact`: 201 with the receipt of a message that is durably stored.
///
/// # Errors
/// 400, 413, 415 and 422 for what can't be read or won't do, 429 for too many, 503 when it can't
/// be stored.
#[utoipa::path(
    post, path = "/v1/contact", operation_id = "sendMessage", tag = "Contact",
    summary = "Sends the owner a message",
    description = "Lengths are those of the trimmed text. `website` is a field that people don't see: a message that fills it in is answered like any other, and dropped.",
    params((
        "Idempotency-Key" = Option<String>, Header, pattern = "^[A-Za-z0-9_-]{1,64}$", example = "5f0c9a2b-1",
        description = "With the same key, the same message is stored once and answered with the first receipt."
    )),
    request_body(content = ContactMessage, example = json!(examples::message())),
    responses(
        (
            status = 201, description = "The message is durably stored", body = Success<ContactReceipt>,
            example = json!(examples::success_with_flash(examples::receipt(), Category::Success, SENT))
        ),
        (
            status = 415, description = "The body is not `application/json`", body = Failure,
            example = json!(examples::failure(415, code::UNSUPPORTED_MEDIA_TYPE, "The body is of a type that this path does not read."))
        ),
        (
            status = 422, description = "A field is missing or won't do (`validation_failed`), or the key was sent before with another message (`idempotency_key_reused`)", body = Failure,
            example = json!(examples::invalid_message(FILL_IN_ALL))
        ),
        (
            status = 429, description = "Too many messages from this client; those that won't do don't count", body = Failure,
            example = json!(examples::failure_with_flash(429, code::TOO_MANY_REQUESTS, "Too many requests. Try again later.", Category::Warning, "You have sent many messages. Please try again in 12 seconds."))
        ),
    ),
)]
pub async fn create(
    State(app): State<App>,
    permit: Permit,
    session: Session,
    IdempotencyKey(key): IdempotencyKey,
    ValidatedJson(message): ValidatedJson<ContactMessage>,
) -> Result<Reply, ApiError> {
    permit.use_up()?;
    let receipt = app
        .contact
        .receive(message, key.as_deref())
        .await
        .inspect_err(|error| tell(&session, error))?;
    session.flash(Category::Success, SENT);
    Reply::created(&receipt)
}

/// `POST /contact`: what a form without a script sends. Answered by a redirect to the page, where
/// the flash says what became of it (POST-redirect-GET).
///
/// # Errors
/// As [`create`], without a redirect, where there is no form to return to or nothing that could
/// wait for the page: 400, 413, 415 and 503.
pub async fn submit(
    State(app): State<App>,
    permit: Result<Permit, ApiError>,
    session: Session,
    visit: MaybeSession,
    IdempotencyKey(key): IdempotencyKey,
    FormFields(fields): FormFields,
) -> Result<Redirect, ApiError> {
    let received = async {
        let permit = permit?;
        let message =
            ContactMessage::from_fields(fields).map_err(|refusal| refusal.told_to(&visit))?;
        permit.use_up()?;
        let receipt = app.contact.receive(message, key.as_deref()).await;
        receipt.inspect_err(|error| tell(&session, error))
    };
    match received.await {
        Ok(_) => session.flash(Category::Success, SENT),
        Err(
            ApiError::Invalid { .. }
            | ApiError::IdempotencyKeyReused
            | ApiError::TooManyRequests { .. },
        ) => {}
        Err(error) => return Err(error),
    }
    Ok(Redirect::to("/contact"))
}

/// Says to the person that the message was not received, and why.
fn tell(session: &Session, error: &ApiError) {
    let sentence = match error {
        ApiError::IdempotencyKeyReused => {
            "This form was sent before with another message. Send it once more."
        }
        _ => "Your message could not be stored. Please try again in a moment.",
    };
    session.flash(Category::Error, sentence);
}

/// That the client has not sent too much already. Asked for first, so that a refusal costs nothing;
/// counted by address, which can't be dropped as a cookie can.
pub struct Permit {
    limit: Arc<RateLimit>,
    client: ClientKey,
    visit: MaybeSession,
}

impl Permit {
    /// Counts a message that will do: who mends a field has sent nothing yet.
    fn use_up(&self) -> Result<(), ApiError> {
        self.limit
            .spend(self.client)
            .map_err(|wait| self.too_many(wait))
    }

    fn too_many(&self, wait: Duration) -> ApiError {
        let seconds = wait.as_secs() + u64::from(wait.subsec_nanos() > 0);
        self.visit.flash(
            Category::Warning,
            format!("You have sent many messages. Please try again in {seconds} seconds."),
        );
        ApiError::TooManyRequests {
            retry_after_seconds: seconds,
        }
    }
}

impl FromRequestParts<App> for Permit {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, ApiError> {
        let ConnectInfo(peer) = ConnectInfo::<SocketAddr>::from_request_parts(parts, app)
            .await
            .map_err(ApiError::internal)?;
        let client = app.trusted_proxies.client(peer, &parts.headers);
        let permit = Self {
            limit: Arc::clone(&app.contact_rate),
            client: ClientKey::from(client),
            visit: MaybeSession::from_request_parts(parts, app).await?,
        };
        match permit.limit.check(permit.client) {
            Ok(()) => Ok(permit),
            Err(wait) => Err(permit.too_many(wait)),
        }
    }
}
