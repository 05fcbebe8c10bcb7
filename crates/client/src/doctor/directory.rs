//! The directory: whether a server is found and answers, and whether an object there activates the product.

use leasehold_core::{Code, Finding};

use crate::error::directory::DirectoryFault;
use crate::session::deadline::Deadline;
use crate::session::directories::DirectorySource;
use crate::session::directory::DirectorySession;
use crate::status::DirectoryActivation;

/// Reads the directory and stores nothing; `None` where none is to be read, and where the machine is in no domain and was
/// never activated by one: hosts activate it.
pub(crate) fn check(session: &DirectorySession<'_>, before: Option<&DirectoryActivation>) -> Option<Finding> {
    let found = session.find(Deadline::of_attempt(session.context.clock.as_ref()))?;
    match found {
        Ok((name, until)) => Some(Finding::ok(NAME, format!("{name} activates this machine, until {until}"))),
        Err(DirectoryFault::NoServer) if before.is_none() => None,
        Err(fault) => Some(judge(&session.network.directories.source, &fault)),
    }
}

/// One that was set is to work; that a domain has no object may be meant.
fn judge(source: &DirectorySource, fault: &DirectoryFault) -> Finding {
    let told = fault.to_string();
    let detail = told.strip_prefix("directory: ").or(told.strip_prefix("directory ")).unwrap_or(&told);
    match (source, fault.code()) {
        (DirectorySource::Domain, code @ (Code::NoObject | Code::DirectoryDenied)) => {
            Finding::warning(NAME, code, detail)
        }
        (_, code) => Finding::failure(NAME, code, detail),
    }
}

const NAME: &str = "directory";
