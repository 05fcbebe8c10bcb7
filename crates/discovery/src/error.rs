//! Why a lookup cannot begin. What goes wrong on its way is no error: that is in [`crate::Found::searched`].

use std::io;
use std::path::PathBuf;

use leasehold_core::Code;

/// Why a lookup cannot begin.
#[derive(Debug, thiserror::Error)]
pub enum LookupError {
    /// The system's settings cannot be read.
    #[error("name servers: {}: {source}", path.display())]
    Settings {
        /// The file or program that tells them.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// The system's settings name no server.
    #[error("name servers: none is set in {}", path.display())]
    NoServer {
        /// The file or program that should tell them.
        path: PathBuf,
    },
}

impl LookupError {
    /// The stable code.
    pub fn code(&self) -> Code {
        match self {
            Self::Settings { .. } => Code::DnsSettings,
            Self::NoServer { .. } => Code::NoNameServer,
        }
    }
}
