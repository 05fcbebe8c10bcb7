//! Why a client is activated or not, in a sentence for the one who is asked about it.

use leasehold_core::standing::Revocation;
use leasehold_core::{Grant, Refusal, Timestamp};
use leasehold_store::host::{ClientRow, Counts, Decision, EndCause, LeaseRow};

use crate::identity::Identity;

/// What is known when the question is asked.
#[derive(Clone, Copy, Debug)]
pub(super) struct Known<'k> {
    pub(super) row: &'k ClientRow,
    /// Who the host is; `None` before it is activated.
    pub(super) identity: Option<&'k Identity>,
    /// How the client's family stands.
    pub(super) counts: Counts,
    /// What was decided for it last, where that was looked up.
    pub(super) last: Option<&'k Decision>,
    pub(super) now: Timestamp,
}

/// The answer, in a sentence or two.
pub(super) fn why(known: &Known<'_>) -> String {
    let Known { row, identity, now, .. } = *known;
    if row.sighting.is_forgotten() {
        return "An administrator has forgotten this client: if it asks again, it is a newcomer.".to_owned();
    }
    let Some(identity) = identity else {
        return "This host is not activated yet, so it grants nothing to any machine.".to_owned();
    };
    if identity.revocation_of(row.client) == Revocation::Revoked {
        return "The vendor has revoked this machine, or this host: nothing is granted to it any more.".to_owned();
    }
    let grant = identity.certificate().grants.iter().find(|grant| grant.family == row.family);
    if let Some((product, lease)) = row.leases.iter().find(|(_, lease)| lease.held.runs_at(now)) {
        return format!("It is activated for {product} until {}. {}", lease.held.expires, next(lease, grant, known));
    }
    if identity.grants_at(now).is_none() {
        let end = identity.certificate().expires;
        return format!("This host's certificate ended on {end}, so it grants nothing until it is renewed.");
    }
    let Some(grant) = grant else {
        return format!("This host's certificate grants nothing of family {} any more.", row.family);
    };
    not_activated(known, grant)
}

/// When a client that is activated asks again.
fn next(lease: &LeaseRow, grant: Option<&Grant>, known: &Known<'_>) -> String {
    let Some(policy) = grant.map(|grant| &grant.policy) else {
        return "It cannot be renewed: this host's certificate does not grant the family any more.".to_owned();
    };
    let due = lease.issued.plus(policy.renewal);
    if known.now < due.plus(policy.renewal) {
        format!("It asks again by itself by {due}.")
    } else {
        format!(
            "It should have asked again by {due} and has not: it is switched off, or does not reach this host. \
             Its software works on until the lease ends, and {} longer.",
            policy.grace
        )
    }
}

fn not_activated(known: &Known<'_>, grant: &Grant) -> String {
    let (policy, counts, row) = (&grant.policy, known.counts, known.row);
    if let Some(Decision::Refused { refusal, .. }) = known.last {
        return refused(refusal, known, grant);
    }
    match known.last {
        Some(Decision::Released { .. }) => {
            return "It gave its lease back, and has not asked again since.".to_owned();
        }
        Some(Decision::Ended { cause: EndCause::Ordered { by }, .. }) => {
            return format!("{by} ended its lease; it may have another one when it asks again.");
        }
        Some(Decision::Ended { cause: EndCause::FreedByUser, .. }) => {
            return "Its user has freed this device; it may have a lease again when the user signs in on it."
                .to_owned();
        }
        Some(Decision::Ended { cause: EndCause::Revoked, .. }) => {
            return "Its lease was ended because the vendor had revoked the machine.".to_owned();
        }
        Some(Decision::Granted { .. } | Decision::Forgotten { .. } | Decision::Refused { .. }) | None => {}
    }
    if let Some((product, lease)) = row.leases.iter().max_by_key(|(_, lease)| lease.held.expires) {
        if lease.held.end.is_early() {
            return format!("Its lease for {product} was ended before its time, and it has not asked again since.");
        }
        return format!(
            "Its lease for {product} ended on {} and it has not asked since {}: it is switched off, or does not reach this host.",
            lease.held.expires, row.sighting.last
        );
    }
    if counts.clients < policy.threshold {
        return threshold(counts.clients, policy.threshold, known, grant);
    }
    format!("It asked on {} and was not granted a lease; its events tell why.", row.sighting.last)
}

fn refused(refusal: &Refusal, known: &Known<'_>, grant: &Grant) -> String {
    let (policy, counts) = (&grant.policy, known.counts);
    match refusal {
        Refusal::ThresholdNotMet { count, required, .. } => {
            if counts.clients < policy.threshold {
                return threshold(counts.clients, policy.threshold, known, grant);
            }
            format!(
                "It was refused because only {count} of {required} machines had asked. {} have asked now, so it is activated when \
                 it next tries: within {}.",
                counts.clients, policy.retry
            )
        }
        Refusal::CapacityReached { capacity, .. } => {
            let full = policy.capacity.is_some_and(|capacity| counts.live >= capacity);
            if full {
                format!(
                    "All {capacity} leases are out. One becomes free when a machine gives its lease back, when one ends, or when \
                     an administrator ends one; this machine tries again every {}.",
                    policy.retry
                )
            } else {
                format!(
                    "It was refused because all {capacity} leases were out. There is room now: it is activated when it next tries, \
                     within {}.",
                    policy.retry
                )
            }
        }
        Refusal::DevicesReached { devices, .. } => format!(
            "Its user holds leases on {devices} devices, which is all that one user may have: one of them has to be freed, by the user \
             (`leasehold client devices`) or by an administrator."
        ),
        Refusal::CloneSuspected => "Its device key is known from other hardware: it was copied from another machine, or much of it \
                                    was replaced. The machine makes a key of its own by itself, and appears here as a new client."
            .to_owned(),
        other => {
            let code = other.code();
            format!("It was refused: {}. To do: {}.", code.meaning(), code.hint())
        }
    }
}

fn threshold(count: u64, required: u64, known: &Known<'_>, grant: &Grant) -> String {
    let policy = &grant.policy;
    let missing = required.saturating_sub(count);
    let more = if missing == 1 { "1 more machine has".to_owned() } else { format!("{missing} more machines have") };
    let twin = if known.row.sighting.may_count() {
        ""
    } else {
        " This one does not count: its hardware equals that of another one."
    };
    format!(
        "Too few machines have asked: {count} of the {required} that are needed within {}. Once {more} asked, it is activated when it \
         next tries, within {}.{twin}",
        policy.window, policy.retry
    )
}
