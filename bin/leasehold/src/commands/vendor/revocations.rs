//! `leasehold vendor revocations`.

use clap::{Args, ValueEnum};
use leasehold_authority::revocations::{self, Standing};
use leasehold_core::Code;
use leasehold_store::authority::{Revocation, RevocationList, Revoked};
use leasehold_wire::envelope::MAX_REVOCATION_BYTES;
use serde_json::{Value, json};

use super::{VendorContext, failed, revoke};
use crate::commands::listing::{Limit, newest, soonest};
use crate::failure::Failure;
use crate::out_file::DocumentOut;
use crate::output::{self, Column, Output, Table};

/// The newest revocation list: what is on it, or the list itself, for hosts to install.
#[derive(Debug, Args)]
pub(crate) struct Revocations {
    #[command(flatten)]
    out: DocumentOut,
    /// Only what is of this kind.
    #[arg(long, value_enum, value_name = "KIND")]
    kind: Option<Kind>,
    /// The order in which they are shown.
    #[arg(long, value_enum, default_value_t, value_name = "ORDER")]
    sort: RevocationOrder,
    #[command(flatten)]
    limit: Limit,
}

/// What is on the list.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Kind {
    /// Keys of machines, hosts and authorities.
    Key,
    /// Leases and certificates.
    Document,
}

/// The order of what is revoked.
#[derive(Clone, Copy, Debug, Default, ValueEnum)]
enum RevocationOrder {
    /// What was revoked first, first.
    #[default]
    Oldest,
    /// What was revoked last, first.
    Newest,
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
        let (bytes, on_it) = (document.len(), output::count(entries.len(), "entry", "entries"));
        let listed = self.limit.first(entries, |entry| self.shows(entry), |entry| self.key(entry));
        if !self.out.is_given() && output == Output::Human {
            listed.show(output, "nothing is on the list", value, print);
        } else {
            let about = json!({
                "number": number,
                "issued": issued.unix(),
                "bytes": bytes,
                "max_bytes": MAX_REVOCATION_BYTES,
                "entries": listed.rows.iter().map(value).collect::<Vec<_>>(),
            });
            self.out.document(&document, about, output)?;
            listed.say_more();
        }
        let (made, percent) = (output::time(issued), bytes * 100 / MAX_REVOCATION_BYTES);
        errln!("list {number} of {made}: {on_it}, {percent} % of its room");
        Ok(())
    }

    fn shows(&self, entry: &Revocation) -> bool {
        self.kind.is_none_or(|kind| kind == Kind::of(&entry.what))
    }

    fn key(&self, entry: &Revocation) -> Vec<u8> {
        match self.sort {
            RevocationOrder::Oldest => soonest(Some(entry.at)),
            RevocationOrder::Newest => newest(Some(entry.at)),
        }
    }
}

impl Kind {
    const fn of(what: &Revoked) -> Self {
        match what {
            Revoked::Key(_) => Self::Key,
            Revoked::Document(_) => Self::Document,
        }
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
