//! What is installed against how it is to be activated.

use super::super::context::{Context, System};
use super::super::file::{File, Product};
use super::super::violation::Findings;
use crate::facts::kms::{HostPack, KMS};
use crate::facts::method::ActivationMethod;
use crate::facts::products::{self, Family};

pub(super) const RULES: &[&str] = &["ODT021", "ODT091"];

pub(super) fn check(file: &File<'_>, context: &Context, findings: &mut Findings<'_>) {
    let Some(plan) = context.plan.filter(|plan| plan.is_volume()) else { return };
    for product in file.added() {
        let Some(facts) = product.facts else { continue };
        if facts.family == Family::Suite && facts.subscription() {
            let message =
                format!("the plan is {}, and {} is licensed by subscription, never that way", plan.name(), facts.id);
            findings.add("ODT021", product.place(file.text), message);
        }
        if plan == ActivationMethod::Kms && facts.volume() {
            host(file, product, facts, context, findings);
        }
    }
}

/// A release that the host cannot activate yet.
fn host(
    file: &File<'_>,
    product: &Product<'_>,
    facts: &products::Product,
    context: &Context,
    findings: &mut Findings<'_>,
) {
    let Some(needed) = KMS.host_packs.iter().find(|pack| pack.office == facts.release.name()) else { return };
    if let Some(pack) = context.host.pack.filter(|pack| pack.year() < facts.release.year()) {
        let message = format!(
            "{} needs the licence pack of {} on the host (download {}), which has that of {}",
            product.name(),
            needed.office,
            needed.download_id,
            pack.name()
        );
        findings.add("ODT091", product.place(file.text), message);
    }
    if let Some(system) = context.host.system.filter(|system| too_old(*system, needed)) {
        let message = format!(
            "{} needs a host on {} or later: {} is older",
            product.name(),
            needed.min_host_os.join(" or "),
            words(system)
        );
        findings.add("ODT091", product.place(file.text), message);
    }
}

fn too_old(system: System, needed: &HostPack) -> bool {
    needed.min_host_os.iter().filter_map(|oldest| oldest.parse().ok()).any(|oldest| system.older_than(oldest))
}

fn words(system: System) -> String {
    match system {
        System::Server(year) if year % 10 == 1 => format!("Windows Server {} R2", year / 10),
        System::Server(year) => format!("Windows Server {}", year / 10),
        System::Client(version) if version % 10 == 0 => format!("Windows {}", version / 10),
        System::Client(version) => format!("Windows {}.{}", version / 10, version % 10),
    }
}
