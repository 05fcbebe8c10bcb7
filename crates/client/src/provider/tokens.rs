//! The tokens of the user who has signed in on this machine: asked for, refreshed, given back.

use leasehold_core::Timestamp;
use serde::Deserialize;

use crate::error::Error;
use crate::exchange::Exchange;
use crate::provider::{ProviderLink, ProviderMetadata};
use crate::state::State;
use crate::state::sign_in::{SignInTerms, SignedIn, StoredSignIn};
use crate::token::Token;

/// What a provider answers where a token is asked for.
#[derive(Deserialize)]
pub(crate) struct TokenReply {
    pub(crate) id_token: Option<Token>,
    pub(crate) refresh_token: Option<Token>,
}

/// A new sign-in, from a provider's answer.
pub(crate) fn sign_in(
    terms: SignInTerms,
    metadata: &ProviderMetadata,
    reply: TokenReply,
    now: Timestamp,
) -> StoredSignIn {
    StoredSignIn {
        terms,
        since: now.unix(),
        token_endpoint: metadata.token_endpoint.clone(),
        revocation_endpoint: metadata.revocation_endpoint.clone(),
        refresh_token: reply.refresh_token,
        id_token: reply.id_token,
    }
}

/// A token that tells a host who the user is, refreshed silently: so a user who was disabled gets none.
///
/// What the provider gives anew is stored before it is used; a refresh token that it refuses is forgotten.
///
/// # Errors
/// [`Error::SignInNeeded`] where no user has signed in, or the sign-in has ended; [`Error::Provider`].
pub(crate) fn id_token(state: &State, exchange: &Exchange) -> Result<Token, Error> {
    let stored = state.sign_in(None)?.ok_or(Error::SignInNeeded)?;
    let Some(refresh) = &stored.refresh_token else {
        return stored.id_token.clone().ok_or(Error::SignInNeeded);
    };
    let provider = ProviderLink::over(&stored.terms.issuer, exchange.clone());
    let form =
        [("grant_type", "refresh_token"), ("refresh_token", refresh.as_str()), ("client_id", &stored.terms.client_id)];
    let reply = match provider.post::<TokenReply>(&stored.token_endpoint, &form) {
        Ok(reply) => reply,
        Err(error) if error.refusal() == Some("invalid_grant") => {
            keep(state, &StoredSignIn { refresh_token: None, id_token: None, ..stored })?;
            return Err(Error::SignInNeeded);
        }
        Err(error) => return Err(Error::Provider(Box::new(error))),
    };
    let refresh_token = reply.refresh_token.or_else(|| stored.refresh_token.clone());
    let stored = StoredSignIn { refresh_token, id_token: reply.id_token.clone().or(stored.id_token.clone()), ..stored };
    keep(state, &stored)?;
    reply.id_token.or(stored.id_token).ok_or(Error::SignInNeeded)
}

/// Stores a sign-in.
pub(crate) fn keep(state: &State, stored: &StoredSignIn) -> Result<(), Error> {
    let bytes = serde_json::to_vec_pretty(stored).expect("texts and numbers are JSON");
    state.keep_sign_in(&state.lock()?, &bytes)
}

/// Tells the provider that the tokens are used no more, and forgets them. A provider that does not answer keeps nothing here.
pub(crate) fn forget(state: &State, exchange: &Exchange) -> Result<Option<SignedIn>, Error> {
    let Some(stored) = state.sign_in(None)? else { return Ok(None) };
    if let (Some(endpoint), Some(token)) = (&stored.revocation_endpoint, &stored.refresh_token) {
        let provider = ProviderLink::over(&stored.terms.issuer, exchange.clone());
        let form = [("token", token.as_str()), ("client_id", &stored.terms.client_id)];
        drop(provider.tell(endpoint, &form));
    }
    state.remove_sign_in(&state.lock()?)?;
    Ok(Some(stored.shown()))
}
