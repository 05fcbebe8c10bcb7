//! `leasehold inspect`: any document or product key, decoded and verified.

use clap::Args;

use crate::failure::Failure;
use crate::output::Output;

/// Decode and verify any document or product key.
#[derive(Debug, Args)]
pub(crate) struct Inspect {}

impl Inspect {
    pub(crate) fn run(self, _output: Output) -> Result<(), Failure> {
        Ok(())
    }
}
