//! A user's sign-in on this machine, as it is kept in a file that its owner alone can read.

use leasehold_core::Timestamp;
use serde::{Deserialize, Serialize};

use crate::token::Token;

/// What a host says of signing in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct SignInTerms {
    pub(crate) issuer: String,
    pub(crate) client_id: String,
    pub(crate) scopes: Vec<String>,
}

/// A user's sign-in, as it is kept. Tokens are only ever sent to the provider that is named here, and to hosts over TLS.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct StoredSignIn {
    #[serde(flatten)]
    pub(crate) terms: SignInTerms,
    /// When the user has signed in.
    pub(crate) since: u64,
    pub(crate) token_endpoint: String,
    pub(crate) revocation_endpoint: Option<String>,
    pub(crate) refresh_token: Option<Token>,
    pub(crate) id_token: Option<Token>,
}

/// A user's sign-in, for those who look.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignedIn {
    /// The identity provider.
    pub issuer: String,
    /// When the user has signed in.
    pub since: Timestamp,
    /// Whether it still holds, as far as is known here.
    pub holds: bool,
}

impl StoredSignIn {
    /// For those who look.
    pub(crate) fn shown(&self) -> SignedIn {
        SignedIn {
            issuer: self.terms.issuer.clone(),
            since: Timestamp::from_unix(self.since),
            holds: self.refresh_token.is_some() || self.id_token.is_some(),
        }
    }
}
