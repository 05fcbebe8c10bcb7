//! Whether a host can serve, is found and is reached: the checks of `leasehold host doctor`, as values.
//!
//! Nothing is changed. The checks stand in the order in which they rest on each other, so the first failure is the
//! likeliest cause of the others.

mod authority;
mod certificate;
mod copies;
mod dns;
mod machines;
mod port;
mod store;
mod tls;

use std::net::SocketAddr;
use std::path::PathBuf;

use leasehold_core::{CheckOutcome, Clock, Code, Finding, Rng, Timestamp};
use leasehold_store::StoreError;
use leasehold_store::host::HostStore;

use crate::activation::Home;
use crate::authority::Authority;

pub use dns::DnsInput;

/// What is examined.
#[derive(Debug)]
pub struct DoctorInput<'d> {
    /// The host's folder.
    pub home: &'d Home,
    /// Where its store is; a finding where that cannot be said.
    pub store: Result<&'d dyn StoreProbe, Finding>,
    /// The address at which it listens.
    pub address: SocketAddr,
    /// The certificate that it shows by TLS, where there is one.
    pub tls_certificate: Option<PathBuf>,
    /// What it publishes in DNS.
    pub dns: DnsInput,
    /// The authority that is set; else the one that the folder remembers.
    pub authority: Option<Authority>,
    /// The time now.
    pub now: Timestamp,
}

/// How the doctor reaches a store of any backend.
pub trait StoreProbe: std::fmt::Debug {
    /// Where the store is, in words.
    fn location(&self) -> String;

    /// The store as it is now, for reading; `None` where there is none yet.
    ///
    /// # Errors
    /// [`StoreError`].
    fn open(&self) -> Result<Option<Box<dyn HostStore>>, StoreError>;

    /// Which process may write to it now, and on whose disk it lies.
    fn kind(&self) -> StoreKind;

    /// Whether a host has it open for writing.
    ///
    /// # Errors
    /// [`StoreError`].
    fn is_in_use(&self) -> Result<bool, StoreError>;
}

/// Where the data of a store lie.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StoreKind {
    /// In the host's folder, written by one process.
    Folder,
    /// In a database, shared by many.
    Database,
}

/// Examines a host.
pub fn examine(input: &DoctorInput<'_>, clock: &dyn Clock, rng: &dyn Rng) -> Vec<Finding> {
    let mut findings = certificate::checks(input);
    findings.extend(authority::checks(input));
    findings.extend(store::checks(input));
    findings.extend(port::checks(input));
    findings.extend(tls::checks(input));
    match dns::find(input, clock, rng) {
        Ok((zones, found)) => {
            findings.extend(dns::checks(input, &zones, &found));
            findings.extend(copies::check(input, &found));
        }
        Err(skipped) => findings.push(*skipped),
    }
    findings.extend(machines::checks(input));
    findings
}

/// The finding that most likely explains the others: the first failure, else the first warning; that a disk fills comes last of them, since it
/// keeps no machine from a lease yet.
pub fn cause(findings: &[Finding]) -> Option<&Finding> {
    let of = |outcome| findings.iter().filter(move |finding| finding.outcome == outcome);
    let warning = || of(CheckOutcome::Warning).min_by_key(|finding| finding.code == Some(Code::DiskFull));
    of(CheckOutcome::Failure).next().or_else(warning)
}

/// The store, as a check needs it that is not about the store itself.
enum OpenStore {
    Open(Box<dyn HostStore>),
    /// No host has served from it yet.
    NoneYet,
    /// It does not open, which is a finding already.
    Unusable,
}

impl DoctorInput<'_> {
    fn open(&self) -> OpenStore {
        match self.store.as_ref().map(|store| store.open()) {
            Ok(Ok(Some(store))) => OpenStore::Open(store),
            Ok(Ok(None)) => OpenStore::NoneYet,
            Ok(Err(_)) | Err(_) => OpenStore::Unusable,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_keeps_machines_from_a_lease_is_named_before_a_disk_that_fills() {
        let name = |findings: &[Finding]| cause(findings).map(|finding| finding.name.clone());
        let named = |name: &str| Some(name.to_owned());
        let disk = Finding::warning("disk", Code::DiskFull, String::new());
        let [first, second] = ["a", "b"].map(|name| Finding::warning(name, Code::ThresholdNotMet, String::new()));
        let broken = Finding::failure("broken", Code::NotServing, String::new());
        let fine = Finding::ok("fine", String::new());
        assert_eq!(name(std::slice::from_ref(&fine)), None);
        assert_eq!(name(&[fine, disk.clone()]), named("disk"));
        assert_eq!(name(&[disk.clone(), first.clone(), second.clone()]), named("a"));
        assert_eq!(name(&[disk, first, broken, second]), named("broken"));
    }
}
