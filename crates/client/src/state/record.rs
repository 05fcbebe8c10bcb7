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
    pub(crate) request: Option<OpenRequest>,
    /// The same of a request to the vendor's authority, with a multiple key.
    pub(crate) machine_request: Option<OpenRequest>,
    /// The last attempt.
    pub(crate) attempt: Option<Attempt>,
    /// The host that granted the last lease.
    pub(crate) host: Option<HostAddress>,
    /// The authority that granted the last lease.
    pub(crate) authority: Option<AuthorityAddress>,
    /// Whether the client asks by itself.
    pub(crate) renewal: RenewalMode,
    /// When this machine was first noticed to be another one than the lease was granted to.
    pub(crate) moved: Option<Timestamp>,
    /// Where and when the activation object in hand was read.
    pub(crate) directory: Option<DirectoryReading>,
    /// The lease that was given back for a machine that is another one by now; its file stays until the next lease.
    pub(crate) given_back: Option<Cti>,
}

/// A reading of a directory.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct DirectoryReading {
    /// What the directory is called.
    pub(crate) name: String,
    /// The server, as it was addressed.
    pub(crate) server: String,
    /// When it was read.
    pub(crate) at: Timestamp,
}

/// A request that is not answered yet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct OpenRequest {
    /// Its name.
    pub(crate) cti: Cti,
    /// The device key that it is made with: another key's requests are others.
    pub(crate) client: KeyId,
    /// When it was first made to be carried to a host, by the local clock; its answer may come much later.
    pub(crate) carried: Option<Timestamp>,
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
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LastFailure {
    /// The stable code: of a refusal, or of an error.
    pub code: String,
    /// The same, readable.
    pub message: String,
    /// The host that has proved the refusal by its signature; `None` for a message that no one has signed.
    pub proven_by: Option<KeyId>,
    /// When the next attempt follows.
    pub(crate) retry: Retry,
}

/// When an attempt follows one that failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Retry {
    /// After a refusal: this long, less the jitter.
    Refused(Span),
    /// Where no host answered: a minute, then twice as long each time, up to `policy` less the jitter.
    Unanswered {
        /// How many attempts in a row.
        failures: u32,
        /// How long after a refusal.
        policy: Span,
    },
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
    /// The lease was given back: it asks only on request.
    OnRequest,
}

impl ProductRecord {
    /// Of a product that runs for the first time.
    pub(crate) fn new(first_run: Timestamp) -> Self {
        Self {
            first_run,
            request: None,
            machine_request: None,
            attempt: None,
            host: None,
            authority: None,
            renewal: RenewalMode::Automatic,
            moved: None,
            directory: None,
            given_back: None,
        }
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
            Some((at, failure)) if at <= now => Some(due.max(at.plus(failure.retry.wait(client)))),
            Some(_) | None => Some(due),
        }
    }

    pub(crate) fn parse(bytes: &[u8]) -> Option<Self> {
        let stored: Stored = serde_json::from_slice(bytes).ok()?;
        let failure = stored.last_failure.map(LastFailure::read).transpose().ok()?;
        Some(Self {
            first_run: Timestamp::from_unix(stored.first_run),
            request: stored.request.as_ref().map(OpenRequest::read).transpose().ok()?,
            machine_request: stored.machine_request.as_ref().map(OpenRequest::read).transpose().ok()?,
            attempt: stored.attempt.map(|at| Attempt { at: Timestamp::from_unix(at), failure }),
            host: stored.host.map(|host| host.parse()).transpose().ok()?,
            authority: stored.authority.map(|authority| authority.parse()).transpose().ok()?,
            renewal: stored.renewal,
            moved: stored.moved.map(Timestamp::from_unix),
            directory: stored.directory.map(DirectoryReading::read),
            given_back: stored.given_back.map(|cti| cti.parse()).transpose().ok()?,
        })
    }

    pub(crate) fn to_bytes(&self) -> Vec<u8> {
        let failure = self.attempt.as_ref().and_then(|attempt| attempt.failure.as_ref());
        let stored = Stored {
            first_run: self.first_run.unix(),
            request: self.request.map(OpenRequest::write),
            machine_request: self.machine_request.map(OpenRequest::write),
            attempt: self.attempt.as_ref().map(|attempt| attempt.at.unix()),
            last_failure: failure.map(LastFailure::write),
            host: self.host.as_ref().map(HostAddress::to_string),
            authority: self.authority.as_ref().map(AuthorityAddress::to_string),
            renewal: self.renewal,
            moved: self.moved.map(Timestamp::unix),
            directory: self.directory.as_ref().map(DirectoryReading::write),
            given_back: self.given_back.map(|cti| cti.to_string()),
        };
        serde_json::to_vec_pretty(&stored).expect("numbers and texts are JSON")
    }
}

/// A stored value that nothing here has written.
struct Damaged;

impl OpenRequest {
    fn read(stored: &StoredRequest) -> Result<Self, Damaged> {
        let (cti, client) = (stored.cti.parse(), stored.client.parse());
        let carried = stored.carried.map(Timestamp::from_unix);
        Ok(Self { cti: cti.map_err(|_| Damaged)?, client: client.map_err(|_| Damaged)?, carried })
    }

    fn write(self) -> StoredRequest {
        let carried = self.carried.map(Timestamp::unix);
        StoredRequest { cti: self.cti.to_string(), client: self.client.to_string(), carried }
    }
}

impl DirectoryReading {
    fn read(stored: StoredReading) -> Self {
        Self { name: stored.name, server: stored.server, at: Timestamp::from_unix(stored.at) }
    }

    fn write(&self) -> StoredReading {
        StoredReading { name: self.name.clone(), server: self.server.clone(), at: self.at.unix() }
    }
}

impl LastFailure {
    /// The code, where this release knows it.
    pub fn known(&self) -> Option<Code> {
        self.code.parse().ok()
    }

    /// Whether a host has proved the refusal, in words; `None` where no host has answered.
    pub fn proof(&self) -> Option<&'static str> {
        match (self.retry, self.proven_by) {
            (_, Some(_)) => Some("proven by the host"),
            (Retry::Refused(_), None) => Some("not proven"),
            (Retry::Unanswered { .. }, None) => None,
        }
    }

    /// Whether no host has answered.
    pub fn is_unanswered(&self) -> bool {
        matches!(self.retry, Retry::Unanswered { .. })
    }

    fn read(stored: StoredFailure) -> Result<Self, Damaged> {
        let span = Span::seconds(stored.retry);
        let retry = match stored.unanswered {
            0 => Retry::Refused(span),
            failures => Retry::Unanswered { failures, policy: span },
        };
        let proven_by = stored.proven_by.map(|host| host.parse()).transpose().map_err(|_| Damaged)?;
        Ok(Self { code: stored.code, message: stored.message, proven_by, retry })
    }

    fn write(&self) -> StoredFailure {
        let (retry, unanswered) = match self.retry {
            Retry::Refused(span) => (span, 0),
            Retry::Unanswered { failures, policy } => (policy, failures),
        };
        StoredFailure {
            code: self.code.clone(),
            message: self.message.clone(),
            proven_by: self.proven_by.map(|host| host.to_string()),
            retry: retry.as_seconds(),
            unanswered,
        }
    }
}

impl Retry {
    /// How long to wait; `client` is the device key, where there is one.
    fn wait(self, client: Option<KeyId>) -> Span {
        let jittered = |span| client.map_or(span, |client| attempt::retry_after(client, span));
        match self {
            Self::Refused(span) => jittered(span),
            Self::Unanswered { failures, policy } => {
                let doubled = 60_u64.saturating_mul(1 << failures.saturating_sub(1).min(32));
                Span::seconds(doubled).min(jittered(policy))
            }
        }
    }
}

#[derive(Serialize, Deserialize)]
struct Stored {
    first_run: u64,
    #[serde(default)]
    request: Option<StoredRequest>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    machine_request: Option<StoredRequest>,
    #[serde(default)]
    attempt: Option<u64>,
    #[serde(default)]
    last_failure: Option<StoredFailure>,
    #[serde(default)]
    host: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    authority: Option<String>,
    #[serde(default)]
    renewal: RenewalMode,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    moved: Option<u64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    directory: Option<StoredReading>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    given_back: Option<String>,
}

#[derive(Serialize, Deserialize)]
struct StoredReading {
    name: String,
    server: String,
    at: u64,
}

#[derive(Serialize, Deserialize)]
struct StoredRequest {
    cti: String,
    client: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    carried: Option<u64>,
}

#[derive(Serialize, Deserialize)]
struct StoredFailure {
    code: String,
    message: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    proven_by: Option<String>,
    /// Seconds, before jitter.
    retry: u64,
    /// How many attempts in a row no host has answered.
    #[serde(default)]
    unanswered: u32,
}

#[cfg(test)]
mod tests {
    use super::*;

    const CLIENT: KeyId = KeyId([0; 16]);

    fn failed(at: u64, retry: Retry) -> ProductRecord {
        let failure = LastFailure {
            code: "host-unreachable".to_owned(),
            message: "host a:16880: connection refused".to_owned(),
            proven_by: Some(CLIENT),
            retry,
        };
        let attempt = Attempt { at: Timestamp::from_unix(at), failure: Some(failure) };
        ProductRecord { attempt: Some(attempt), ..ProductRecord::new(Timestamp::from_unix(5)) }
    }

    #[test]
    fn a_record_is_read_back_from_what_it_stores() {
        for retry in [Retry::Refused(Span::HOUR), Retry::Unanswered { failures: 3, policy: Span::HOUR }] {
            let record = ProductRecord {
                request: Some(OpenRequest {
                    cti: Cti([7; 16]),
                    client: CLIENT,
                    carried: Some(Timestamp::from_unix(8)),
                }),
                machine_request: Some(OpenRequest { cti: Cti([8; 16]), client: CLIENT, carried: None }),
                authority: Some("https://a".parse().unwrap()),
                host: Some("https://[::1]:4".parse().unwrap()),
                renewal: RenewalMode::OnRequest,
                moved: Some(Timestamp::from_unix(6)),
                directory: Some(DirectoryReading {
                    name: "corp.example".to_owned(),
                    server: "ldaps://dc1".to_owned(),
                    at: Timestamp::from_unix(7),
                }),
                given_back: Some(Cti([9; 16])),
                ..failed(99, retry)
            };
            assert_eq!(ProductRecord::parse(&record.to_bytes()), Some(record));
        }
        let new = ProductRecord::new(Timestamp::from_unix(5));
        assert_eq!(ProductRecord::parse(b"{\"first_run\": 5}"), Some(new));
        assert_eq!(ProductRecord::parse(b"{}"), None);
    }

    #[test]
    fn after_a_failure_the_client_waits_and_a_clock_set_back_ends_the_wait() {
        let (client, at) = (Some(CLIENT), Timestamp::from_unix);
        let failed = |time| failed(time, Retry::Refused(Span::HOUR));
        assert_eq!(failed(1_000).next_attempt(client, Due::Now, at(1_010)), Some(at(4_600)));
        assert_eq!(failed(9_000).next_attempt(client, Due::Now, at(1_010)), Some(at(1_010)));
        assert_eq!(failed(1_000).next_attempt(client, Due::At(at(8_000)), at(1_010)), Some(at(8_000)));
        assert_eq!(failed(1_000).next_attempt(client, Due::Never, at(1_010)), None, "a lease without end");
    }

    #[test]
    fn where_no_host_answers_the_wait_doubles_from_a_minute_up_to_the_policy() {
        let wait =
            |failures| Retry::Unanswered { failures, policy: Span::seconds(7_200) }.wait(Some(CLIENT)).as_seconds();
        assert_eq!([1, 2, 3, 7, 8, 9, u32::MAX].map(wait), [60, 120, 240, 3_840, 7_200, 7_200, 7_200]);
        let jittered = Retry::Unanswered { failures: 9, policy: Span::seconds(7_200) }.wait(Some(KeyId([255; 16])));
        assert!(jittered < Span::seconds(6_500), "a fleet does not come back in one second");
    }
}
