//! What calls are answered.

use http::{HeaderValue, header};
use serde::Serialize;

use crate::{Problem, Response, StatusCode};

/// The response to a call.
pub type Answer = Result<Response, Problem>;

/// The media type of calls and answers.
pub const JSON: &str = "application/json";

/// 200 with this as JSON.
///
/// # Errors
/// `internal` 500 where it cannot be written.
pub fn ok(value: &impl Serialize) -> Answer {
    json(StatusCode::OK, value)
}

/// 201 with this as JSON.
///
/// # Errors
/// `internal` 500 where it cannot be written.
pub fn created(value: &impl Serialize) -> Answer {
    json(StatusCode::CREATED, value)
}

/// This response, which nothing on the way keeps: a secret or a name may be in it.
#[must_use]
pub fn no_store(response: Response) -> Response {
    response.with_header(header::CACHE_CONTROL, HeaderValue::from_static("no-store"))
}

fn json(status: StatusCode, value: &impl Serialize) -> Answer {
    let body = serde_json::to_vec(value).map_err(|_| Problem::internal())?;
    Ok(Response::new(status, JSON, body))
}
