//! Sessions of people who have signed in: kept in memory, so that a restart ends them all.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use leasehold_core::{Rng, Span, Timestamp};

use super::SecretText;
use super::provider::Identity;

/// Who is signed in now.
#[derive(Debug, Default)]
pub struct Sessions {
    open: Mutex<HashMap<[u8; 32], Session>>,
}

/// A session.
#[derive(Clone, Debug)]
pub(super) struct Session {
    pub(super) who: Who,
    /// What each form of it carries, so that another site cannot send one.
    pub(super) form_token: String,
    began: Timestamp,
    used: Timestamp,
}

/// Whose session it is.
#[derive(Clone, Debug)]
pub(super) enum Who {
    /// An administrator of this name, who may do what the accounts say at each request.
    Account(String),
    /// One whom an identity provider knows, with what they may do.
    Provider(Identity),
}

impl Sessions {
    /// Opens a session; its secret goes into a cookie.
    pub(super) fn open(&self, who: Who, now: Timestamp, rng: &dyn Rng) -> (SecretText, Session) {
        let (secret, form_token) = (SecretText::new("", rng), SecretText::new("", rng));
        let session = Session { who, form_token: form_token.expose().to_owned(), began: now, used: now };
        let mut open = self.lock();
        open.retain(|_, session| session.holds_at(now));
        if open.len() >= MAX_SESSIONS
            && let Some(oldest) = open.iter().min_by_key(|(_, session)| session.used).map(|(hash, _)| *hash)
        {
            open.remove(&oldest);
        }
        open.insert(secret.hash(), session.clone());
        (secret, session)
    }

    /// The session with this secret, used now.
    pub(super) fn find(&self, secret: &str, now: Timestamp) -> Option<Session> {
        let mut open = self.lock();
        let hash = SecretText::hash_of(secret);
        let session = open.get_mut(&hash)?;
        if !session.holds_at(now) {
            open.remove(&hash);
            return None;
        }
        session.used = now;
        Some(session.clone())
    }

    /// Ends the session with this secret.
    pub(super) fn close(&self, secret: &str) {
        self.lock().remove(&SecretText::hash_of(secret));
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<[u8; 32], Session>> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Session {
    /// A clock that was set back ends it too.
    fn holds_at(&self, now: Timestamp) -> bool {
        self.began <= now && now < self.began.plus(WHOLE) && now < self.used.plus(IDLE)
    }
}

/// How long a session lasts, and how long without a request.
const WHOLE: Span = Span::seconds(12 * 3_600);
const IDLE: Span = Span::seconds(3_600);
const MAX_SESSIONS: usize = 1_000;
