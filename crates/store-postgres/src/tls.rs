//! TLS as libpq's `sslmode` says it: which servers a connection trusts.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::client::{WebPkiServerVerifier, verify_server_cert_signed_by_trust_anchor};
use rustls::crypto::{CryptoProvider, verify_tls12_signature, verify_tls13_signature};
use rustls::server::ParsedCertificate;
use rustls::{ClientConfig, DigitallySignedStruct, Error, RootCertStore, SignatureScheme};
use rustls_pki_types::pem::{self, PemObject};
use rustls_pki_types::{CertificateDer, PrivateKeyDer, ServerName, UnixTime};
use tokio_postgres_rustls::MakeRustlsConnect;

use crate::address_error::AddressError;
use crate::environment::Environment;

/// How a connection is secured.
#[derive(Clone)]
pub(crate) struct Tls(Arc<ClientConfig>);

/// libpq's `sslmode`; `allow` is taken as `prefer`, which is no weaker.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Mode {
    Disable,
    Prefer,
    Require,
    VerifyCa,
    VerifyFull,
}

/// What a URL and the environment say about TLS.
#[derive(Debug, Default)]
pub(crate) struct Options {
    pub(crate) mode: Option<String>,
    pub(crate) roots: Option<String>,
    pub(crate) certificate: Option<String>,
    pub(crate) key: Option<String>,
}

impl Options {
    /// These, and for what is left out those of the environment.
    pub(crate) fn or(self, environment: &Environment<'_>) -> Self {
        Self {
            mode: self.mode.or_else(|| environment("PGSSLMODE")),
            roots: self.roots.or_else(|| environment("PGSSLROOTCERT")),
            certificate: self.certificate.or_else(|| environment("PGSSLCERT")),
            key: self.key.or_else(|| environment("PGSSLKEY")),
        }
    }
}

impl Tls {
    /// TLS as `options` say, and the mode. As in libpq: `require` checks the chain where there is a file of roots;
    /// the file is `~/.postgresql/root.crt` unless named; `sslrootcert=system` means `verify-full`.
    pub(crate) fn new(options: Options, environment: &Environment<'_>) -> Result<(Mode, Self), AddressError> {
        let system = options.roots.as_deref() == Some("system");
        let mode = match options.mode {
            Some(value) => Mode::parse(&value)?,
            None if system => Mode::VerifyFull,
            None => Mode::Prefer,
        };
        if system && mode != Mode::VerifyFull {
            let value = "weaker than verify-full where sslrootcert is system".to_owned();
            return Err(AddressError::Option { option: "sslmode", value });
        }
        let usual = || environment("HOME").map(|home| Path::new(&home).join(".postgresql/root.crt"));
        let named = options.roots.filter(|_| !system).map(PathBuf::from);
        let file = named.or_else(|| usual().filter(|path| !system && path.exists()));
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let verifier: Arc<dyn ServerCertVerifier> = match (mode, file) {
            (Mode::Disable | Mode::Prefer, _) | (Mode::Require, None) => Arc::new(Unverified(Arc::clone(&provider))),
            (Mode::Require | Mode::VerifyCa, Some(path)) => {
                Arc::new(Chain { roots: roots(&path)?, provider: Arc::clone(&provider) })
            }
            (Mode::VerifyCa, None) => return Err(AddressError::NoRoots),
            (Mode::VerifyFull, file) => {
                let roots = file.map_or_else(|| Ok(of_the_system()), |path| roots(&path))?;
                whole(roots, &provider)?
            }
        };
        let config = ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions();
        let config = config.expect("the provider knows TLS 1.2 and 1.3").dangerous();
        let config = config.with_custom_certificate_verifier(verifier);
        let config = match (options.certificate, options.key) {
            (Some(certificate), Some(key)) => {
                let (certificate, key) = (PathBuf::from(certificate), PathBuf::from(key));
                let (chain, private) = (certificates(&certificate)?, private_key(&key)?);
                config.with_client_auth_cert(chain, private).map_err(|error| unusable(&certificate, error))?
            }
            (None, None) => config.with_no_client_auth(),
            (Some(_), None) => return Err(AddressError::Option { option: "sslkey", value: "left out".to_owned() }),
            (None, Some(_)) => return Err(AddressError::Option { option: "sslcert", value: "left out".to_owned() }),
        };
        Ok((mode, Self(Arc::new(config))))
    }

    pub(crate) fn connector(&self) -> MakeRustlsConnect {
        MakeRustlsConnect::new(ClientConfig::clone(&self.0))
    }
}

impl Mode {
    fn parse(text: &str) -> Result<Self, AddressError> {
        Ok(match text {
            "disable" => Self::Disable,
            "allow" | "prefer" => Self::Prefer,
            "require" => Self::Require,
            "verify-ca" => Self::VerifyCa,
            "verify-full" => Self::VerifyFull,
            other => return Err(AddressError::Option { option: "sslmode", value: other.to_owned() }),
        })
    }
}

fn whole(roots: RootCertStore, provider: &Arc<CryptoProvider>) -> Result<Arc<dyn ServerCertVerifier>, AddressError> {
    let built = WebPkiServerVerifier::builder_with_provider(Arc::new(roots), Arc::clone(provider)).build();
    match built {
        Ok(verifier) => Ok(verifier),
        // The system has no roots at all.
        Err(_) => Err(AddressError::NoRoots),
    }
}

/// Takes any server that answers: what libpq does unless it is given roots.
#[derive(Debug)]
struct Unverified(Arc<CryptoProvider>);

/// A server whose certificate leads to the roots, whatever its name.
#[derive(Debug)]
struct Chain {
    roots: RootCertStore,
    provider: Arc<CryptoProvider>,
}

macro_rules! signatures_by {
    ($provider:ident) => {
        fn verify_tls12_signature(
            &self,
            message: &[u8],
            certificate: &CertificateDer<'_>,
            signature: &DigitallySignedStruct,
        ) -> Result<HandshakeSignatureValid, Error> {
            verify_tls12_signature(message, certificate, signature, &self.$provider().signature_verification_algorithms)
        }

        fn verify_tls13_signature(
            &self,
            message: &[u8],
            certificate: &CertificateDer<'_>,
            signature: &DigitallySignedStruct,
        ) -> Result<HandshakeSignatureValid, Error> {
            verify_tls13_signature(message, certificate, signature, &self.$provider().signature_verification_algorithms)
        }

        fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
            self.$provider().signature_verification_algorithms.supported_schemes()
        }
    };
}

impl Unverified {
    fn provider(&self) -> &CryptoProvider {
        &self.0
    }
}

impl Chain {
    fn provider(&self) -> &CryptoProvider {
        &self.provider
    }
}

impl ServerCertVerifier for Unverified {
    fn verify_server_cert(
        &self,
        _: &CertificateDer<'_>,
        _: &[CertificateDer<'_>],
        _: &ServerName<'_>,
        _: &[u8],
        _: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        Ok(ServerCertVerified::assertion())
    }

    signatures_by!(provider);
}

impl ServerCertVerifier for Chain {
    fn verify_server_cert(
        &self,
        certificate: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        _: &ServerName<'_>,
        _: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        let parsed = ParsedCertificate::try_from(certificate)?;
        let algorithms = self.provider.signature_verification_algorithms.all;
        verify_server_cert_signed_by_trust_anchor(&parsed, &self.roots, intermediates, now, algorithms)?;
        Ok(ServerCertVerified::assertion())
    }

    signatures_by!(provider);
}

fn of_the_system() -> RootCertStore {
    let mut roots = RootCertStore::empty();
    roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
    roots
}

fn roots(path: &Path) -> Result<RootCertStore, AddressError> {
    let mut roots = RootCertStore::empty();
    for certificate in certificates(path)? {
        roots.add(certificate).map_err(|error| unusable(path, error))?;
    }
    Ok(roots)
}

fn certificates(path: &Path) -> Result<Vec<CertificateDer<'static>>, AddressError> {
    let text = read(path)?;
    let found: Result<Vec<_>, pem::Error> = CertificateDer::pem_slice_iter(&text).collect();
    let found = found.map_err(|error| unusable(path, error))?;
    if found.is_empty() { Err(unusable(path, "no certificate is in it")) } else { Ok(found) }
}

fn private_key(path: &Path) -> Result<PrivateKeyDer<'static>, AddressError> {
    PrivateKeyDer::from_pem_slice(&read(path)?).map_err(|error| unusable(path, error))
}

fn unusable(path: &Path, why: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> AddressError {
    AddressError::at(path)(std::io::Error::new(std::io::ErrorKind::InvalidData, why))
}

/// The contents of a file, with its name where it cannot be read.
fn read(path: &Path) -> Result<Vec<u8>, AddressError> {
    leasehold_files::read(path, MAX_PEM).map_err(AddressError::at(path))
}

/// More than any file of certificates or keys has.
const MAX_PEM: u64 = 4 * 1_024 * 1_024;
