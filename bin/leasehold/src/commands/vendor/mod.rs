//! `leasehold vendor`.

use clap::Subcommand;

use crate::failure::Failure;
use crate::output::Output;

#[derive(Debug, Subcommand)]
pub(crate) enum Vendor {}

impl Vendor {
    pub(crate) fn run(self, _output: Output) -> Result<(), Failure> {
        match self {}
    }
}

pub(crate) fn failed(error: &leasehold_authority::Error) -> Failure {
    Failure::failed(error.code(), error.to_string())
}
