//! Why hosts could not be looked for.

use leasehold_core::Code;
use leasehold_discovery::{LookupError, NameError};

/// Why hosts could not be looked for.
#[derive(Debug, thiserror::Error)]
pub enum SearchError {
    /// The manifest names a service that no record can have.
    #[error("manifest: service: {0}")]
    Label(#[source] NameError),
    /// The system does not say which name servers to ask.
    #[error(transparent)]
    System(#[from] LookupError),
}

impl SearchError {
    /// The stable code.
    pub fn code(&self) -> Code {
        match self {
            Self::Label(error) => error.code(),
            Self::System(error) => error.code(),
        }
    }
}
