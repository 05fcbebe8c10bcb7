//! The TLS of a server: its certificate, and sessions that clients may resume.

use std::fmt;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Arc, PoisonError, RwLock, RwLockReadGuard};
use std::time::{Duration, SystemTime};

use leasehold_core::{Clock, Code, Timestamp};
use rustls::ServerConfig;
use rustls::crypto::ring;
use tokio_rustls::TlsAcceptor;

use crate::Error;
use crate::certificate::{self, CertificateEnd, SiteCertificate};
use crate::pem::{read_certificates, read_private_key};

/// TLS 1.2 and 1.3 with one certificate, offering HTTP/2 and HTTP/1.1. Clones share the certificate, and take on a new one
/// together.
#[derive(Clone)]
pub struct Tls {
    loaded: Arc<RwLock<Loaded>>,
}

/// What new connections are served with, and where it was read.
struct Loaded {
    certificate: PathBuf,
    key: PathBuf,
    config: Arc<ServerConfig>,
    /// When the certificate ends, where that can be read.
    ends: Option<Timestamp>,
    /// The files when they were last read, whether they could be used or not.
    stamps: Stamps,
}

/// When each file was last written, and its length; `None` where it is not there.
type Stamps = [Option<(SystemTime, u64)>; 2];

impl Tls {
    /// Reads the certificate with its chain, nearest first, and the private key, both PEM.
    ///
    /// # Errors
    ///
    /// A file cannot be read, holds nothing of use, or key and certificate do not belong together; the error names
    /// the file.
    pub fn from_pem_files(certificate: &Path, key: &Path) -> Result<Self, Error> {
        Ok(Self { loaded: Arc::new(RwLock::new(Loaded::read(certificate, key)?)) })
    }

    /// Reads these files: connections that begin from now on are served with what stands there.
    ///
    /// # Errors
    /// As [`Self::from_pem_files`]; the certificate before stays in use then.
    pub fn reload(&self, certificate: &Path, key: &Path) -> Result<(), Error> {
        let read = Loaded::read(certificate, key)?;
        *self.loaded.write().unwrap_or_else(PoisonError::into_inner) = read;
        Ok(())
    }

    /// Takes on new files as they come, and says 30, 14 and 3 days ahead that the certificate ends. It never ends.
    pub async fn watch(self, clock: Arc<dyn Clock>) {
        let mut told = CertificateEnd::Far;
        loop {
            self.reload_if_changed();
            told = self.tell_end(clock.now(), told);
            tokio::time::sleep(LOOK).await;
        }
    }

    fn reload_if_changed(&self) {
        let (certificate, key, before) = {
            let loaded = self.loaded();
            (loaded.certificate.clone(), loaded.key.clone(), loaded.stamps)
        };
        let found = stamps(&certificate, &key);
        if found == before {
            return;
        }
        let file = certificate.display();
        match self.reload(&certificate, &key) {
            Ok(()) => tracing::info!(%file, "a new TLS certificate is in use"),
            // Key and certificate are seldom written at one moment: the next look may find both.
            Err(error) => {
                self.loaded.write().unwrap_or_else(PoisonError::into_inner).stamps = found;
                tracing::warn!(%file, code = %error.code(), %error, "the new TLS certificate cannot be used, the one before stays");
            }
        }
    }

    fn tell_end(&self, now: Timestamp, told: CertificateEnd) -> CertificateEnd {
        let loaded = self.loaded();
        let Some(ends) = loaded.ends else { return told };
        let (end, file, left) = (certificate::end(ends, now), loaded.certificate.display(), ends.since(now));
        match end {
            _ if end <= told => {}
            CertificateEnd::Past => {
                tracing::error!(%file, code = %Code::TlsCertificateEnded, %ends, "the TLS certificate has ended");
            }
            CertificateEnd::Far | CertificateEnd::Month | CertificateEnd::Weeks | CertificateEnd::Days => {
                tracing::warn!(%file, code = %Code::TlsCertificateEndsSoon, %ends, %left, "the TLS certificate ends soon");
            }
        }
        end
    }

    /// When the certificate that is in use ends, where that can be read.
    pub fn ends(&self) -> Option<Timestamp> {
        self.loaded().ends
    }

    pub(crate) fn acceptor(&self) -> TlsAcceptor {
        TlsAcceptor::from(Arc::clone(&self.loaded().config))
    }

    fn loaded(&self) -> RwLockReadGuard<'_, Loaded> {
        self.loaded.read().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Loaded {
    fn read(certificate: &Path, key: &Path) -> Result<Self, Error> {
        // First, so that what is written from here on is noticed.
        let stamps = stamps(certificate, key);
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
        let ends = SiteCertificate::read(certificate).ok().map(|read| read.ends());
        let (certificate, key) = (certificate.to_owned(), key.to_owned());
        Ok(Self { certificate, key, config: Arc::new(config), ends, stamps })
    }
}

impl fmt::Debug for Tls {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Tls").field("certificate", &self.loaded().certificate).finish_non_exhaustive()
    }
}

fn stamps(certificate: &Path, key: &Path) -> Stamps {
    [certificate, key].map(|path| {
        let found = fs::metadata(path).ok()?;
        Some((found.modified().ok()?, found.len()))
    })
}

/// How often new files are looked for.
const LOOK: Duration = Duration::from_secs(10);

#[cfg(test)]
mod tests {
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
    fn new_files_are_taken_on_by_all_who_share_them_and_bad_ones_are_not() {
        let ((first, first_key), (second, second_key)) = (pair(), pair());
        let files = files(&first, &first_key);
        let tls = Tls::from_pem_files(&files.certificate, &files.key).unwrap();
        let shared = tls.clone();
        let config = |tls: &Tls| Arc::as_ptr(&tls.loaded().config);
        let before = config(&shared);
        tls.reload_if_changed();
        assert_eq!(config(&shared), before, "nothing has changed");
        fs::write(&files.certificate, format!("{second}\n")).unwrap();
        tls.reload_if_changed();
        assert_eq!(config(&shared), before, "its key is not there yet");
        fs::write(&files.key, format!("{second_key}\n")).unwrap();
        tls.reload_if_changed();
        assert_ne!(config(&shared), before);
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
