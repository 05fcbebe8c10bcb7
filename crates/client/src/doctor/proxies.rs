//! Which proxy stands on the way to each host, and why; nothing where the environment sets none.

use leasehold_core::{Code, Finding};

use crate::exchange::Exchange;
use crate::exchange::proxy::{Direct, Way};
use crate::route::Route;

pub(crate) fn checks<'r>(exchange: &Exchange, routes: impl Iterator<Item = &'r Route>) -> Vec<Finding> {
    let unusable = exchange.unusable_proxies().iter().map(|variable| {
        let ignored =
            format!("{variable} names no proxy that this program can use (http:// or https://): it is ignored");
        Finding::warning("proxy", Code::ProxyUnreachable, ignored)
    });
    let mut findings: Vec<Finding> = unusable.collect();
    for route in routes {
        let finding = |detail| Finding::ok(format!("way to {route}"), detail);
        findings.extend(match exchange.way(route) {
            Way::Through(setting) => Some(finding(format!("through the proxy {setting}"))),
            Way::Direct(Direct::NoneSet) => None,
            Way::Direct(_) if !exchange.has_proxies() => None,
            Way::Direct(direct) => Some(finding(direct.to_string())),
        });
    }
    findings
}
