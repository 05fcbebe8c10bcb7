//! `leasehold office`: the workbench for administrators of Microsoft Office estates. It reads, checks and explains; it
//! activates nothing.

mod explain;

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use clap::Subcommand;
use leasehold_office::text;

use crate::failure::Failure;
use crate::output::Output;

#[derive(Debug, Subcommand)]
pub(crate) enum Office {
    /// What a code, state, event, rule or key means and what to do about it.
    Explain(explain::Explain),
}

impl Office {
    pub(crate) fn run(self, output: Output) -> Result<(), Failure> {
        match self {
            Self::Explain(command) => command.run(output),
        }
    }
}

/// The text of a file, or of standard input where `path` is `-`, whatever its encoding; at most `most` bytes of it.
fn text_of(path: &Path, most: usize) -> Result<String, Failure> {
    let mut bytes = Vec::new();
    let (most, failed) = (most as u64, |error| Failure::file(path, &error));
    if path == Path::new("-") {
        io::stdin().lock().take(most).read_to_end(&mut bytes).map_err(failed)?;
    } else {
        File::open(path).and_then(|file| file.take(most).read_to_end(&mut bytes)).map_err(failed)?;
    }
    Ok(text::decode(&bytes).0.into_owned())
}
