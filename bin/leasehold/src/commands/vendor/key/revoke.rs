//! `leasehold vendor key revoke`.

use clap::Args;
use leasehold_authority::revocations::Target;
use leasehold_authority::{KeyName, keys};

use crate::commands::vendor::{Passphrase, VendorContext, failed, revoke, stamp};
use crate::failure::Failure;
use crate::output::Output;

/// Withdraw a key: it activates and renews nothing more. What it has activated holds to its end, unless that is revoked
/// with it.
#[derive(Debug, Args)]
pub(crate) struct Revoke {
    /// The key's id or last five characters.
    name: KeyName,
    /// Also put every host or machine that it has activated on the revocation list.
    #[arg(long, visible_alias = "machines")]
    hosts: bool,
    #[command(flatten)]
    passphrase: Passphrase,
}

impl Revoke {
    pub(super) fn run(self, context: &VendorContext, output: Output) -> Result<(), Failure> {
        // Who names a key that is not there need not give a passphrase for it.
        let name =
            KeyName::Id(keys::named(&*context.store, &self.name).map_err(|error| failed(&error))?.key.public.id());
        if self.hosts {
            return revoke::run(context, &[Target::ProductKey(name)], &self.passphrase, output);
        }
        let changed = keys::revoke(&*context.store, &name, stamp()).map_err(|error| failed(&error))?;
        super::print_changed(&changed, output);
        errln!("what it has activated holds to its end; --hosts puts that on the revocation list");
        Ok(())
    }
}
