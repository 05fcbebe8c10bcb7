//! `leasehold vendor revocations`.

use clap::Args;
use leasehold_authority::revocations::{self, Standing};
use leasehold_core::Code;
use leasehold_store::authority::{Revocation, RevocationList};
use leasehold_wire::envelope::MAX_REVOCATION_BYTES;
use serde_json::{Value, json};

use super::{VendorContext, failed, revoke};
use crate::failure::Failure;
use crate::output::{self, Column, OutFile, Output, Table};

/// The newest revocation list: what is on it, or the list itself, for hosts to install.
#[derive(Debug, Args)]
pub(crate) struct Revocations {
    #[command(flatten)]
    out: OutFile,
}

impl Revocations {
    pub(super) fn run(self, context: &VendorContext, output: Output) -> Result<(), Failure> {
        let Standing { entries, list } = revocations::standing(&*context.store).map_err(|error| failed(&error))?;
        let Some(RevocationList { number, issued, document }) = list else {
            return Err(Failure::refused(
                Code::NoRevocations,
                "revocation list: there is none, nothing was ever revoked",
            ));
        };
        let bytes = document.len();
        if !self.out.is_given() && output == Output::Human {
            print(&entries);
        } else {
            let about = json!({
                "number": number,
                "issued": issued.unix(),
                "bytes": bytes,
                "max_bytes": MAX_REVOCATION_BYTES,
                "entries": entries.iter().map(value).collect::<Vec<_>>(),
            });
            self.out.document(&document, about, output)?;
        }
        let (made, percent) = (output::time(issued), bytes * 100 / MAX_REVOCATION_BYTES);
        let entries = output::count_of(&entries, "entry", "entries");
        errln!("list {number} of {made}: {entries}, {percent} % of its room");
        Ok(())
    }
}

fn print(entries: &[Revocation]) {
    let mut table = Table::new([Column::new("KIND"), Column::id("NAME"), Column::new("REVOKED"), Column::new("LIST")]);
    for Revocation { what, at, list } in entries {
        let (kind, name) = revoke::named(what);
        table.row([kind.to_owned(), name, output::time(*at), list.to_string()]);
    }
    table.print();
}

fn value(entry: &Revocation) -> Value {
    let mut value = revoke::value(&entry.what);
    value["revoked"] = json!(entry.at.unix());
    value["list"] = json!(entry.list);
    value
}
