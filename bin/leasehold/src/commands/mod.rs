//! The commands, a file each.

mod access;
mod authority;
mod batch;
pub(crate) mod cli;
mod client;
mod completions;
mod directory;
mod doctor;
mod explain;
mod findings;
mod host;
mod inspect;
mod journal;
mod listing;
mod man;
mod office;
mod quickstart;
mod secret;
mod simulate;
mod store;
mod testhost;
mod throwaway;
mod traces;
mod upgrade;
mod vendor;

use clap::Subcommand;

use crate::failure::Failure;
use crate::output::Output;

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// A vendor, a host and some machines here, on real sockets.
    Quickstart(quickstart::Quickstart),
    /// A vendor's keys, products and approvals.
    Vendor(vendor::Vendor),
    /// A vendor, a product and a host for a vendor's own tests, with a clock that moves and faults on demand.
    Testhost(Box<testhost::Testhost>),
    /// An organisation's activation host.
    #[command(subcommand)]
    Host(host::Host),
    /// A machine that runs a product.
    #[command(subcommand)]
    Client(client::Client),
    /// Activation by a directory (LDAP, Active Directory): its machines activate by reading it.
    #[command(subcommand)]
    Directory(directory::Directory),
    /// A fleet over months in seconds: outages, thresholds, load.
    Simulate(simulate::Simulate),
    /// Find why this machine is not activated, and what to do.
    Doctor(doctor::Doctor),
    /// Plan, check and explain a Microsoft Office estate; nothing of it is activated.
    #[command(subcommand, arg_required_else_help = true, after_help = office::ORDER)]
    Office(office::Office),
    /// Decode and verify any document or product key.
    Inspect(inspect::Inspect),
    /// A host's sealed history as a file: export, verify, explain.
    #[command(subcommand)]
    Journal(journal::Journal),
    /// Stores of hosts and authorities: check, copy, bring up to date.
    #[command(subcommand)]
    Store(store::Store),
    /// What a code or a word means, and what to do about it.
    Explain(explain::Explain),
    /// Print completions for a shell.
    Completions(completions::Completions),
    /// Print manual pages.
    Man(man::Manual),
}

impl Command {
    pub(crate) fn run(self, output: Output) -> Result<(), Failure> {
        match self {
            Self::Quickstart(command) => command.run(output),
            Self::Vendor(command) => command.run(output),
            Self::Testhost(command) => command.run(output),
            Self::Host(command) => command.run(output),
            Self::Client(command) => command.run(output),
            Self::Directory(command) => command.run(output),
            Self::Simulate(command) => command.run(output),
            Self::Doctor(command) => command.run(output),
            Self::Office(command) => command.run(output),
            Self::Inspect(command) => command.run(output),
            Self::Journal(command) => command.run(output),
            Self::Store(command) => command.run(output),
            Self::Explain(command) => command.run(output),
            Self::Completions(command) => {
                command.run();
                Ok(())
            }
            Self::Man(command) => command.run(),
        }
    }
}
