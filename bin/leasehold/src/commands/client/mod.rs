//! `leasehold client`.

use clap::Subcommand;

use crate::failure::Failure;
use crate::output::Output;

#[derive(Debug, Subcommand)]
pub(crate) enum Client {}

impl Client {
    pub(crate) fn run(self, _output: Output) -> Result<(), Failure> {
        match self {}
    }
}

pub(crate) fn failed(error: &leasehold_client::Error) -> Failure {
    let code = leasehold_core::codes::find(error.code()).map_or("internal", |code| code.name);
    Failure::failed(code, error.to_string())
}
