//! One call: who asks, with which words.

use leasehold_core::{Rng, Timestamp};
use leasehold_service::admin::CallInput;
use leasehold_store::authority::{Actor, AuthorityStore, Stamp, Token};

use crate::authority::Authority;

/// A call by the holder of a token that allows it.
pub(super) struct Call<'c> {
    pub(super) authority: &'c Authority,
    pub(super) rng: &'c dyn Rng,
    pub(super) input: CallInput<'c>,
    pub(super) token: Token,
    pub(super) now: Timestamp,
}

impl Call<'_> {
    pub(super) fn store(&self) -> &dyn AuthorityStore {
        &*self.authority.store
    }

    /// The token's holder, now.
    pub(super) fn stamp(&self) -> Stamp {
        Stamp { at: self.now, actor: Actor::Token(self.token.name) }
    }
}
