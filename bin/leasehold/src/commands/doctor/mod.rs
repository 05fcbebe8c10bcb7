//! `leasehold doctor`: finds why a client is not activated, and says what to do. It asks for no lease unless told to, so
//! that looking changes nothing.

mod clock;
pub(crate) mod finding;
mod hosts;
mod machine;
mod names;
pub(crate) mod report;
mod standing;

use clap::Args;
use leasehold_client::discovery::Found;
use leasehold_client::{Client, Route};
use leasehold_wire::Method;

use self::finding::Finding;
use self::hosts::Seen;
use super::client::place::{Network, Place};
use crate::failure::Failure;
use crate::input;
use crate::output::Output;

/// Find why this machine is not activated, and what to do.
///
/// Looks at the state directory, the clock, DNS and every host, and changes nothing there. Exit status 1 where a failure
/// was found; the last line names the most likely cause. `leasehold doctor --host`, without an address, looks at the
/// host that runs here: see `leasehold host doctor --help`.
#[derive(Debug, Args)]
pub(crate) struct Doctor {
    #[command(flatten)]
    place: Place,
    #[command(flatten)]
    network: Network,
    /// Ask for a lease too, as the client would: this counts the machine, and may change its standing.
    #[arg(long)]
    ask: bool,
}

impl Doctor {
    pub(crate) fn run(self, output: Output) -> Result<(), Failure> {
        let client = self.place.open(&self.network)?;
        let asked = self.ask.then(|| standing::attempt(&client.activate()));
        let findings = examine(&client, asked);
        report::report(&findings, finding::cause(&findings), output)
    }
}

fn examine(client: &Client, asked: Option<Finding>) -> Vec<Finding> {
    let (status, now) = (client.status(), input::now());
    if status.lease.as_ref().is_some_and(|lease| lease.method == Method::MultipleKey) {
        let mut findings = machine::check(client, &status);
        findings.push(clock::check(&status.clock, &[], now));
        findings.extend(asked);
        findings.extend(standing::check_keyed(&status, now));
        return findings;
    }
    let searched = client.find_hosts();
    let nothing = Found::default();
    let found = searched.as_ref().unwrap_or(&nothing);
    let mut routes = client.known_ways();
    for found in Client::found_ways(found).into_iter().chain(client.local_routes()) {
        let same = |known: &Route| (&known.address, known.reach) == (&found.address, found.reach);
        if !routes.iter().any(same) {
            routes.push(found);
        }
    }
    let seen: Vec<Seen> = routes.into_iter().map(|route| Seen::look(client, route)).collect();

    let manifest = client.manifest();
    let mut hosts: Vec<Finding> = seen.iter().map(|seen| hosts::judge(seen, manifest, now)).collect();
    let serves = finding::demote_if_one_serves(&mut hosts);
    let mut findings = machine::check(client, &status);
    findings.push(clock::check(&status.clock, &hosts::times(&seen, manifest), now));
    findings.extend(names::check(&searched, client.search_config().ok().flatten().as_ref(), serves));
    if hosts.is_empty() {
        findings.push(Finding::failure("hosts", "no-host", "nothing says where one is"));
    }
    findings.extend(hosts);
    let grant = seen.iter().find_map(|seen| hosts::grant(seen, manifest, now));
    findings.extend(asked);
    findings.extend(standing::check(&status, grant.as_ref(), serves, now));
    findings
}
