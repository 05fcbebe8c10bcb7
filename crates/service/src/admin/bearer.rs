//! Bearer tokens (RFC 6750) in requests, and how many wrong ones an address may send.

use std::net::IpAddr;
use std::num::NonZeroU32;

use leasehold_core::Code;
use tokio::time::Instant;

use super::RoleName;
use crate::{HeaderValue, Problem, Rate, RateLimiter, Request, Response, StatusCode, header, rate_limit_key};

/// Counts wrong tokens.
///
/// Only wrong ones are counted: one who sends many does not lock out the right ones of the same address.
#[derive(Debug)]
pub struct WrongTokens {
    limiter: Option<RateLimiter>,
    began: Instant,
}

impl WrongTokens {
    /// How many may come from one address where nothing else is said.
    pub const USUAL: Rate = Rate(NonZeroU32::new(10).expect("more than none"));

    /// Counts them unless `rate` is `None`.
    pub fn new(rate: Option<Rate>) -> Self {
        Self { limiter: rate.map(RateLimiter::new), began: Instant::now() }
    }

    /// The answer to a wrong token: `token-unknown` 401, or `too-many-requests` 429.
    pub fn refuse(&self, from: IpAddr) -> Response {
        tracing::warn!(%from, code = %Code::TokenUnknown, "refused");
        let taken =
            self.limiter.as_ref().map_or(Ok(()), |wrong| wrong.take(rate_limit_key(from), self.began.elapsed()));
        match taken {
            Ok(()) => unauthorised(Code::TokenUnknown, "Bearer realm=\"leasehold\", error=\"invalid_token\""),
            Err(wait) => {
                let detail = "too many wrong tokens came from this address: ask again later";
                let code = Code::TooManyRequests;
                let problem = Problem::new(code.name(), StatusCode::TOO_MANY_REQUESTS, code.meaning(), detail);
                problem.with_retry_after(wait).into()
            }
        }
    }
}

/// The text of the token that comes with a request.
pub fn bearer(request: &Request) -> Option<&str> {
    let (scheme, text) = request.header(&header::AUTHORIZATION)?.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| text.trim())
}

/// `token-required` 401.
pub fn token_required() -> Response {
    unauthorised(Code::TokenRequired, "Bearer realm=\"leasehold\"")
}

/// `token-not-allowed` 403: what `holder` shows lacks this role.
pub fn not_allowed(holder: &str, role: RoleName) -> Response {
    tracing::warn!(token = %holder, role = role.0, code = %Code::TokenNotAllowed, "refused");
    let code = Code::TokenNotAllowed;
    let detail = format!("this needs a token with the role {role}: {}", code.hint());
    let problem = Problem::new(code.name(), StatusCode::FORBIDDEN, code.meaning(), detail).with("role", role.0);
    let challenge = format!("Bearer realm=\"leasehold\", error=\"insufficient_scope\", scope=\"{role}\"");
    match HeaderValue::try_from(challenge) {
        Ok(challenge) => Response::from(problem).with_header(header::WWW_AUTHENTICATE, challenge),
        Err(_) => problem.into(),
    }
}

fn unauthorised(code: Code, challenge: &'static str) -> Response {
    let problem = Problem::new(code.name(), StatusCode::UNAUTHORIZED, code.meaning(), code.hint());
    Response::from(problem).with_header(header::WWW_AUTHENTICATE, HeaderValue::from_static(challenge))
}
