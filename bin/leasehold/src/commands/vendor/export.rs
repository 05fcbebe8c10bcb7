//! `leasehold vendor export`.

use std::io;

use clap::{Args, ValueEnum};
use leasehold_authority::export;
use leasehold_files::Readers;

use super::{VendorContext, failed};
use crate::failure::Failure;
use crate::out_file::OutFile;
use crate::output::{self, Output};

/// What was sold and what is used of it, for a spreadsheet or another program.
#[derive(Debug, Args)]
pub(crate) struct Export {
    /// What is exported.
    #[arg(value_enum)]
    what: What,
    /// How it is written; JSON where --json is given.
    #[arg(long, value_enum, value_name = "FORMAT")]
    format: Option<Format>,
    #[command(flatten)]
    out: OutFile,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum What {
    /// The product keys as they were issued or changed.
    Keys,
    /// The hosts that host keys have activated.
    Hosts,
    /// The machines that multiple keys have activated.
    Machines,
    /// The product keys with what they have activated.
    Usage,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Format {
    /// Comma-separated, names in the first row.
    Csv,
    /// A list of objects.
    Json,
}

impl Export {
    pub(super) fn run(self, context: &VendorContext, output: Output) -> Result<(), Failure> {
        let format = match (self.format, output) {
            (Some(Format::Json), _) | (None, Output::Json) => export::Format::Json,
            (Some(Format::Csv), _) | (None, Output::Human) => export::Format::Csv,
        };
        let what = self.what.into();
        let write = |out: &mut dyn io::Write| export::export(&*context.store, what, format, out);
        let rows = match self.out.path() {
            Some(path) => {
                self.out.write(path, Readers::Umask, |file| write(file).map_err(|error| failed(&error).of(path)))?
            }
            None => write(&mut io::stdout().lock()).map_err(|error| failed(&error))?,
        };
        errln!("{}", output::count(rows, "row", "rows"));
        Ok(())
    }
}

impl From<What> for export::Export {
    fn from(what: What) -> Self {
        match what {
            What::Keys => Self::Keys,
            What::Hosts => Self::Hosts,
            What::Machines => Self::Machines,
            What::Usage => Self::Usage,
        }
    }
}
