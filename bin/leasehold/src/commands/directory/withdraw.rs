//! `leasehold directory withdraw`.

use clap::Args;
use leasehold_core::{FamilyId, KeyId};
use serde_json::json;

use super::failed;
use super::options::DirectoryOptions;
use crate::failure::Failure;
use crate::output::{self, Output};

/// Take a vendor's activation objects out of the directory; other vendors' stay. Machines that have read one keep it to its end.
#[derive(Debug, Args)]
pub(crate) struct Withdraw {
    #[command(flatten)]
    directory: DirectoryOptions,
    /// The vendor, as `leasehold directory show` names it.
    #[arg(long, value_name = "ID")]
    vendor: KeyId,
    /// Only the object for this family.
    #[arg(long, value_name = "FAMILY")]
    family: Option<FamilyId>,
}

impl Withdraw {
    pub(crate) fn run(self, output: Output) -> Result<(), Failure> {
        let mut directory = self.directory.open()?;
        let withdrawn = directory.withdraw(self.vendor, self.family.as_ref()).map_err(|error| failed(&error))?;
        match output {
            Output::Json => output::json(&json!({
                "directory": directory.id().to_string(),
                "vendor": self.vendor.to_string(),
                "withdrawn": withdrawn.entries,
            })),
            Output::Human if withdrawn.entries.is_empty() => errln!("there is none of this vendor"),
            Output::Human => withdrawn.entries.iter().for_each(|dn| outln!("withdrawn {dn}")),
        }
        Ok(())
    }
}
