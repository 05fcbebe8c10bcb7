//! `leasehold vendor token revoke`.

use clap::Args;
use leasehold_authority::tokens;
use leasehold_core::TokenName;

use crate::commands::vendor::{VendorContext, failed};
use crate::failure::Failure;
use crate::output::{self, Output};

/// Revoke a token at once and for ever.
#[derive(Debug, Args)]
pub(crate) struct Revoke {
    /// The token.
    name: TokenName,
}

impl Revoke {
    pub(super) fn run(self, context: &VendorContext, output: Output) -> Result<(), Failure> {
        let token = tokens::revoke(&*context.store, &self.name, context.stamp()).map_err(|error| failed(&error))?;
        match output {
            Output::Json => output::json(&super::value(&token)),
            Output::Human => errln!("token {} is revoked", token.name),
        }
        Ok(())
    }
}
