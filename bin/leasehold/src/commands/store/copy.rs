//! `leasehold store copy`.

use std::io::IsTerminal;

use clap::Args;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use leasehold_core::Code;
use leasehold_store::authority::copy as authority;
use leasehold_store::copy::{self, CopyError};
use leasehold_store::host;
use serde_json::{Value, json};

use super::nothing;
use crate::commands::inspect::other;
use crate::failure::Failure;
use crate::output::{self, Output};
use crate::stores::StoreLocation;

/// Copy a store into an empty one, from SQLite to PostgreSQL or back: all of it, or nothing.
///
/// The copy is of one moment: stop the hosts that serve from it first, or what they grant meanwhile is not in it.
/// Afterwards all records are read again and compared. Keys and certificates stay in the folders.
#[derive(Debug, Args)]
pub(crate) struct Copy {
    /// The folder of a host or vendor, or a database: `postgres://USER@HOST/NAME`.
    from: String,
    /// The same, where there is no such store yet.
    to: String,
}

impl Copy {
    pub(crate) fn run(self, output: Output) -> Result<(), Failure> {
        let (from, to) = (StoreLocation::named(&self.from)?, StoreLocation::named(&self.to)?);
        refuse_another_kind(&from, &to)?;
        to.make()?;
        let hosts = copy_host(&from, &to)?;
        let authority = copy_authority(&from, &to)?;
        if hosts.is_none() && authority.is_none() {
            return Err(nothing(&from));
        }
        match output {
            Output::Json => output::json(&json!({
                "from": from.to_string(), "to": to.to_string(),
                "host": hosts.as_ref().map(host_value), "authority": authority.as_ref().map(authority_value),
            })),
            Output::Human => print(hosts.as_ref(), authority.as_ref()),
        }
        Ok(())
    }
}

/// Refuses to copy a host's store into the folder of another part of Leasehold, or a vendor's into one, unless such a store was there before.
fn refuse_another_kind(from: &StoreLocation, to: &StoreLocation) -> Result<(), Failure> {
    let StoreLocation::Folder(folder) = to else { return Ok(()) };
    let kinds = [
        (from.host_versions()?, "host-folder", "host.key"),
        (from.authority_versions()?, "vendor-folder", "authority.db"),
    ];
    for (versions, kind, own) in kinds {
        if versions.is_some()
            && !folder.join(own).exists()
            && let Some(message) = other::mistaken(folder, kind)
        {
            return Err(Failure::failed(Code::AlreadyExists, message).hint("name another folder to copy to"));
        }
    }
    Ok(())
}

fn copy_host(from: &StoreLocation, to: &StoreLocation) -> Result<Option<host::Summary>, Failure> {
    let Some(mut source) = from.to_read()? else { return Ok(None) };
    let mut target = to.to_fill()?;
    let bar = progress("copied");
    let copied = copy::host(source.as_mut(), target.as_mut(), &mut || bar.inc(1));
    let copied = copied.map_err(|error| failed(&error, from, to))?;
    let bar = progress("compared");
    let read_back = copy::host_summary(target.as_mut(), &mut || bar.inc(1)).map_err(|error| to.failed(&error))?;
    if read_back == copied { Ok(Some(copied)) } else { Err(differs(to)) }
}

fn copy_authority(from: &StoreLocation, to: &StoreLocation) -> Result<Option<authority::Summary>, Failure> {
    if from.authority_versions()?.is_none() {
        return Ok(None);
    }
    let (source, target) = (from.authority()?, to.authority()?);
    let bar = progress("copied");
    let copied = copy::authority(&*source, &*target, &mut || bar.inc(1));
    let copied = copied.map_err(|error| failed(&error, from, to))?;
    let read_back = copy::authority_summary(&*target).map_err(|error| to.failed(&error))?;
    if read_back.digest() == copied.digest() { Ok(Some(copied)) } else { Err(differs(to)) }
}

fn failed(error: &CopyError, from: &StoreLocation, to: &StoreLocation) -> Failure {
    match error {
        CopyError::Reading(error) => from.failed(error),
        CopyError::Writing(error) => to.failed(error),
    }
}

/// How many records were copied so far, on a terminal.
fn progress(done: &str) -> ProgressBar {
    let target =
        if std::io::stderr().is_terminal() { ProgressDrawTarget::stderr() } else { ProgressDrawTarget::hidden() };
    let style = ProgressStyle::with_template(&format!("{{spinner}} {{human_pos}} records {done}, {{elapsed}}"));
    let style = style.unwrap_or_else(|_| ProgressStyle::default_spinner());
    ProgressBar::with_draw_target(None, target).with_style(style)
}

fn differs(to: &StoreLocation) -> Failure {
    Failure::failed(Code::StoreDamaged, format!("{to}: what was read back is not what was written"))
        .hint("do not use the copy; its original is untouched")
}

fn host_value(summary: &host::Summary) -> Value {
    json!({
        "batches": summary.batches, "seals": summary.seals, "clients": summary.clients, "leases": summary.leases,
        "digest": output::hex(&summary.digest()),
    })
}

fn authority_value(summary: &authority::Summary) -> Value {
    json!({ "records": summary.records, "digest": output::hex(&summary.digest()) })
}

fn print(hosts: Option<&host::Summary>, authority: Option<&authority::Summary>) {
    let mut rows = Vec::new();
    let mut row = |name: &str, words: String| rows.push((name.to_owned(), words));
    if let Some(summary) = hosts {
        let host::Summary { batches, seals, clients, leases, .. } = summary;
        let counts = [
            output::count(*batches, "batch", "batches"),
            output::count(*seals, "seal", "seals"),
            output::count(*clients, "client", "clients"),
            output::count(*leases, "lease", "leases"),
        ];
        row("host", counts.join(", "));
        row("digest", output::hex(&summary.digest()));
    }
    if let Some(summary) = authority {
        row("authority", output::count(summary.records, "record", "records"));
        row("digest", output::hex(&summary.digest()));
    }
    output::rows(&rows);
    errln!("read back and compared: the two are the same");
}
