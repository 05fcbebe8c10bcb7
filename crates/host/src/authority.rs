//! The authority that a host is renewed by, and how it went: remembered in the host's folder.
//!
//! `authority.json` is what an administrator has said, `renewal.json` what came of asking. Neither holds a secret.

use std::path::PathBuf;

use leasehold_client::{AuthorityAddress, AuthorityLink};
use leasehold_core::{KeyId, PublicKey, Timestamp, attempt};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use crate::Error;
use crate::activation::Home;
use crate::files::{AUTHORITY, RECORD};

/// The authority that a host is renewed by.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Authority {
    /// Where it is.
    pub address: AuthorityAddress,
    /// The certificates (PEM) trusted for its TLS, and no others; the public ones unless set.
    pub ca: Option<PathBuf>,
    /// The vendor's root key, where it is given: its answers have to be below it. It is not remembered with the rest:
    /// [`Home::install`] does so.
    pub root: Option<PublicKey>,
}

/// What came of asking the authority.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Record {
    /// When it last certified the host, seconds since 1970.
    #[serde(default)]
    pub certified: Option<u64>,
    /// Why it has not since.
    #[serde(default)]
    pub last_failure: Option<LastFailure>,
    /// When it was last asked for its revocation list and answered.
    #[serde(default)]
    pub listed: Option<u64>,
    /// Why it was not since.
    #[serde(default)]
    pub last_list_failure: Option<LastFailure>,
}

/// Failures in a row.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LastFailure {
    /// The stable code of the last one.
    pub code: String,
    /// The same in words.
    pub message: String,
    /// When that was, seconds since 1970.
    pub at: u64,
    /// How many there were.
    pub failures: u32,
    /// Seconds for which the authority wants to be left alone.
    #[serde(default)]
    pub retry: u64,
}

impl Authority {
    /// The way to it.
    ///
    /// # Errors
    /// [`Error::File`], [`Error::NoAuthorities`] where its file of certificates cannot be used.
    pub fn link(&self) -> Result<AuthorityLink, Error> {
        let read = |path: &PathBuf| std::fs::read(path).map_err(Error::at(path));
        let trusted = self.ca.as_ref().map(read).transpose()?;
        AuthorityLink::new(self.address.clone(), trusted.as_deref())
            .map_err(|_| Error::NoAuthorities(self.ca.clone().unwrap_or_default()))
    }
}

impl LastFailure {
    /// This failure after those `before`.
    pub(crate) fn after(before: Option<&Self>, (code, message): (String, String), at: Timestamp, retry: u64) -> Self {
        let failures = before.map_or(0, |before| before.failures).saturating_add(1);
        Self { code, message, at: at.unix(), failures, retry }
    }

    /// When to ask again.
    pub fn next(&self, host: KeyId) -> Timestamp {
        let wait = attempt::authority_retry(host, self.failures).as_seconds().max(self.retry);
        Timestamp::from_unix(self.at.saturating_add(wait))
    }

    /// Whether it keeps `host` from asking at `now`. A failure in the future was met by a clock that was set back since.
    pub(crate) fn holds(&self, host: KeyId, now: Timestamp) -> bool {
        self.at <= now.unix() && now < self.next(host)
    }
}

impl Home {
    /// The authority that is remembered.
    ///
    /// # Errors
    /// [`Error::File`], [`Error::Damaged`].
    pub fn authority(&self) -> Result<Option<Authority>, Error> {
        let Some(stored) = self.json::<Stored>(AUTHORITY)? else { return Ok(None) };
        let damaged = || Error::Damaged(self.folder().join(AUTHORITY));
        let address = stored.authority.parse().map_err(|_| damaged())?;
        Ok(Some(Authority { address, ca: stored.ca, root: None }))
    }

    /// Remembers `authority`: renewals go there.
    ///
    /// # Errors
    /// [`Error::File`].
    pub fn remember_authority(&self, authority: &Authority) -> Result<(), Error> {
        let Authority { address, ca, root: _ } = authority;
        // A renewal may start from another folder.
        let ca = ca.as_ref().map(|path| std::path::absolute(path).map_err(Error::at(path))).transpose()?;
        self.keep_json(AUTHORITY, &Stored { authority: address.to_string(), ca })
    }

    /// What came of asking the authority; nothing where that is not remembered.
    ///
    /// # Errors
    /// [`Error::File`].
    pub fn renewals(&self) -> Result<Record, Error> {
        match self.json(RECORD) {
            // It only tells when to ask again: what cannot be read is begun anew.
            Err(Error::Damaged(_)) | Ok(None) => Ok(Record::default()),
            Ok(Some(record)) => Ok(record),
            Err(error) => Err(error),
        }
    }

    pub(crate) fn keep_renewals(&self, record: &Record) -> Result<(), Error> {
        self.keep_json(RECORD, record)
    }

    fn json<T: DeserializeOwned>(&self, name: &str) -> Result<Option<T>, Error> {
        let Some(bytes) = self.read(name)? else { return Ok(None) };
        serde_json::from_slice(&bytes).map(Some).map_err(|_| Error::Damaged(self.folder().join(name)))
    }

    fn keep_json<T: Serialize>(&self, name: &str, value: &T) -> Result<(), Error> {
        let bytes = serde_json::to_vec_pretty(value).expect("texts and numbers are JSON");
        self.replace(name, &bytes)
    }
}

#[derive(Serialize, Deserialize)]
struct Stored {
    authority: String,
    #[serde(default)]
    ca: Option<PathBuf>,
}

#[cfg(test)]
mod tests {
    use leasehold_core::{Code, Span};

    use super::*;

    #[test]
    fn an_authority_is_remembered_with_its_certificates() {
        let folder = tempfile::tempdir().unwrap();
        let home = Home::new(folder.path());
        assert_eq!(home.authority().unwrap(), None);
        let authority = Authority {
            address: "https://activate.example:8443".parse().unwrap(),
            ca: Some(folder.path().join("ca.pem")),
            root: None,
        };
        home.remember_authority(&authority).unwrap();
        assert_eq!(home.authority().unwrap(), Some(authority));
        std::fs::write(folder.path().join(AUTHORITY), "{").unwrap();
        assert_eq!(home.authority().unwrap_err().code(), Code::FileDamaged);
    }

    #[test]
    fn failures_add_up_and_an_authority_that_wants_to_be_left_alone_is() {
        let (host, at) = (KeyId([0; 16]), Timestamp::from_unix(1_000));
        let warned = || ("authority-unreachable".to_owned(), String::new());
        let first = LastFailure::after(None, warned(), at, 0);
        assert_eq!(first.next(host), at.plus(Span::HOUR));
        assert!(first.holds(host, at) && !first.holds(host, at.plus(Span::HOUR)));
        assert!(!first.holds(host, at.minus(Span::seconds(1))), "the clock was set back");
        let second = LastFailure::after(Some(&first), warned(), at, 0);
        assert_eq!(second.next(host), at.plus(Span::seconds(7_200)));
        assert_eq!(LastFailure::after(None, warned(), at, 90_000).next(host), at.plus(Span::seconds(90_000)));
    }
}
