//! `leasehold vendor key issue`.

use std::num::NonZeroU64;

use clap::{Args, ValueEnum};
use leasehold_authority::keys::{self, KeyUse, NewKey};
use leasehold_authority::{Error, products};
use leasehold_client::SystemRng;
use leasehold_core::activation::Allowance;
use leasehold_core::{Code, FamilyId, Policy, Span, Text};
use zeroize::Zeroizing;

use crate::commands::secret::SecretOutput;
use crate::commands::vendor::policy::{self, PolicyOptions};
use crate::commands::vendor::{VendorContext, failed};
use crate::failure::Failure;
use crate::output::{self, Output};
use crate::values;

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
    /// How many hosts a host key activates [first: 6, or 1 with a capacity].
    #[arg(long, value_name = "N", value_parser = values::whole::<NonZeroU64>(values::SOME))]
    hosts: Option<NonZeroU64>,
    /// How many machines a multiple key activates.
    #[arg(long, value_name = "N", required_if_eq("kind", "multiple"), value_parser = values::whole::<u64>(values::SOME))]
    machines: Option<u64>,
    /// How many key pairs it activates on each host or machine [first: 10].
    #[arg(long, value_name = "N", visible_alias = "activations-each", value_parser = values::whole::<NonZeroU64>(values::SOME))]
    activations: Option<NonZeroU64>,
    /// How long certificates of its hosts are valid [first: 90d with a capacity, else 2 years].
    #[arg(long, value_name = "TIME", value_parser = values::span)]
    certificate_validity: Option<Span>,
    #[command(flatten)]
    out: SecretOutput,
    #[command(flatten)]
    policy: PolicyOptions,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Kind {
    /// Activates hosts, 10 times each.
    Host,
    /// Activates machines directly with the authority, without expiry.
    Multiple,
}

impl Issue {
    pub(super) fn run(self, context: &VendorContext, output: Output) -> Result<(), Failure> {
        let families = products::families(&*context.store).map_err(|error| failed(&error))?;
        let family = families.into_iter().find(|family| family.id == self.family);
        let family = family.ok_or_else(|| failed(&Error::UnknownFamily(self.family)))?;
        let policy = self.policy.apply(family.policy);
        let allowance = self.allowance(&policy)?.with_activations(self.activations);
        let new = NewKey {
            family: self.family,
            allowance,
            customer: self.customer,
            policy: Some(policy),
            certificate_validity: self.certificate_validity,
        };
        let draft = keys::draft(&*context.store, &new, context.stamp(), &SystemRng);
        let draft = draft.map_err(|error| failed(&error))?;
        let usage = KeyUse { key: draft.issued().clone(), places_taken: 0, hosts: Vec::new() };
        let key = Zeroizing::new(draft.key().to_string());
        self.out.write(("key", &key), super::value(&usage), output, || {
            draft.record(&*context.store, context.stamp()).map_err(|error| failed(&error))
        })?;
        print(&usage);
        Ok(())
    }

    fn allowance(&self, policy: &Policy) -> Result<Allowance, Failure> {
        match (self.kind, self.machines, self.hosts) {
            (Kind::Host, None, hosts) => Ok(keys::host_allowance(policy, hosts)),
            (Kind::Host, Some(_), _) => Err(Failure::failed(Code::Usage, "--machines is for multiple keys")
                .hint("a host key has --hosts, and activates each of them 10 times")),
            (Kind::Multiple, _, Some(_)) => {
                Err(Failure::failed(Code::Usage, "--hosts is for host keys").hint("a multiple key has --machines"))
            }
            (Kind::Multiple, machines, None) => Ok(Allowance::multiple_key(machines.unwrap_or(1))),
        }
    }
}

fn print(usage: &KeyUse) {
    let issued = &usage.key;
    let customer = issued.customer.as_ref().map_or_else(String::new, |name| format!(" for {name}"));
    let good_for = match issued.allowance {
        Allowance::Hosts { hosts, activations } => format!(
            "{}, {} of each",
            output::count(hosts, "host", "hosts"),
            output::count(activations, "activation", "activations")
        ),
        Allowance::Machines { machines, .. } => output::count(machines, "machine", "machines"),
    };
    errln!("{} key{customer}, family {}: {good_for}", issued.allowance.kind().name(), issued.family);
    errln!("policy: {}", policy::words(&issued.policy));
    policy::warn(&issued.policy, issued.allowance);
    errln!("the key is shown this once and kept nowhere: store it safely");
}
