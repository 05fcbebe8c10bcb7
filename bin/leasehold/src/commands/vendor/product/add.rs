//! `leasehold vendor product add`.

use clap::{Args, ValueEnum};
use leasehold_authority::products::{self, NewFamily, NewProduct};
use leasehold_core::{FamilyId, Policy, ProductId, ProductNumber, Span, Text, standing};

use super::entry;
use crate::commands::vendor::policy::{self, PolicyOptions};
use crate::commands::vendor::{VendorContext, failed};
use crate::failure::Failure;
use crate::output::{self, Output};
use crate::values;

/// Add a product; a family begins with its first product, with the policy given here.
#[derive(Debug, Args)]
pub(crate) struct Add {
    /// The product's id, such as acme-cad.
    id: ProductId,
    /// What people call it.
    #[arg(long)]
    title: Text,
    /// The family whose clients are counted together.
    #[arg(long, value_name = "FAMILY")]
    family: FamilyId,
    /// The product's number; the next free one where none is given.
    #[arg(long, value_name = "N")]
    number: Option<ProductNumber>,
    /// The number of a family that begins here; the next free one where none is given.
    #[arg(long, value_name = "N")]
    family_number: Option<ProductNumber>,
    /// How long the product runs unactivated.
    #[arg(long, value_name = "TIME", value_parser = values::span, default_value = "30d")]
    initial_grace: Span,
    /// The label of the SRV record where clients find hosts.
    #[arg(long, value_name = "LABEL")]
    service: Option<Text>,
    /// How the standing reaches the application.
    #[arg(long, value_enum, default_value_t = Mode::Enforce)]
    mode: Mode,
    #[command(flatten)]
    policy: PolicyOptions,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
pub(super) enum Mode {
    /// As it is.
    Enforce,
    /// The application learns the standing, but never "reduced".
    Advise,
    /// As advise, and silent.
    Observe,
}

impl Add {
    pub(super) fn run(self, context: &VendorContext, output: Output) -> Result<(), Failure> {
        let id = self.id;
        let new = self.product(context)?;
        products::add(&*context.store, &new, context.stamp()).map_err(|error| failed(&error))?;
        let entry = entry(context, &id)?;
        policy::warn_of_validity(&entry.family.policy);
        match output {
            Output::Json => output::json(&entry.value()),
            Output::Human => {
                entry.print();
                errln!("next: leasehold vendor manifest {id} -o {id}.lh");
            }
        }
        Ok(())
    }

    fn product(self, context: &VendorContext) -> Result<NewProduct, Failure> {
        let families = products::families(&*context.store).map_err(|error| failed(&error))?;
        let (drift, mut options) = (self.policy.drift, self.policy);
        let policy = match families.into_iter().find(|family| family.id == self.family) {
            Some(family) => {
                // Of a family that there is, the drift alone may differ: it is the product's own then.
                options.drift = None;
                options.apply(family.policy)
            }
            None => options.apply(Policy::default()),
        };
        Ok(NewProduct {
            id: self.id,
            number: self.number,
            title: self.title,
            family: NewFamily { id: self.family, number: self.family_number, policy: Some(policy) },
            initial_grace: self.initial_grace,
            drift,
            service: self.service,
            mode: self.mode.into(),
        })
    }
}

impl From<Mode> for standing::Mode {
    fn from(mode: Mode) -> Self {
        match mode {
            Mode::Enforce => Self::Enforce,
            Mode::Advise => Self::Advise,
            Mode::Observe => Self::Observe,
        }
    }
}
