//! The provider's keys as they were last fetched: once an hour, and at most once a minute where a token names a key that is
//! not among them. Those in hand are used for a day while the provider is away.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use leasehold_client::{ProviderError, ProviderFault, ProviderLink};
use leasehold_core::{Clock, Timestamp};
use leasehold_service::id_token::KeySet;
use tokio::sync::Mutex as Turn;

/// The provider's keys are not known: its tokens cannot be checked now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Unavailable;

/// The keys of a provider.
#[derive(Debug)]
pub(super) struct KeyCache {
    link: ProviderLink,
    clock: Arc<dyn Clock>,
    fetched: Arc<Mutex<Fetched>>,
    /// One fetches at a time.
    turn: Arc<Turn<()>>,
}

#[derive(Debug, Default)]
struct Fetched {
    keys: Option<Arc<KeySet>>,
    /// When they were, on the clock that cannot be set.
    at: Option<Duration>,
    /// When the provider was last asked.
    tried: Option<Duration>,
}

impl KeyCache {
    pub(super) fn new(link: ProviderLink, clock: Arc<dyn Clock>) -> Self {
        Self { link, clock, fetched: Arc::default(), turn: Arc::default() }
    }

    pub(super) fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// The keys in hand. The first time they are waited for; old ones are fetched anew meanwhile.
    pub(super) async fn current(&self) -> Result<Arc<KeySet>, Unavailable> {
        let now = self.clock.running().since;
        let usable = |fetched: &Fetched| {
            let at = fetched.at.filter(|at| now.saturating_sub(*at) < MAX_AGE)?;
            Some((fetched.keys.clone()?, now.saturating_sub(at) < FRESH, fetched.may_try(now)))
        };
        let found = self.look(usable);
        match found {
            Some((keys, true, _) | (keys, false, false)) => Ok(keys),
            Some((keys, false, true)) => {
                if let Ok(turn) = Arc::clone(&self.turn).try_lock_owned() {
                    let (link, fetched) = self.begin(now);
                    tokio::task::spawn_blocking(move || {
                        take(&fetched, fetch(&link), now);
                        drop(turn);
                    });
                }
                Ok(keys)
            }
            None => self.newer().await,
        }
    }

    /// The keys fetched anew, or those in hand where the provider was asked within the last minute or does not answer.
    pub(super) async fn newer(&self) -> Result<Arc<KeySet>, Unavailable> {
        let _turn = self.turn.lock().await;
        let now = self.clock.running().since;
        if self.look(|fetched| fetched.may_try(now)) {
            let (link, fetched) = self.begin(now);
            let work = move || take(&fetched, fetch(&link), now);
            if tokio::task::spawn_blocking(work).await.is_err() {
                tracing::error!("fetching the identity provider's keys has failed");
            }
        }
        let usable = |fetched: &Fetched| {
            fetched.at.filter(|at| now.saturating_sub(*at) < MAX_AGE)?;
            fetched.keys.clone()
        };
        self.look(usable).ok_or(Unavailable)
    }

    fn begin(&self, now: Duration) -> (ProviderLink, Arc<Mutex<Fetched>>) {
        self.fetched.lock().unwrap_or_else(PoisonError::into_inner).tried = Some(now);
        (self.link.clone(), Arc::clone(&self.fetched))
    }

    fn look<T>(&self, see: impl FnOnce(&Fetched) -> T) -> T {
        see(&self.fetched.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Fetched {
    fn may_try(&self, now: Duration) -> bool {
        self.tried.is_none_or(|tried| now.saturating_sub(tried) >= PAUSE)
    }
}

/// Fetches a provider's keys.
pub(super) fn fetch(link: &ProviderLink) -> Result<KeySet, ProviderError> {
    let metadata = link.discover()?;
    let keys = link.keys(&metadata)?;
    let set = KeySet::parse(&keys, &metadata.id_token_signing_alg_values_supported);
    let usable = set.filter(|set| !set.is_empty());
    usable.ok_or_else(|| ProviderError {
        issuer: metadata.issuer.clone(),
        fault: ProviderFault::Missing("key for RS256, ES256 or EdDSA"),
    })
}

fn take(fetched: &Mutex<Fetched>, keys: Result<KeySet, ProviderError>, now: Duration) {
    let mut fetched = fetched.lock().unwrap_or_else(PoisonError::into_inner);
    match keys {
        Ok(keys) => (fetched.keys, fetched.at) = (Some(Arc::new(keys)), Some(now)),
        Err(error) => tracing::warn!(code = %error.code(), %error, "the identity provider's keys cannot be fetched"),
    }
}

/// How long keys are used without asking.
const FRESH: Duration = Duration::from_hours(1);
/// How long they are used while the provider does not answer.
const MAX_AGE: Duration = Duration::from_hours(24);
/// How seldom the provider is asked, whatever tokens come.
const PAUSE: Duration = Duration::from_mins(1);
