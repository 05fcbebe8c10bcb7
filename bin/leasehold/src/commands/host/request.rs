//! `leasehold host request`.

use std::path::PathBuf;

use clap::Args;

use super::Data;
use crate::failure::Failure;
use crate::output::Output;

/// Make a request for the vendor, who answers it with a certificate.
#[derive(Debug, Args)]
pub(crate) struct Request {
    #[command(flatten)]
    data: Data,
    /// Read the host key from a file instead of asking for it; `-` is standard input.
    #[arg(long, value_name = "FILE")]
    key_file: Option<PathBuf>,
}

impl Request {
    pub(crate) fn run(self, _output: Output) -> Result<(), Failure> {
        Ok(())
    }
}
