//! `leasehold vendor token add`.

use clap::{Args, ValueEnum};
use leasehold_authority::tokens::{self, NewToken};
use leasehold_client::SystemRng;
use leasehold_core::{Timestamp, TokenName};
use leasehold_store::authority;
use zeroize::Zeroizing;

use crate::commands::secret::SecretOutput;
use crate::commands::vendor::{VendorContext, failed};
use crate::failure::Failure;
use crate::output::{self, Output};
use crate::values;

/// Make a token; it is shown this once.
#[derive(Debug, Args)]
pub(crate) struct Add {
    /// What it is called: the audit names it.
    name: TokenName,
    /// What it allows; several between commas.
    #[arg(long = "role", value_enum, value_delimiter = ',', default_value = "read")]
    roles: Vec<Role>,
    /// When it ends; without, it does not.
    #[arg(long, value_name = "DATE", value_parser = values::time)]
    expires: Option<Timestamp>,
    #[command(flatten)]
    out: SecretOutput,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Role {
    /// To see everything.
    Read,
    /// To add and change products, families and product keys.
    Issue,
    /// To revoke product keys, hosts, machines and documents.
    Revoke,
}

impl Add {
    pub(super) fn run(self, context: &VendorContext, output: Output) -> Result<(), Failure> {
        let roles = self.roles.into_iter().map(authority::Role::from).collect();
        let new = NewToken { name: self.name, roles, expires: self.expires };
        let draft = tokens::draft(&*context.store, &new, context.stamp(), &SystemRng);
        let draft = draft.map_err(|error| failed(&error))?;
        let token = draft.token().clone();
        let text = Zeroizing::new(draft.text().to_string());
        self.out.write(("token", &text), super::value(&token), output, || {
            draft.record(&*context.store, context.stamp()).map_err(|error| failed(&error))
        })?;
        let until = token.expires.map_or_else(|| "for ever".to_owned(), |end| format!("until {}", output::time(end)));
        errln!("token {}, {until}: {}", token.name, super::roles(&token));
        errln!("the token is shown this once and kept nowhere: store it safely");
        Ok(())
    }
}

impl From<Role> for authority::Role {
    fn from(role: Role) -> Self {
        match role {
            Role::Read => Self::Read,
            Role::Issue => Self::Issue,
            Role::Revoke => Self::Revoke,
        }
    }
}
