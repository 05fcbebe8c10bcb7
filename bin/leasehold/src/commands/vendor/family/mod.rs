//! `leasehold vendor family`: products whose machines are counted together.

mod availability;
mod list;
mod set;
mod show;

use clap::Subcommand;
use leasehold_authority::{Changed, Error, products};
use leasehold_core::{FamilyId, Timestamp};
use leasehold_store::authority;
use serde_json::{Value, json};

use super::before_after::{self, Field, or_none};
use super::{VendorContext, failed, policy};
use crate::failure::Failure;
use crate::output::{self, Output};

#[derive(Debug, Subcommand)]
pub(crate) enum Family {
    /// The families with what their keys grant.
    List(list::List),
    /// One family with its products.
    Show(show::Show),
    /// Change what the keys issued from now on grant unless they say otherwise.
    Set(set::Set),
    /// Withdraw a family: it takes no keys, and those that there are activate and renew nothing.
    Withdraw(availability::Change),
    /// Bring a withdrawn family back.
    Restore(availability::Change),
}

impl Family {
    pub(super) fn run(self, context: &VendorContext, output: Output) -> Result<(), Failure> {
        match self {
            Self::List(command) => command.run(context, output),
            Self::Show(command) => command.run(context, output),
            Self::Set(command) => command.run(context, output),
            Self::Withdraw(command) => command.run(context, products::Availability::Withdrawn, output),
            Self::Restore(command) => command.run(context, products::Availability::Granted, output),
        }
    }
}

/// A family in JSON.
fn value(family: &authority::Family) -> Value {
    json!({
        "family": family.id.as_str(),
        "number": family.number.value(),
        "policy": policy::value(&family.policy),
        "forked": family.forked.name(),
        "withdrawn": family.withdrawn.map(Timestamp::unix),
    })
}

/// What may change of a family.
fn fields(family: &authority::Family) -> Vec<Field> {
    let mut fields = policy::fields(&family.policy);
    fields.push(("forked hosts", family.forked.name().to_owned()));
    fields.push(("withdrawn", or_none(family.withdrawn.map(output::time))));
    fields
}

fn print_changed(changed: &Changed<authority::Family>, output: Output) {
    let Changed { before, after } = changed;
    let what = format!("family {}", after.id);
    before_after::print(&what, (fields(before), fields(after)), [value(before), value(after)], output);
}

fn families(context: &VendorContext) -> Result<Vec<authority::Family>, Failure> {
    products::families(&*context.store).map_err(|error| failed(&error))
}

fn family(context: &VendorContext, id: &FamilyId) -> Result<authority::Family, Failure> {
    let found = families(context)?.into_iter().find(|family| family.id == *id);
    found.ok_or_else(|| failed(&Error::UnknownFamily(*id)))
}
