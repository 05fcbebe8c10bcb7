//! What a serving host does to be found: it refreshes its records in DNS, and announces itself on the local link.
//!
//! A failure is an event and a number, and ends nothing.

use std::future::pending;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use leasehold_core::Code;
use leasehold_discovery::mdns::Announcement;
use leasehold_discovery::publish::Published;
use leasehold_discovery::{DomainName, ServiceLabel};
use tokio::sync::watch;

use crate::dns::{Publication, ZoneEntry};
use crate::settings::Settings;
use crate::shared::Shared;

/// How often records were published.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Publications {
    /// Records published or refreshed.
    pub done: u64,
    /// Attempts that failed.
    pub failed: u64,
}

/// As what a host is announced on the local link.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Announced {
    /// The service.
    pub label: ServiceLabel,
    /// The host's name.
    pub host: DomainName,
}

/// Whether all records of a host are in DNS now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Refreshed {
    All,
    NotAll,
}

/// Refreshes at once and then once a day; sooner after a failure; until `end`.
pub(crate) async fn repeat(refresh: impl Fn() -> Refreshed + Send + Sync + 'static, mut end: watch::Receiver<()>) {
    let refresh = Arc::new(refresh);
    loop {
        let blocking = Arc::clone(&refresh);
        let work = tokio::task::spawn_blocking(move || blocking());
        let refreshed = tokio::select! {
            _ = end.changed() => return,
            refreshed = work => refreshed.unwrap_or(Refreshed::NotAll),
        };
        let pause = match refreshed {
            Refreshed::All => DAY,
            Refreshed::NotAll => RETRY,
        };
        tokio::select! {
            _ = end.changed() => return,
            () = tokio::time::sleep(pause) => {}
        }
    }
}

/// Publishes what the settings say, anew whenever they change, until `end`.
pub(crate) async fn keep(mut settings: watch::Receiver<Settings>, shared: Arc<Shared>, mut end: watch::Receiver<()>) {
    loop {
        let publication = settings.borrow_and_update().publication.clone();
        let (shared, until) = (Arc::clone(&shared), end.clone());
        let publishing = async {
            match publication {
                Some(publication) => repeat(refreshing(publication, shared), until).await,
                None => pending().await,
            }
        };
        tokio::select! {
            () = publishing => return,
            _ = end.changed() => return,
            // Without a sender, nothing can change any more.
            Ok(()) = settings.changed() => {}
        }
    }
}

/// One refresh of all records.
fn refreshing(publication: Publication, shared: Arc<Shared>) -> impl Fn() -> Refreshed + Send + Sync {
    move || {
        let records = refresh(&publication, &shared);
        if records.iter().all(|record| record.outcome.is_ok()) { Refreshed::All } else { Refreshed::NotAll }
    }
}

/// A record, and what became of it.
#[derive(Debug)]
pub(crate) struct RefreshedRecord {
    pub(crate) zone: String,
    pub(crate) name: String,
    pub(crate) line: String,
    pub(crate) outcome: Result<&'static str, Code>,
}

/// Publishes all records, counted and logged.
pub(crate) fn refresh(publication: &Publication, shared: &Shared) -> Vec<RefreshedRecord> {
    let publish = |entry: &ZoneEntry| {
        let (zone, record) = (&entry.zone, publication.line(entry));
        let outcome = match publication.publish(entry, &*shared.clock, &*shared.rng) {
            Ok(published) => {
                shared.counters.published.fetch_add(1, Ordering::Relaxed);
                tracing::info!(%zone, record, change = word(published), "record published");
                Ok(word(published))
            }
            Err(error) => {
                shared.counters.not_published.fetch_add(1, Ordering::Relaxed);
                tracing::warn!(%zone, record, code = %error.code(), %error, "record not published");
                Err(error.code())
            }
        };
        RefreshedRecord { zone: zone.to_string(), name: entry.name.to_string(), line: record, outcome }
    };
    publication.entries.iter().map(publish).collect()
}

impl Announced {
    /// The announcement of this host at `port`; `None`, and an event, where the local link cannot be spoken on.
    pub(crate) fn begin(&self, port: u16) -> Option<Announcement> {
        match Announcement::begin(&self.label, &self.host, port) {
            Ok(announcement) => {
                tracing::info!(service = %self.label, host = %self.host, port, "announced on the local link");
                Some(announcement)
            }
            Err(error) => {
                tracing::warn!(code = error.code().name(), %error, "not announced on the local link");
                None
            }
        }
    }
}

fn word(published: Published) -> &'static str {
    match published {
        Published::Added => "added",
        Published::Replaced => "replaced",
        Published::Unchanged => "unchanged",
    }
}

const DAY: Duration = Duration::from_hours(24);
const RETRY: Duration = Duration::from_mins(10);

#[cfg(test)]
mod tests {
    use std::sync::Mutex;

    use tokio::time::Instant;

    use super::*;

    #[tokio::test(start_paused = true)]
    async fn records_are_refreshed_daily_and_sooner_after_a_failure_until_the_end() {
        let began = Instant::now();
        let (ended, end) = watch::channel(());
        let attempts = Arc::new(Mutex::new(Vec::new()));
        let (noted, runtime) = (Arc::clone(&attempts), tokio::runtime::Handle::current());
        let refresh = move || {
            let _inside = runtime.enter();
            let mut attempts = noted.lock().unwrap();
            attempts.push(began.elapsed().as_secs() / 60);
            if attempts.len() < 3 { Refreshed::NotAll } else { Refreshed::All }
        };
        let task = tokio::spawn(repeat(refresh, end));
        tokio::time::sleep(DAY + DAY + Duration::from_hours(1)).await;
        drop(ended);
        task.await.unwrap();
        assert_eq!(*attempts.lock().unwrap(), [0, 10, 20, 20 + 24 * 60, 20 + 48 * 60]);
    }
}
