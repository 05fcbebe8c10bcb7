//! Why the agent brings nothing.

use std::io;

use leasehold_core::Code;

use crate::error::describe_io;

/// Why the agent of this machine brings nothing.
#[derive(Debug, thiserror::Error)]
pub enum AgentFault {
    /// Nothing answers at its socket.
    #[error("{}", describe_io(.0))]
    Unreachable(#[source] io::Error),
    /// It does not answer in time.
    #[error("it does not answer in time")]
    Silent,
    /// It answers with something else than an agent does.
    #[error("its answer is none of an agent's")]
    Malformed,
    /// It says why.
    #[error("{message}")]
    Says {
        /// The code; that of hosts that do not answer where this release does not know it.
        code: Code,
        /// The same, readable.
        message: String,
    },
}

impl AgentFault {
    /// The stable code.
    pub fn code(&self) -> Code {
        match self {
            Self::Unreachable(_) | Self::Silent | Self::Malformed => Code::AgentSilent,
            Self::Says { code, .. } => *code,
        }
    }
}
