//! Whose certificates are trusted for TLS.

use std::sync::Arc;

use ureq::tls::{Certificate, PemItem, RootCerts, parse_pem};

use crate::error::Error;

/// Whose certificates are trusted for TLS.
#[derive(Clone, Debug, Default)]
pub(crate) enum Trust {
    /// Those of the platform; the public ones (Mozilla's) where it has none.
    #[default]
    Platform,
    /// Those of the platform, and these.
    PlatformAnd(Arc<Vec<Certificate<'static>>>),
    /// These and no others.
    Only(Arc<Vec<Certificate<'static>>>),
}

impl Trust {
    /// What an application and its administrator have set, in PEM form: `only` these, or `further` ones.
    pub(crate) fn of(only: Option<&[u8]>, further: Option<&[u8]>) -> Result<Self, Error> {
        match (only, further) {
            (Some(pem), _) => Self::only(pem),
            (None, Some(pem)) => certificates(pem).map(Self::PlatformAnd),
            (None, None) => Ok(Self::Platform),
        }
    }

    /// The certificates in a PEM file, and no others.
    pub(crate) fn only(pem: &[u8]) -> Result<Self, Error> {
        certificates(pem).map(Self::Only)
    }

    pub(super) fn roots(&self) -> RootCerts {
        let further: &[Certificate<'static>] = match self {
            Self::Only(certificates) => return RootCerts::Specific(Arc::clone(certificates)),
            Self::PlatformAnd(certificates) => certificates,
            Self::Platform => &[],
        };
        let platform = rustls_native_certs::load_native_certs().certs;
        let platform = platform.iter().map(|certificate| Certificate::from_der(certificate).to_owned());
        let certificates: Vec<_> = platform.chain(further.iter().cloned()).collect();
        if certificates.is_empty() { RootCerts::WebPki } else { RootCerts::Specific(Arc::new(certificates)) }
    }
}

fn certificates(pem: &[u8]) -> Result<Arc<Vec<Certificate<'static>>>, Error> {
    let items = parse_pem(pem).collect::<Result<Vec<_>, _>>().map_err(|_| Error::Authorities)?;
    let certificates: Vec<_> = items
        .into_iter()
        .filter_map(|item| if let PemItem::Certificate(certificate) = item { Some(certificate) } else { None })
        .collect();
    if certificates.is_empty() { Err(Error::Authorities) } else { Ok(Arc::new(certificates)) }
}
