//! `leasehold vendor directory show`.

use clap::Args;
use leasehold_authority::activations::{self, Activated};

use crate::commands::vendor::{VendorContext, failed};
use crate::failure::Failure;
use crate::ids::IdStart;
use crate::out_file::DocumentOut;
use crate::output::{self, Output};

/// One directory, by its id: when it was activated, and the latest activation object, which `-o` writes.
#[derive(Debug, Args)]
pub(crate) struct Show {
    /// Its id.
    id: IdStart,
    #[command(flatten)]
    out: DocumentOut,
}

impl Show {
    pub(super) fn run(self, context: &VendorContext, output: Output) -> Result<(), Failure> {
        let found = activations::directory(&*context.store, super::named(context, &self.id)?);
        let found = found.map_err(|error| failed(&error))?;
        if let Some(newest) = found.iter().max_by_key(|one| one.activation.last).filter(|_| self.out.is_given()) {
            return self.out.document(&newest.activation.document, super::value(newest), output);
        }
        match output {
            Output::Json => output::json(&found.iter().map(super::value).collect()),
            Output::Human => found.iter().for_each(print),
        }
        Ok(())
    }
}

fn print(activated: &Activated) {
    let Activated { key, activation, .. } = activated;
    let (cti, signer) = super::document(&activation.document).unwrap_or_default();
    let customer = key.customer.as_ref().map_or_else(String::new, |name| format!(" of {name}"));
    let (ordinals, allowance) = (activation.ordinals, key.allowance);
    let place = format!(
        "{} of {}, activation {} of {}",
        ordinals.place,
        allowance.places(),
        ordinals.activation,
        allowance.activations()
    );
    let rows = [
        ("directory", activation.directory.map(|id| id.to_string()).unwrap_or_default()),
        ("name", activation.name.as_ref().map_or_else(|| "-".to_owned(), ToString::to_string)),
        ("status", super::status(activated).to_owned()),
        ("product key", format!("…{}{customer}, family {}", key.last_five, key.family)),
        ("place", place),
        ("first", output::time(activation.first)),
        ("last", output::time(activation.last)),
        ("until", activation.expires.map_or_else(|| "for ever".to_owned(), output::time)),
        ("object", format!("{cti}, signed by authority {signer}")),
    ];
    output::rows(&rows.map(|(name, words)| (name.to_owned(), words)));
}
