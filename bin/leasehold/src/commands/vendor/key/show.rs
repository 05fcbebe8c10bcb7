//! `leasehold vendor key show`.

use std::path::PathBuf;

use clap::Args;
use leasehold_authority::KeyName;
use leasehold_authority::keys::{self, KeyUse};
use leasehold_core::{Code, KeyKind};
use leasehold_wire::Keypair;

use super::list;
use crate::commands::vendor::policy;
use crate::commands::vendor::{VendorContext, failed};
use crate::failure::Failure;
use crate::input;
use crate::output::{self, Column, Output, Table};

/// Look a key up: whose it is, what it grants and which hosts it has activated.
#[derive(Debug, Args)]
pub(crate) struct Show {
    /// The key's id or last five characters; the key itself is asked for where none are given.
    #[arg(conflicts_with = "key_file")]
    name: Option<KeyName>,
    /// Read the key from a file instead of asking for it; `-` is standard input.
    #[arg(long, value_name = "FILE")]
    key_file: Option<PathBuf>,
}

impl Show {
    pub(super) fn run(self, context: &VendorContext, output: Output) -> Result<(), Failure> {
        let usage = match &self.name {
            Some(name) => keys::named(&*context.store, name).map_err(|error| failed(&error))?,
            None => self.by_itself(context)?,
        };
        match output {
            Output::Json => output::json(&super::value(&usage)),
            Output::Human => print(&usage),
        }
        Ok(())
    }

    /// The key of which the secret is at hand.
    fn by_itself(&self, context: &VendorContext) -> Result<KeyUse, Failure> {
        let key = input::product_key(self.key_file.as_deref(), "product key")?;
        if key.kind() == KeyKind::Generic {
            return Err(Failure::refused(
                Code::WrongKindOfKey,
                "product key: it is a generic key, the same in every copy",
            )
            .hint("`leasehold vendor product list` shows whose it is"));
        }
        let found = keys::find(&*context.store, Keypair::of_product_key(&key).id()).map_err(|error| failed(&error))?;
        found.ok_or_else(|| {
            Failure::refused(Code::UnknownKey, format!("product key …{}: not issued here", key.last_five()))
        })
    }
}

fn print(usage: &KeyUse) {
    list::print(std::slice::from_ref(usage));
    outln!("\nid: {}\npolicy: {}", usage.key.public.id(), policy::words(&usage.key.policy));
    if usage.hosts.is_empty() {
        return;
    }
    let mut table = Table::new([
        Column::new("NO."),
        Column::id("HOST"),
        Column::new("NAME"),
        Column::new("ACTIVATIONS"),
        Column::new("FIRST").rank(1),
        Column::new("LAST").rank(2),
        Column::prose("CERTIFICATE"),
    ]);
    for host in &usage.hosts {
        table.row([
            host.ordinals.place.to_string(),
            host.subject.id().to_string(),
            host.name.as_ref().map_or_else(|| "-".to_owned(), ToString::to_string),
            host.ordinals.activation.to_string(),
            output::time(host.first),
            output::time(host.last),
            host.expires.map_or_else(|| "for ever".to_owned(), |end| format!("until {}", output::time(end))),
        ]);
    }
    outln!();
    table.print();
}
