//! `leasehold vendor key issue`.

use clap::{Args, ValueEnum};
use leasehold_authority::keys::{self, KeyUse, NewKey};
use leasehold_authority::{Error, products};
use leasehold_core::activation::Allowance;
use leasehold_core::{FamilyId, Text};
use zeroize::Zeroizing;

use crate::commands::vendor::policy::{self, PolicyOptions};
use crate::commands::vendor::secret::SecretOutput;
use crate::commands::vendor::{VendorContext, failed, stamp};
use crate::failure::Failure;
use crate::input;
use crate::output::Output;

/// Issue a product key; it is shown this once.
#[derive(Debug, Args)]
pub(crate) struct Issue {
    /// The family it is for.
    #[arg(long, value_name = "FAMILY")]
    family: FamilyId,
    /// Whether it activates hosts, or machines directly.
    #[arg(long, value_enum)]
    kind: Kind,
    /// Who buys it.
    #[arg(long, value_name = "NAME")]
    customer: Option<Text>,
    /// How many machines a multiple key activates.
    #[arg(long, value_name = "N", required_if_eq("kind", "multiple"), value_parser = clap::value_parser!(u64).range(1..))]
    machines: Option<u64>,
    #[command(flatten)]
    out: SecretOutput,
    #[command(flatten)]
    policy: PolicyOptions,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Kind {
    /// Activates up to 6 hosts, 10 times each.
    Host,
    /// Activates machines directly with the authority, without expiry.
    Multiple,
}

impl Issue {
    pub(super) fn run(self, context: &VendorContext, output: Output) -> Result<(), Failure> {
        let allowance = self.allowance()?;
        let families = products::families(&*context.store).map_err(|error| failed(&error))?;
        let family = families.into_iter().find(|family| family.id == self.family);
        let family = family.ok_or_else(|| failed(&Error::UnknownFamily(self.family)))?;
        let policy = Some(self.policy.apply(family.policy));
        let new = NewKey { family: self.family, allowance, customer: self.customer, policy };
        let draft = keys::draft(&*context.store, &new, stamp(), &mut input::fill_random);
        let draft = draft.map_err(|error| failed(&error))?;
        let usage = KeyUse { key: draft.issued().clone(), places_taken: 0, hosts: Vec::new() };
        let key = Zeroizing::new(draft.key().to_string());
        self.out.write(("key", &key), super::value(&usage), output, || {
            draft.record(&*context.store, stamp()).map_err(|error| failed(&error))
        })?;
        print(&usage);
        Ok(())
    }

    fn allowance(&self) -> Result<Allowance, Failure> {
        match (self.kind, self.machines) {
            (Kind::Host, None) => Ok(Allowance::HOST_KEY),
            (Kind::Host, Some(_)) => Err(Failure::failed("usage", "--machines is for multiple keys")
                .hint("a host key is always good for 6 hosts and 10 activations of each")),
            (Kind::Multiple, machines) => Ok(Allowance::multiple_key(machines.unwrap_or(1))),
        }
    }
}

fn print(usage: &KeyUse) {
    let issued = &usage.key;
    let customer = issued.customer.as_ref().map_or_else(String::new, |name| format!(" for {name}"));
    let good_for = match issued.allowance {
        Allowance::Hosts { hosts, activations } => format!("{hosts} hosts, {activations} activations of each"),
        Allowance::Machines { machines, .. } => format!("{machines} machines"),
    };
    errln!("{} key{customer}, family {}: {good_for}", issued.allowance.kind().name(), issued.family);
    errln!("policy: {}", policy::words(&issued.policy));
    errln!("the key is shown this once and kept nowhere: store it safely");
}
