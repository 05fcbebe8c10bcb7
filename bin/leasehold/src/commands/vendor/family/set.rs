//! `leasehold vendor family set`.

use clap::{Args, ValueEnum};
use leasehold_authority::families;
use leasehold_core::{Code, FamilyId};
use leasehold_store::authority::ForkPolicy;

use crate::commands::vendor::policy::{self, PolicyOptions};
use crate::commands::vendor::{VendorContext, failed};
use crate::failure::Failure;
use crate::output::Output;

/// Change what the keys issued from now on grant unless they say otherwise.
#[derive(Debug, Args)]
pub(crate) struct Set {
    /// The family's id.
    id: FamilyId,
    /// Whether hosts that have forked are only shown as such, or refused too [first: show].
    #[arg(long, value_enum, value_name = "show|refuse")]
    forked: Option<Forked>,
    #[command(flatten)]
    policy: PolicyOptions,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Forked {
    /// Renewed.
    Show,
    /// Refused.
    Refuse,
}

impl Set {
    pub(super) fn run(self, context: &VendorContext, output: Output) -> Result<(), Failure> {
        let policy = self.policy != PolicyOptions::default();
        if !policy && self.forked.is_none() {
            return Err(Failure::failed(Code::Usage, "there is nothing to change").hint("give at least one option"));
        }
        let changed = families::change(&*context.store, &self.id, &self.policy.change(), context.stamp());
        let mut changed = changed.map_err(|error| failed(&error))?;
        if let Some(forked) = self.forked {
            let again = families::set_forked(&*context.store, &self.id, forked.into(), context.stamp());
            changed.after = again.map_err(|error| failed(&error))?.after;
        }
        super::print_changed(&changed, output);
        if changed.before.policy != changed.after.policy {
            policy::warn_of_validity(&changed.after.policy);
            errln!("keys that are issued stay as they are: `leasehold vendor key set` changes one");
        }
        Ok(())
    }
}

impl From<Forked> for ForkPolicy {
    fn from(forked: Forked) -> Self {
        match forked {
            Forked::Show => Self::Show,
            Forked::Refuse => Self::Refuse,
        }
    }
}
