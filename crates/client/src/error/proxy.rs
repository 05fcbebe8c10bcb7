//! Why a proxy that stands between does not connect.

use std::fmt;
use std::io;

use leasehold_core::Code;

use crate::error::describe_io;
use crate::refused::readable;

/// Why a proxy that stands between does not connect.
#[derive(Debug)]
pub struct ProxyFault {
    /// The proxy, and the variable that names it.
    pub proxy: String,
    /// What went wrong.
    pub cause: ProxyCause,
}

/// What goes wrong with a proxy.
#[derive(Debug)]
pub enum ProxyCause {
    /// It does not answer.
    Unreachable(io::Error),
    /// Its name has no address.
    NoAddress,
    /// It answers with this status.
    Status(u16),
    /// It answers with something else than a proxy's answer.
    Answer(String),
}

impl ProxyFault {
    /// The stable code.
    pub(crate) fn code(&self) -> Code {
        match self.cause {
            ProxyCause::Unreachable(_) | ProxyCause::NoAddress => Code::ProxyUnreachable,
            ProxyCause::Status(_) | ProxyCause::Answer(_) => Code::ProxyRefused,
        }
    }
}

impl std::error::Error for ProxyFault {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match &self.cause {
            ProxyCause::Unreachable(error) => Some(error),
            ProxyCause::NoAddress | ProxyCause::Status(_) | ProxyCause::Answer(_) => None,
        }
    }
}

impl fmt::Display for ProxyFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let proxy = &self.proxy;
        match &self.cause {
            ProxyCause::Unreachable(error) => write!(f, "the proxy {proxy} does not answer: {}", describe_io(error)),
            ProxyCause::NoAddress => write!(f, "the name of the proxy {proxy} has no address"),
            ProxyCause::Status(407) => write!(f, "the proxy {proxy} wants a name and password (407)"),
            ProxyCause::Status(status @ (502..=504)) => {
                write!(f, "the proxy {proxy} does not reach the address ({status})")
            }
            ProxyCause::Status(status) => write!(f, "the proxy {proxy} does not allow the address ({status})"),
            ProxyCause::Answer(answer) => write!(f, "the proxy {proxy} does not connect: {answer}"),
        }
    }
}

impl ProxyCause {
    /// What the proxy has said, by the words of the HTTP client.
    pub(crate) fn of_words(words: &str) -> Self {
        let numbers = words.split(|c: char| !c.is_ascii_digit()).filter(|number| number.len() == 3);
        let status = numbers.filter_map(|number| number.parse().ok()).find(|status| (300..=599).contains(status));
        status.map_or_else(|| Self::Answer(readable(words)), Self::Status)
    }
}
