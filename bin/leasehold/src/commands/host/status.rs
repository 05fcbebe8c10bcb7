//! `leasehold host status`.

use std::collections::BTreeSet;

use clap::Args;
use leasehold_core::standing::Revocation;
use leasehold_core::{Code, Grant, ProductId, Span, Timestamp};
use leasehold_host::authority::{Authority, LastFailure, Record};
use leasehold_host::disk::Disk;
use leasehold_host::renewing::{Ending, ending, next_renewal};
use leasehold_host::{Identity, OrdinaryLeases};
use leasehold_service::SiteCertificate;
use leasehold_store::host::{Counts, Family, SealKind, SealRow};
use serde_json::{Value, json};

use super::options::ServedWith;
use super::service_failed;
use super::{Data, failed, seconds};
use crate::failure::Failure;
use crate::input;
use crate::output::{self, Column, Output, Table};

/// Certificate, grants, counts against thresholds, leases, last seals.
#[derive(Debug, Args)]
pub(crate) struct Status {
    #[command(flatten)]
    data: Data,
    #[command(flatten)]
    with: ServedWith,
}

struct View {
    identity: Identity,
    authority: Option<Authority>,
    record: Record,
    now: Timestamp,
    disk: Option<Disk>,
    tls: Option<SiteCertificate>,
    families: Vec<(Grant, Counts)>,
    /// How long leases last, as the configuration says.
    ordinary: OrdinaryLeases,
    seals: Vec<SealRow>,
}

impl Status {
    pub(crate) fn run(self, output: Output) -> Result<(), Failure> {
        let config = self.with.read()?;
        let tls = config.tls_cert.as_deref().map(SiteCertificate::read).transpose().map_err(service_failed)?;
        let data = self.data.configured(config.store);
        let home = data.home();
        let Some(identity) = home.identity().map_err(|error| failed(&error))? else {
            let message = format!("{}: the host has made a request but has no certificate", home.folder().display());
            return Err(Failure::refused(Code::HostNotActivated, message)
                .hint("`leasehold host activate --authority URL`; or send request.lh to the vendor, and `leasehold host install FILE` takes the answer"));
        };
        let view = View { ordinary: config.leases.ordinary, ..View::read(&data, identity, tls)? };
        match output {
            Output::Json => output::json(&view.json()),
            Output::Human => view.print(),
        }
        if view.is_revoked() {
            let number = view.identity.revocation_number().unwrap_or_default();
            let message = format!("revocation list {number} names this host, its certificate or its authority");
            return Err(Failure::refused(Code::Revoked, message)
                .hint("ask the vendor; where only their authority was replaced, `leasehold host renew` mends it"));
        }
        if view.identity.grants_at(view.now).is_none() {
            let end = output::time(view.identity.certificate().expires);
            return Err(Failure::refused(Code::HostNotActivated, format!("the host's certificate ended at {end}")));
        }
        Ok(())
    }
}

impl View {
    fn read(data: &Data, identity: Identity, tls: Option<SiteCertificate>) -> Result<Self, Failure> {
        let now = input::now();
        let home = data.home();
        let disk = Disk::of(&home);
        let authority = home.authority().map_err(|error| failed(&error))?;
        let record = home.renewals().map_err(|error| failed(&error))?;
        let grants = identity.certificate().grants.clone();
        let location = data.location()?;
        let store_failed = |error| location.failed(&error);
        let Some(mut store) = data.reader_if_there()? else {
            let families = grants.into_iter().map(|grant| (grant, Counts::default())).collect();
            let ordinary = OrdinaryLeases::default();
            return Ok(Self { identity, authority, record, now, disk, tls, families, ordinary, seals: Vec::new() });
        };
        let mut families = Vec::new();
        for grant in grants {
            let family = Family { id: grant.family, window: grant.policy.window };
            let counts = store.counts(&family, now).map_err(store_failed)?;
            families.push((grant, counts));
        }
        let seals = store.seals(identity.id(), SEALS).map_err(store_failed)?;
        let ordinary = OrdinaryLeases::default();
        Ok(Self { identity, authority, record, now, disk, tls, families, ordinary, seals })
    }

    fn is_revoked(&self) -> bool {
        self.identity.own_revocation() == Revocation::Revoked
    }

    fn json(&self) -> Value {
        let certificate = self.identity.certificate();
        json!({
            "host": self.identity.id().to_string(),
            "vendor": certificate.vendor.as_str(),
            "activated": self.identity.grants_at(self.now).is_some(),
            "issued": seconds(certificate.issued),
            "revoked": self.is_revoked(),
            "expires": seconds(certificate.expires),
            "host_ordinal": certificate.host_ordinal,
            "activation_ordinal": certificate.activation_ordinal,
            "authority": self.authority.as_ref().map(|authority| authority.address.to_string()),
            "renewal": {
                "last": self.record.certified,
                "next": self.next_renewal().map(seconds),
                "failure": self.record.last_failure.as_ref().map(failure),
            },
            "revocations": {
                "number": self.identity.revocation_number(),
                "last": self.record.listed,
                "failure": self.record.last_list_failure.as_ref().map(failure),
            },
            "disk": self.disk.map(|disk| json!({
                "free": disk.free, "size": disk.size, "daily_growth": disk.daily_growth,
            })),
            "tls_expires": self.tls.as_ref().map(|certificate| seconds(certificate.ends())),
            "families": self.families.iter().map(|(grant, counts)| family(grant, &self.ordinary, *counts)).collect::<Vec<_>>(),
            "seals": self.seals.iter().map(seal).collect::<Vec<_>>(),
        })
    }

    /// When the host asks for another certificate; `None` is not by itself.
    fn next_renewal(&self) -> Option<Timestamp> {
        let next = next_renewal(&self.identity, self.record.last_failure.as_ref());
        self.authority.as_ref().map(|_| next)
    }

    /// How it is renewed, and what stands in the way.
    fn print_renewal(&self) {
        match (&self.authority, self.next_renewal()) {
            (Some(authority), Some(next)) => {
                outln!("authority    {}, asked next at {}", authority.address, output::time_from(next, self.now));
            }
            (Some(_) | None, _) => outln!("authority    none: the certificate is renewed by hand"),
        }
        if let Some(number) = self.identity.revocation_number() {
            outln!("revocations  list {number}");
        }
        let certificate = self.identity.certificate();
        let left = certificate.expires.since(self.now);
        if ending(certificate.issued, certificate.expires, self.now) != Ending::Far && left != Span::ZERO {
            errln!("warning: the certificate ends in {left} [host-certificate-ends-soon]");
        }
        let Record { last_failure, last_list_failure, .. } = &self.record;
        for (what, last_failure) in
            [("certificate not renewed", last_failure), ("revocation list not fetched", last_list_failure)]
        {
            if let Some(LastFailure { code, message, at, .. }) = last_failure {
                let at = output::time(Timestamp::from_unix(*at));
                errln!("warning: {what}: {message}, last at {at} [{code}]");
            }
        }
    }

    /// What of the machine may run out: its TLS certificate, the room on its disk.
    fn print_machine(&self) {
        if let Some(certificate) = &self.tls {
            outln!("TLS          until {}", output::time_from(certificate.ends(), self.now));
        }
        if let Some(disk) = self.disk {
            outln!("disk         {disk}");
        }
        let tls = self.tls.iter().flat_map(|certificate| certificate.findings(None, self.now));
        for finding in tls.chain(self.disk.iter().map(Disk::finding)) {
            if let Some(code) = finding.code {
                errln!("warning: {}: {} [{code}]", finding.name, finding.detail);
            }
        }
    }

    fn print(&self) {
        let certificate = self.identity.certificate();
        outln!("host         {}", self.identity.id());
        outln!("vendor       {}", certificate.vendor);
        outln!(
            "certificate  until {}, host {}, activation {}",
            output::time_from(certificate.expires, self.now),
            certificate.host_ordinal,
            certificate.activation_ordinal
        );
        self.print_renewal();
        self.print_machine();
        let mut table = Table::new([
            Column::new("FAMILY"),
            Column::prose("PRODUCTS"),
            Column::new("CLIENTS"),
            Column::new("LEASES"),
            Column::prose("LEASE"),
            Column::new("ENDS"),
        ]);
        for (grant, counts) in &self.families {
            let policy = &grant.policy;
            let products: Vec<&str> = grant.products.iter().map(|(product, _)| product.as_str()).collect();
            table.row([
                grant.family.to_string(),
                products.join(", "),
                format!("{} of {} needed", counts.clients, policy.threshold),
                policy.capacity.map_or_else(|| counts.live.to_string(), |most| format!("{} of {most}", counts.live)),
                format!("{}, renewed every {}", length(grant, &self.ordinary), policy.renewal),
                policy.end.map_or_else(|| "-".to_owned(), output::time),
            ]);
        }
        outln!();
        table.print();
        if self.seals.is_empty() {
            return outln!("\nno lease was granted yet");
        }
        let mut table = Table::new(["SEAL", "AT", "COVERS", "HASH"].map(Column::new));
        for seal in &self.seals {
            let hash = output::hex(&seal.seal[..8]);
            table.row([seal.number.to_string(), output::time(seal.at), covered(seal), hash]);
        }
        outln!();
        table.print();
    }
}

fn failure(last_failure: &LastFailure) -> Value {
    let LastFailure { code, message, at, failures, .. } = last_failure;
    json!({ "code": code, "message": message, "at": at, "failures": failures })
}

/// How long leases last, and those that are borrowed.
fn length(grant: &Grant, set: &OrdinaryLeases) -> String {
    let longest = grant.policy.validity;
    let lengths: BTreeSet<Span> =
        ordinary(grant, set).map(|(_, length)| length).filter(|length| *length < longest).collect();
    if lengths.is_empty() {
        return longest.to_string();
    }
    let lengths: Vec<String> = lengths.iter().map(Span::to_string).collect();
    format!("{}, up to {longest} borrowed", lengths.join(" or "))
}

/// The products of a grant for which the host is set to give shorter leases, with what that comes to.
fn ordinary<'a>(grant: &'a Grant, set: &'a OrdinaryLeases) -> impl Iterator<Item = (ProductId, Span)> + 'a {
    let own = set.iter().filter(|(product, _)| grant.number_of(product).is_some());
    own.map(|(product, length)| (*product, grant.policy.ordinary(Some(*length))))
}

fn family(grant: &Grant, set: &OrdinaryLeases, counts: Counts) -> Value {
    let policy = &grant.policy;
    let products: serde_json::Map<String, Value> =
        grant.products.iter().map(|(product, number)| (product.to_string(), json!(number.value()))).collect();
    let ordinary: serde_json::Map<String, Value> =
        ordinary(grant, set).map(|(product, length)| (product.to_string(), json!(length.as_seconds()))).collect();
    json!({
        "family": grant.family.as_str(),
        "products": products,
        "clients": counts.clients,
        "threshold": policy.threshold,
        "live": counts.live,
        "capacity": policy.capacity,
        "validity": policy.validity.as_seconds(),
        "ordinary": ordinary,
        "renewal": policy.renewal.as_seconds(),
        "end": policy.end.map(seconds),
    })
}

fn seal(seal: &SealRow) -> Value {
    json!({ "number": seal.number, "at": seconds(seal.at), "covers": covers(seal.kind), "size": seal.leaves.len(), "seal": output::hex(&seal.seal) })
}

fn covered(seal: &SealRow) -> String {
    match seal.kind {
        SealKind::Leases => output::count(seal.leaves.len(), "lease", "leases"),
        SealKind::Refusals => output::count(seal.leaves.len(), "refusal", "refusals"),
    }
}

fn covers(kind: SealKind) -> &'static str {
    match kind {
        SealKind::Leases => "leases",
        SealKind::Refusals => "refusals",
    }
}

/// The seals that are shown.
const SEALS: usize = 3;
