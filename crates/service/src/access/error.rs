//! Why access cannot be changed or looked up.

use std::io;
use std::path::PathBuf;

use leasehold_core::Code;

/// Access could not be changed or looked up.
#[derive(Debug, thiserror::Error)]
pub enum AccessError {
    /// The file cannot be read or written.
    #[error("{}: {source}", path.display())]
    File {
        /// Which.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// The file is not what this program has written.
    #[error("{}: the file is damaged", .0.display())]
    Damaged(PathBuf),
    /// There is one of this name already.
    #[error("{0}: there is one of this name, or there was")]
    Exists(String),
    /// There is none of this name.
    #[error("{0}: there is none of this name")]
    Unknown(String),
    /// The password is too short.
    #[error("the password has less than {} characters", MIN_LENGTH)]
    ShortPassword,
}

impl AccessError {
    /// The stable code.
    pub const fn code(&self) -> Code {
        match self {
            Self::File { .. } => Code::File,
            Self::Damaged(_) => Code::FileDamaged,
            Self::Exists(_) => Code::AlreadyExists,
            Self::Unknown(_) => Code::NotFound,
            Self::ShortPassword => Code::Usage,
        }
    }

    pub(super) fn at(path: impl Into<PathBuf>) -> impl FnOnce(io::Error) -> Self {
        let path = path.into();
        |source| Self::File { path, source }
    }
}

/// Characters of a password at least: as NIST SP 800-63B has it for passwords that are one of several ways in.
pub const MIN_LENGTH: usize = 12;
