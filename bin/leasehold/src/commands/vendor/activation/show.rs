//! `leasehold vendor host show` and `leasehold vendor machine show`.

use clap::Args;
use leasehold_authority::activations::{self, Activated};

use crate::commands::vendor::{VendorContext, failed};
use crate::failure::Failure;
use crate::ids::IdStart;
use crate::out_file::DocumentOut;
use crate::output::{self, Output};

/// One of them, by the name of its key pair: when it was activated, and the document it holds.
#[derive(Debug, Args)]
pub(crate) struct Show {
    /// The name of its key pair.
    id: IdStart,
    #[command(flatten)]
    out: DocumentOut,
}

impl Show {
    pub(super) fn run(self, context: &VendorContext, output: Output) -> Result<(), Failure> {
        let found =
            activations::find(&*context.store, super::named(context, &self.id)?).map_err(|error| failed(&error))?;
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
    let Activated { key, activation, report, .. } = activated;
    let (cti, signer) = super::document(&activation.document).unwrap_or_default();
    let customer = key.customer.as_ref().map_or_else(String::new, |name| format!(" of {name}"));
    let rows = [
        ("id", activation.subject.id().to_string()),
        ("name", activation.name.as_ref().map_or_else(|| "-".to_owned(), ToString::to_string)),
        ("status", super::status(activated).to_owned()),
        ("product key", format!("…{}{customer}, family {}", key.last_five, key.family)),
        (
            "place",
            format!(
                "{} of {}, activation {} of {}",
                activation.ordinals.place,
                key.allowance.places(),
                activation.ordinals.activation,
                key.allowance.activations()
            ),
        ),
        ("first", output::time(activation.first)),
        ("last", output::time(activation.last)),
        ("until", activation.expires.map_or_else(|| "for ever".to_owned(), output::time)),
        ("document", format!("{cti}, signed by authority {signer}")),
    ];
    let mut rows: Vec<_> = rows.into_iter().map(|(name, words)| (name.to_owned(), words)).collect();
    if let Some(report) = report {
        rows.push(("newest seal".to_owned(), report.tip.to_string()));
    }
    if let Some(fork) = report.and_then(|report| report.fork) {
        let reported = fork.reported.map_or_else(|| "none".to_owned(), |tip| tip.to_string());
        rows.push((
            "forked".to_owned(),
            format!("{}: two copies of it have renewed, or one restored from a backup", output::time(fork.at)),
        ));
        rows.push(("  expected".to_owned(), fork.expected.to_string()));
        rows.push(("  reported".to_owned(), reported));
    }
    output::rows(&rows);
}
