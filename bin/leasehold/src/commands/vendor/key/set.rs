//! `leasehold vendor key set`.

use std::num::NonZeroU64;

use clap::Args;
use leasehold_authority::KeyName;
use leasehold_authority::keys::{self, KeyChange};
use leasehold_core::activation::Allowance;
use leasehold_core::{Code, Span, Text};

use crate::commands::vendor::policy::{self, PolicyOptions};
use crate::commands::vendor::{VendorContext, failed};
use crate::failure::Failure;
use crate::output::Output;
use crate::values::{self, OrNone, or_none, parsed};

/// Change whose a key is, what it grants and how far it goes; an option that is left out stays as it was.
#[derive(Debug, Args)]
pub(crate) struct Set {
    /// The key's id or last five characters.
    name: KeyName,
    /// Who has bought it.
    #[arg(long, value_name = "NAME|none", value_parser = customer)]
    customer: Option<OrNone<Text>>,
    /// How many hosts a host key activates at most.
    #[arg(long, value_name = "N", alias = "places", value_parser = values::whole::<NonZeroU64>(values::SOME))]
    hosts: Option<NonZeroU64>,
    /// How many machines a multiple key activates at most.
    #[arg(long, value_name = "N", conflicts_with = "hosts", value_parser = values::whole::<NonZeroU64>(values::SOME))]
    machines: Option<NonZeroU64>,
    /// How many key pairs it activates at most on each of them.
    #[arg(long, value_name = "N", visible_alias = "activations", value_parser = values::whole::<NonZeroU64>(values::SOME))]
    activations_each: Option<NonZeroU64>,
    /// How long certificates of its hosts are valid; none is the usual time.
    #[arg(long, value_name = "TIME|none", value_parser = validity)]
    certificate_validity: Option<OrNone<Span>>,
    #[command(flatten)]
    policy: PolicyOptions,
}

impl Set {
    pub(super) fn run(self, context: &VendorContext, output: Output) -> Result<(), Failure> {
        let change = KeyChange {
            customer: self.customer.map(|given| given.0),
            policy: self.policy.change(),
            certificate_validity: self.certificate_validity.map(|given| given.0),
            places: self.hosts.or(self.machines),
            activations: self.activations_each,
        };
        if change == KeyChange::default() {
            return Err(Failure::failed(Code::Usage, "there is nothing to change").hint("give at least one option"));
        }
        let changed =
            keys::change(&*context.store, &self.name, &change, context.stamp()).map_err(|error| failed(&error))?;
        super::print_changed(&changed, output);
        if !changed.is_nothing() {
            policy::warn(&changed.after.policy, changed.after.allowance);
        }
        if changed.before.policy != changed.after.policy {
            match changed.after.allowance {
                Allowance::Hosts { .. } => {
                    errln!("its hosts get this grant with their next certificate, when they renew");
                }
                Allowance::Machines { .. } => {
                    errln!("machines get this grant when they ask again; the leases they hold stay");
                }
            }
        }
        Ok(())
    }
}

fn customer(text: &str) -> Result<OrNone<Text>, String> {
    or_none(text, parsed)
}

fn validity(text: &str) -> Result<OrNone<Span>, String> {
    or_none(text, values::span)
}
