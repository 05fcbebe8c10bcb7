//! `leasehold store migrate`.

use clap::Args;
use serde_json::json;

use super::nothing;
use crate::failure::Failure;
use crate::output::{self, Output};
use crate::stores::{StoreKind, StoreLocation};

/// Bring a store's schema up to date. Hosts and authorities do so themselves where their database lets them.
///
/// Nothing is backed up: make a copy first. Programs of an earlier release cannot use the store afterwards.
#[derive(Debug, Args)]
pub(crate) struct Migrate {
    /// The folder of a host or vendor, or a database: `postgres://USER@HOST/NAME`.
    location: String,
    /// Make a store of this kind where there is none.
    #[arg(long, value_name = "KIND")]
    make: Option<StoreKind>,
}

/// What was done with the stores of one kind.
struct Step {
    kind: &'static str,
    from: Option<u64>,
    to: u64,
}

impl Migrate {
    pub(crate) fn run(self, output: Output) -> Result<(), Failure> {
        let location = StoreLocation::named(&self.location)?;
        if self.make.is_some() {
            location.make()?;
        }
        let mut steps = Vec::new();
        let found = location.host_versions()?;
        if found.is_some() || self.make == Some(StoreKind::Host) {
            drop(location.to_fill()?);
            let to = location.host_versions()?.map_or(0, |(now, _)| now);
            steps.push(Step { kind: "host", from: found.map(|(from, _)| from), to });
        }
        let found = location.authority_versions()?;
        if found.is_some() || self.make == Some(StoreKind::Authority) {
            drop(location.authority()?);
            let to = location.authority_versions()?.map_or(0, |(now, _)| now);
            steps.push(Step { kind: "authority", from: found.map(|(from, _)| from), to });
        }
        if steps.is_empty() {
            return Err(nothing(&location).hint("a new one is made with `--make host` or `--make authority`"));
        }
        match output {
            Output::Json => output::json(
                &steps.iter().map(|step| json!({ "kind": step.kind, "from": step.from, "to": step.to })).collect(),
            ),
            Output::Human => steps.iter().for_each(Step::print),
        }
        Ok(())
    }
}

impl Step {
    fn print(&self) {
        let Self { kind, from, to } = self;
        match from {
            None => outln!("{kind}: made, of version {to}"),
            Some(from) if from == to => outln!("{kind}: up to date, of version {to}"),
            Some(from) => outln!("{kind}: from version {from} to {to}"),
        }
    }
}
