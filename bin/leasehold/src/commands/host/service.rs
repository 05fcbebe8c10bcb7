//! `leasehold host service`.

use super::{Host, serve};
use crate::commands::Command;
use crate::commands::cli::Cli;
use crate::failure::Failure;
use crate::output::Output;
use crate::system_service::{Folder, Program, ServiceCommand, Use};

/// Does what is asked about the host's service.
pub(super) fn run(command: ServiceCommand, output: Output) -> Result<(), Failure> {
    // What is wrong with them is said now, and not at the next start of the system.
    let parsed = Cli::of_service(&["host", "serve"], command.given())?;
    let Command::Host(Host::Serve(serve)) = parsed.command else { unreachable!("`host serve` was written above") };
    let program = Program {
        name: serve::SERVICE,
        title: "Leasehold host",
        description: "Grants leases to the machines of this network, for applications that are licensed by Leasehold.",
        command: ["host", "serve"].map(Into::into).to_vec(),
    };
    let folder = Folder { path: serve.home().folder().to_owned(), used_as: Use::State };
    command.run(&program, vec![folder], output)
}
