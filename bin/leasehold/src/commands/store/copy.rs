//! `leasehold store copy`.

use std::io::IsTerminal;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread;

use clap::Args;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use leasehold_store::authority::copy as authority;
use leasehold_store::{StoreError, host};
use serde_json::{Value, json};

use super::nothing;
use crate::failure::Failure;
use crate::output::{self, Output};
use crate::stores::Place;

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
        let (from, to) = (Place::named(&self.from)?, Place::named(&self.to)?);
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

fn copy_host(from: &Place, to: &Place) -> Result<Option<host::Summary>, Failure> {
    let Some(mut source) = from.to_read()? else { return Ok(None) };
    let mut target = to.to_fill()?;
    let (mut summary, bar) = (host::Summary::default(), progress("copied"));
    let copied = pump(
        |each| source.dump(each),
        |next| {
            target.restore(&mut || {
                let record = next()?;
                record.iter().for_each(|record| summary.add(record));
                bar.inc(u64::from(record.is_some()));
                Ok(record)
            })
        },
    );
    copied.map_err(|ended| ended.failure(from, to))?;
    let (mut again, bar) = (host::Summary::default(), progress("compared"));
    let read = target.dump(&mut |record| {
        again.add(&record);
        bar.inc(1);
        Ok(())
    });
    read.map_err(|error| to.failed(&error))?;
    if again == summary { Ok(Some(summary)) } else { Err(differs(to)) }
}

fn copy_authority(from: &Place, to: &Place) -> Result<Option<authority::Summary>, Failure> {
    if from.authority_versions()?.is_none() {
        return Ok(None);
    }
    let (source, target) = (from.authority()?, to.authority()?);
    let (mut summary, bar) = (authority::Summary::default(), progress("copied"));
    let copied = pump(
        |each| authority::dump(&*source, each),
        |next| {
            authority::restore(&*target, &mut || {
                let record = next()?;
                record.iter().for_each(|record| summary.add(record));
                bar.inc(u64::from(record.is_some()));
                Ok(record)
            })
        },
    );
    copied.map_err(|ended| ended.failure(from, to))?;
    let mut again = authority::Summary::default();
    let read = authority::dump(&*target, &mut |record| {
        again.add(&record);
        Ok(())
    });
    read.map_err(|error| to.failed(&error))?;
    if again.digest() == summary.digest() { Ok(Some(summary)) } else { Err(differs(to)) }
}

/// Which side of a copy has failed.
enum Ended {
    Reading(StoreError),
    Writing(StoreError),
}

impl Ended {
    fn failure(&self, from: &Place, to: &Place) -> Failure {
        match self {
            Self::Reading(error) => from.failed(error),
            Self::Writing(error) => to.failed(error),
        }
    }
}

type Each<'e, R> = dyn FnMut(R) -> Result<(), StoreError> + 'e;
type Next<'n, R> = dyn FnMut() -> Result<Option<R>, StoreError> + 'n;

/// Reads on one thread and writes on this one, with a bounded number of records between them.
fn pump<R: Send>(
    dump: impl FnOnce(&mut Each<'_, R>) -> Result<(), StoreError> + Send,
    restore: impl FnOnce(&mut Next<'_, R>) -> Result<(), StoreError>,
) -> Result<(), Ended> {
    // The end is said: a reader that has failed must not look like one that is done.
    let (records, come): (SyncSender<Option<R>>, Receiver<Option<R>>) = sync_channel(BETWEEN);
    thread::scope(|scope| {
        let reader = scope.spawn(move || {
            let given_up = || StoreError::Unavailable("the other store has failed".into());
            dump(&mut |record| records.send(Some(record)).map_err(|_| given_up()))?;
            records.send(None).map_err(|_| given_up())
        });
        let mut cut = false;
        let written = restore(&mut || {
            come.recv().map_err(|_| {
                cut = true;
                StoreError::Unavailable("the other store has failed".into())
            })
        });
        drop(come);
        let read = reader.join().expect("reading does not panic");
        match (written, read) {
            (Ok(()), _) => Ok(()),
            (Err(_), Err(error)) if cut => Err(Ended::Reading(error)),
            (Err(error), _) => Err(Ended::Writing(error)),
        }
    })
}

/// How many records were copied so far, on a terminal.
fn progress(done: &str) -> ProgressBar {
    let target =
        if std::io::stderr().is_terminal() { ProgressDrawTarget::stderr() } else { ProgressDrawTarget::hidden() };
    let style = ProgressStyle::with_template(&format!("{{spinner}} {{human_pos}} records {done}, {{elapsed}}"));
    let style = style.unwrap_or_else(|_| ProgressStyle::default_spinner());
    ProgressBar::with_draw_target(None, target).with_style(style)
}

fn differs(to: &Place) -> Failure {
    Failure::failed("store-damaged", format!("{to}: what was read back is not what was written"))
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
        row("host", format!("{batches} batches, {seals} seals, {clients} clients, {leases} leases"));
        row("digest", output::hex(&summary.digest()));
    }
    if let Some(summary) = authority {
        row("authority", format!("{} records", summary.records));
        row("digest", output::hex(&summary.digest()));
    }
    output::rows(&rows);
    anstream::eprintln!("read back and compared: the two are the same");
}

/// Records on their way.
const BETWEEN: usize = 256;
