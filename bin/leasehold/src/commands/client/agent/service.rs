//! `leasehold client agent service`.

use leasehold_client::{AgentOwner, state_directory};
use leasehold_core::Code;

use super::{AgentCommand, SERVICE};
use crate::commands::Command;
use crate::commands::cli::Cli;
use crate::commands::client::Client;
use crate::failure::Failure;
use crate::output::Output;
use crate::system_service::{Folder, Program, ServiceCommand, Use};

/// Does what is asked about the service of the machine's agent.
pub(super) fn run(command: ServiceCommand, output: Output) -> Result<(), Failure> {
    // What is wrong with them is said now, and not at the next start of the system.
    let parsed = Cli::of_service(&["client", "agent"], command.given())?;
    let Command::Client(Client::Agent(agent)) = parsed.command else {
        unreachable!("`client agent` was written above")
    };
    let AgentCommand { action: None, serve } = *agent else {
        return Err(Failure::failed(Code::Usage, "after `--`: options of `leasehold client agent` alone"));
    };
    if serve.owner() == AgentOwner::User {
        return Err(Failure::failed(Code::Usage, "--user: a service is the machine's agent")
            .hint("start `leasehold client agent --user` when the user logs on"));
    }
    let program = Program {
        name: SERVICE,
        title: "Leasehold agent",
        description: "Renews the licences of this machine, and asks for applications that may not use the network.",
        command: ["client", "agent"].map(Into::into).to_vec(),
    };
    let products = Folder { path: serve.products()?, used_as: Use::Settings };
    let state = serve.state.clone().or_else(state_directory).map(|path| Folder { path, used_as: Use::SharedState });
    command.run(&program, [products].into_iter().chain(state).collect(), output)
}
