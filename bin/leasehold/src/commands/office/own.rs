//! What belongs to the organisation, as it is told on the command line.

use std::path::PathBuf;

use clap::Args;
use leasehold_core::Code;
use leasehold_office::read::own::{Entry, Own};

use crate::failure::Failure;
use crate::values;

/// What belongs to the organisation.
#[derive(Args, Clone, Debug, Default)]
pub(crate) struct OwnOptions {
    /// A KMS host of your own (name or address, with its port where that is not 1688), a network of your own (10.0.0.0/8)
    /// or a domain with all below it (*.example.com); several by commas, or by repeating this.
    #[arg(long, value_name = "HOST|NETWORK|DOMAIN", value_delimiter = ',', value_parser = values::parsed::<Entry>)]
    own: Vec<Entry>,
    /// The same from a file, one a line; # begins a remark.
    #[arg(long, value_name = "FILE")]
    own_file: Option<PathBuf>,
}

impl OwnOptions {
    /// All that is told.
    pub(crate) fn read(&self) -> Result<Own, Failure> {
        let mut own = Own::default();
        self.own.iter().cloned().for_each(|entry| own.add(entry));
        if let Some(path) = &self.own_file {
            let text = super::written_text_of(path, MAX_FILE)?;
            own.add_lines(&text).map_err(|error| Failure::failed(Code::Usage, error.to_string()).of(path))?;
        }
        Ok(own)
    }
}

const MAX_FILE: usize = 1 << 20;
