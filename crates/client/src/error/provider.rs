//! Why an identity provider has not answered, or its answer is of no use.

use std::fmt;

use leasehold_core::Code;

use crate::error::failure::{Failure, NotAHost};

/// Why an identity provider has not answered, or its answer is of no use.
#[derive(Debug)]
pub struct ProviderError {
    /// The provider's name.
    pub issuer: String,
    /// What went wrong.
    pub fault: ProviderFault,
}

/// What goes wrong with a provider.
#[derive(Debug)]
pub enum ProviderFault {
    /// It has not answered, or not as a provider does.
    Unanswered(Failure),
    /// It answers with this status.
    Status(u16),
    /// It says that it has another name.
    OtherIssuer {
        /// That name, shortened.
        found: String,
    },
    /// An address is none.
    Address(String),
    /// An address is in plain HTTP.
    Insecure(String),
    /// Its answer is not the JSON that was asked for.
    Json(serde_json::Error),
    /// It lacks what this way of signing in needs.
    Missing(&'static str),
    /// It refuses.
    Refused {
        /// Its code (RFC 6749).
        error: String,
        /// In its words, shortened.
        details: Option<String>,
    },
}

impl ProviderError {
    /// The stable code.
    pub fn code(&self) -> Code {
        match &self.fault {
            ProviderFault::Unanswered(Failure::NotAHost(_)) => Code::ProviderUnusable,
            ProviderFault::Unanswered(_) | ProviderFault::Status(500..) => Code::ProviderUnreachable,
            ProviderFault::Insecure(_) => Code::SignInInsecure,
            ProviderFault::Refused { .. } => Code::SignInDeclined,
            ProviderFault::Status(_)
            | ProviderFault::OtherIssuer { .. }
            | ProviderFault::Address(_)
            | ProviderFault::Json(_)
            | ProviderFault::Missing(_) => Code::ProviderUnusable,
        }
    }

    /// The provider's own code, where it refuses.
    pub(crate) fn refusal(&self) -> Option<&str> {
        match &self.fault {
            ProviderFault::Refused { error, .. } => Some(error),
            _ => None,
        }
    }
}

impl std::error::Error for ProviderError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match &self.fault {
            ProviderFault::Unanswered(failure) => Some(failure),
            ProviderFault::Json(error) => Some(error),
            _ => None,
        }
    }
}

impl fmt::Display for ProviderError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "identity provider {}: ", self.issuer)?;
        match &self.fault {
            ProviderFault::Unanswered(Failure::NotAHost(NotAHost::Reply { status, .. })) => {
                write!(f, "it answers {status} with something else than JSON")
            }
            ProviderFault::Unanswered(Failure::NotAHost(other)) => write!(f, "{other}"),
            ProviderFault::Unanswered(failure) => write!(f, "{failure}"),
            ProviderFault::Status(status) => write!(f, "it answers {status}"),
            ProviderFault::OtherIssuer { found } => write!(f, "it says that its issuer is {found}"),
            ProviderFault::Address(url) => write!(f, "{url} is no address of a server"),
            ProviderFault::Insecure(url) => write!(f, "{url} is in plain HTTP"),
            ProviderFault::Json(error) => write!(f, "its answer is not the JSON that was asked for ({error})"),
            ProviderFault::Missing(what) => write!(f, "it has no {what}"),
            ProviderFault::Refused { error, details: None } => write!(f, "it refuses: {error}"),
            ProviderFault::Refused { error, details: Some(details) } => write!(f, "it refuses: {error} ({details})"),
        }
    }
}
