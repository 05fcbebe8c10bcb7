//! What `leasehold host serve` would find with a configuration: each key, tried with this user's rights. Nothing is changed.

use std::net::SocketAddr;
use std::path::Path;

use leasehold_core::{Code, Finding, Timestamp};
use leasehold_discovery::Config as Resolver;
use leasehold_discovery::publish::TsigKey;
use leasehold_host::dns::DnsError;
use leasehold_host::health::{ask, reach};
use leasehold_service::{Listener, SiteCertificate};

use super::Data;
use super::config::Config;
use super::dns_options::DnsOptions;
use super::serve::{runtime, tls};
use super::subscription;
use crate::failure::Failure;
use crate::stores::StoreLocation;
use crate::system;

/// A configuration, and the folder of the host that it is for.
pub(super) struct ConfigChecks {
    config: Config,
    data: Data,
}

impl ConfigChecks {
    pub(super) fn new(config: Config, data: Data) -> Self {
        Self { data: data.configured(config.store.clone()), config }
    }

    pub(super) fn run(&self, now: Timestamp) -> Vec<Finding> {
        let mut findings = vec![listen(self.config.address())];
        findings.extend(self.tls(now));
        findings.push(writable(&self.data.folder));
        findings.extend(self.store());
        findings.extend(self.authority());
        let identity = self.data.home().identity().ok().flatten();
        let grants = identity.as_ref().map(|identity| identity.certificate().grants.as_slice());
        findings.extend(subscription::checks(self.config.subscription.as_ref(), grants));
        findings.extend(self.config.leases.checks(grants));
        if let Some(dns) = &self.config.dns {
            findings.extend(self.dns(dns));
        }
        findings.extend(self.config.traces.as_ref().map(|traces| match traces.collector() {
            Ok(_) => Finding::ok("traces", "spans of requests are sent to the collector"),
            Err(failure) => of("traces", &failure),
        }));
        if self.config.mdns == Some(true) {
            let dns = self.config.dns.clone().unwrap_or_default();
            findings.push(match dns.target() {
                Ok(name) => Finding::ok("mdns", format!("the host is announced as {name}")),
                Err(failure) => Finding::failure("mdns", failure.code(), failure.message()),
            });
        }
        findings
    }

    fn tls(&self, now: Timestamp) -> Vec<Finding> {
        let files = (self.config.tls_cert.clone(), self.config.tls_key.clone());
        let (Some(certificate), Some(key)) = &files else { return Vec::new() };
        if let Err(failure) = tls(files.clone()) {
            return vec![of("tls_cert, tls_key", &failure)];
        }
        let target = self.config.dns.clone().unwrap_or_default().target().ok();
        let name = target.as_ref().map(leasehold_discovery::DomainName::as_str);
        let mut findings = match SiteCertificate::read(certificate) {
            Ok(certificate) => certificate.findings(name, now),
            Err(error) => vec![Finding::failure("TLS certificate", error.code(), error.to_string())],
        };
        findings.extend(readable_by_others(key));
        findings
    }

    fn store(&self) -> Option<Finding> {
        const NAME: &str = "store";
        let location = match self.data.location() {
            Ok(StoreLocation::Folder(_)) => return None,
            Ok(location) => location,
            Err(failure) => return Some(of(NAME, &failure)),
        };
        Some(match location.host_versions() {
            Ok(_) => Finding::ok(NAME, format!("{location}: it can be reached")),
            Err(failure) => of(NAME, &failure),
        })
    }

    fn authority(&self) -> Option<Finding> {
        let ca = self.config.authority_ca.as_ref()?;
        Some(match SiteCertificate::read(ca) {
            Ok(_) => Finding::ok("authority_ca", format!("{}: it holds certificates", ca.display())),
            Err(error) => Finding::failure("authority_ca", error.code(), error.to_string()),
        })
    }

    fn dns(&self, dns: &DnsOptions) -> Vec<Finding> {
        if dns.is_empty() {
            return vec![
                Finding::failure("dns", Code::BadConfiguration, "[dns] names no zone: nothing would be published")
                    .with_hint(
                        "name the domains in which machines look: `zones = [\"corp.example\"]`; or leave [dns] out",
                    ),
            ];
        }
        let mut findings = vec![match dns.clone().publication(self.config.address().port(), None) {
            Ok(publication) => {
                let lines: Vec<String> = publication.entries.iter().map(|entry| publication.line(entry)).collect();
                Finding::ok("dns", lines.join("; "))
            }
            Err(failure) => of("dns", &failure),
        }];
        if dns.servers().is_empty() {
            findings.push(match Resolver::of_this_machine() {
                Ok(own) if own.servers.is_empty() => {
                    Finding::failure("dns servers", Code::BadConfiguration, "none is named, and this machine has none")
                }
                Ok(_) => Finding::ok("dns servers", "this machine's"),
                Err(error) => Finding::failure("dns servers", error.code(), error.to_string()),
            });
        }
        findings.extend(dns.key_file().map(|file| match TsigKey::read(file) {
            Ok(_) => Finding::ok("tsig_key_file", format!("{}: it holds a key", file.display())),
            Err(error) => {
                let error = DnsError::from(error);
                Finding::failure("tsig_key_file", error.code(), error.to_string())
            }
        }));
        findings.extend(dns.key_file().and_then(readable_by_others));
        findings
    }
}

/// Whether the host could listen at `address`; one that serves there already may be this very host.
fn listen(address: SocketAddr) -> Finding {
    const NAME: &str = "listen";
    let bound = runtime().map(|runtime| runtime.block_on(async { Listener::bind(address).map(|_| ()) }));
    let error = match bound {
        Ok(Ok(())) => return Finding::ok(NAME, format!("{address}: it is free")),
        Ok(Err(error)) => error,
        Err(failure) => return of(NAME, &failure),
    };
    let is_host = |at: SocketAddr| {
        let answer = ask(at, "/healthz").ok()?;
        answer.version.filter(|version| version.starts_with("leasehold/"))
    };
    if error.code() == Code::AddressInUse
        && let Some(version) = reach(address).ok().and_then(is_host)
    {
        return Finding::ok(NAME, format!("{address}: a host serves there ({version})"));
    }
    Finding::failure(NAME, error.code(), error.to_string())
}

/// Whether the host's folder can be written to, or made.
fn writable(folder: &Path) -> Finding {
    const NAME: &str = "data";
    if folder.exists() && !folder.is_dir() {
        return Finding::failure(NAME, Code::FolderNotWritable, format!("{}: it is no folder", folder.display()));
    }
    let there = folder.ancestors().find(|folder| folder.exists()).unwrap_or(Path::new("."));
    let there = if there.as_os_str().is_empty() { Path::new(".") } else { there };
    match may_write(there) {
        Ok(()) if there == folder => Finding::ok(NAME, format!("{}: it can be written to", folder.display())),
        Ok(()) => Finding::ok(NAME, format!("{}: it can be made", folder.display())),
        Err(error) => Finding::failure(NAME, Code::FolderNotWritable, format!("{}: {error}", there.display())),
    }
}

#[cfg(unix)]
fn may_write(folder: &Path) -> std::io::Result<()> {
    use rustix::fs::{Access, AtFlags, CWD};

    let rights = Access::WRITE_OK | Access::EXEC_OK;
    rustix::fs::accessat(CWD, folder, rights, AtFlags::EACCESS).map_err(|error| match error.kind() {
        std::io::ErrorKind::PermissionDenied => std::io::Error::other("this user may not write there"),
        std::io::ErrorKind::ReadOnlyFilesystem => std::io::Error::other("the disk is read-only"),
        _ => error.into(),
    })
}

#[cfg(not(unix))]
fn may_write(folder: &Path) -> std::io::Result<()> {
    let read_only = std::fs::metadata(folder)?.permissions().readonly();
    if read_only { Err(std::io::ErrorKind::PermissionDenied.into()) } else { Ok(()) }
}

/// A warning where every user of the machine can read a file with a secret.
fn readable_by_others(file: &Path) -> Option<Finding> {
    let detail = format!("{}: every user can read it", file.display());
    leasehold_files::everyone_reads(file).is_ok_and(|others| others).then(|| {
        Finding::warning("secret", Code::File, detail)
            .with_hint(format!("{} keeps it to the user that the host runs as", system::TO_OWNER))
    })
}

fn of(name: &str, failure: &Failure) -> Finding {
    Finding::failure(name, failure.code(), failure.message())
}
