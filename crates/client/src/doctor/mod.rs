//! Why a product is not activated, and what may soon keep it from being so: checks of the machine, the clock, DNS and
//! every host. They ask for no lease, so that looking changes nothing.

mod agent;
mod clock;
mod date;
#[cfg(feature = "directory")]
mod directory;
mod hosts;
mod likely;
mod machine;
mod names;
mod proxies;
mod standing;
mod tls;
mod users;

#[cfg(feature = "directory")]
use leasehold_core::CheckOutcome;
use leasehold_core::{Code, Finding};
use leasehold_discovery::Found;
use leasehold_wire::Method;

use crate::context::Context;
use crate::doctor::hosts::Probed;
use crate::error::Error;
use crate::route::Route;
use crate::session::deadline::Deadline;
#[cfg(feature = "directory")]
use crate::session::directory::DirectorySession;
use crate::session::host::lookup;
use crate::session::host::outcome::Answer;
use crate::session::host::probe;
use crate::session::host::round::Hosts;
use crate::session::network::Network;
use crate::state::State;
use crate::status::Status;

/// What a doctor found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnosis {
    /// A finding for each check, in the order of the checks.
    pub findings: Vec<Finding>,
}

impl Diagnosis {
    /// The failure that most likely causes the others; `None` where nothing fails.
    pub fn cause(&self) -> Option<&Finding> {
        likely::cause(&self.findings)
    }
}

pub(crate) fn diagnose(
    context: &Context,
    state: &State,
    network: &Network,
    attempt: Option<&Result<Answer, Error>>,
) -> Diagnosis {
    let (status, now) = (Status::of(context, state), context.now());
    let asked = attempt.map(standing::attempt);
    let mut findings = machine::checks(context, state, &status);
    if status.lease.as_ref().is_some_and(|lease| lease.method == Method::MultipleKey) {
        findings.push(clock::check(&status.clock, &[], now));
        findings.extend(asked);
        findings.extend(standing::checks_with_key(&status, now));
        return Diagnosis { findings };
    }
    findings.extend(agent::checks(&network.courier));
    #[cfg(feature = "directory")]
    {
        let session = DirectorySession { context, state, network };
        let found = directory::check(&session, status.directory.as_ref());
        let activates = found.as_ref().is_some_and(|finding| finding.outcome == CheckOutcome::Ok);
        findings.extend(found);
        if activates {
            findings.push(clock::check(&status.clock, &[], now));
            findings.extend(asked);
            findings.extend(standing::checks_with_directory(&status, now));
            return Diagnosis { findings };
        }
    }
    let searched = lookup::find_hosts(context, network);
    let hosts = Hosts {
        context,
        network,
        last_grant: status.host.clone(),
        deadline: Deadline::of_attempt(context.clock.as_ref()),
        token: None,
    };
    let probed: Vec<Probed> = routes(&hosts, searched.as_ref().ok())
        .into_iter()
        .map(|route| Probed { probe: probe::probe(network, &route), route })
        .collect();

    let manifest = &context.manifest;
    let mut judged: Vec<Finding> = probed.iter().map(|host| hosts::judge(host, manifest, now)).collect();
    let service = likely::one_is_enough(&mut judged);
    findings.push(clock::check(&status.clock, &hosts::times(&probed, manifest), now));
    let config = network.search.finder().ok().flatten().map(|finder| finder.config().clone());
    findings.extend(names::checks(&searched, config.as_ref(), service));
    if judged.is_empty() {
        findings.push(Finding::failure("hosts", Code::NoHost, "no address is known"));
    }
    let routes = || probed.iter().map(|host| &host.route);
    findings.extend(proxies::checks(&network.exchange, routes()));
    findings.extend(judged);
    findings.extend(tls::checks(&network.exchange, routes(), now));
    let grant = probed.iter().find_map(|host| hosts::grant(host, manifest, now));
    findings.extend(asked);
    let signed_in = state.sign_in(None).ok().flatten().map(|stored| stored.shown());
    findings.extend(users::check(&status, signed_in.as_ref()));
    findings.extend(standing::checks(&status, grant.as_ref(), service, now));
    Diagnosis { findings }
}

/// The routes to all hosts that are known or were found, each once.
fn routes(hosts: &Hosts<'_>, found: Option<&Found>) -> Vec<Route> {
    let mut routes = probe::known_routes(hosts);
    routes.extend(hosts.network.courier.routes());
    let by_record = found.map(lookup::routes).unwrap_or_default();
    for route in by_record.into_iter().chain(lookup::local_routes(hosts.context, hosts.network)) {
        let same = |known: &Route| (&known.address, known.reach) == (&route.address, route.reach);
        if !routes.iter().any(same) {
            routes.push(route);
        }
    }
    routes
}
