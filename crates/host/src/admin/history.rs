//! What was decided in each hour, and how families stood at its end: kept in the host's folder for a month.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use leasehold_core::FamilyId;
use leasehold_dashboard::host::data::Hour;
use leasehold_store::host::{Counts, Family};
use serde::{Deserialize, Serialize};
use tokio::sync::watch;

use super::ends::KeptEnds;
use crate::activation::Home;
use crate::files::HISTORY;
use crate::shared::Shared;
use crate::tallies::Tally;

/// What was decided in each hour.
#[derive(Debug, Default)]
pub(crate) struct History {
    pub(super) ends: KeptEnds,
    families: Mutex<BTreeMap<FamilyId, FamilyHistory>>,
}

#[derive(Debug, Default)]
struct FamilyHistory {
    hours: Vec<KeptHour>,
    /// What the tallies said when they were last looked at.
    noted: Tally,
}

/// An hour as it is kept: when it began, granted, refused, clients, live leases.
#[derive(Clone, Copy, Debug, Default, Serialize, Deserialize)]
struct KeptHour(u64, u64, u64, u64, u64);

impl History {
    /// What the host of `home` remembers; nothing where it cannot be read, since charts are all that is made of it.
    pub(crate) fn open(home: &Home) -> Self {
        let bytes = home.read(HISTORY).ok().flatten().unwrap_or_default();
        let kept: BTreeMap<String, Vec<KeptHour>> = serde_json::from_slice(&bytes).unwrap_or_default();
        let families = kept.into_iter().filter_map(|(family, hours)| {
            Some((family.parse().ok()?, FamilyHistory { hours, noted: Tally::default() }))
        });
        Self { families: Mutex::new(families.collect()), ends: KeptEnds::default() }
    }

    /// Notes how a family stands.
    pub(crate) fn note(&self, family: FamilyId, tally: Tally, counts: Counts, now: u64) {
        let mut families = self.lock();
        let history = families.entry(family).or_default();
        let began = now - now % HOUR;
        // One in the future comes from a clock that was set back since.
        history.hours.retain(|hour| hour.0 <= began && began - hour.0 < KEPT);
        if history.hours.last().is_none_or(|last| last.0 != began) {
            history.hours.push(KeptHour(began, 0, 0, 0, 0));
        }
        let noted = std::mem::replace(&mut history.noted, tally);
        if let Some(last) = history.hours.last_mut() {
            last.1 += tally.granted.saturating_sub(noted.granted);
            last.2 += tally.refused.saturating_sub(noted.refused);
            (last.3, last.4) = (counts.clients, counts.live);
        }
    }

    /// The last `count` hours of a family up to now, those without anything included.
    pub(crate) fn hours(&self, family: FamilyId, now: u64, count: u64) -> Vec<Hour> {
        let families = self.lock();
        let kept = families.get(&family).map(|history| history.hours.as_slice()).unwrap_or_default();
        let newest = now - now % HOUR;
        let (mut hours, mut before) = (Vec::new(), (0, 0));
        for back in (0..count).rev() {
            let at = newest.saturating_sub(back * HOUR);
            let found = kept.iter().find(|hour| hour.0 == at);
            let KeptHour(_, granted, refused, clients, live) =
                found.copied().unwrap_or(KeptHour(at, 0, 0, before.0, before.1));
            before = (clients, live);
            hours.push(Hour { at, granted, refused, clients, live });
        }
        hours
    }

    fn write(&self, home: &Home) {
        let bytes = {
            let families = self.lock();
            let kept: BTreeMap<&str, &[KeptHour]> =
                families.iter().map(|(family, history)| (family.as_str(), history.hours.as_slice())).collect();
            serde_json::to_vec(&kept).unwrap_or_default()
        };
        if let Err(error) = home.replace(HISTORY, &bytes) {
            tracing::warn!(code = %error.code(), %error, "the hours' counts are not remembered");
        }
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<FamilyId, FamilyHistory>> {
        self.families.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Looks how all families stand, and writes it down now and then, until `end`.
pub(crate) async fn keep(history: Arc<History>, home: Home, shared: Arc<Shared>, mut end: watch::Receiver<()>) {
    // At once for the first time: the ends of very many leases are not told before they are counted.
    let (mut looks, mut pause) = (0_u32, Duration::ZERO);
    loop {
        let over = tokio::select! {
            _ = end.changed() => true,
            () = tokio::time::sleep(pause) => false,
        };
        (looks, pause) = (looks.wrapping_add(1), PAUSE);
        let write = over || looks.is_multiple_of(WRITTEN);
        let (history, home, shared) = (Arc::clone(&history), home.clone(), Arc::clone(&shared));
        let work = move || {
            look(&history, &shared);
            if write || looks == 1 {
                history.ends.refresh(&shared);
            }
            if write {
                history.write(&home);
            }
        };
        let _ = tokio::task::spawn_blocking(work).await;
        if over {
            return;
        }
    }
}

/// Notes how all families stand now.
pub(crate) fn look(history: &History, shared: &Shared) {
    let Some(identity) = shared.identity() else { return };
    let now = shared.clock.now();
    for grant in &identity.certificate().grants {
        let family = Family { id: grant.family, window: grant.policy.window };
        if let Ok(counts) = shared.ask(move |store| store.counts(&family, now)) {
            history.note(grant.family, shared.tallies.of(grant.family), counts, now.unix());
        }
    }
}

const HOUR: u64 = 3_600;
/// How long hours are kept.
const KEPT: u64 = 31 * 24 * HOUR;
const PAUSE: Duration = Duration::from_secs(20);
/// How often it is written, in looks.
const WRITTEN: u32 = 15;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hours_are_counted_on_after_a_restart_and_quiet_ones_are_there_too() {
        let data = tempfile::tempdir().unwrap();
        let home = Home::new(data.path());
        let family: FamilyId = "acme".parse().unwrap();
        let tally = |granted, refused| Tally { granted, refused, forks: 0 };
        let counts = Counts { clients: 6, live: 2 };
        let history = History::default();
        history.note(family, tally(2, 4), counts, 10 * HOUR + 5);
        history.note(family, tally(5, 4), counts, 10 * HOUR + 50);
        history.write(&home);
        let history = History::open(&home);
        history.note(family, tally(1, 0), counts, 10 * HOUR + 90);
        history.note(family, tally(2, 1), counts, 12 * HOUR);
        let hours: Vec<_> = history
            .hours(family, 12 * HOUR + 1, 4)
            .iter()
            .map(|hour| (hour.granted, hour.refused, hour.live))
            .collect();
        assert_eq!(hours, [(0, 0, 0), (6, 4, 2), (0, 0, 2), (1, 1, 2)]);
        history.note(family, tally(2, 1), counts, 12 * HOUR + KEPT + HOUR);
        assert_eq!(history.lock()[&family].hours.len(), 1, "older ones are forgotten");
    }
}
