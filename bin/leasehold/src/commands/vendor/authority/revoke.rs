//! `leasehold vendor authority revoke`.

use clap::Args;
use leasehold_authority::revocations::Target;
use leasehold_core::KeyId;

use crate::commands::vendor::{Passphrase, VendorContext, revoke};
use crate::failure::Failure;
use crate::output::Output;

/// Revoke a former authority: nothing that it has signed holds any more, wherever the new list arrives.
///
/// Have its hosts renew their certificates first, where there is time: docs/rotation.md.
#[derive(Debug, Args)]
pub(crate) struct Revoke {
    /// The authority.
    id: KeyId,
    #[command(flatten)]
    passphrase: Passphrase,
}

impl Revoke {
    pub(super) fn run(self, context: &VendorContext, output: Output) -> Result<(), Failure> {
        revoke::run(context, &[Target::Authority(self.id)], &self.passphrase, output)
    }
}
