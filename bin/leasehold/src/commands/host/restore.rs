//! `leasehold host restore`.

use std::fs::File;
use std::io::{self, ErrorKind, Read};
use std::path::{Path, PathBuf};

use clap::Args;
use leasehold_core::{Code, KeyId, Timestamp};
use leasehold_host::backup::About;
use leasehold_host::restore::{Present, Restoration};
use leasehold_store_sqlite::host::{FILE, SqliteHost};
use serde_json::json;

use super::backup::newest;
use super::{Data, failed, store_failed};
use crate::failure::Failure;
use crate::output::{self, Output};
use crate::stores::StoreLocation;

/// Put a backup into the host's folder: all of it, once it was read and checked, or nothing.
#[derive(Debug, Args)]
pub(crate) struct Restore {
    /// The backup; `-` is standard input.
    file: PathBuf,
    #[command(flatten)]
    data: Data,
    /// Move a host that is in the folder aside, into a folder within it.
    #[arg(long)]
    replace: bool,
}

impl Restore {
    pub(crate) fn run(self, output: Output) -> Result<(), Failure> {
        let home = self.data.new_home()?;
        let folder = &self.data.folder;
        if home.is_there(FILE) && !self.replace {
            return Err(Failure::refused(Code::AlreadyExists, format!("{}: there is a host here", folder.display()))
                .hint("name another folder with `--data DIR`, or give --replace to have this one moved aside"));
        }
        // Windows says of a folder that is opened that this user may not.
        if self.file.is_dir() {
            return Err(Failure::file(&self.file, &ErrorKind::IsADirectory.into()));
        }
        let mut from: Box<dyn Read> = if self.file == Path::new("-") {
            Box::new(io::stdin().lock())
        } else {
            Box::new(File::open(&self.file).map_err(|error| Failure::file(&self.file, &error))?)
        };
        home.make().map_err(|error| failed(&error))?;
        // From here on no host serves from the folder, nor can one begin to.
        let hold = SqliteHost::hold(folder).map_err(|error| store_failed(folder, &error))?;
        let staged = home.stage(&mut from, FILE).map_err(|error| failed(&error).of(&self.file))?;
        let whole = check(&staged);
        let about = staged.about().clone();
        if let Err(failure) = whole {
            staged.give_up().map_err(|error| failed(&error))?;
            return Err(failure.of(&self.file));
        }
        let before = about.host().and_then(|host| sealed(folder, host));
        let present = if self.replace { Present::MovesAside } else { Present::Stays };
        let aside = staged.finish(present, &SqliteHost::files(folder)).map_err(|error| failed(&error))?;
        drop(hold);
        print(&about, aside.as_deref(), before, output);
        if let Ok(StoreLocation::Database(address)) = self.data.location() {
            errln!("the store was put into {}, and the host serves from {address}", folder.display());
        }
        Ok(())
    }
}

/// Whether the store in the backup is whole, and goes as far as the backup says; then it is of this release.
fn check(staged: &Restoration<'_>) -> Result<(), Failure> {
    let (about, folder) = (staged.about(), staged.folder());
    if !folder.join(FILE).exists() {
        return Ok(());
    }
    let refused = |error| store_failed(Path::new("store"), &error);
    // A backup of an earlier release is brought up to date where it lies, before it is anyone's store.
    if SqliteHost::versions(folder).map_err(refused)?.is_some_and(|(found, known)| found < known) {
        SqliteHost::open(folder).map(drop).map_err(refused)?;
    }
    SqliteHost::check(folder).map_err(refused)?;
    let Some(host) = about.host() else { return Ok(()) };
    let mut store = SqliteHost::open_reader(folder).map_err(refused)?;
    let tip = newest(&mut store, host).map_err(refused)?;
    if (tip.number, output::hex(&tip.seal)) == (about.seal, about.seal_hash.clone()) {
        return Ok(());
    }
    Err(Failure::refused(Code::NotABackup, "its store does not go as far as it says"))
}

/// The number of the newest seal in a store that is about to move aside, if it can be read.
fn sealed(folder: &Path, host: KeyId) -> Option<u64> {
    let mut store = SqliteHost::open_reader(folder).ok()?;
    newest(&mut store, host).ok().map(|tip| tip.number)
}

fn print(about: &About, aside: Option<&Path>, before: Option<u64>, output: Output) {
    let (host, number) = (&about.host, about.seal);
    let made = output::time(Timestamp::from_unix(about.made));
    match output {
        Output::Json => output::json(&json!({
            "host": host, "made": about.made, "seal": number, "replaced": aside, "replaced_seal": before,
        })),
        Output::Human => outln!("host {host} is restored as it was at {made}, up to seal {number}"),
    }
    errln!("leases granted after that are not in it: machines keep them, and count again once they ask");
    match before.filter(|before| *before > number) {
        Some(before) => errln!(
            "warning: the store that was here had sealed up to {before}: the chain of seals branches after {number}"
        ),
        None => errln!(
            "where the host has sealed more since, its chain of seals branches after {number}, which comparing journals shows"
        ),
    }
    if let Some(aside) = aside {
        errln!("what was here is in {}: remove it when all is well, for it holds a secret key", aside.display());
    }
}
