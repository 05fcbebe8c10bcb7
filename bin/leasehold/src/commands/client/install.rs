//! `leasehold client install`: takes the answer to a request that was carried, or the vendor's revocation list.

use clap::Args;
use leasehold_client::{Error, Failure as Refused, Installed};
use leasehold_core::Code;
use leasehold_wire::{Method, Typ, armour};

use super::args::{NetworkArgs, StateArgs};
use super::{outcome, report};
use crate::documents::{self, DocumentFiles, Found};
use crate::failure::Failure;
use crate::output::Output;

/// Install the answer of a host or of the vendor to this machine's request, or the vendor's revocation list.
///
/// Where there are many answers, in one file or in a folder, this machine's own is found among them.
#[derive(Debug, Args)]
pub(crate) struct Install {
    #[command(flatten)]
    answers: DocumentFiles,
    #[command(flatten)]
    state: StateArgs,
}

impl Install {
    pub(crate) fn run(self, output: Output) -> Result<(), Failure> {
        let answers = readable(self.answers.read(&ANSWERS)?)?;
        let client = self.state.open(&NetworkArgs::default())?;
        let before = client.status();
        let installed = client.install(answers.text.as_bytes()).map_err(|error| {
            let failure = outcome::failure(&error).of(answers.name.as_ref());
            match error {
                Error::Lease(Refused::OtherLease(_)) | Error::NotAmong { .. } => failure.hint(
                    "install the answer to this machine's own request: `leasehold client request` makes one, and nothing more is used up",
                ),
                _ => failure,
            }
        })?;
        match installed {
            Installed::Granted(lease) => {
                // A host's own next lease takes the place of its last.
                if lease.method == Method::MultipleKey {
                    report::warn_of_a_lease_replaced(&before, output);
                }
                report::print(&client, &client.status(), output);
                Ok(())
            }
            Installed::Revocations { number } => {
                if output == Output::Human {
                    errln!("revocation list {number} is installed");
                }
                report::print(&client, &client.status(), output);
                Ok(())
            }
            Installed::Refused(refused) => Err(outcome::refusal(&client, &refused)),
        }
    }
}

/// Answers that can be read.
struct Answers {
    name: String,
    /// In armour, one after the other.
    text: String,
}

/// The answers that can be read; what cannot is told of where there are others.
fn readable(found: Vec<Found>) -> Result<Answers, Failure> {
    let (mut answers, mut failures) = (Answers { name: String::new(), text: String::new() }, Vec::new());
    for Found { name, document } in found {
        let wrapped = document.and_then(|bytes| {
            documents::check_kind(&name, &bytes, &ANSWERS, "an answer for a machine")?;
            armour::wrap(&bytes).map_err(|error| Failure::refused(Code::Malformed, format!("{name}: {error}")))
        });
        match wrapped {
            Ok(text) => {
                answers.text += &text;
                answers.name = if answers.name.is_empty() { name } else { "answers".to_owned() };
            }
            Err(failure) => failures.push(failure),
        }
    }
    if answers.text.is_empty() {
        let empty = || Failure::refused(Code::NothingRead, "there is no answer among these files");
        return Err(failures.into_iter().next().unwrap_or_else(empty));
    }
    failures.iter().for_each(|failure| errln!("warning: {failure}"));
    Ok(answers)
}

const ANSWERS: [Typ; 3] = [Typ::Lease, Typ::Refusal, Typ::Revocations];
