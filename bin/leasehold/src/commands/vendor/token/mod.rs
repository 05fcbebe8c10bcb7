//! `leasehold vendor token`: tokens for the authority's admin API.

mod add;
mod list;
mod revoke;

use clap::Subcommand;
use leasehold_core::Timestamp;
use leasehold_store::authority::{self, Role};
use serde_json::{Value, json};

use super::VendorContext;
use crate::failure::Failure;
use crate::output::Output;

#[derive(Debug, Subcommand)]
pub(crate) enum Token {
    /// Make a token; it is shown this once.
    Add(add::Add),
    /// The tokens with what they allow and when they were last used.
    List(list::List),
    /// Revoke a token at once and for ever.
    Revoke(revoke::Revoke),
}

impl Token {
    pub(super) fn run(self, context: &VendorContext, output: Output) -> Result<(), Failure> {
        match self {
            Self::Add(command) => command.run(context, output),
            Self::List(command) => command.run(context, output),
            Self::Revoke(command) => command.run(context, output),
        }
    }
}

/// A token in JSON, without its secret.
fn value(token: &authority::Token) -> Value {
    json!({
        "name": token.name.as_str(),
        "roles": token.roles.each().map(Role::name).collect::<Vec<_>>(),
        "made": token.made.unix(),
        "expires": token.expires.map(Timestamp::unix),
        "used": token.used.map(Timestamp::unix),
        "revoked": token.revoked.map(Timestamp::unix),
    })
}

fn roles(token: &authority::Token) -> String {
    token.roles.each().map(Role::name).collect::<Vec<_>>().join(", ")
}
