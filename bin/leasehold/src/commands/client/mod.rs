//! `leasehold client`: a machine that runs a product.

mod activate;
mod agent;
pub(crate) mod args;
mod borrow;
mod devices;
mod generalize;
mod install;
pub(crate) mod made_up;
mod names;
pub(crate) mod outcome;
mod release;
mod renew;
mod report;
mod request;
mod sign_in;
mod sign_out;
mod status;

use clap::Subcommand;

use crate::failure::Failure;
use crate::output::Output;

#[derive(Debug, Subcommand)]
pub(crate) enum Client {
    /// Ask a host for a lease now, or the vendor with a multiple key.
    Activate(Box<activate::Activate>),
    /// Make a request for the vendor, with a multiple key and without a network.
    Request(request::Request),
    /// Install the vendor's answer to this machine's request.
    Install(install::Install),
    /// What the product may do on this machine, and why.
    Status(status::Status),
    /// Renew the lease now.
    Renew(renew::Renew),
    /// Borrow a place for days, to be used without a network.
    Borrow(Box<borrow::Borrow>),
    /// Give the lease back to the host.
    Release(release::Release),
    /// Sign in for a product that is for users, and ask a host for a lease.
    SignIn(sign_in::SignIn),
    /// Give the user's lease back, and forget the tokens.
    SignOut(sign_out::SignOut),
    /// The devices on which the user who has signed in holds leases.
    Devices(devices::Devices),
    /// Renew for all products of this machine, also for applications without a network.
    Agent(Box<agent::AgentCommand>),
    /// Make an image ready: remove device keys and leases.
    Generalize(generalize::Generalize),
}

impl Client {
    pub(crate) fn run(self, output: Output) -> Result<(), Failure> {
        match self {
            Self::Activate(command) => command.run(output),
            Self::Request(command) => command.run(output),
            Self::Install(command) => command.run(output),
            Self::Status(command) => command.run(output),
            Self::Renew(command) => command.run(output),
            Self::Borrow(command) => command.run(output),
            Self::Release(command) => command.run(output),
            Self::SignIn(command) => command.run(output),
            Self::SignOut(command) => command.run(output),
            Self::Devices(command) => command.run(output),
            Self::Agent(command) => command.run(output),
            Self::Generalize(command) => command.run(output),
        }
    }
}
