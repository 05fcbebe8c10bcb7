//! TLS to a directory's server.

use std::sync::Arc;

use leasehold_core::Code;
use rustls::client::ClientConfig;
use rustls::crypto::ring;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use rustls::{ClientConnection, RootCertStore};

use crate::error::Failure;

/// Whose certificates are trusted for TLS.
#[derive(Clone, Debug, Default)]
pub enum Trust {
    /// Those of the platform.
    #[default]
    Platform,
    /// Those of the platform, and these: an organisation's directory mostly has a certificate of its own authority.
    PlatformAnd(Arc<Vec<CertificateDer<'static>>>),
    /// These and no others.
    Only(Arc<Vec<CertificateDer<'static>>>),
}

/// A file has no certificate in PEM form.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("CA certificates: no certificate in PEM form among them")]
pub struct InvalidCertificates;

impl InvalidCertificates {
    /// The stable code.
    pub const fn code(self) -> Code {
        Code::File
    }
}

impl Trust {
    /// The platform's, and those in `pem`.
    ///
    /// # Errors
    /// [`InvalidCertificates`].
    pub fn platform_and(pem: &[u8]) -> Result<Self, InvalidCertificates> {
        certificates(pem).map(Self::PlatformAnd)
    }

    /// Those in `pem`, and no others.
    ///
    /// # Errors
    /// [`InvalidCertificates`].
    pub fn only(pem: &[u8]) -> Result<Self, InvalidCertificates> {
        certificates(pem).map(Self::Only)
    }

    /// The client's side of TLS with the server of this name.
    pub(crate) fn connection(&self, name: &str) -> Result<ClientConnection, Failure> {
        let mut roots = RootCertStore::empty();
        if let Self::Platform | Self::PlatformAnd(_) = self {
            roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
        }
        if let Self::PlatformAnd(own) | Self::Only(own) = self {
            roots.add_parsable_certificates(own.iter().cloned());
        }
        let builder = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()));
        let config = builder.with_safe_default_protocol_versions().map_err(Failure::Untrusted)?;
        let config = config.with_root_certificates(roots).with_no_client_auth();
        let name = name.to_owned().try_into().map_err(|_| Failure::NameNotFound)?;
        ClientConnection::new(Arc::new(config), name).map_err(Failure::Untrusted)
    }
}

fn certificates(pem: &[u8]) -> Result<Arc<Vec<CertificateDer<'static>>>, InvalidCertificates> {
    let all: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(pem).collect();
    all.ok().filter(|all| !all.is_empty()).map(Arc::new).ok_or(InvalidCertificates)
}
