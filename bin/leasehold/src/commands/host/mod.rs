//! `leasehold host`.

use clap::Subcommand;

use crate::failure::Failure;
use crate::output::Output;

#[derive(Debug, Subcommand)]
pub(crate) enum Host {}

impl Host {
    pub(crate) fn run(self, _output: Output) -> Result<(), Failure> {
        match self {}
    }
}
