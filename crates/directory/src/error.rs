//! Why a directory could not be read or written.

use std::fmt;
use std::io::{self, ErrorKind};

use leasehold_core::Code;

/// Why a directory could not be read or written, and which.
#[derive(Debug, thiserror::Error)]
#[error("directory {server}: {failure}")]
pub struct DirectoryError {
    /// The server, as it was addressed.
    pub server: String,
    /// What went wrong.
    #[source]
    pub failure: Failure,
}

/// What went wrong with a directory.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    /// No connection, or it was closed early.
    #[error("{}", describe(.0))]
    Unreachable(#[source] io::Error),
    /// Its name has no address.
    #[error("its name has no address")]
    NameNotFound,
    /// It does not answer in time.
    #[error("it does not answer in time")]
    Silent,
    /// TLS cannot be agreed, or its certificate is not trusted here.
    #[error("TLS: {0}")]
    Untrusted(#[source] rustls::Error),
    /// It does not start TLS, and a password is sent under TLS alone.
    #[error("it does not start TLS ({0}), and a password is sent under TLS alone")]
    NoTls(String),
    /// What it answers is not LDAP.
    #[error("its answer is not LDAP as a directory speaks it: {0}")]
    Malformed(&'static str),
    /// It answers with more than is read.
    #[error("its answer is too large: {0}")]
    TooLarge(&'static str),
    /// It refuses the name and password, or wants some.
    #[error("it refuses the bind: {0}")]
    Denied(String),
    /// It allows no such change.
    #[error("it allows this user no such change: {0}")]
    NoRight(String),
    /// Another server has what is asked for.
    #[error("it refers to another server, which is not asked: {0}")]
    Referred(String),
    /// It answers with another result.
    #[error("it answers {0}")]
    Refused(String),
    /// It does not tell what it is: no naming context, or no id.
    #[error("it does not tell its {0}")]
    NoId(&'static str),
    /// The program that speaks Kerberos for this one cannot be used.
    #[error("Kerberos: {0}")]
    Kerberos(String),
}

impl Failure {
    /// The stable code.
    pub fn code(&self) -> Code {
        match self {
            Self::Unreachable(_) | Self::NameNotFound => Code::DirectoryUnreachable,
            Self::Silent => Code::DirectorySilent,
            Self::Untrusted(_) | Self::NoTls(_) => Code::UntrustedDirectory,
            Self::Malformed(_) | Self::TooLarge(_) | Self::NoId(_) => Code::NotADirectory,
            Self::Denied(_) => Code::DirectoryDenied,
            Self::NoRight(_) => Code::DirectoryNoRight,
            Self::Referred(_) => Code::DirectoryReferred,
            Self::Refused(_) => Code::DirectoryRefused,
            Self::Kerberos(_) => Code::KerberosUnusable,
        }
    }
}

impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Self {
        match error.kind() {
            ErrorKind::TimedOut | ErrorKind::WouldBlock => Self::Silent,
            _ => match error.downcast::<rustls::Error>() {
                Ok(tls) => Self::Untrusted(tls),
                Err(error) => Self::Unreachable(error),
            },
        }
    }
}

fn describe(error: &io::Error) -> impl fmt::Display {
    match error.kind() {
        ErrorKind::ConnectionRefused => "connection refused".to_owned(),
        ErrorKind::ConnectionReset
        | ErrorKind::ConnectionAborted
        | ErrorKind::BrokenPipe
        | ErrorKind::UnexpectedEof => "it closed the connection".to_owned(),
        ErrorKind::NetworkUnreachable | ErrorKind::HostUnreachable => "no network leads there".to_owned(),
        _ => {
            let words = error.to_string();
            words.split(" (os error ").next().unwrap_or_default().to_owned()
        }
    }
}
