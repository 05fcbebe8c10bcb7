//! Signing in on another device (RFC 8628): the user opens an address there and enters a code.

use std::time::Duration;

use leasehold_core::Clock;
use serde::Deserialize;

use crate::error::Error;
use crate::error::provider::ProviderFault;
use crate::provider::sign_in::{Prompt, SignInUser};
use crate::provider::tokens::TokenReply;
use crate::provider::{ProviderLink, ProviderMetadata, shortened};
use crate::state::sign_in::SignInTerms;
use crate::token::Token;

/// What a provider answers where a user wants to sign in.
#[derive(Deserialize)]
struct Begun {
    device_code: Token,
    user_code: String,
    #[serde(alias = "verification_url")]
    verification_uri: String,
    verification_uri_complete: Option<String>,
    expires_in: u64,
    interval: Option<u64>,
}

/// Has the user sign in elsewhere, and asks the provider until that is done.
pub(crate) fn sign_in(
    provider: &ProviderLink,
    (metadata, terms): (&ProviderMetadata, &SignInTerms),
    user: &mut dyn SignInUser,
    clock: &dyn Clock,
) -> Result<TokenReply, Error> {
    let missing = || provider.error(ProviderFault::Missing("device authorization endpoint"));
    let endpoint = metadata.device_authorization_endpoint.as_ref().ok_or_else(missing).map_err(Error::provider)?;
    let scope = terms.scopes.join(" ");
    let form = [("client_id", terms.client_id.as_str()), ("scope", &scope)];
    let begun: Begun = provider.post(endpoint, &form).map_err(Error::provider)?;
    let ends = clock.running().since.saturating_add(Duration::from_secs(begun.expires_in.min(MAX_TIME)));
    user.show(&Prompt::Code {
        address: shortened(&begun.verification_uri),
        code: shortened(&begun.user_code),
        with_code: begun.verification_uri_complete.as_deref().map(shortened),
        time: Duration::from_secs(begun.expires_in.min(MAX_TIME)),
    });
    let mut interval = Duration::from_secs(begun.interval.unwrap_or(INTERVAL).clamp(1, MAX_INTERVAL));
    let form =
        [("grant_type", GRANT), ("device_code", begun.device_code.as_str()), ("client_id", terms.client_id.as_str())];
    loop {
        if clock.running().since >= ends || user.wait(interval).is_break() {
            return Err(Error::SignInTimeout);
        }
        let error = match provider.post::<TokenReply>(&metadata.token_endpoint, &form) {
            Ok(reply) => return Ok(reply),
            Err(error) => error,
        };
        match error.refusal() {
            Some("authorization_pending") => {}
            Some("slow_down") => interval += SLOWER,
            Some("expired_token") => return Err(Error::SignInTimeout),
            // A provider that is away for a moment is asked again (RFC 8628 section 3.5), more seldom.
            None if error.code() == leasehold_core::Code::ProviderUnreachable => interval += SLOWER,
            Some(_) | None => return Err(Error::provider(error)),
        }
    }
}

const GRANT: &str = "urn:ietf:params:oauth:grant-type:device_code";
/// Seconds between two questions, where the provider does not say.
const INTERVAL: u64 = 5;
const MAX_INTERVAL: u64 = 60;
/// Seconds that a code holds at most.
const MAX_TIME: u64 = 3_600;
const SLOWER: Duration = Duration::from_secs(5);
