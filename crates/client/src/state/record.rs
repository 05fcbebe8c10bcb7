//! What is remembered of one product apart from its lease: first run, the request under way, the last attempt.

use leasehold_core::{Code, Cti, KeyId, Span, Timestamp, attempt};
use serde::{Deserialize, Serialize};

use crate::address::{AuthorityAddress, HostAddress};

/// What is remembered of one product.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ProductRecord {
    /// When it first ran here.
    pub(crate) first_run: Timestamp,
    /// The request that was sent, or is about to be, and whose answer is not stored.
    pub(crate) request: Option<Cti>,
    /// The same of a request to the vendor's authority, with a multiple key.
    pub(crate) machine_request: Option<Cti>,
    /// The last attempt.
    pub(crate) attempt: Option<Attempt>,
    /// The host that granted the last lease.
    pub(crate) host: Option<HostAddress>,
    /// The authority that granted the last lease.
    pub(crate) authority: Option<AuthorityAddress>,
    /// Whether the client asks by itself.
    pub(crate) renewal: RenewalMode,
}

/// An attempt to get a lease.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Attempt {
    /// When, by the local clock.
    pub(crate) at: Timestamp,
    /// Why it brought no lease; `None` where it did.
    pub(crate) failure: Option<LastFailure>,
}

/// Why the last attempt brought no lease.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LastFailure {
    /// The stable code: of a refusal, or of an error.
    pub code: String,
    /// The same, readable.
    pub message: String,
    /// Seconds until the next attempt, before jitter.
    retry: u64,
}

/// When the lease in hand is due for renewal, failed attempts aside.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Due {
    /// There is none that this client can use.
    Now,
    /// At this time.
    At(Timestamp),
    /// There is nothing to renew.
    Never,
}

/// Whether the client asks by itself.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum RenewalMode {
    /// It asks when it is due.
    #[default]
    Automatic,
    /// The lease was given back: it asks only when told to.
    OnRequest,
}

impl ProductRecord {
    /// Of a product that runs for the first time.
    pub(crate) fn new(first_run: Timestamp) -> Self {
        let (host, authority, renewal) = (None, None, RenewalMode::Automatic);
        Self { first_run, request: None, machine_request: None, attempt: None, host, authority, renewal }
    }

    /// When to ask next by the local time `now`; `None` is not by itself.
    pub(crate) fn next_attempt(&self, client: Option<KeyId>, due: Due, now: Timestamp) -> Option<Timestamp> {
        let due = match (self.renewal, due) {
            (RenewalMode::OnRequest, _) | (_, Due::Never) => return None,
            (RenewalMode::Automatic, Due::At(renew_at)) => renew_at,
            (RenewalMode::Automatic, Due::Now) => now,
        };
        let last = self.attempt.as_ref().and_then(|attempt| Some((attempt.at, attempt.failure.as_ref()?)));
        match last {
            // An attempt in the future: the clock has been set back since, so its time means nothing.
            Some((at, failure)) if at <= now => {
                let wait = client.map_or(failure.retry(), |client| attempt::retry_after(client, failure.retry()));
                Some(due.max(at.plus(wait)))
            }
            Some(_) | None => Some(due),
        }
    }

    pub(crate) fn parse(bytes: &[u8]) -> Option<Self> {
        let stored: Stored = serde_json::from_slice(bytes).ok()?;
        Some(Self {
            first_run: Timestamp::from_unix(stored.first_run),
            request: stored.request.map(|cti| cti.parse()).transpose().ok()?,
            machine_request: stored.machine_request.map(|cti| cti.parse()).transpose().ok()?,
            attempt: stored.attempt.map(|at| Attempt { at: Timestamp::from_unix(at), failure: stored.last_failure }),
            host: stored.host.map(|host| host.parse()).transpose().ok()?,
            authority: stored.authority.map(|authority| authority.parse()).transpose().ok()?,
            renewal: stored.renewal,
        })
    }

    pub(crate) fn to_bytes(&self) -> Vec<u8> {
        let stored = Stored {
            first_run: self.first_run.unix(),
            request: self.request.map(|cti| cti.to_string()),
            machine_request: self.machine_request.map(|cti| cti.to_string()),
            attempt: self.attempt.as_ref().map(|attempt| attempt.at.unix()),
            last_failure: self.attempt.as_ref().and_then(|attempt| attempt.failure.clone()),
            host: self.host.as_ref().map(HostAddress::to_string),
            authority: self.authority.as_ref().map(AuthorityAddress::to_string),
            renewal: self.renewal,
        };
        serde_json::to_vec_pretty(&stored).expect("numbers and texts are JSON")
    }
}

impl LastFailure {
    /// With how long to wait.
    pub(crate) fn new(code: &str, message: String, retry: Span) -> Self {
        Self { code: code.to_owned(), message, retry: retry.as_seconds() }
    }

    /// The code, where this release knows it.
    pub fn known(&self) -> Option<Code> {
        self.code.parse().ok()
    }

    fn retry(&self) -> Span {
        Span::seconds(self.retry)
    }
}

#[derive(Serialize, Deserialize)]
struct Stored {
    first_run: u64,
    #[serde(default)]
    request: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    machine_request: Option<String>,
    #[serde(default)]
    attempt: Option<u64>,
    #[serde(default)]
    last_failure: Option<LastFailure>,
    #[serde(default)]
    host: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    authority: Option<String>,
    #[serde(default)]
    renewal: RenewalMode,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn failed(at: u64) -> ProductRecord {
        let failure = LastFailure::new("host-unreachable", "host a:16880: connection refused".to_owned(), Span::HOUR);
        let attempt = Attempt { at: Timestamp::from_unix(at), failure: Some(failure) };
        ProductRecord { attempt: Some(attempt), ..ProductRecord::new(Timestamp::from_unix(5)) }
    }

    #[test]
    fn a_record_is_read_back_from_what_it_stores() {
        let record = ProductRecord {
            request: Some(Cti([7; 16])),
            machine_request: Some(Cti([8; 16])),
            authority: Some("https://a".parse().unwrap()),
            host: Some("https://[::1]:4".parse().unwrap()),
            renewal: RenewalMode::OnRequest,
            ..failed(99)
        };
        assert_eq!(ProductRecord::parse(&record.to_bytes()), Some(record));
        assert_eq!(ProductRecord::parse(b"{\"first_run\": 5}"), Some(ProductRecord::new(Timestamp::from_unix(5))));
        assert_eq!(ProductRecord::parse(b"{}"), None);
    }

    #[test]
    fn after_a_failure_the_client_waits_and_a_clock_set_back_ends_the_wait() {
        let client = Some(KeyId([0; 16]));
        let at = Timestamp::from_unix;
        assert_eq!(failed(1_000).next_attempt(client, Due::Now, at(1_010)), Some(at(4_600)));
        assert_eq!(failed(9_000).next_attempt(client, Due::Now, at(1_010)), Some(at(1_010)));
        assert_eq!(failed(1_000).next_attempt(client, Due::At(at(8_000)), at(1_010)), Some(at(8_000)));
        assert_eq!(failed(1_000).next_attempt(client, Due::Never, at(1_010)), None, "a lease without end");
    }
}
