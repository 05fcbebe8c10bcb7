//! Why no directory has activated the product.

use leasehold_core::{Code, DirectoryId, Timestamp};
use leasehold_directory::DirectoryError;
use leasehold_wire::Reason;

/// Why no directory has activated the product.
#[derive(Debug, thiserror::Error)]
pub enum DirectoryFault {
    /// DNS knows no server of a directory.
    #[error("directory: DNS knows no domain controller under this machine's suffixes")]
    NoServer,
    /// A server cannot be read.
    #[error(transparent)]
    Server(#[from] DirectoryError),
    /// The directory has no activation object of the vendor.
    #[error("directory {0}: it has no activation object of this vendor")]
    NoObject(String),
    /// The vendor's object there cannot be used.
    #[error("directory {server}: its activation object: {fault}")]
    Object {
        /// The server.
        server: String,
        /// What is wrong.
        fault: ObjectFault,
    },
}

/// Why an activation object cannot be used here.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ObjectFault {
    /// It does not verify, or not now.
    #[error("{0}")]
    Unverified(#[source] Reason),
    /// It is for another directory.
    #[error("it is for the directory {object}, and this one is {here}")]
    AnotherDirectory {
        /// The directory that it is for.
        object: DirectoryId,
        /// The one in which it lies.
        here: DirectoryId,
    },
    /// The product is not in it.
    #[error("the product is not in it")]
    ProductNotGranted,
    /// What it grants has ended.
    #[error("what it grants ended at {0}")]
    GrantEnded(Timestamp),
}

impl ObjectFault {
    /// The stable code.
    pub fn code(&self) -> Code {
        match self {
            Self::Unverified(reason) => reason.code(),
            Self::AnotherDirectory { .. } => Code::AnotherDirectory,
            Self::ProductNotGranted => Code::ProductNotGranted,
            Self::GrantEnded(_) => Code::GrantEnded,
        }
    }

    /// Of several objects, the one with the highest is the one that was meant.
    pub(crate) fn rank(&self) -> u8 {
        match self {
            Self::Unverified(Reason::NotYetValid | Reason::Expired | Reason::Revoked) | Self::GrantEnded(_) => 3,
            Self::ProductNotGranted => 2,
            Self::AnotherDirectory { .. } => 1,
            Self::Unverified(_) => 0,
        }
    }
}

impl DirectoryFault {
    /// The stable code.
    pub fn code(&self) -> Code {
        match self {
            Self::NoServer => Code::NoDirectory,
            Self::Server(error) => error.failure.code(),
            Self::NoObject(_) => Code::NoObject,
            Self::Object { fault, .. } => fault.code(),
        }
    }
}
