//! What pages show, out of the store.

use std::collections::HashMap;

use leasehold_core::Span;
use leasehold_core::{KeyId, KeyKind, Text, Timestamp, attempt};
use leasehold_dashboard::authority::{ActivatedDirectory, Host, HostState, data};
use leasehold_store::authority::AuthorityStore;

use crate::activations::Activated;
use crate::error::Error;
use crate::products;
use crate::reports;

/// How many live leases each host has, by its last report.
pub(super) fn live_leases(store: &dyn AuthorityStore) -> Result<HashMap<(KeyId, KeyId), u64>, Error> {
    let mut latest: HashMap<(KeyId, KeyId), (String, u64)> = HashMap::new();
    // By month: what comes later is of the same month or a later one.
    for usage in reports::of_hosts(store, None)? {
        let entry = latest.entry((usage.key, usage.subject)).or_default();
        if entry.0 != usage.month {
            *entry = (usage.month, 0);
        }
        entry.1 = entry.1.saturating_add(usage.live);
    }
    Ok(latest.into_iter().map(|(host, (_, live))| (host, live)).collect())
}

/// A host as pages show it.
pub(super) fn host(activated: &Activated, live: Option<u64>, now: Timestamp) -> Host {
    Host {
        place: data::Place::from(activated),
        last_five: activated.key.last_five.to_string(),
        customer: activated.key.customer.as_ref().map(Text::to_string),
        state: state(activated, now),
        live,
    }
}

/// A directory as pages show it.
pub(super) fn directory(activated: &Activated) -> ActivatedDirectory {
    let last_five = activated.key.last_five.to_string();
    ActivatedDirectory { directory: data::Directory::from(activated), last_five }
}

/// How a host or machine stands.
pub(super) fn state(activated: &Activated, now: Timestamp) -> HostState {
    let Activated { key, activation, revoked, report } = activated;
    if *revoked {
        return HostState::Revoked;
    }
    if report.is_some_and(|report| report.fork.is_some()) {
        return HostState::Forked;
    }
    if activation.expires.is_some_and(|expires| expires <= now) {
        return HostState::Ended;
    }
    let Some(expires) = activation.expires.filter(|_| key.allowance.kind() == KeyKind::Host) else {
        return HostState::Activated;
    };
    let due = attempt::certificate_renewal(activation.subject.id(), activation.last, expires);
    if due.plus(PATIENCE) < now { HostState::Overdue } else { HostState::Renewed }
}

/// The names of all families.
pub(super) fn families(store: &dyn AuthorityStore) -> Result<Vec<String>, Error> {
    Ok(products::families(store)?.iter().map(|family| family.id.to_string()).collect())
}

/// How long after the time at which a host renews it is shown as overdue.
const PATIENCE: Span = Span::days(7);
