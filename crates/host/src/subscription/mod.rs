//! Subscriptions: users who sign in with an identity provider (DESIGN section 6). A host checks their tokens with the
//! provider's keys; it speaks with the provider for these alone.

pub(crate) mod devices;
mod provider;

use std::collections::BTreeMap;
use std::sync::Arc;

use leasehold_client::{ProviderError, ProviderLink};
use leasehold_core::{Clock, ProductId, SignIn, SignInFault, UserId};
use leasehold_service::id_token::{self, Claims, Expected};

use crate::Error;
use provider::KeyCache;
pub(crate) use provider::Unavailable;

/// How users sign in, and what they may use.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Subscription {
    /// The provider's name, exactly as it has it.
    pub issuer: String,
    /// The name by which the provider knows this application.
    pub client_id: String,
    /// For whom tokens have to be: the client id, unless the provider puts another name there.
    pub audience: String,
    /// What clients ask the provider for.
    pub scopes: Vec<String>,
    /// The claim that lists a user's groups.
    pub groups: String,
    /// The products of each group; those of [`Self::EVERYONE`] are for each user who has signed in.
    pub products: BTreeMap<String, Vec<ProductId>>,
    /// Certificates (PEM) that are trusted for the provider besides those of the platform.
    pub ca: Option<Vec<u8>>,
}

impl Subscription {
    /// The group of all users.
    pub const EVERYONE: &str = "*";

    /// Asks the provider for its keys, as a host does that is about to check a token; how many there are.
    ///
    /// # Errors
    /// [`Error::ProviderCertificates`]; the inner error is the provider's.
    pub fn probe(&self) -> Result<Result<usize, ProviderError>, Error> {
        let link = ProviderLink::new(&self.issuer, self.ca.as_deref()).map_err(|_| Error::ProviderCertificates)?;
        Ok(provider::fetch(&link).map(|keys| keys.len()))
    }

    /// Whether a user of these groups may use `product`.
    fn gives(&self, groups: &[String], product: &ProductId) -> bool {
        let has = |group: &str| self.products.get(group).is_some_and(|products| products.contains(product));
        has(Self::EVERYONE) || groups.iter().any(|group| has(group))
    }
}

/// Checks users' tokens.
#[derive(Debug)]
pub(crate) struct SignIns {
    pub(crate) settings: Subscription,
    keys: KeyCache,
}

impl SignIns {
    /// Checks tokens by these settings.
    pub(crate) fn new(settings: Subscription, clock: Arc<dyn Clock>) -> Result<Self, Error> {
        let link =
            ProviderLink::new(&settings.issuer, settings.ca.as_deref()).map_err(|_| Error::ProviderCertificates)?;
        Ok(Self { settings, keys: KeyCache::new(link, clock) })
    }

    /// What a token shows of the user who asks for `product`.
    ///
    /// # Errors
    /// Where the provider's keys are not known.
    pub(crate) async fn user_of(&self, token: &str, product: &ProductId) -> Result<SignIn, Unavailable> {
        Ok(match self.claims(token).await? {
            Err(fault) => SignIn::Needed(fault),
            Ok(claims) if self.settings.gives(&claims.groups, product) => SignIn::User(claims.user),
            Ok(_) => SignIn::NotSubscribed,
        })
    }

    /// The user whom a token is about.
    ///
    /// # Errors
    /// As [`Self::user_of`].
    pub(crate) async fn user(&self, token: &str) -> Result<Result<UserId, SignInFault>, Unavailable> {
        Ok(self.claims(token).await?.map(|claims| claims.user))
    }

    async fn claims(&self, token: &str) -> Result<Result<Claims, SignInFault>, Unavailable> {
        let token = match id_token::read(token) {
            Ok(token) => token,
            Err(fault) => return Ok(Err(fault)),
        };
        let Subscription { issuer, client_id, audience, groups, .. } = &self.settings;
        let expected = Expected { issuer, client_id, audience, groups, nonce: None };
        let mut keys = self.keys.current().await?;
        if !keys.knows(&token.header) {
            keys = self.keys.newer().await?;
        }
        Ok(token.check(&keys, &expected, self.keys.now()))
    }
}
