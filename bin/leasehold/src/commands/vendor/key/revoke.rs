//! `leasehold vendor key revoke`.

use clap::Args;
use leasehold_authority::revocations::Target;
use leasehold_authority::{KeyName, keys};

use crate::commands::vendor::{Passphrase, VendorContext, failed, revoke};
use crate::failure::Failure;
use crate::output::Output;

/// Revoke a key with all that it has activated: each host or machine goes on the revocation list, and the key is withdrawn.
#[derive(Debug, Args)]
pub(crate) struct Revoke {
    /// The key's id or last five characters.
    name: KeyName,
    #[command(flatten)]
    passphrase: Passphrase,
}

impl Revoke {
    pub(super) fn run(self, context: &VendorContext, output: Output) -> Result<(), Failure> {
        // Before the passphrase is asked for: a key that is not there needs none.
        let key = keys::named(&*context.store, &self.name).map_err(|error| failed(&error))?;
        let name = KeyName::Id(key.key.public.id());
        revoke::run(context, &[Target::ProductKey(name)], &self.passphrase, output)
    }
}
