//! How a store fails, told apart by what its user can do about it.

use std::error::Error;

use leasehold_core::Code;

/// The store could not do what it was asked; nothing of it was recorded.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// There is no room left.
    #[error("the store's disk is full")]
    Full(#[source] Box<dyn Error + Send + Sync>),
    /// It may be read but not written.
    #[error("the store cannot be written")]
    ReadOnly(#[source] Box<dyn Error + Send + Sync>),
    /// A later release of Leasehold has changed it.
    #[error("the store is of version {found}, this program knows versions up to {known}")]
    Newer {
        /// The version found.
        found: u64,
        /// The newest this program knows.
        known: u64,
    },
    /// An earlier release of Leasehold has made it, and it may only be read here.
    #[error("the store is of version {found}, this program works with version {known}")]
    Older {
        /// The version found.
        found: u64,
        /// The one this program knows.
        known: u64,
    },
    /// What is in it is not what was written.
    #[error("the store is damaged")]
    Damaged(#[source] Box<dyn Error + Send + Sync>),
    /// It was to be filled from another, and holds something already.
    #[error("the store is not empty")]
    NotEmpty,
    /// Its files were removed or replaced while it was open.
    #[error("the store's files were removed or replaced while it was open")]
    Replaced,
    /// Another process has it open for writing.
    #[error("another process has the store open for writing")]
    InUse,
    /// The database lets this user not in, or not do what is needed.
    #[error("the database refuses this user")]
    Denied(#[source] Box<dyn Error + Send + Sync>),
    /// A pooler stands between, and gives each transaction another connection to the database.
    #[error("the database gives each transaction another connection")]
    Pooled,
    /// It cannot be reached, or another failure that may pass.
    #[error("the store is not available")]
    Unavailable(#[source] Box<dyn Error + Send + Sync>),
}

impl StoreError {
    /// The stable code.
    pub const fn code(&self) -> Code {
        match self {
            Self::Full(_) | Self::ReadOnly(_) | Self::Unavailable(_) => Code::StoreUnavailable,
            Self::Denied(_) => Code::StoreDenied,
            Self::Pooled => Code::StorePooled,
            Self::NotEmpty => Code::StoreNotEmpty,
            Self::InUse => Code::StoreInUse,
            Self::Replaced => Code::StoreReplaced,
            Self::Newer { .. } => Code::StoreNewer,
            Self::Older { .. } => Code::StoreOlder,
            Self::Damaged(_) => Code::StoreDamaged,
        }
    }

    /// The failure in words, with what the database itself says.
    pub fn with_cause(&self) -> String {
        match self.source() {
            Some(cause) => format!("{self}: {cause}"),
            None => self.to_string(),
        }
    }
}
