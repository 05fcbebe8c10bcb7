//! Why a TLS connection to a server fails, in words that name the remedy.

use std::fmt;

use leasehold_core::{Code, Timestamp};
use rustls::pki_types::{ServerName, UnixTime};
use rustls::{CertificateError, Error};

/// Why a server's TLS certificate is not accepted.
#[derive(Clone, Debug, PartialEq)]
pub enum TlsFault {
    /// It has ended.
    Ended {
        /// When; `None` where it is valid at no time.
        at: Option<Timestamp>,
    },
    /// It is not valid yet.
    NotYetValid {
        /// When it will be.
        from: Option<Timestamp>,
    },
    /// It is for other names.
    OtherName {
        /// The name that was asked for.
        expected: String,
        /// The names that it is for.
        names: Vec<String>,
    },
    /// No authority that is trusted here has issued it, or the certificates between are missing.
    UnknownIssuer,
    /// It is self-signed, and an authority's by its own words, as OpenSSL makes them.
    SelfSigned,
    /// Something else.
    Other(Box<Error>),
}

impl TlsFault {
    /// The fault, where a certificate has one; `None` where TLS itself failed.
    pub(crate) fn of(error: &Error) -> Option<Self> {
        let Error::InvalidCertificate(certificate) = error else { return None };
        let unix = |time: &UnixTime| Some(Timestamp::from_unix(time.as_secs()));
        Some(match certificate {
            CertificateError::Expired => Self::Ended { at: None },
            CertificateError::ExpiredContext { not_after, .. } => Self::Ended { at: unix(not_after) },
            CertificateError::NotValidYet => Self::NotYetValid { from: None },
            CertificateError::NotValidYetContext { not_before, .. } => Self::NotYetValid { from: unix(not_before) },
            CertificateError::NotValidForNameContext { expected, presented } => Self::OtherName {
                expected: name(expected),
                names: presented.iter().map(|shown| plain(shown)).collect(),
            },
            CertificateError::UnknownIssuer => Self::UnknownIssuer,
            // The verifier has no kind of its own for it.
            CertificateError::Other(other) if other.to_string().contains("CaUsedAsEndEntity") => Self::SelfSigned,
            _ => Self::Other(Box::new(error.clone())),
        })
    }

    /// The stable code; `None` where no other is better than "not trusted".
    pub(crate) fn code(&self) -> Option<Code> {
        match self {
            Self::Ended { .. } => Some(Code::TlsCertificateEnded),
            Self::NotYetValid { .. } => Some(Code::TlsCertificateNotYetValid),
            Self::OtherName { .. } => Some(Code::TlsCertificateOtherName),
            Self::SelfSigned => Some(Code::TlsCertificateUnsuitable),
            Self::UnknownIssuer | Self::Other(_) => None,
        }
    }
}

/// Whether the server answered with something else than TLS.
pub(crate) fn is_plain(error: &Error) -> bool {
    matches!(error, Error::InvalidMessage(rustls::InvalidMessage::InvalidContentType))
}

impl std::error::Error for TlsFault {}

impl fmt::Display for TlsFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Ended { at: Some(at) } => write!(f, "it ended at {at}"),
            Self::Ended { at: None } => f.write_str("it is valid at no time"),
            Self::NotYetValid { from: Some(from) } => write!(f, "it is valid from {from} on"),
            Self::NotYetValid { from: None } => f.write_str("it is not valid yet"),
            Self::OtherName { expected, names } if names.is_empty() => {
                write!(f, "it names no server, {expected} is needed")
            }
            Self::OtherName { expected, names } => write!(f, "it is for {}, not for {expected}", names.join(", ")),
            Self::UnknownIssuer => {
                f.write_str("no authority that is trusted here has issued it, or the certificates between are missing")
            }
            Self::SelfSigned => f.write_str("it is self-signed, and says that it is an authority's and no server's"),
            Self::Other(error) => error.fmt(f),
        }
    }
}

fn name(expected: &ServerName<'_>) -> String {
    match expected {
        ServerName::IpAddress(ip) => std::net::IpAddr::from(*ip).to_string(),
        other => other.to_str().into_owned(),
    }
}

/// A name as the verifier shows it, such as `DnsName("a.example")`, without what stands around.
fn plain(shown: &str) -> String {
    shown.split('"').nth(1).unwrap_or(shown).to_owned()
}
