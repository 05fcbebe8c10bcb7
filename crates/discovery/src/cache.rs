//! What was found lately, for as long as its publishers allow.

use std::collections::BTreeMap;
use std::net::IpAddr;
use std::time::Duration;

use leasehold_core::Span;

use crate::found::LookupOutcome;
use crate::message::{DnsRecord, RecordKind};
use crate::name::DomainName;

/// What is known of one name.
#[derive(Clone, Debug)]
pub(crate) struct Known {
    pub(crate) outcome: LookupOutcome,
    pub(crate) records: Vec<DnsRecord>,
    /// Addresses of targets that came along.
    pub(crate) addresses: Vec<(DomainName, IpAddr)>,
    /// How long this may be kept.
    pub(crate) lasts: Span,
    /// What the name is an alias of in the end, where it is one.
    pub(crate) alias_of: Option<DomainName>,
}

/// Answers by name and kind, with the running time at which each ends.
#[derive(Debug, Default)]
pub(crate) struct Cache {
    entries: BTreeMap<(DomainName, RecordKind), (Duration, Known)>,
}

impl Cache {
    /// What is still known at `now`.
    pub(crate) fn known(&self, name: &DomainName, kind: RecordKind, now: Duration) -> Option<&Known> {
        let (ends, known) = self.entries.get(&(name.clone(), kind))?;
        (now < *ends).then_some(known)
    }

    /// Keeps what was found at `now`, if it may be kept at all.
    pub(crate) fn keep(&mut self, name: DomainName, kind: RecordKind, known: Known, now: Duration) {
        let lasts = match known.outcome {
            LookupOutcome::Records { .. } | LookupOutcome::Declined => known.lasts.min(LONGEST),
            LookupOutcome::NoSuchName | LookupOutcome::NoRecord => known.lasts.min(LONGEST_NOTHING),
            LookupOutcome::ServerFailed
            | LookupOutcome::Refused
            | LookupOutcome::Malformed
            | LookupOutcome::NoAnswer
            | LookupOutcome::AliasLoop
            | LookupOutcome::OutOfTime => return,
        };
        if lasts == Span::ZERO {
            return;
        }
        self.entries.retain(|_, (ends, _)| now < *ends);
        if self.entries.len() >= MAX_ENTRIES {
            self.entries.pop_first();
        }
        self.entries.insert((name, kind), (now + Duration::from_secs(lasts.as_seconds()), known));
    }
}

const LONGEST: Span = Span::DAY;
const LONGEST_NOTHING: Span = Span::seconds(5 * 60);
/// More than any machine's suffixes and hosts come to.
const MAX_ENTRIES: usize = 512;
