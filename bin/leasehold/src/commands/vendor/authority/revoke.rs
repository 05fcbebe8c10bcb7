//! `leasehold vendor authority revoke`.

use clap::Args;
use leasehold_authority::revocations::Target;
use leasehold_authority::rotation;
use leasehold_core::Code;

use crate::commands::vendor::{Passphrase, VendorContext, failed, revoke};
use crate::failure::Failure;
use crate::ids::IdStart;
use crate::output::Output;

/// Revoke a former authority: nothing that it has signed holds any more, wherever the new list arrives.
///
/// Have its hosts renew their certificates first, where there is time: docs/rotation.md.
#[derive(Debug, Args)]
pub(crate) struct Revoke {
    /// The authority.
    id: IdStart,
    #[command(flatten)]
    passphrase: Passphrase,
}

impl Revoke {
    pub(super) fn run(self, context: &VendorContext, output: Output) -> Result<(), Failure> {
        let all = rotation::authorities(&*context.store).map_err(|error| failed(&error))?;
        let found = self.id.find("authority", all.iter().map(|one| one.certificate.authority))?;
        let unknown = || {
            let message = format!("authority {}: the root has certified no such key", self.id);
            Failure::refused(Code::UnknownAuthority, message)
        };
        revoke::run(context, &[Target::Authority(found.ok_or_else(unknown)?)], &self.passphrase, output)
    }
}
