//! `leasehold vendor init`.

use clap::Args;
use leasehold_authority::{Created, Error, Home, NewVendor, Start};
use leasehold_client::SystemRng;
use leasehold_core::{Code, Span, Text};
use serde_json::json;

use super::{Passphrase, Strength, VendorPaths, failed};
use crate::commands::inspect::other;
use crate::failure::Failure;
use crate::output::{self, Output};
use crate::stores::StoreLocation;
use crate::values;

/// Make a vendor: its root key, its authority's key and its store.
#[derive(Debug, Args)]
pub(crate) struct Init {
    /// What people call the vendor.
    #[arg(long)]
    name: Text,
    /// How many years the authority may sign.
    #[arg(long, value_name = "N", default_value_t = 10, value_parser = values::whole::<u64>(1..=100))]
    years: u64,
    #[command(flatten)]
    passphrase: Passphrase,
    #[command(flatten)]
    strength: Strength,
}

impl Init {
    pub(super) fn run(self, paths: &VendorPaths, output: Output) -> Result<(), Failure> {
        let VendorPaths { home, place, .. } = paths;
        if self.name.as_str().trim().is_empty() {
            return Err(Failure::failed(Code::Usage, "name: it is empty"));
        }
        if let Some(message) = other::mistaken(home.folder(), "vendor-folder") {
            return Err(Failure::failed(Code::AlreadyExists, message).hint("name another folder with --dir"));
        }
        refuse_a_second(home, place)?;
        let passphrase = self.passphrase.choose(self.strength)?;
        home.make().map_err(|error| failed(&error))?;
        let store = place.authority()?;
        let new = NewVendor { name: self.name, validity: Span::days(self.years * 365), passphrase };
        let created = leasehold_authority::init(home, &*store, &new, paths.stamp(), &SystemRng);
        print(home, &new, &created.map_err(|error| failed(&error))?, output);
        Ok(())
    }
}

/// Refuses a second vendor before a passphrase is asked for.
fn refuse_a_second(home: &Home, place: &StoreLocation) -> Result<(), Failure> {
    if place.authority_versions()?.is_none() {
        return Ok(());
    }
    match leasehold_authority::vendor(&*place.authority()?) {
        Ok(vendor) => Err(failed(&Error::VendorExists(vendor.name)).of(home.folder())),
        Err(Error::NotInitialised) => Ok(()),
        Err(error) => Err(failed(&error)),
    }
}

fn print(home: &Home, new: &NewVendor, created: &Created, output: Output) {
    let Created { root, authority, expires, start } = created;
    match output {
        Output::Json => output::json(&json!({
            "vendor": new.name.as_str(),
            "root": root.to_string(),
            "root_id": root.id().to_string(),
            "authority": authority.to_string(),
            "expires": expires.unix(),
            "dir": home.folder(),
        })),
        Output::Human => {
            outln!("vendor     {}", new.name);
            outln!("root       {root}");
            outln!("authority  {authority}, may sign until {}", output::time(*expires));
            outln!("folder     {}", home.folder().display());
        }
    }
    match start {
        Start::Fresh => {}
        Start::Continued => errln!("an earlier run was cut short; its keys were used"),
    }
    errln!("{}: keep it offline; it is not needed for the daily work", home.root_key().display());
    errln!("next: leasehold vendor product add ID --title TITLE --family FAMILY");
}
