//! The contact form, as JSON and as a form post.

use std::sync::Arc;
use std::time::Duration;

use aws_lc_rs::digest::{Context, SHA256};
use axum::extract::{FromRequestParts, Request, State};
use axum::http::request::Parts;
use axum::response::{IntoResponse, Redirect, Response};
use shared::contact::{self, ContactMessage, ContactReceipt, FILL_IN_ALL, SENT};
use shared::flash::Category;

use crate::api::body_fields::{Field, FromFields};
use crate::api::envelope::Reply;
use crate::api::extract::{FormFields, IdempotencyKey, ValidatedJson};
use crate::api::openapi::{Failure, Success};
use crate::app::App;
use crate::clients::ClientKey;
use crate::contact::limit::{ContactLimit, NotCounted};
use crate::error::{ApiError, EnvelopeBody};
use crate::handlers::page::refused_form;
use crate::session::{Session, Visit};
use crate::session_id::SessionId;
use crate::site::error_page::{accepts_html, explain_form_failure};
use crate::telemetry::{RequestId, current_request_id};

/// Sends the owner a message
///
/// Lengths are those of the trimmed text. `website` is a field that people don't see: a message that fills it in is answered like any other, and dropped.
#[utoipa::path(
    post, path = "/api/v1/contact", operation_id = "sendMessage", tag = "Contact",
    params((
        "Idempotency-Key" = Option<String>, Header, pattern = "^[A-Za-z0-9_-]{1,64}$", example = "5f0c9a2b-1",
        description = "With the same key, the same message is stored once and answered with the first receipt."
    )),
    request_body(content = ContactMessage, example = json!(example_message())),
    responses(
        (
            status = 201, description = "The message is durably stored", body = Success<ContactReceipt>,
            example = json!(Success::of(example_receipt()).with_flash(Category::Success, SENT))
        ),
        (
            status = 415, description = "The body is not `application/json`", body = Failure,
            example = json!(Failure::of(&ApiError::Status(axum::http::StatusCode::UNSUPPORTED_MEDIA_TYPE)))
        ),
        (
            status = 422, description = "A field is missing or won't do (`validation_failed`), or the key was sent before with another message (`idempotency_key_reused`)", body = Failure,
            example = json!(Failure::of(&example_faults()).with_flash(Category::Error, FILL_IN_ALL))
        ),
        (
            status = 429, description = "Too many messages from this client; those that won't do don't count", body = Failure,
            example = json!(Failure::of(&ApiError::TooManyRequests { retry_after_seconds: 12 }).with_flash(Category::Warning, &sent_too_many(12)))
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
    permit.use_up().await?;
    let receipt = app
        .contact
        .receive(message, key.as_deref())
        .await
        .inspect_err(|error| flash_failure(&session, error))?;
    session.flash(Category::Success, SENT);
    Reply::created(&receipt)
}

/// `POST /contact`: the form without a script. The answer to a stored message is a redirect to the page, for
/// which the flash waits (POST-redirect-GET). The answer to a refused one is the page with the form as it
/// was sent.
///
/// # Errors
/// 400, 413 and 415: there is no form to show again. For a client that does not accept HTML also those of
/// [`create`].
pub async fn submit(
    State(app): State<App>,
    permit: Result<Permit, ApiError>,
    session: Session,
    visit: Visit,
    IdempotencyKey(key): IdempotencyKey,
    parts: Parts,
    FormFields(fields): FormFields,
) -> Result<Response, ApiError> {
    let as_sent = text_of(&fields);
    let key = key.unwrap_or_else(|| form_key(session.id(), &as_sent));
    let received = async {
        let permit = permit?;
        let message =
            ContactMessage::from_fields(fields).map_err(|errors| errors.flash_to(&visit))?;
        permit.use_up().await?;
        let receipt = app.contact.receive(message, Some(&key)).await;
        receipt.inspect_err(|error| flash_failure(&session, error))
    };
    match received.await {
        Ok(receipt) => {
            session.flash(Category::Success, SENT);
            session.flash(Category::Info, reference_to_quote(&receipt));
            Ok(Redirect::to("/contact").into_response())
        }
        Err(error) if !accepts_html(&parts.headers) => Err(error),
        Err(error) => refused_form(&app, &visit, &parts, as_sent, error).await,
    }
}

/// The form's text as it was sent.
fn text_of(fields: &[Field]) -> ContactMessage {
    let text = |name: &str| {
        let field = fields.iter().find(|field| field.name == name);
        field.and_then(|field| field.text.clone().ok())
    };
    ContactMessage {
        name: text("name").unwrap_or_default(),
        email: text("email").unwrap_or_default(),
        subject: text("subject").unwrap_or_default(),
        message: text("message").unwrap_or_default(),
        website: text("website"),
    }
}

/// An idempotency key for a form without a script, since people press a button twice. The same text from
/// the same session is one message.
fn form_key(session: SessionId, message: &ContactMessage) -> String {
    let mut digest = Context::new(&SHA256);
    digest.update(session.to_string().as_bytes());
    for text in [
        &message.name,
        &message.email,
        &message.subject,
        &message.message,
    ] {
        // With the lengths, two different messages never give the same bytes.
        digest.update(&text.len().to_be_bytes());
        digest.update(text.as_bytes());
    }
    let bytes = digest.finish();
    bytes.as_ref()[..16]
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect()
}

fn reference_to_quote(receipt: &ContactReceipt) -> String {
    format!(
        "If you write about it, quote the reference {}.",
        receipt.reference
    )
}

/// Around [`submit`]: a browser gets a failure as a page instead of an envelope.
pub async fn explain_failures<F: Future<Output = Response>>(
    app: &App,
    request: Request,
    next: impl FnOnce(Request) -> F,
) -> Response {
    let visit = request.extensions().get::<Visit>().cloned();
    let wants_page = accepts_html(request.headers());
    let response = next(request).await;
    let (true, Some(visit)) = (wants_page, visit) else {
        return response;
    };
    let (mut response, flashes) = if response.status().is_redirection() {
        visit.postpone_flashes(response).await
    } else {
        (response, visit.take_own_flashes())
    };
    let is_page = matches!(response.extensions().get(), Some(EnvelopeBody::Document));
    let is_failure = response.status().is_client_error() || response.status().is_server_error();
    if is_failure && !is_page {
        let id = current_request_id();
        let id = id.as_ref().map_or("", RequestId::as_str);
        let words = &app.profile.latest().site;
        explain_form_failure(&mut response, words, &flashes, id);
        response.extensions_mut().insert(EnvelopeBody::Document);
    }
    response
}

const NOT_STORED: &str = "Your message could not be stored. Please try again in a moment.";

fn flash_failure(session: &Session, error: &ApiError) {
    let sentence = match error {
        ApiError::IdempotencyKeyReused => {
            "This form was sent before with another message. Send it once more."
        }
        _ => NOT_STORED,
    };
    session.flash(Category::Error, sentence);
}

fn sent_too_many(seconds: u64) -> String {
    format!("You have sent many messages. Please try again in {seconds} seconds.")
}

/// Exists only while the client may send more messages. It is extracted first, so that a refusal costs
/// little. Messages are counted by address, since a client can drop its cookie.
pub struct Permit {
    limit: Arc<ContactLimit>,
    client: ClientKey,
    visit: Visit,
}

impl Permit {
    /// Counts a valid message. An invalid one does not count: nothing was sent.
    async fn use_up(&self) -> Result<(), ApiError> {
        let counted = self.limit.spend(self.client).await;
        counted.map_err(|error| match error {
            NotCounted::TooMany(wait) => self.too_many(wait),
            NotCounted::Store(error) => {
                self.visit.flash(Category::Error, NOT_STORED);
                error.into()
            }
        })
    }

    fn too_many(&self, wait: Duration) -> ApiError {
        let error = ApiError::too_many(wait);
        if let ApiError::TooManyRequests {
            retry_after_seconds,
        } = error
        {
            let sentence = sent_too_many(retry_after_seconds);
            self.visit.flash(Category::Warning, sentence);
        }
        error
    }
}

impl FromRequestParts<App> for Permit {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, ApiError> {
        if !app.profile.latest().site.contact {
            return Err(ApiError::NotFound);
        }
        let visit = Visit::from_request_parts(parts, app).await?;
        let permit = Self {
            limit: Arc::clone(&app.contact_limit),
            client: visit.client()?,
            visit,
        };
        match permit.limit.check(permit.client) {
            Ok(()) => Ok(permit),
            Err(wait) => Err(permit.too_many(wait)),
        }
    }
}

fn example_message() -> ContactMessage {
    ContactMessage {
        name: "Ada".to_owned(),
        email: "ada@example.org".to_owned(),
        subject: "Your post on signatures".to_owned(),
        message: "Which claims would you leave out?".to_owned(),
        website: None,
    }
}

fn example_receipt() -> ContactReceipt {
    ContactReceipt {
        reference: "M-7KQ2M9XD4T".to_owned(),
        received_at: "2026-11-24T06:30:00Z".to_owned(),
    }
}

/// A message with two faults.
fn example_faults() -> ApiError {
    let message = ContactMessage {
        name: String::new(),
        email: "ada at example".to_owned(),
        ..example_message()
    };
    ApiError::Invalid {
        detail: FILL_IN_ALL.to_owned(),
        fields: contact::validate(&message),
    }
}
