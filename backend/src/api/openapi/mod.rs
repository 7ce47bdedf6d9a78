//! The API's description (OpenAPI 3.1). Each operation's part is written above its handler; the parts that
//! all operations share are here.

mod html;

use axum::http::StatusCode;
use serde::Serialize;
use serde_json::{Map, Value, json};
use shared::flash::{Category, Flash};
use shared::problem::Problem;
use utoipa::{OpenApi, ToSchema};
use uuid::Uuid;

use crate::api::envelope::problem;
use crate::error::ApiError;
use crate::telemetry::RequestId;

/// The body of a success.
#[derive(Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Success<T> {
    /// The requested data.
    pub data: T,
    /// Messages for the person behind the session, oldest first, each delivered once.
    pub flash: Vec<Flash>,
}

impl<T> Success<T> {
    /// An example without a flash.
    pub fn of(data: T) -> Self {
        Self {
            data,
            flash: Vec::new(),
        }
    }

    /// The same with a flash.
    #[must_use]
    pub fn with_flash(mut self, category: Category, message: &str) -> Self {
        self.flash.push(example_flash(category, message));
        self
    }
}

/// The body of every failure.
#[derive(Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Failure {
    /// Why the request failed (RFC 9457).
    pub error: Problem,
    /// Messages for the person behind the session, oldest first, each delivered once.
    pub flash: Vec<Flash>,
}

impl Failure {
    /// An example without a flash.
    #[must_use]
    pub fn of(error: &ApiError) -> Self {
        let id = RequestId::from(Uuid::from_u128(0x019ab3c4_5d6e_7f80_91a2_b3c4d5e6f708));
        Self {
            error: problem(&error.problem(), Some(id)),
            flash: Vec::new(),
        }
    }

    /// The same with a flash.
    #[must_use]
    pub fn with_flash(mut self, category: Category, message: &str) -> Self {
        self.flash.push(example_flash(category, message));
        self
    }
}

fn example_flash(category: Category, message: &str) -> Flash {
    Flash {
        id: "019ab3c4-5d6e-7f80-91a2-b3c4d5e6f709".to_owned(),
        category,
        message: message.to_owned(),
    }
}

/// The parts of the description that belong to no handler: what the API is, and what all operations share.
#[derive(OpenApi)]
#[openapi(
    info(
        title = "FlashBlog",
        description = "Blogs, with a session for each visitor and flash messages that are delivered once.\n\nEvery answer under `/api` is one JSON object with `data` or `error`, never both, and always `flash`; only this description and its page are documents of their own. Every path answers HEAD as GET without the body, and OPTIONS with 200 and `Allow`; any other method is 405 `method_not_allowed` with `Allow`, an unknown path 404 `not_found`, both as `Failure`. A request without a session begins one and gets its cookie; `createSession` gives other clients a token.\n\nHEAD, OPTIONS and prefetches (`Sec-Purpose: prefetch`; from a script, which can't set that, `Purpose: prefetch`) deliver no messages: those wait for the session's next answer."
    ),
    tags(
        (name = "Blogs", description = "Posts, newest first."),
        (name = "Site", description = "The site's name and words, its menu, and its own pages."),
        (name = "Contact", description = "Messages to the owner of the site. A form without a script posts the same fields to `/contact` and is sent back there (303)."),
        (name = "Session", description = "The visitor's session: a signed token, in a cookie or as Bearer."),
        (name = "Service", description = "Whether the server is there, and what it offers."),
    ),
    components(schemas(Failure)),
)]
pub struct Api;

/// The finished description, as JSON and as a page.
pub struct Description {
    document: Value,
}

impl Description {
    /// Completes the description of the operations with the parts that they share. `cookie` is the name of
    /// the session's cookie.
    pub fn new(operations: &utoipa::openapi::OpenApi, cookie: &str) -> Self {
        // A description is plain data, so this can't fail.
        let mut document = serde_json::to_value(operations).unwrap_or_default();
        complete(&mut document, cookie);
        Self { document }
    }

    /// The OpenAPI document of a site with this title, as text.
    pub fn json(&self, title: &str) -> String {
        self.titled(title).to_string()
    }

    /// The same document as a page for people.
    pub fn html(&self, title: &str) -> String {
        html::page(&self.titled(title))
    }

    fn titled(&self, title: &str) -> Value {
        let mut document = self.document.clone();
        document["info"]["title"] = title.into();
        document
    }
}

fn complete(document: &mut Value, cookie: &str) {
    leave_nulls_to_requests(document);
    document["components"]["responses"] = failures();
    document["components"]["headers"] = headers();
    document["components"]["securitySchemes"] = json!({
        "cookie": {
            "type": "apiKey", "in": "cookie", "name": cookie,
            "description": "For browsers. An invalid or expired one is as good as none."
        },
        "bearer": {
            "type": "http", "scheme": "bearer", "bearerFormat": "JWT",
            "description": "For other clients: `token` of `createSession`. Wins over the cookie."
        },
    });
    document["security"] = json!([{}, { "cookie": [] }, { "bearer": [] }]);
    let paths = document["paths"].as_object_mut();
    for (_, item) in paths.into_iter().flatten() {
        for (method, operation) in item.as_object_mut().into_iter().flatten() {
            complete_operation(method, operation);
        }
    }
}

/// Removes `null` from the schemas of answers: they leave optional fields out. A request body may do both.
fn leave_nulls_to_requests(document: &mut Value) {
    let paths = document["paths"].as_object();
    let operations = paths
        .into_iter()
        .flatten()
        .flat_map(|(_, item)| item.as_object())
        .flatten();
    let sent: Vec<String> = operations
        .filter_map(|(_, operation)| {
            let body = &operation["requestBody"]["content"]["application/json"];
            Some(
                body["schema"]["$ref"]
                    .as_str()?
                    .rsplit('/')
                    .next()?
                    .to_owned(),
            )
        })
        .collect();
    absent_never_null(&mut document["paths"]);
    let schemas = document["components"]["schemas"].as_object_mut();
    for (name, schema) in schemas.into_iter().flatten() {
        if !sent.contains(name) {
            absent_never_null(schema);
        }
    }
}

fn absent_never_null(value: &mut Value) {
    match value {
        Value::Object(object) => {
            if let Some(Value::Array(types)) = object.get_mut("type") {
                types.retain(|name| name != "null");
                if let [only] = types.as_mut_slice() {
                    let only = only.take();
                    object.insert("type".to_owned(), only);
                }
            }
            if let Some(Value::Array(choices)) = object.get_mut("oneOf") {
                choices.retain(|choice| choice["type"] != "null");
            }
            object.values_mut().for_each(absent_never_null);
        }
        Value::Array(items) => items.iter_mut().for_each(absent_never_null),
        _ => {}
    }
}

/// The failures of every operation, with their names and descriptions.
fn common_failures() -> [(&'static str, &'static str, ApiError); 8] {
    [
        (
            "BadRequest",
            "The request can't be understood.",
            ApiError::BadRequest(
                "The path can't be read: it must be percent-encoded UTF-8.".to_owned(),
            ),
        ),
        (
            "InvalidToken",
            "The Bearer token is malformed, expired, forged or revoked.",
            ApiError::InvalidToken,
        ),
        (
            "CrossSiteRequest",
            "An unsafe request that another site's page made.",
            ApiError::CrossSiteRequest,
        ),
        (
            "RequestTimeout",
            "The body took longer than 30 s to arrive.",
            ApiError::Status(StatusCode::REQUEST_TIMEOUT),
        ),
        (
            "PayloadTooLarge",
            "The body is larger than 64 KiB.",
            ApiError::Status(StatusCode::PAYLOAD_TOO_LARGE),
        ),
        (
            "MisdirectedRequest",
            "The `Host` is not one of this site's.",
            ApiError::OtherHost {
                host: "other.example".to_owned(),
            },
        ),
        (
            "InternalError",
            "A fault of the server's; `request_id` is what to quote when asking for help.",
            ApiError::Status(StatusCode::INTERNAL_SERVER_ERROR),
        ),
        (
            "Unavailable",
            "The server has too much to do, is stopping, or can't use its database.",
            ApiError::Overloaded,
        ),
    ]
}

fn failures() -> Value {
    let responses = common_failures().map(|(name, description, error)| {
        let mut response = json!({
            "description": description,
            "content": { "application/json": {
                "schema": { "$ref": "#/components/schemas/Failure" },
                "example": Failure::of(&error),
            }},
        });
        add_headers(error.problem().status.as_str(), &mut response);
        (name.to_owned(), response)
    });
    Value::Object(Map::from_iter(responses))
}

fn headers() -> Value {
    json!({
        "X-Request-Id": {
            "description": "What the request is called in the server's log: the client's own `X-Request-Id` where that is 1 to 128 of `A-Za-z0-9._-`.",
            "required": true,
            "schema": { "type": "string", "pattern": "^[A-Za-z0-9._-]{1,128}$" },
        },
        "Set-Cookie": {
            "description": "The session's cookie, where the request began, renewed or ended one. HttpOnly, SameSite=Lax; Secure on https.",
            "schema": { "type": "string" },
        },
        "Retry-After": {
            "description": "Seconds after which another try makes sense.",
            "schema": { "type": "integer", "minimum": 1 },
        },
        "WWW-Authenticate": {
            "description": "RFC 6750, section 3.",
            "required": true,
            "schema": { "type": "string", "const": "Bearer error=\"invalid_token\"" },
        },
    })
}

fn complete_operation(method: &str, operation: &mut Value) {
    // The description is the handler's comment. Its section on errors is for readers of the code.
    let comment = operation["description"].as_str().unwrap_or_default();
    let description = comment.split("# Errors").next().unwrap_or_default();
    operation["description"] = json!(description.trim());
    let Some(responses) = operation["responses"].as_object_mut() else {
        return;
    };
    for (status, response) in responses.iter_mut() {
        add_headers(status, response);
    }
    let is_unsafe = !matches!(method, "get" | "head" | "options" | "trace");
    for (name, _, error) in common_failures() {
        if is_unsafe || !matches!(error, ApiError::CrossSiteRequest) {
            responses
                .entry(error.problem().status.as_str())
                .or_insert_with(|| json!({ "$ref": format!("#/components/responses/{name}") }));
        }
    }
    responses.sort_keys();
}

fn add_headers(status: &str, response: &mut Value) {
    let names: &[&str] = match status {
        "401" => &["X-Request-Id", "WWW-Authenticate"],
        "429" | "503" => &["X-Request-Id", "Retry-After"],
        _ if status.starts_with('2') => &["X-Request-Id", "Set-Cookie"],
        _ => &["X-Request-Id"],
    };
    for name in names {
        response["headers"][*name] = json!({ "$ref": format!("#/components/headers/{name}") });
    }
}
