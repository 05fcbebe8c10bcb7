//! Why the address of a database cannot be used.

use std::io;
use std::path::{Path, PathBuf};

use leasehold_core::Code;

/// Why an address cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum AddressError {
    /// It is no URL of a database.
    #[error("the address of the database cannot be read: {}", cause(.0))]
    Url(#[source] tokio_postgres::Error),
    /// An option has a value that there is not.
    #[error("the address of the database: {option} cannot be {value}")]
    Option {
        /// The option's name.
        option: &'static str,
        /// Its value.
        value: String,
    },
    /// `verify-ca` trusts every server that the roots certify, so these must be the database's own.
    #[error("the address of the database: sslmode=verify-ca needs sslrootcert, a file of the authority's certificates")]
    NoRoots,
    /// A file of certificates or keys cannot be used.
    #[error("{}: {source}", path.display())]
    File {
        /// Which.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
}

impl AddressError {
    /// The stable code.
    pub const fn code(&self) -> Code {
        match self {
            Self::Url(_) | Self::Option { .. } | Self::NoRoots => Code::Usage,
            Self::File { .. } => Code::File,
        }
    }

    /// A failure of the file at `path`.
    pub(crate) fn at(path: &Path) -> impl FnOnce(io::Error) -> Self {
        let path = path.to_owned();
        |source| Self::File { path, source }
    }
}

/// What is wrong, without the words for the library's own kind of error.
fn cause(error: &tokio_postgres::Error) -> String {
    std::error::Error::source(error).map_or_else(|| error.to_string(), ToString::to_string)
}
