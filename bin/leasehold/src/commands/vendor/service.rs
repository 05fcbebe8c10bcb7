//! `leasehold vendor service`.

use std::path::Path;

use super::serve;
use crate::commands::cli::Cli;
use crate::failure::Failure;
use crate::output::Output;
use crate::system_service::{Folder, Program, ServiceCommand, Use};

/// Does what is asked about the service of the vendor's authority, whose folder is `folder`.
pub(super) fn run(command: ServiceCommand, folder: &Path, output: Output) -> Result<(), Failure> {
    // What is wrong with them is said now, and not at the next start of the system.
    Cli::of_service(&["vendor", "serve"], command.given())?;
    let folder = std::path::absolute(folder).map_err(|error| Failure::file(folder, &error))?;
    let program = Program {
        name: serve::SERVICE,
        title: "Leasehold authority",
        description: "Activates hosts, directories and machines for a vendor of applications that are licensed by Leasehold.",
        command: vec!["vendor".into(), "--dir".into(), folder.clone().into_os_string(), "serve".into()],
    };
    command.run(&program, vec![Folder { path: folder, used_as: Use::State }], output)
}
