//! How commands on the host's own machine reach its admin API: at a socket in its folder, where the system has such; else by a file in its
//! folder, which only its owner can read, with the address and a token that holds while the host serves.

use std::path::Path;

use leasehold_core::{Rng, Text};
use leasehold_files::Readers;
use leasehold_service::access::{Caller, SecretText};
use leasehold_service::{HeaderName, Request};
use serde::{Deserialize, Serialize};

use super::RoleSet;
use crate::Error;

/// What the file says.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct LocalAccess {
    /// Where the admin API is, with its scheme.
    pub url: String,
    /// The token.
    pub token: String,
}

/// The token of the machine's own commands.
#[derive(Debug)]
pub(crate) struct LocalToken(SecretText);

impl LocalAccess {
    /// The header in which a command says who gave it.
    pub const OPERATOR: &str = "leasehold-operator";

    /// What the host of `folder` has written; `None` where it does not serve, or has no admin API.
    pub fn read(folder: &Path) -> Option<Self> {
        let bytes = leasehold_files::read_if_there(&folder.join(LOCAL), MAX_FILE).ok()??;
        serde_json::from_slice(&bytes).ok()
    }
}

impl LocalToken {
    pub(crate) fn new(rng: &dyn Rng) -> Self {
        Self(SecretText::new("lhl_", rng))
    }

    /// Writes the file for a host that serves at `url`.
    pub(crate) fn write(&self, folder: &Path, url: String) -> Result<(), Error> {
        let path = folder.join(LOCAL);
        let access = LocalAccess { url, token: self.0.expose().to_owned() };
        let bytes = serde_json::to_vec(&access).map_err(|error| Error::at(&path)(error.into()))?;
        leasehold_files::replace(&path, &bytes, Readers::Owner).map_err(Error::at(path))
    }

    /// Removes the file.
    pub(crate) fn remove(folder: &Path) {
        if let Err(error) = leasehold_files::remove(&folder.join(LOCAL)) {
            tracing::warn!(%error, "the admin API's file for commands is not removed");
        }
    }

    /// Who gave the command that shows `text`.
    pub(crate) fn caller(&self, text: &str, request: &Request) -> Option<Caller> {
        if SecretText::hash_of(text) != self.0.hash() {
            return None;
        }
        Some(operator(request))
    }
}

/// Who gave a command of this machine, as it says.
pub(super) fn operator(request: &Request) -> Caller {
    let operator = request.header(&HeaderName::from_static(LocalAccess::OPERATOR)).unwrap_or_default();
    let operator: Option<Text> = operator.parse().ok().filter(|_| !operator.is_empty());
    let name = operator.map_or_else(|| "unknown".to_owned(), |operator| operator.as_str().to_owned());
    let roles = RoleSet::ALL.map(|role| role.0.to_owned()).to_vec();
    Caller { actor: format!("cli:{name}"), roles, form_token: String::new() }
}

pub(crate) const LOCAL: &str = "admin.json";
/// The socket.
pub(crate) const SOCKET: &str = "admin.sock";
const MAX_FILE: u64 = 4_096;
