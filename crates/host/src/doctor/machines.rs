//! The machines that have asked: how far each family is from its threshold, and machines that look alike.

use std::collections::HashMap;

use leasehold_core::{Code, Counting, FamilyId, Finding, Fingerprint};
use leasehold_store::StoreError;
use leasehold_store::host::{Family, HostStore};

use super::{DoctorInput, OpenStore};

pub(super) fn checks(input: &DoctorInput<'_>) -> Vec<Finding> {
    let mut store = match input.open() {
        OpenStore::Open(store) => store,
        OpenStore::NoneYet => return vec![Finding::skipped("machines", NONE)],
        OpenStore::Unusable => return vec![Finding::skipped("machines", "the store does not open")],
    };
    let mut checks = thresholds(input, store.as_mut());
    checks.push(duplicates(store.as_mut()).unwrap_or_else(|error| failed(&error)));
    checks
}

fn thresholds(input: &DoctorInput<'_>, store: &mut dyn HostStore) -> Vec<Finding> {
    let Ok(Some(identity)) = input.home.identity() else { return Vec::new() };
    let mut checks = Vec::new();
    for grant in &identity.certificate().grants {
        let (name, policy) = (format!("family {}", grant.family), &grant.policy);
        let family = Family { id: grant.family, window: policy.window };
        checks.push(match store.counts(&family, input.now) {
            Err(error) => failed(&error),
            Ok(counts) if counts.clients < policy.threshold => {
                let detail =
                    format!("{} of {} machines have asked within {}", counts.clients, policy.threshold, policy.window);
                Finding::warning(name, Code::ThresholdNotMet, detail)
            }
            Ok(counts) => match policy.capacity {
                Some(capacity) if counts.live >= capacity => Finding::warning(
                    name,
                    Code::CapacityReached,
                    format!("every lease is out: the capacity is {capacity}"),
                ),
                Some(_) | None => {
                    let clients = leasehold_core::count(counts.clients, "machine", "machines");
                    let threshold = policy.threshold;
                    Finding::ok(name, format!("{clients}, {threshold} needed; live leases: {}", counts.live))
                }
            },
        });
    }
    checks
}

/// Machines whose hardware is the same to the last component, and device keys that two machines were seen with.
fn duplicates(store: &mut dyn HostStore) -> Result<Finding, StoreError> {
    let (mut machines, mut forks, mut after) = (HashMap::<(FamilyId, Fingerprint), u64>::new(), 0, None);
    let (mut seen, mut twins) = (0, 0_u64);
    loop {
        let page = store.clients(after, PAGE)?;
        let Some(last) = page.last() else { break };
        after = Some(last.client);
        for row in &page {
            seen += 1;
            twins += u64::from(row.sighting.counting == Counting::Twin && !row.sighting.is_forgotten());
            *machines.entry((row.family, row.sighting.fingerprint)).or_default() += 1;
            forks += row.leases.iter().map(|(_, lease)| lease.forks).sum::<u64>();
        }
    }
    let alike: u64 = machines.values().filter(|rows| **rows > 1).sum();
    let detail = format!(
        "{seen} known; {alike} share their fingerprint with another; twins, which do not count: {twins}; forks: {forks}"
    );
    Ok(match (alike, forks) {
        _ if seen == 0 => Finding::skipped("machines", NONE),
        (0, 0) => Finding::ok("machines", format!("{seen} known, all different")),
        (0, _) => Finding::warning("machines", Code::Forks, detail),
        (_, _) => Finding::warning("machines", Code::Duplicates, detail),
    })
}

fn failed(error: &StoreError) -> Finding {
    Finding::failure("machines", error.code(), error.to_string())
}

const NONE: &str = "no machine has asked yet";
/// Rows that are read at once.
const PAGE: usize = 1_000;
