//! Why the client could not do what it was asked to. A host's reasoned no is no error: that is [`Refused`].

use std::fmt;
use std::io::{self, ErrorKind};
use std::path::PathBuf;

use leasehold_core::{KeyId, KeyKind, ProductId};
use leasehold_discovery::{DomainName, Searched};
use leasehold_wire::Reason;
use leasehold_wire::armour::ArmourError;

use crate::session::authority::link::AuthorityError;
use crate::session::exchange::NotAHost;
use crate::session::host::answer::Mismatch;
use crate::session::host::lookup::SearchError;
use crate::session::host::route::Route;
use crate::session::refused::Refused;

/// Why the client could not do what it was asked to.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The manifest is no document.
    #[error("manifest: {0}")]
    Armour(#[source] ArmourError),
    /// The manifest cannot be believed.
    #[error("manifest: {0}")]
    Manifest(#[source] Reason),
    /// The manifest is another vendor's than it has to be.
    #[error("manifest: it is of vendor {found}, and vendor {expected} was expected")]
    ForeignManifest {
        /// Whose it should be.
        expected: KeyId,
        /// Whose it is.
        found: KeyId,
    },
    /// No manifest was given and none is known.
    #[error("state {}: no product is known here", base.display())]
    NoProduct {
        /// Where it was looked for.
        base: PathBuf,
    },
    /// No manifest was given and more than one is known.
    #[error("state {}: several products are known here: {}", base.display(), list(products))]
    SeveralProducts {
        /// Where it was looked for.
        base: PathBuf,
        /// Which.
        products: Vec<ProductId>,
    },
    /// There is no place for state on this machine unless one is named.
    #[error("state directory: none is set, and neither is a home directory")]
    NoStateDirectory,
    /// The state directory or a file of it cannot be read or written.
    #[error("state {}: {}", path.display(), why(source))]
    State {
        /// Which.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// The certificates for TLS that were given are none.
    #[error("CA certificates: no certificate in PEM form among them")]
    Authorities,
    /// Nothing says where a host is.
    #[error("host: no address is known{}", looked_for(searched, trouble.as_ref()))]
    NoHost {
        /// What was looked for in DNS.
        searched: Vec<Searched>,
        /// Why nothing was.
        trouble: Option<SearchError>,
    },
    /// Nothing tells this machine from others.
    #[error("fingerprint: this machine shows nothing that tells it from others")]
    NoFingerprint,
    /// There is no lease to renew.
    #[error("lease: there is none for {0}")]
    NoLease(ProductId),
    /// A product key of another kind.
    #[error("the product key is a {} key, a multiple key is needed", .0.name())]
    WrongKind(KeyKind),
    /// The vendor's authority has not answered, or its answer cannot be believed.
    #[error(transparent)]
    Authority(Box<AuthorityError>),
    /// What was to be installed is no document.
    #[error("lease: {0}")]
    Document(#[source] ArmourError),
    /// What was to be installed is no lease for this machine.
    #[error("lease: {}", .0.of_a_file())]
    Lease(Failure),
    /// No host has answered.
    #[error("{}", told(tried))]
    NoAnswer {
        /// All that were tried, in their order; at least one.
        tried: Vec<Tried>,
    },
}

/// A host that was tried and has not answered.
#[derive(Debug, thiserror::Error)]
#[error("host {route}: {failure}")]
pub struct Tried {
    /// Which way.
    pub route: Route,
    /// What went wrong.
    #[source]
    pub failure: Failure,
}

/// How a client comes to a host's address, in the order in which they are tried.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum HostSource {
    /// It was set: by argument, by `LEASEHOLD_HOST`.
    Setting,
    /// It granted the current lease.
    LastGrant,
    /// A record in DNS names it.
    Record {
        /// The suffix under which the record was found.
        suffix: DomainName,
    },
    /// It announces itself on the local link.
    LocalLink,
}

/// Why one host has not answered.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    /// Nothing answers there, or it hung up.
    #[error("{}", why(.0))]
    Unreachable(#[source] io::Error),
    /// It takes the connection and says nothing, or not all, in time.
    #[error("it takes the connection and does not answer in time")]
    Silent,
    /// Its name leads to no address.
    #[error("its name leads to no address")]
    NameNotFound,
    /// It has no certificate for TLS that is trusted here.
    #[error("its TLS certificate is not trusted here: {0}")]
    Untrusted(#[source] io::Error),
    /// A proxy stands between, and does not let it through.
    #[error("the proxy does not let it through: {0}")]
    Proxy(String),
    /// Something else than a host answers.
    #[error("what answers is no Leasehold host: {0}")]
    NotAHost(#[source] NotAHost),
    /// The host is another vendor's.
    #[error("it serves another vendor's products than this manifest's")]
    Foreign,
    /// The host certificate it gave cannot be used.
    #[error("the certificate it gave: {0}")]
    Certificate(#[source] Reason),
    /// The revocation list it gave cannot be believed.
    #[error("the revocation list it gave: {0}")]
    List(#[source] Reason),
    /// The lease it gave cannot be believed.
    #[error("the lease it gave: {0}")]
    Lease(#[source] Reason),
    /// The lease it gave is not the one that was asked for.
    #[error("the lease it gave: {0}")]
    OtherLease(#[source] Mismatch),
    /// It says that it cannot answer now.
    #[error("{0}")]
    Unavailable(#[source] Box<Refused>),
}

impl Error {
    /// The stable code.
    pub fn code(&self) -> &str {
        match self {
            Self::Armour(_) | Self::Document(_) => "malformed",
            Self::Manifest(reason) => reason.code(),
            Self::ForeignManifest { .. } => "foreign-manifest",
            Self::NoProduct { .. } => "not-initialised",
            Self::SeveralProducts { .. } => "usage",
            Self::NoStateDirectory | Self::State { .. } => "state-unusable",
            Self::Authorities => "file",
            Self::NoHost { .. } => "no-host",
            Self::NoFingerprint => "no-fingerprint",
            Self::NoLease(_) => "no-lease",
            Self::WrongKind(_) => "wrong-kind-of-key",
            Self::Authority(error) => error.code(),
            Self::Lease(failure) => failure.code(),
            Self::NoAnswer { tried } => tried.first().map_or("host-unreachable", |first| first.failure.code()),
        }
    }
}

impl Failure {
    /// The same about a lease that came as a file.
    fn of_a_file(&self) -> String {
        match self {
            Self::Lease(reason) => reason.to_string(),
            Self::OtherLease(mismatch) => mismatch.to_string(),
            Self::Foreign => "it is of another vendor than this manifest".to_owned(),
            other => other.to_string(),
        }
    }

    /// The stable code.
    pub fn code(&self) -> &str {
        match self {
            Self::Unreachable(_) => "host-unreachable",
            Self::Silent => "host-silent",
            Self::NameNotFound => "name-not-found",
            Self::Untrusted(_) => "untrusted-host",
            Self::Proxy(_) => "proxy-refused",
            Self::NotAHost(_) => "not-a-host",
            Self::Foreign => "foreign-manifest",
            Self::Certificate(reason) | Self::List(reason) | Self::Lease(reason) => reason.code(),
            Self::OtherLease(_) => "wrong-answer",
            Self::Unavailable(refused) => &refused.code,
        }
    }
}

impl fmt::Display for HostSource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Setting => Ok(()),
            Self::LastGrant => f.write_str(" (which granted the current lease)"),
            Self::Record { suffix } => write!(f, " (found in DNS under {suffix})"),
            Self::LocalLink => f.write_str(" (announced on the local link)"),
        }
    }
}

/// An input or output error in words that do not depend on the system.
pub(crate) fn why(error: &io::Error) -> String {
    match error.kind() {
        ErrorKind::NotFound => "no such file or folder".to_owned(),
        ErrorKind::PermissionDenied => "permission denied".to_owned(),
        ErrorKind::ReadOnlyFilesystem => "the file system is read-only".to_owned(),
        ErrorKind::StorageFull => "the disk is full".to_owned(),
        ErrorKind::NotADirectory => "it lies in a file, not in a folder".to_owned(),
        ErrorKind::IsADirectory => "it is a folder".to_owned(),
        ErrorKind::ConnectionRefused => "connection refused".to_owned(),
        ErrorKind::TimedOut => "no answer in time".to_owned(),
        ErrorKind::UnexpectedEof => "it hung up before it had answered".to_owned(),
        _ => error.to_string(),
    }
}

fn told(tried: &[Tried]) -> String {
    tried.iter().map(Tried::to_string).collect::<Vec<_>>().join("; ")
}

fn looked_for(searched: &[Searched], trouble: Option<&SearchError>) -> String {
    if let Some(trouble) = trouble {
        return format!("; {trouble}");
    }
    let told = searched.iter().map(|searched| format!("; DNS: {}: {}", searched.name, searched.outcome));
    told.collect::<Vec<_>>().concat()
}

fn list(products: &[ProductId]) -> String {
    products.iter().map(ProductId::as_str).collect::<Vec<_>>().join(", ")
}
