//! `leasehold directory show`.

use clap::Args;
use leasehold_core::{DirectoryId, FamilyId, KeyId, PublicKey};
use leasehold_directory::Entry;
use serde_json::{Value, json};

use super::options::DirectoryOptions;
use super::{failed, verified};
use crate::failure::Failure;
use crate::output::{self, Column, Output, Table};

/// Show the directory's id and the activation objects in it, and whether machines can use them.
#[derive(Debug, Args)]
pub(crate) struct Show {
    #[command(flatten)]
    directory: DirectoryOptions,
    /// Only this vendor's.
    #[arg(long, value_name = "ID")]
    vendor: Option<KeyId>,
    /// Check objects against the vendor's root key (64 hexadecimal digits).
    #[arg(long, value_name = "HEX")]
    root: Option<PublicKey>,
}

/// An entry, and what is wrong with it, if anything.
struct Shown {
    entry: Entry,
    families: Vec<FamilyId>,
    expires: Option<leasehold_core::Timestamp>,
    status: String,
}

impl Show {
    pub(crate) fn run(self, output: Output) -> Result<(), Failure> {
        let mut directory = self.directory.open()?;
        let vendor = self.vendor.or(self.root.map(|root| root.id()));
        let entries = directory.entries(vendor).map_err(|error| failed(&error))?;
        let entries: Vec<Shown> = entries.into_iter().map(|entry| self.judge(entry, directory.id())).collect();
        match output {
            Output::Json => output::json(&json!({
                "server": directory.server(),
                "directory": directory.id().to_string(),
                "name": directory.name(),
                "container": directory.container(),
                "objects": entries.iter().map(value).collect::<Vec<_>>(),
            })),
            Output::Human => {
                let rows = [
                    ("directory", format!("{} ({})", directory.name(), directory.id())),
                    ("below", directory.container()),
                ];
                output::rows(&rows.map(|(name, words)| (name.to_owned(), words)));
                if entries.is_empty() {
                    errln!("no activation object is published");
                } else {
                    table(&entries);
                }
            }
        }
        Ok(())
    }

    fn judge(&self, entry: Entry, id: DirectoryId) -> Shown {
        match verified(&entry.document, self.root.as_ref()) {
            Ok((object, vendor)) => {
                let status = if vendor != entry.vendor {
                    format!("it is of vendor {vendor}")
                } else if object.directory != id {
                    "for another directory".to_owned()
                } else {
                    "usable".to_owned()
                };
                let families = object.grants.iter().map(|grant| grant.family).collect();
                Shown { entry, families, expires: Some(object.expires), status }
            }
            Err(reason) => {
                let families = entry.families.clone();
                Shown { entry, families, expires: None, status: reason.to_string() }
            }
        }
    }
}

fn value(shown: &Shown) -> Value {
    json!({
        "dn": shown.entry.dn,
        "vendor": shown.entry.vendor.to_string(),
        "families": shown.families.iter().map(FamilyId::as_str).collect::<Vec<_>>(),
        "expires": shown.expires.map(leasehold_core::Timestamp::unix),
        "status": shown.status,
    })
}

fn table(entries: &[Shown]) {
    let mut table = Table::new([
        Column::id("VENDOR"),
        Column::new("FAMILIES"),
        Column::new("UNTIL"),
        Column::prose("STATUS"),
        Column::new("ENTRY").rank(1),
    ]);
    for shown in entries {
        let families: Vec<&str> = shown.families.iter().map(FamilyId::as_str).collect();
        let rdn = shown.entry.dn.split(',').next().unwrap_or_default();
        table.row([
            shown.entry.vendor.to_string(),
            families.join(", "),
            shown.expires.map_or_else(|| "-".to_owned(), output::time),
            shown.status.clone(),
            rdn.to_owned(),
        ]);
    }
    table.print();
}
