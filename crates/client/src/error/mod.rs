//! Why the client could not do what it was asked to. A refusal by a host is no error: that is [`crate::Refused`].

pub(crate) mod agent;
pub(crate) mod authority;
#[cfg(feature = "directory")]
pub(crate) mod directory;
pub(crate) mod failure;
pub(crate) mod provider;
pub(crate) mod proxy;
pub(crate) mod search;
pub(crate) mod tls;

use std::io::{self, ErrorKind};
use std::path::PathBuf;

use leasehold_core::{Code, KeyId, KeyKind, ProductId};
use leasehold_discovery::Searched;
use leasehold_wire::Reason;
use leasehold_wire::armour::ArmourError;

use crate::address::HostAddress;
use crate::error::agent::AgentFault;
use crate::error::authority::AuthorityError;
#[cfg(feature = "directory")]
use crate::error::directory::DirectoryFault;
use crate::error::failure::{Failure, Tried};
use crate::error::provider::ProviderError;
use crate::error::search::SearchError;
use crate::refused::Refused;

/// Why the client could not do what it was asked to.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The manifest is not a document.
    #[error("manifest: {0}")]
    Armour(#[source] ArmourError),
    /// The manifest does not verify.
    #[error("manifest: {0}")]
    Manifest(#[source] Reason),
    /// The manifest belongs to another vendor.
    #[error("manifest: it belongs to vendor {found}, expected vendor {expected}")]
    ForeignManifest {
        /// The vendor that was expected.
        expected: KeyId,
        /// The manifest's vendor.
        found: KeyId,
    },
    /// No manifest was given and none is known.
    #[error("state {}: no product is known here", base.display())]
    NoProduct {
        /// The state directory.
        base: PathBuf,
    },
    /// No manifest was given, and the state directory that was named is not there.
    #[error("state {}: there is no such folder", base.display())]
    NoSuchState {
        /// The state directory.
        base: PathBuf,
    },
    /// No manifest was given and more than one is known.
    #[error("manifests of several products are known: {}", list(manifests))]
    SeveralProducts {
        /// Their manifests.
        manifests: Vec<PathBuf>,
    },
    /// No state directory is set, and the user has no home directory.
    #[error("state directory: none is set, and there is no home directory")]
    NoStateDirectory,
    /// The state directory or a file in it cannot be read or written.
    #[error("state {}: {}", path.display(), describe_io(source))]
    State {
        /// The file or folder.
        path: PathBuf,
        /// The cause.
        source: io::Error,
    },
    /// A file that the application named cannot be read.
    #[error("{}: {}", path.display(), describe_io(source))]
    File {
        /// The file.
        path: PathBuf,
        /// The cause.
        source: io::Error,
    },
    /// A test clock is set, and the manifest is not one for tests.
    #[error("test clock: the manifest of {0} is not marked for tests, and goes by the clock of the machine alone")]
    TestClock(ProductId),
    /// The certificates for TLS that were given contain none.
    #[error("CA certificates: no certificate in PEM form among them")]
    Authorities,
    /// No host address is known.
    #[error("host: no address is known{}", describe_search(searched, error.as_ref()))]
    NoHost {
        /// The names that were looked up in DNS.
        searched: Vec<Searched>,
        /// Why no name was looked up.
        error: Option<SearchError>,
    },
    /// Nothing distinguishes this machine from others.
    #[error("fingerprint: this machine shows nothing that distinguishes it from others")]
    NoFingerprint,
    /// There is no lease to renew.
    #[error("{0}: there is no lease here")]
    NoLease(ProductId),
    /// A product key of another kind.
    #[error("the product key is a {} key, a multiple key is needed", .0.name())]
    WrongKind(KeyKind),
    /// The vendor's authority has not answered, or its answer does not verify.
    #[error(transparent)]
    Authority(Box<AuthorityError>),
    /// The file to install is not a document.
    #[error("lease: {0}")]
    Document(#[source] ArmourError),
    /// The file to install is not a lease for this machine.
    #[error("lease: {}", .0.of_a_file())]
    Lease(Failure),
    /// The revocation list to install does not verify.
    #[error("revocation list: {0}")]
    Revocations(#[source] Reason),
    /// No user has signed in here, or the sign-in has ended.
    #[error("sign-in: no user has signed in here, or the sign-in has ended")]
    SignInNeeded,
    /// No host that is known takes sign-ins.
    #[error("sign-in: the host takes none")]
    NoSignIn,
    /// A user's token travels over TLS alone, or stays on this machine.
    #[error("host {0}: it is reached in plain HTTP, and signing in needs https://")]
    InsecureHost(HostAddress),
    /// The identity provider has not answered, or its answer is of no use.
    #[error(transparent)]
    Provider(Box<ProviderError>),
    /// The identity provider gives no ID token.
    #[error("identity provider {0}: it gives no ID token")]
    NoIdToken(String),
    /// The sign-in was not completed in time, or was given up.
    #[error("sign-in: it was not completed in time")]
    SignInTimeout,
    /// This machine does not let a browser's answer in.
    #[error("sign-in: 127.0.0.1: {}", describe_io(.0))]
    Loopback(#[source] io::Error),
    /// The host refuses what the user asks.
    #[error(transparent)]
    UserRefused(Box<Refused>),
    /// No directory has activated the product, and no host is known.
    #[cfg(feature = "directory")]
    #[error(transparent)]
    Directory(Box<DirectoryFault>),
    /// None of several documents answers this machine.
    #[error("none of the {documents} answers is for this machine and product")]
    NotAmong {
        /// How many there are.
        documents: usize,
    },
    /// The agent whose state this is holds no lease, or does not answer.
    #[error("agent: {0}")]
    Agent(#[source] AgentFault),
    /// No host has answered.
    #[error("{}", describe_tried(tried))]
    NoAnswer {
        /// All that were tried, in their order; at least one.
        tried: Vec<Tried>,
    },
}

impl Error {
    pub(crate) fn provider(error: ProviderError) -> Self {
        Self::Provider(Box::new(error))
    }

    /// Whether the state is another user's.
    pub(crate) fn is_denied(&self) -> bool {
        let Self::State { source, .. } = self else { return false };
        matches!(source.kind(), ErrorKind::PermissionDenied | ErrorKind::ReadOnlyFilesystem)
    }

    /// The stable code.
    pub fn code(&self) -> Code {
        match self {
            Self::Armour(_) | Self::Document(_) => Code::Malformed,
            Self::Manifest(reason) | Self::Revocations(reason) => reason.code(),
            Self::ForeignManifest { .. } => Code::ForeignManifest,
            Self::NoProduct { .. } | Self::NoSuchState { .. } => Code::NotInitialised,
            Self::SeveralProducts { .. } => Code::Usage,
            Self::State { source, .. } => code_of_state(source),
            Self::NoStateDirectory => Code::StateUnusable,
            Self::Authorities | Self::File { .. } => Code::File,
            Self::TestClock(_) => Code::TestClockRefused,
            Self::NoHost { .. } => Code::NoHost,
            Self::NoFingerprint => Code::NoFingerprint,
            Self::NoLease(_) => Code::NoLease,
            Self::WrongKind(_) => Code::WrongKindOfKey,
            Self::Authority(error) => error.code(),
            Self::Lease(failure) => failure.code(),
            Self::SignInNeeded => Code::SignInNeeded,
            Self::NoSignIn => Code::NoSignIn,
            Self::InsecureHost(_) => Code::SignInInsecure,
            Self::Provider(error) => error.code(),
            Self::NoIdToken(_) => Code::ProviderUnusable,
            Self::SignInTimeout => Code::SignInTimeout,
            Self::Loopback(_) => Code::ListenFailed,
            Self::UserRefused(refused) => refused.known().unwrap_or(Code::Refused),
            #[cfg(feature = "directory")]
            Self::Directory(fault) => fault.code(),
            Self::NotAmong { .. } => Code::WrongAnswer,
            Self::Agent(fault) => fault.code(),
            Self::NoAnswer { tried } => tried.first().map_or(Code::HostUnreachable, |first| first.failure.code()),
        }
    }
}

/// Why the state directory cannot be used: a full disk has another remedy than the rest.
pub(crate) fn code_of_state(error: &io::Error) -> Code {
    match error.kind() {
        ErrorKind::StorageFull | ErrorKind::QuotaExceeded => Code::StateFull,
        _ => Code::StateUnusable,
    }
}

/// An input or output error in words that do not depend on the system; where there are none, the system's without its number.
pub fn describe_io(error: &io::Error) -> String {
    match error.kind() {
        ErrorKind::NotFound => "no such file or folder".to_owned(),
        ErrorKind::PermissionDenied => "permission denied".to_owned(),
        ErrorKind::ReadOnlyFilesystem => "the file system is read-only".to_owned(),
        ErrorKind::StorageFull => "the disk is full".to_owned(),
        ErrorKind::QuotaExceeded => "this user may store no more on the disk".to_owned(),
        ErrorKind::NotADirectory | ErrorKind::AlreadyExists => "it lies in a file, not in a folder".to_owned(),
        ErrorKind::IsADirectory => "it is a folder".to_owned(),
        ErrorKind::ConnectionRefused => "connection refused".to_owned(),
        ErrorKind::ConnectionReset | ErrorKind::ConnectionAborted | ErrorKind::BrokenPipe => {
            "it closed the connection".to_owned()
        }
        ErrorKind::NetworkUnreachable | ErrorKind::HostUnreachable => "no network leads there".to_owned(),
        ErrorKind::AddrNotAvailable => "this machine has no address for that network".to_owned(),
        ErrorKind::TimedOut => "no answer in time".to_owned(),
        ErrorKind::UnexpectedEof => "it closed the connection before the end of its answer".to_owned(),
        _ => {
            let words = error.to_string();
            let without_number = words.split(" (os error ").next().unwrap_or_default();
            without_number.strip_prefix("io: ").unwrap_or(without_number).to_owned()
        }
    }
}

fn describe_tried(tried: &[Tried]) -> String {
    tried.iter().map(Tried::to_string).collect::<Vec<_>>().join("; ")
}

fn describe_search(searched: &[Searched], error: Option<&SearchError>) -> String {
    if let Some(error) = error {
        return format!("; {error}");
    }
    let lookups = searched.iter().map(|searched| format!("; DNS: {}: {}", searched.name, searched.outcome));
    lookups.collect::<Vec<_>>().concat()
}

fn list(paths: &[PathBuf]) -> String {
    paths.iter().map(|path| path.display().to_string()).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_full_disk_is_told_from_one_that_may_not_be_written() {
        let failed = |kind: ErrorKind| Error::State { path: "/state/lock".into(), source: kind.into() };
        for kind in [ErrorKind::StorageFull, ErrorKind::QuotaExceeded] {
            assert_eq!(failed(kind).code(), Code::StateFull);
            assert!(!Code::StateFull.hint().contains("owner"), "being its owner frees no disk");
        }
        assert_eq!(failed(ErrorKind::PermissionDenied).code(), Code::StateUnusable);
        assert_eq!(failed(ErrorKind::StorageFull).to_string(), "state /state/lock: the disk is full");
    }

    #[test]
    fn words_of_the_system_come_without_its_number() {
        for number in 1..=133 {
            let words = describe_io(&io::Error::from_raw_os_error(number));
            assert!(!words.is_empty() && !words.contains("os error"), "{number}: {words}");
        }
    }
}
