//! Why a server cannot start. What happens after that is logged and survived.

use std::io;
use std::net::SocketAddr;
use std::path::PathBuf;

use leasehold_core::Code;
use rustls_pki_types::pem;

/// A failure to start serving. Its text names the object and the cause; the cause is its source as well.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// Another program listens there.
    #[error("address {address}: already in use")]
    AddressInUse {
        /// The address asked for.
        address: SocketAddr,
        /// What the system said.
        source: io::Error,
    },
    /// This user may not listen there, usually because the port is below 1024.
    #[error("address {address}: permission denied")]
    AddressDenied {
        /// The address asked for.
        address: SocketAddr,
        /// What the system said.
        source: io::Error,
    },
    /// This machine does not have that address.
    #[error("address {address}: not an address of this machine")]
    AddressUnknown {
        /// The address asked for.
        address: SocketAddr,
        /// What the system said.
        source: io::Error,
    },
    /// The system refused to listen there for another reason.
    #[error("address {address}: {source}")]
    Listen {
        /// The address asked for.
        address: SocketAddr,
        /// What the system said.
        source: io::Error,
    },
    /// The socket that the service manager has handed over cannot be served at.
    #[error("socket of the service manager: {0}")]
    Inherited(#[source] io::Error),
    /// A file cannot be read.
    #[error("file {}: {}", path.display(), cause(source))]
    File {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// A file is not proper PEM.
    #[error("file {}: not PEM: {source}", path.display())]
    Pem {
        /// The file.
        path: PathBuf,
        /// What the decoder said.
        source: pem::Error,
    },
    /// A file holds no certificate.
    #[error("file {}: no certificate in it", path.display())]
    NoCertificate {
        /// The file.
        path: PathBuf,
    },
    /// A file holds no private key that can be read without a passphrase.
    #[error("file {}: no unencrypted private key in it", path.display())]
    NoPrivateKey {
        /// The file.
        path: PathBuf,
    },
    /// The first certificate is not one that TLS can use.
    #[error("file {}: unusable certificate: {source}", path.display())]
    Certificate {
        /// The file.
        path: PathBuf,
        /// What the TLS library said.
        source: rustls::Error,
    },
    /// The private key is of a kind that TLS cannot use, or damaged.
    #[error("file {}: unusable private key: {source}", path.display())]
    PrivateKey {
        /// The file.
        path: PathBuf,
        /// What the TLS library said.
        source: rustls::Error,
    },
    /// The private key is not that of the first certificate.
    #[error("file {}: not the private key of the certificate in {}", key.display(), certificate.display())]
    KeyMismatch {
        /// The file with the certificate.
        certificate: PathBuf,
        /// The file with the key.
        key: PathBuf,
    },
    /// TLS cannot be set up on this machine.
    #[error("TLS: {source}")]
    Tls {
        /// What the TLS library said.
        source: rustls::Error,
    },
}

impl Error {
    /// The stable code of this error.
    pub fn code(&self) -> Code {
        match self {
            Error::AddressInUse { .. } => Code::AddressInUse,
            Error::AddressDenied { .. } => Code::AddressDenied,
            Error::AddressUnknown { .. } => Code::AddressUnknown,
            Error::Listen { .. } | Error::Inherited(_) => Code::ListenFailed,
            Error::File { .. } => Code::FileUnreadable,
            Error::Pem { .. } => Code::PemMalformed,
            Error::NoCertificate { .. } => Code::CertificateMissing,
            Error::NoPrivateKey { .. } => Code::PrivateKeyMissing,
            Error::Certificate { .. } => Code::CertificateUnusable,
            Error::PrivateKey { .. } => Code::PrivateKeyUnusable,
            Error::KeyMismatch { .. } => Code::PrivateKeyMismatch,
            Error::Tls { .. } => Code::TlsUnavailable,
        }
    }

    pub(crate) fn listen(address: SocketAddr, source: io::Error) -> Self {
        match source.kind() {
            io::ErrorKind::AddrInUse => Error::AddressInUse { address, source },
            io::ErrorKind::PermissionDenied => Error::AddressDenied { address, source },
            io::ErrorKind::AddrNotAvailable => Error::AddressUnknown { address, source },
            // The kinds that are left call for nothing but a look at the system's own words.
            _ => Error::Listen { address, source },
        }
    }
}

fn cause(error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::NotFound => "no such file".to_owned(),
        io::ErrorKind::PermissionDenied => "permission denied".to_owned(),
        _ => error.to_string(),
    }
}
