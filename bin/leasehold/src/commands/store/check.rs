//! `leasehold store check`.

use clap::Args;
use leasehold_core::{Code, Finding};
use leasehold_host::doctor::cause;
use leasehold_host::{check, mark};
use leasehold_store::copy;

use super::nothing;
use crate::commands::findings::report;
use crate::failure::Failure;
use crate::output::Output;
use crate::stores::StoreLocation;

/// Check that a store is whole: its schema, its pages, its journal, its seals and signatures, its leases and its counts, and
/// that it is the newest one of the host in whose folder it lies.
///
/// Hosts may serve from it meanwhile. Nothing is changed.
#[derive(Debug, Args)]
pub(crate) struct Check {
    /// The folder of a host or vendor, or a database: `postgres://USER@HOST/NAME`.
    location: String,
}

impl Check {
    pub(crate) fn run(self, output: Output) -> Result<(), Failure> {
        let location = StoreLocation::named(&self.location)?;
        let mut findings = Vec::new();
        if let Some(versions) = location.host_versions()? {
            findings.push(schema("host", versions));
            let home = location.home();
            let known = home.as_ref().and_then(|home| Some(home.keypair().ok()?.public()));
            if let Some(mut store) = location.to_read()? {
                findings.extend(check::check(store.as_mut(), known.as_slice()));
            }
            if let (Some(home), Some(mut store)) = (home, location.host_reader().map_err(|e| location.failed(&e))?) {
                findings.push(mark::finding(&home, store.as_mut()));
            }
        }
        if let Some(versions) = location.authority_versions()? {
            findings.push(schema("authority", versions));
            findings.push(authority(&location)?);
        }
        if findings.is_empty() {
            return Err(nothing(&location));
        }
        report(&findings, cause(&findings), output)
    }
}

fn schema(kind: &str, (found, known): (u64, u64)) -> Finding {
    let name = format!("{kind} schema");
    if found == known {
        return Finding::ok(name, format!("version {found}"));
    }
    Finding::warning(name, Code::StoreOlder, format!("version {found}, this program works with version {known}"))
}

/// Every record of an authority's.
fn authority(location: &StoreLocation) -> Result<Finding, Failure> {
    Ok(match copy::authority_summary(&*location.authority()?) {
        Ok(summary) => Finding::ok("authority records", format!("{}, all can be read", summary.records)),
        Err(error) => check::unreadable("authority records", &error),
    })
}
