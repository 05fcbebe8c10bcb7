//! Bearer tokens (RFC 6750), and how many wrong ones an address may send.

use std::net::IpAddr;

use leasehold_core::{Code, Timestamp};
use leasehold_service::{
    HeaderValue, Problem, Rate, RateLimiter, Request, Response, StatusCode, header, rate_limit_key,
};
use leasehold_store::authority::{Role, Token};
use tokio::time::Instant;

use super::problems::problem;
use crate::authority::Authority;
use crate::serve::too_many;
use crate::tokens;

/// Looks tokens up.
#[derive(Debug)]
pub(super) struct Authenticator {
    wrong: Option<RateLimiter>,
    began: Instant,
}

impl Authenticator {
    /// Counts wrong tokens unless `rate` is `None`.
    pub(super) fn new(rate: Option<Rate>) -> Self {
        Self { wrong: rate.map(RateLimiter::new), began: Instant::now() }
    }

    /// The token that comes with a request.
    pub(super) fn token(
        &self,
        authority: &Authority,
        request: &Request,
        from: IpAddr,
        now: Timestamp,
    ) -> Result<Token, Box<Response>> {
        let Some(text) = request.header(&header::AUTHORIZATION).and_then(bearer) else {
            return Err(unauthorised(Code::TokenRequired, "Bearer realm=\"leasehold\"").into());
        };
        match tokens::check(&*authority.store, text, now) {
            Ok(Some(token)) => Ok(token),
            Ok(None) => Err(self.wrong_token(from)),
            Err(error) => Err(Box::new(problem(&error).into())),
        }
    }

    /// Only wrong tokens are counted: one who sends many does not lock out the right ones of the same address.
    fn wrong_token(&self, from: IpAddr) -> Box<Response> {
        tracing::warn!(%from, code = %Code::TokenUnknown, "refused");
        let taken = self.wrong.as_ref().map_or(Ok(()), |wrong| wrong.take(rate_limit_key(from), self.began.elapsed()));
        match taken {
            Ok(()) => unauthorised(Code::TokenUnknown, "Bearer realm=\"leasehold\", error=\"invalid_token\"").into(),
            Err(wait) => {
                let problem = too_many(wait, "too many wrong tokens came from this address: ask again later");
                Box::new(problem.into())
            }
        }
    }
}

/// `token-not-allowed` 403: the token lacks this role.
pub(super) fn not_allowed(token: &Token, role: Role) -> Response {
    tracing::warn!(token = %token.name, role = role.name(), code = %Code::TokenNotAllowed, "refused");
    let code = Code::TokenNotAllowed;
    let detail = format!("this needs a token with the role {}: {}", role.name(), code.hint());
    let problem = Problem::new(code.name(), StatusCode::FORBIDDEN, code.meaning(), detail).with("role", role.name());
    let challenge = match role {
        Role::Read => "Bearer realm=\"leasehold\", error=\"insufficient_scope\", scope=\"read\"",
        Role::Issue => "Bearer realm=\"leasehold\", error=\"insufficient_scope\", scope=\"issue\"",
        Role::Revoke => "Bearer realm=\"leasehold\", error=\"insufficient_scope\", scope=\"revoke\"",
    };
    Response::from(problem).with_header(header::WWW_AUTHENTICATE, HeaderValue::from_static(challenge))
}

fn unauthorised(code: Code, challenge: &'static str) -> Response {
    let problem = Problem::new(code.name(), StatusCode::UNAUTHORIZED, code.meaning(), code.hint());
    Response::from(problem).with_header(header::WWW_AUTHENTICATE, HeaderValue::from_static(challenge))
}

fn bearer(value: &str) -> Option<&str> {
    let (scheme, text) = value.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| text.trim())
}
