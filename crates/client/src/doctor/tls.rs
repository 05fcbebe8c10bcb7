//! When the TLS certificates of hosts end: a handshake that looks at the certificate and trusts nothing.

use std::fmt;
use std::io::Read;
use std::net::{TcpStream, ToSocketAddrs};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use leasehold_core::{Code, Finding, Span, Timestamp};
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{CryptoProvider, ring};
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{ClientConfig, ClientConnection, DigitallySignedStruct, Error, SignatureScheme};

use crate::doctor::date;
use crate::exchange::Exchange;
use crate::route::{Reach, Route};

/// The certificates of the hosts that speak TLS, where no proxy stands between. One that is not trusted is told where the host is
/// judged.
pub(crate) fn checks<'r>(exchange: &Exchange, routes: impl Iterator<Item = &'r Route>, now: Timestamp) -> Vec<Finding> {
    let direct = routes.filter(|route| route.address.is_secure() && exchange.proxy(route).is_none());
    let ends = direct.filter_map(|route| Some((route, end(route, exchange.connect_timeout())?)));
    ends.filter(|(_, end)| *end > now).map(|(route, end)| finding(route, end, now)).collect()
}

fn finding(route: &Route, end: Timestamp, now: Timestamp) -> Finding {
    let name = format!("TLS certificate of {}", route.address);
    if end.since(now) > SOON {
        return Finding::ok(name, format!("it ends at {end}"));
    }
    Finding::warning(name, Code::TlsCertificateEndsSoon, format!("it ends at {end}, in {}", end.since(now)))
}

/// When the certificate that the server shows ends; `None` where it shows none.
fn end(route: &Route, timeout: Duration) -> Option<Timestamp> {
    let socket = match route.reach {
        Reach::At(socket) => socket,
        Reach::ByName => route.address.socket().to_socket_addrs().ok()?.next()?,
        Reach::ByAgent | Reach::Nowhere => return None,
    };
    let provider = Arc::new(ring::default_provider());
    let seen = Arc::new(Recorder { seen: Mutex::default(), provider: Arc::clone(&provider) });
    let config = ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions().ok()?;
    let config = config.dangerous().with_custom_certificate_verifier(Arc::clone(&seen) as _).with_no_client_auth();
    let name = ServerName::try_from(route.address.name().trim_matches(['[', ']']).to_owned()).ok()?;
    let mut connection = ClientConnection::new(Arc::new(config), name).ok()?;
    let mut stream = TcpStream::connect_timeout(&socket, timeout).ok()?;
    stream.set_read_timeout(Some(timeout)).and_then(|()| stream.set_write_timeout(Some(timeout))).ok()?;
    while connection.is_handshaking() && seen.certificate().is_none() {
        connection.complete_io(&mut Bounded { stream: &mut stream, left: MAX_HANDSHAKE }).ok()?;
    }
    not_after(&seen.certificate()?)
}

/// The end of the validity in a certificate (RFC 5280 section 4.1).
fn not_after(certificate: &[u8]) -> Option<Timestamp> {
    let (_, certificate, _) = element(certificate)?;
    let (_, mut rest, _) = element(certificate)?;
    // Version (which may be left out), serial number, algorithm, issuer.
    for _ in 0..if rest.first() == Some(&VERSION) { 4 } else { 3 } {
        (_, _, rest) = element(rest)?;
    }
    let (_, validity, _) = element(rest)?;
    let (_, _, after) = element(validity)?;
    let (tag, time, _) = element(after)?;
    date::parse_asn1(std::str::from_utf8(time).ok()?, tag == GENERALIZED_TIME)
}

/// The first element of DER: its tag, its content, what follows.
fn element(der: &[u8]) -> Option<(u8, &[u8], &[u8])> {
    let (&[tag, first], rest) = der.split_first_chunk::<2>()?;
    let (length, rest) = match first {
        0x80.. => {
            let (digits, rest) =
                rest.split_at_checked(usize::from(first & 0x7f)).filter(|(digits, _)| digits.len() <= 4)?;
            (digits.iter().fold(0, |length, digit| length << 8 | usize::from(*digit)), rest)
        }
        short => (usize::from(short), rest),
    };
    let (content, rest) = rest.split_at_checked(length)?;
    Some((tag, content, rest))
}

/// Takes any certificate and remembers it. Nothing is sent over such a connection.
struct Recorder {
    seen: Mutex<Option<Vec<u8>>>,
    provider: Arc<CryptoProvider>,
}

impl Recorder {
    fn certificate(&self) -> Option<Vec<u8>> {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl fmt::Debug for Recorder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Recorder").finish_non_exhaustive()
    }
}

impl ServerCertVerifier for Recorder {
    fn verify_server_cert(
        &self,
        certificate: &CertificateDer<'_>,
        _between: &[CertificateDer<'_>],
        _name: &ServerName<'_>,
        _ocsp: &[u8],
        _now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        *self.seen.lock().unwrap_or_else(PoisonError::into_inner) = Some(certificate.to_vec());
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        _message: &[u8],
        _certificate: &CertificateDer<'_>,
        _signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        Ok(HandshakeSignatureValid::assertion())
    }

    fn verify_tls13_signature(
        &self,
        _message: &[u8],
        _certificate: &CertificateDer<'_>,
        _signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        Ok(HandshakeSignatureValid::assertion())
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.provider.signature_verification_algorithms.supported_schemes()
    }
}

/// A connection of which no more than a handshake is read.
struct Bounded<'s> {
    stream: &'s mut TcpStream,
    left: u64,
}

impl Read for Bounded<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let read = Read::take(&mut *self.stream, self.left).read(buffer)?;
        self.left -= read as u64;
        Ok(read)
    }
}

impl std::io::Write for Bounded<'_> {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.stream.write(bytes)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        self.stream.flush()
    }
}

/// How long before its end a certificate is worth a warning.
const SOON: Span = Span::days(30);
/// More than the certificates of any server have.
const MAX_HANDSHAKE: u64 = 256 * 1_024;
/// The tag of the version, in a certificate.
const VERSION: u8 = 0xa0;
/// The tag of a time with a year of four digits.
const GENERALIZED_TIME: u8 = 0x18;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_end_of_a_certificate_is_read_whatever_its_form() {
        for (year, month, day, end) in [(2030, 2, 28, "2030-02-28 00:00 UTC"), (2055, 12, 1, "2055-12-01 00:00 UTC")] {
            let mut params = rcgen::CertificateParams::new(vec!["a.test".to_owned()]).unwrap();
            params.not_after = rcgen::date_time_ymd(year, month, day);
            let key = rcgen::KeyPair::generate().unwrap();
            let certificate = params.self_signed(&key).unwrap();
            assert_eq!(not_after(certificate.der()).map(|at| at.to_string()).as_deref(), Some(end));
            for length in 0..certificate.der().len().min(200) {
                assert_eq!(not_after(&certificate.der()[..length]), None);
            }
        }
    }
}
