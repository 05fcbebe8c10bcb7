//! `leasehold vendor product set`.

use clap::Args;
use leasehold_authority::products::{self, ProductChange};
use leasehold_core::{ProductId, Span, Text};

use super::add::Mode;
use crate::commands::vendor::{VendorContext, failed};
use crate::failure::Failure;
use crate::output::Output;
use crate::values::{self, OrNone, or_none, parsed};

/// Change what a product's manifests say from now on; an option that is left out stays as it was.
#[derive(Debug, Args)]
#[command(group = clap::ArgGroup::new("change").required(true).multiple(true))]
pub(crate) struct Set {
    /// The product's id.
    id: ProductId,
    /// What people call it.
    #[arg(long, group = "change")]
    title: Option<Text>,
    /// How long the product runs unactivated.
    #[arg(long, value_name = "TIME", value_parser = values::span, group = "change")]
    initial_grace: Option<Span>,
    /// Parts of a machine that may change before it counts as another one.
    #[arg(long, value_name = "N", group = "change", value_parser = values::whole::<u64>(values::ANY))]
    drift: Option<u64>,
    /// The label of the SRV record where clients find hosts; none is the usual one.
    #[arg(long, value_name = "LABEL|none", value_parser = label, group = "change")]
    service: Option<OrNone<Text>>,
    /// How the standing reaches the application.
    #[arg(long, value_enum, group = "change")]
    mode: Option<Mode>,
}

impl Set {
    pub(super) fn run(self, context: &VendorContext, output: Output) -> Result<(), Failure> {
        let change = ProductChange {
            title: self.title,
            initial_grace: self.initial_grace,
            drift: self.drift,
            service: self.service.map(|given| given.0),
            mode: self.mode.map(Into::into),
        };
        let changed =
            products::change(&*context.store, &self.id, &change, context.stamp()).map_err(|error| failed(&error))?;
        super::print_changed(&changed, output);
        if !changed.is_nothing() {
            errln!("applications learn of it from a new manifest: leasehold vendor manifest {}", self.id);
        }
        Ok(())
    }
}

fn label(text: &str) -> Result<OrNone<Text>, String> {
    or_none(text, parsed)
}
