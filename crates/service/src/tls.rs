//! The TLS of a server: its certificate, and sessions that clients may resume.

use std::fmt;
use std::fs;
use std::path::Path;
use std::sync::Arc;

use rustls::ServerConfig;
use rustls::crypto::ring;
use rustls_pki_types::pem::{self, PemObject};
use rustls_pki_types::{CertificateDer, PrivateKeyDer};
use tokio_rustls::TlsAcceptor;
use zeroize::Zeroizing;

use crate::Error;

/// TLS 1.2 and 1.3 with one certificate, offering HTTP/2 and HTTP/1.1.
#[derive(Clone)]
pub struct Tls {
    config: Arc<ServerConfig>,
}

impl Tls {
    /// Reads the certificate with its chain, nearest first, and the private key, both PEM.
    ///
    /// # Errors
    ///
    /// A file cannot be read, holds nothing of use, or key and certificate do not belong together; the error names
    /// the file.
    pub fn from_pem_files(certificate: &Path, key: &Path) -> Result<Self, Error> {
        let chain = read_certificates(certificate)?;
        let private_key = read_private_key(key)?;
        let provider = Arc::new(ring::default_provider());
        // Loaded first for the error's sake: `with_single_cert` does not say which of the two files is at fault.
        provider
            .key_provider
            .load_private_key(private_key.clone_key())
            .map_err(|source| Error::PrivateKey { path: key.to_owned(), source })?;
        let mut config = ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .map_err(|source| Error::Tls { source })?
            .with_no_client_auth()
            .with_single_cert(chain, private_key)
            .map_err(|source| match source {
                rustls::Error::InconsistentKeys(_) => {
                    Error::KeyMismatch { certificate: certificate.to_owned(), key: key.to_owned() }
                }
                source => Error::Certificate { path: certificate.to_owned(), source },
            })?;
        config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
        // A handshake costs more than all else in a renewal, and most clients bring a new connection: tickets let them
        // resume for half a day without a table here. One is enough for a client that asks one thing at a time.
        config.ticketer = ring::Ticketer::new().map_err(|source| Error::Tls { source })?;
        config.send_tls13_tickets = 1;
        Ok(Self { config: Arc::new(config) })
    }

    pub(crate) fn acceptor(&self) -> TlsAcceptor {
        TlsAcceptor::from(Arc::clone(&self.config))
    }
}

impl fmt::Debug for Tls {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Tls").finish_non_exhaustive()
    }
}

fn read_certificates(path: &Path) -> Result<Vec<CertificateDer<'static>>, Error> {
    let text = read(path)?;
    let chain = CertificateDer::pem_slice_iter(&text)
        .collect::<Result<Vec<_>, _>>()
        .map_err(|source| Error::Pem { path: path.to_owned(), source })?;
    if chain.is_empty() {
        return Err(Error::NoCertificate { path: path.to_owned() });
    }
    Ok(chain)
}

fn read_private_key(path: &Path) -> Result<PrivateKeyDer<'static>, Error> {
    let text = read(path)?;
    PrivateKeyDer::from_pem_slice(&text).map_err(|source| match source {
        pem::Error::NoItemsFound => Error::NoPrivateKey { path: path.to_owned() },
        source => Error::Pem { path: path.to_owned(), source },
    })
}

fn read(path: &Path) -> Result<Zeroizing<Vec<u8>>, Error> {
    fs::read(path).map(Zeroizing::new).map_err(|source| Error::File { path: path.to_owned(), source })
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use rcgen::{CertifiedKey, generate_simple_self_signed};
    use tempfile::TempDir;

    use super::*;

    struct Files {
        _directory: TempDir,
        certificate: PathBuf,
        key: PathBuf,
    }

    fn files(certificate: &str, key: &str) -> Files {
        let directory = tempfile::tempdir().unwrap();
        let files = Files {
            certificate: directory.path().join("site.crt"),
            key: directory.path().join("site.key"),
            _directory: directory,
        };
        fs::write(&files.certificate, certificate).unwrap();
        fs::write(&files.key, key).unwrap();
        files
    }

    fn pair() -> (String, String) {
        let CertifiedKey { cert, signing_key } = generate_simple_self_signed(["localhost".to_owned()]).unwrap();
        (cert.pem(), signing_key.serialize_pem())
    }

    fn refused(certificate: &str, key: &str) -> Error {
        let files = files(certificate, key);
        Tls::from_pem_files(&files.certificate, &files.key).unwrap_err()
    }

    #[test]
    fn a_certificate_and_its_key_are_taken_from_one_file_too() {
        let (certificate, key) = pair();
        let both = format!("{key}{certificate}");
        let files = files(&both, &both);
        assert!(Tls::from_pem_files(&files.certificate, &files.key).is_ok());
    }

    #[test]
    fn a_missing_file_is_named() {
        let error = Tls::from_pem_files(Path::new("/nowhere/site.crt"), Path::new("/nowhere/site.key")).unwrap_err();
        assert_eq!(error.to_string(), "file /nowhere/site.crt: no such file");
    }

    #[test]
    fn files_given_the_wrong_way_round_are_told_so() {
        let (certificate, key) = pair();
        assert!(matches!(refused(&key, &certificate), Error::NoCertificate { path } if path.ends_with("site.crt")));
    }

    #[test]
    fn an_encrypted_key_is_no_key() {
        let (certificate, key) = pair();
        let key = key.replace("PRIVATE KEY", "ENCRYPTED PRIVATE KEY");
        assert!(matches!(refused(&certificate, &key), Error::NoPrivateKey { path } if path.ends_with("site.key")));
    }

    #[test]
    fn the_key_of_another_certificate_is_refused() {
        let ((certificate, _), (_, key)) = (pair(), pair());
        assert_eq!(refused(&certificate, &key).code(), leasehold_core::Code::PrivateKeyMismatch);
    }

    #[test]
    fn damage_is_laid_to_the_file_that_has_it() {
        let (certificate, key) = pair();
        let cut = certificate.replace("-----END CERTIFICATE-----", "");
        assert!(matches!(refused(&cut, &key), Error::Pem { path, .. } if path.ends_with("site.crt")));
        let junk = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";
        assert!(matches!(refused(junk, &key), Error::Certificate { path, .. } if path.ends_with("site.crt")));
        let junk = "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n";
        assert!(matches!(refused(&certificate, junk), Error::PrivateKey { path, .. } if path.ends_with("site.key")));
    }
}
