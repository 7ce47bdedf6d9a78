//! Files that are sent in pieces, because they may be too large for the memory.

use axum::body::Body;
use axum::extract::Request;
use axum::response::Response;
use tower::ServiceExt;
use tower_http::services::ServeFile;

use crate::http::conditional::ignore_unusable_range;

/// How many bytes one read from a file takes.
const READ_BYTES: usize = 16 * 1024;

/// Answers with a file. tower-http answers conditions by the file's size and time, without reading it.
pub async fn stream(file: ServeFile, mut request: Request) -> Response {
    ignore_unusable_range(request.headers_mut());
    let file = file
        .with_buf_chunk_size(READ_BYTES)
        .ignore_multi_range_requests(true);
    match file.oneshot(request).await {
        Ok(response) => response.map(Body::new),
        Err(never) => match never {},
    }
}
