//! How the host fails to do what its administrator asks.

use std::io;
use std::path::PathBuf;

use leasehold_client::AuthorityError;
use leasehold_core::{Code, KeyId, KeyKind, Timestamp};
use leasehold_store::StoreError;
use leasehold_wire::{Malformed, Reason};

/// The host could not do what it was asked.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A file or folder cannot be read or written.
    #[error("{}: {source}", path.display())]
    File {
        /// Which.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// A file of the host's folder is not what the host wrote.
    #[error("{}: the file is damaged", .0.display())]
    Damaged(PathBuf),
    /// There is no host key pair yet: no request was ever made.
    #[error("{}: no request was made here yet", .0.display())]
    NoRequest(PathBuf),
    /// A product key of another kind.
    #[error("the product key is a {} key, a host key is needed", .0.name())]
    WrongKind(KeyKind),
    /// The certificate is another host's.
    #[error("the certificate is for host {certified}, this host is {own}")]
    AnotherHost {
        /// The host that the certificate is for.
        certified: KeyId,
        /// Whose folder this is.
        own: KeyId,
    },
    /// The certificate is older than the one installed.
    #[error("the certificate is older than the one that is installed")]
    Older {
        /// When the one installed was made.
        installed: Timestamp,
    },
    /// The host has no certificate yet.
    #[error("{}: the host has no certificate yet", .0.display())]
    NotActivated(PathBuf),
    /// The revocation list is older than the one installed.
    #[error("the revocation list has number {offered}, the one that is installed has {held}")]
    OlderList {
        /// The number of the one installed.
        held: u64,
        /// The number of the other.
        offered: u64,
    },
    /// The document cannot be believed.
    #[error("the document cannot be used: {0}")]
    Certificate(#[source] Reason),
    /// Nothing that is kept shows the authority which product key the host was activated with.
    #[error("{}: no request is kept that shows which host key this host was activated with", .0.display())]
    NotRenewable(PathBuf),
    /// The authority has not answered.
    #[error(transparent)]
    Authority(Box<AuthorityError>),
    /// The certificates for TLS that were given are none.
    #[error("{}: no certificate in PEM form in it", .0.display())]
    NoAuthorities(PathBuf),
    /// The certificates for the identity provider that were given are none.
    #[error("identity provider: no certificate in PEM form among those given")]
    ProviderCertificates,
    /// What was to be restored is no backup, or not a whole one.
    #[error("the file is no whole backup of a host: {0}")]
    NotABackup(&'static str),
    /// There is a host where another was to be restored.
    #[error("{}: there is a host here", .0.display())]
    HostThere(PathBuf),
    /// The store that this host served from is not there, or is empty.
    #[error("the store is not there or empty, and this host has made seals up to number {sealed}")]
    StoreMissing {
        /// The newest seal that the host knows of.
        sealed: u64,
    },
    /// The store is older than the one that this host served from.
    #[error("the store ends with seal {found}, and this host has made {sealed}")]
    StoreBehind {
        /// The newest seal that the host knows of.
        sealed: u64,
        /// The newest one in the store.
        found: u64,
    },
    /// Batches that grant and refuse nothing are missing at the end of the store: releases, and what was ended.
    #[error("the store ends with batch {found}, and this host has recorded {recorded}")]
    BatchesMissing {
        /// The newest batch that the host knows of.
        recorded: u64,
        /// The newest one in the store.
        found: u64,
    },
    /// The store is not the one that this host served from.
    #[error("seal {seal} of the store is not the one that this host has made")]
    AnotherStore {
        /// The newest seal that the host knows of.
        seal: u64,
    },
    /// The newest seal of the store is not what this host has signed.
    #[error("seal {0} of the store is damaged: it is not what this host has signed")]
    BadSeal(u64),
    /// The file is no journal, or was altered.
    #[error("the file is no journal that can be gone on with: {0}")]
    NotAJournal(#[source] Malformed),
    /// The store fails.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The network fails.
    #[error(transparent)]
    Service(#[from] leasehold_service::Error),
    /// A thread cannot be started.
    #[error("a thread cannot be started")]
    Thread(#[source] io::Error),
}

impl Error {
    /// The stable code.
    pub fn code(&self) -> Code {
        match self {
            Self::File { .. } | Self::NoAuthorities(_) | Self::ProviderCertificates => Code::File,
            Self::Damaged(_) => Code::FileDamaged,
            Self::NoRequest(_) => Code::NotInitialised,
            Self::WrongKind(_) => Code::WrongKindOfKey,
            Self::AnotherHost { .. } => Code::AnotherHost,
            Self::NotActivated(_) => Code::HostNotActivated,
            Self::Older { .. } => Code::OlderCertificate,
            Self::OlderList { .. } => Code::OlderList,
            Self::Certificate(reason) => reason.code(),
            Self::NotRenewable(_) => Code::NotRenewable,
            Self::Authority(error) => error.code(),
            Self::NotABackup(_) => Code::NotABackup,
            Self::HostThere(_) => Code::AlreadyExists,
            Self::StoreMissing { .. } => Code::StoreMissing,
            Self::StoreBehind { .. } | Self::BatchesMissing { .. } => Code::StoreBehind,
            Self::AnotherStore { .. } => Code::AnotherStore,
            Self::BadSeal(_) => Code::StoreDamaged,
            Self::NotAJournal(_) => Code::Malformed,
            Self::Store(error) => error.code(),
            Self::Service(error) => error.code(),
            Self::Thread(_) => Code::Internal,
        }
    }

    /// An input or output error at `path`.
    pub(crate) fn at(path: impl Into<PathBuf>) -> impl FnOnce(io::Error) -> Self {
        let path = path.into();
        |source| Self::File { path, source }
    }
}
