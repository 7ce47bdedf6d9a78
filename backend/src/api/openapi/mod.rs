//! The API's description (OpenAPI 3.1): what the handlers' attributes say of each operation, and
//! here, once, what holds for all of them.

pub mod examples;
mod html;

use std::sync::OnceLock;

use axum::body::Bytes;
use serde::Serialize;
use serde_json::{Map, Value, json};
use shared::flash::Flash;
use shared::problem::{Problem, code};
use utoipa::openapi::schema::{Object, ObjectBuilder, SchemaType, Type};
use utoipa::{IntoParams, OpenApi, ToSchema};

/// The body of a success.
#[derive(Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Success<T> {
    /// What was asked for.
    pub data: T,
    /// Messages for the person behind the session, oldest first, each delivered once.
    pub flash: Vec<Flash>,
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

/// The query of a list. Never an error: a number out of range is brought into it, anything else is
/// the default.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
pub struct PageQuery {
    /// The page's number.
    #[param(schema_with = page_number, required = false, example = 2)]
    pub page: u32,
    /// The page's size.
    #[param(schema_with = page_size, required = false, example = 6)]
    pub per_page: u32,
    /// Only this category, in any letter case; blank is none.
    #[param(required = false, example = "Backend")]
    pub category: String,
    /// Only posts with this tag, in any letter case, and of the category where that is given too;
    /// blank is none.
    #[param(required = false, example = "jwt")]
    pub tag: String,
}

/// The query of a search; page and size as in [`PageQuery`].
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
pub struct SearchParams {
    /// Words, all of which a post has to hold; a typo and other diacritics are forgiven.
    #[param(pattern = r"[^\s]", example = "session cookie")]
    pub q: String,
    /// The page's number.
    #[param(schema_with = page_number, required = false, example = 1)]
    pub page: u32,
    /// The page's size.
    #[param(schema_with = page_size, required = false, example = 6)]
    pub per_page: u32,
}

fn page_number() -> Object {
    lenient_number("From 1, up to the last page; anything else than a number is 1.")
}

fn page_size() -> Object {
    lenient_number("Posts on a page, from 1 to 50; anything else than a number is 6.")
}

fn lenient_number(description: &str) -> Object {
    ObjectBuilder::new()
        .schema_type(SchemaType::from_iter([Type::Integer, Type::String]))
        .description(Some(description))
        .build()
}

/// What the handlers' attributes do not say: what the API is, and what every operation shares.
#[derive(OpenApi)]
#[openapi(
    info(
        title = "FlashBlog",
        description = "Blogs, with a session for each visitor and flash messages that are delivered once.\n\nEvery answer under `/api` is one JSON object with `data` or `error`, never both, and always `flash`; only this description and its page are documents of their own. Every path answers HEAD as GET without the body, and OPTIONS with 200 and `Allow`; any other method is 405 `method_not_allowed` with `Allow`, an unknown path 404 `not_found`, both as `Failure`. A request without a session begins one and gets its cookie; `createSession` gives other clients a token.\n\nHEAD, OPTIONS and prefetches (`Sec-Purpose: prefetch`; from a script, which can't set that, `Purpose: prefetch`) deliver no messages: those wait for the session's next answer."
    ),
    tags(
        (name = "Blogs", description = "Posts, newest first."),
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
    json: OnceLock<Bytes>,
    html: OnceLock<Bytes>,
}

impl Description {
    /// Adds to the operations' description what holds for all of them. `cookie` is the name of
    /// the session's.
    #[must_use]
    pub fn new(operations: &utoipa::openapi::OpenApi, cookie: &str) -> Self {
        // A description is plain data: writing it can't fail.
        let mut document = serde_json::to_value(operations).unwrap_or_default();
        complete(&mut document, cookie);
        Self {
            document,
            json: OnceLock::new(),
            html: OnceLock::new(),
        }
    }

    /// The OpenAPI document.
    #[must_use]
    pub fn document(&self) -> &Value {
        &self.document
    }

    /// The document in writing.
    pub fn json(&self) -> Bytes {
        let write = || Bytes::from(self.document.to_string());
        self.json.get_or_init(write).clone()
    }

    /// The document as a page for people.
    pub fn html(&self) -> Bytes {
        let write = || Bytes::from(html::page(&self.document));
        self.html.get_or_init(write).clone()
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

/// Answers leave optional fields out, and never say `null`. What is sent may say either.
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

/// Failures that any operation can end in; those of some operations only are in their attributes.
const FAILURES: [(&str, u16, &str, &str); 7] = [
    (
        "BadRequest",
        400,
        code::BAD_REQUEST,
        "The request can't be understood.",
    ),
    (
        "InvalidToken",
        401,
        code::INVALID_TOKEN,
        "The Bearer token is malformed, expired, forged or revoked.",
    ),
    (
        "CrossSiteRequest",
        403,
        code::CROSS_SITE_REQUEST,
        "An unsafe request that another site's page made.",
    ),
    (
        "RequestTimeout",
        408,
        code::REQUEST_TIMEOUT,
        "The body took longer than 30 s to arrive.",
    ),
    (
        "PayloadTooLarge",
        413,
        code::PAYLOAD_TOO_LARGE,
        "The body is larger than 64 KiB.",
    ),
    (
        "InternalError",
        500,
        code::INTERNAL_ERROR,
        "A fault of the server's; `request_id` is what to quote when asking for help.",
    ),
    (
        "Unavailable",
        503,
        code::SERVICE_UNAVAILABLE,
        "The server has too much to do, is stopping, or can't use its database.",
    ),
];

fn failures() -> Value {
    let responses = FAILURES.map(|(name, status, code, description)| {
        let mut response = json!({
            "description": description,
            "content": { "application/json": {
                "schema": { "$ref": "#/components/schemas/Failure" },
                "example": examples::failure(status, code, description),
            }},
        });
        add_headers(&status.to_string(), &mut response);
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
    // Where an attribute has none, the handler's comment was taken, with its section for readers
    // of the code.
    let words = operation["description"].as_str().unwrap_or_default();
    let words = words
        .split("# Errors")
        .next()
        .unwrap_or_default()
        .trim()
        .to_owned();
    operation["description"] = Value::String(words);
    let Some(responses) = operation["responses"].as_object_mut() else {
        return;
    };
    for (status, response) in responses.iter_mut() {
        add_headers(status, response);
    }
    let is_unsafe = !matches!(method, "get" | "head" | "options" | "trace");
    for (name, status, ..) in FAILURES {
        if status != 403 || is_unsafe {
            responses
                .entry(status.to_string())
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
