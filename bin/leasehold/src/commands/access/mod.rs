//! `… admin` and `… token`: who may use a dashboard and an admin API. What a host and an authority have in common.

pub(crate) mod admin;
pub(crate) mod provider;
pub(crate) mod token;

use std::path::Path;

use leasehold_core::{Code, Text};
use leasehold_service::access::{AccessError, Accounts, Audit, Event};
use leasehold_service::admin::RoleName;

use crate::failure::Failure;
use crate::input;

/// The accounts that a command is about.
#[derive(Debug)]
pub(crate) struct AccessContext<'c> {
    /// The folder of the host or vendor.
    pub(crate) folder: &'c Path,
    /// The command whose `admin` and `token` these are.
    pub(crate) command: &'static str,
    /// The roles that there are.
    pub(crate) roles: &'static [RoleName],
    /// Where the dashboard is.
    pub(crate) url: String,
    /// What tokens begin with.
    pub(crate) token_prefix: &'static str,
    /// Who gives the command.
    pub(crate) by: Text,
}

impl AccessContext<'_> {
    fn accounts(&self) -> Accounts {
        Accounts::of(self.folder)
    }

    /// Writes down what is about to be changed.
    fn note(&self, action: &str, subject: &str) -> Result<(), Failure> {
        let actor = format!("cli:{}", self.by.as_str());
        let event = Event { actor: &actor, action, subject, from: None };
        Audit::of(self.folder).note(event, input::now()).map_err(|error| self.failed(&error))
    }

    /// The roles of these names.
    fn roles(&self, names: &[String]) -> Result<Vec<String>, Failure> {
        let known = |name: &String| self.roles.iter().any(|role| role.0 == name.as_str());
        match names.iter().find(|name| !known(name)) {
            None => Ok(names.to_vec()),
            Some(unknown) => {
                let all: Vec<&str> = self.roles.iter().map(|role| role.0).collect();
                let message = format!("role {unknown}: there is no such role");
                Err(Failure::failed(Code::Usage, message).hint(format!("the roles are {}", all.join(", "))))
            }
        }
    }

    /// What a failure means for the command.
    fn failed(&self, error: &AccessError) -> Failure {
        let (command, message) = (self.command, error.to_string());
        match error {
            AccessError::File { path, source } => Failure::file(path, source),
            AccessError::Exists(_) => Failure::refused(error.code(), message),
            AccessError::Unknown(_) => Failure::refused(error.code(), message)
                .hint(format!("`{command} admin list` and `{command} token list` show those that there are")),
            AccessError::Damaged(_) | AccessError::ShortPassword => Failure::failed(error.code(), message),
        }
    }
}
