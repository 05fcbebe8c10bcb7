//! What has gone before a request: the newest seal, answers that were given to it already, and the lease that it names.

use std::collections::HashMap;

use leasehold_core::{Ask, Cti, KeyId, PublicKey, Tally, Timestamp};
use leasehold_store::host::HostStore;
use leasehold_wire::Request;

use crate::answers::Answers;
use crate::job::{Origin, Reply, RequestKind, Verified};

/// When the host's newest seal was made: a host whose clock is far behind it grants nothing.
#[derive(Default)]
pub(crate) struct NewestSeal {
    host: Option<KeyId>,
    pub(crate) at: Option<Timestamp>,
}

impl NewestSeal {
    /// Looks it up and introduces the host, unless it is known. A store that fails says so when the batch is decided.
    pub(super) fn look(&mut self, store: &mut dyn HostStore, host: &PublicKey) {
        let id = host.id();
        if self.host != Some(id)
            && let Ok(seals) = store.seals(id, 1)
            && store.introduce(host).is_ok()
        {
            (self.host, self.at) = (Some(id), seals.first().map(|seal| seal.at));
        }
    }
}

/// The answer to a request that is the last one of its client, come again.
pub(super) fn answered_before(answers: &Answers, item: &Verified) -> Option<Reply> {
    match (&item.kind, &item.origin) {
        (RequestKind::Lease(request), Origin::Network(_)) => answers.find(item.client, request, item.until),
        // What is kept of files is another thing: it outlives the host's memory.
        (RequestKind::Lease(_), Origin::File(_)) | (RequestKind::Release(_), _) => None,
    }
}

/// Whether the lease that is kept as the answer to the client's files answers this request and still runs: it is given again, so that
/// a second one does not make the first look like a copy's.
pub(super) fn given_before(item: &Verified, tally: &Tally<'_>, ask: &Ask<'_>, now: Timestamp) -> bool {
    let Origin::File(Some(kept)) = &item.origin else { return false };
    tally.held.is_some_and(|held| held.lease == kept.lease && held.request == ask.cti && held.runs_at(now))
}

/// Which of the hosts that requests name decide on this store: only their leases are known here, and a lease of another
/// host shows no fork.
pub(super) struct NamedHosts {
    known: HashMap<KeyId, bool>,
}

impl NamedHosts {
    /// This host decides here, whatever the store says.
    pub(super) fn with(host: KeyId) -> Self {
        Self { known: HashMap::from([(host, true)]) }
    }

    /// The lease that a request says its client holds, where a host of this store has given it.
    pub(super) fn lease_of(&mut self, kind: &RequestKind, store: &mut dyn HostStore) -> Option<Cti> {
        let RequestKind::Lease(Request { chain_of: Some(host), holds: Some(lease), .. }) = kind else { return None };
        let seals = |store: &mut dyn HostStore| store.seals(*host, 1).is_ok_and(|seals| !seals.is_empty());
        self.known.entry(*host).or_insert_with(|| seals(store)).then_some(*lease)
    }
}
