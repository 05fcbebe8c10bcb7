//! `leasehold host backup`.

use std::fs;
use std::io::{self, IsTerminal, Write};
use std::path::{Path, PathBuf};

use clap::Args;
use leasehold_core::{Code, KeyId};
use leasehold_files::{Readers, Replacement};
use leasehold_host::activation::Home;
use leasehold_host::backup::{self, About, Store};
use leasehold_store::host::{HostStore, Tip};
use leasehold_store_sqlite::host::{FILE, SqliteHost};
use serde_json::json;
use tempfile::TempDir;

use super::config::Config;
use super::{Data, failed};
use crate::failure::Failure;
use crate::input;
use crate::output::{self, Output};
use crate::stores::{Copied, StoreLocation};
use crate::values;

/// Write the host's folder into one file: key pair, certificate, what it remembers, and its store as it is at one moment.
///
/// The host may serve meanwhile. The file holds the host's secret key: keep it as safe as the host itself. Room for the
/// store twice is needed where it is written.
#[derive(Debug, Args)]
pub(crate) struct Backup {
    /// The file (it ends in `.tar`), a folder in which one is named after host and time, or `-` for standard output. What ends
    /// in `/` or in no extension is a folder, and is made where it is missing.
    to: PathBuf,
    #[command(flatten)]
    data: Data,
    /// The host's configuration, for where it names a database; options given here win.
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
    /// Overwrite a file that is there.
    #[arg(long, alias = "replace")]
    force: bool,
    /// Keep the newest N backups of this host in the folder, and remove older ones once this one is written.
    #[arg(long, value_name = "N", value_parser = values::whole::<usize>(1..=u64::MAX))]
    keep: Option<usize>,
}

impl Backup {
    pub(crate) fn run(self, output: Output) -> Result<(), Failure> {
        let config = Config::read(self.config.as_deref())?;
        let location = self.data.clone().configured(config.store).location()?;
        let home = self.data.home();
        let host = home.keypair().map_err(|error| failed(&error))?.id();
        let is_folder = self.is_folder();
        if self.keep.is_some() && !is_folder {
            let message = "--keep is for a folder of backups, and one file is named";
            return Err(Failure::failed(Code::Usage, message).hint("end the folder's name in `/`"));
        }
        if self.to == Path::new("-") {
            return to_standard_output(&home, &location, output);
        }
        let path = if is_folder { named(&self.to, host)? } else { self.to.clone() };
        if !self.force && path.exists() {
            return Err(Failure::refused(Code::AlreadyExists, format!("{}: there is a file already", path.display()))
                .hint("name another, or a folder; or give --force"));
        }
        let about = write(&home, &location, &path, self.force)?;
        let bytes = fs::metadata(&path).map_err(|error| Failure::file(&path, &error))?.len();
        match output {
            Output::Json => output::json(&json!({
                "file": path, "bytes": bytes, "host": about.host, "made": about.made,
                "seal": about.seal, "seal_hash": about.seal_hash,
            })),
            Output::Human => outln!("{}", path.display()),
        }
        tell(&about);
        self.keep.map_or(Ok(()), |keep| prune(&self.to, host, keep))
    }

    /// Whether a folder of backups is meant: one that is there, or a name that is no file's.
    fn is_folder(&self) -> bool {
        let ends_as_one = self.to.as_os_str().as_encoded_bytes().ends_with(b"/");
        let is_name = self.to != Path::new("-") && self.to.extension().is_none() && !self.to.is_file();
        self.to.is_dir() || ends_as_one || is_name
    }
}

/// Writes a backup into `folder`, named after host and time; where it lies.
pub(super) fn into_folder(home: &Home, location: &StoreLocation, folder: &Path) -> Result<PathBuf, Failure> {
    let path = named(folder, home.keypair().map_err(|error| failed(&error))?.id())?;
    write(home, location, &path, false)?;
    Ok(path)
}

/// Writes a backup to `path`, over a file that is there where that is meant.
fn write(home: &Home, location: &StoreLocation, path: &Path, replaces: bool) -> Result<About, Failure> {
    let host = home.keypair().map_err(|error| failed(&error))?.id();
    let folder = path.parent().filter(|folder| *folder != Path::new("")).unwrap_or(Path::new("."));
    let at = |error: io::Error| Failure::file(folder, &error);
    let beside = tempfile::Builder::new().prefix(".backup-").tempdir_in(folder).map_err(at)?;
    let copy = Copy::of(location, host, beside)?;
    let mut file = Replacement::of(path, Readers::Owner).map_err(at)?;
    let about = copy.write(home, &mut file)?;
    let placed = if replaces { file.replace() } else { file.create() };
    placed.map_err(|error| Failure::file(path, &error))?;
    Ok(about)
}

/// The name of a new backup in `folder`, which is made where it is missing.
fn named(folder: &Path, host: KeyId) -> Result<PathBuf, Failure> {
    leasehold_files::make_folder(folder, Readers::Owner).map_err(|error| Failure::file(folder, &error))?;
    let digits = |c: &char| c.is_ascii_digit();
    let time: String = output::time(input::now()).chars().filter(digits).collect();
    let now = time.parse::<u64>().unwrap_or_default();
    // Two in one minute too; the later one has the higher number, also where earlier ones were removed.
    let last = backups(folder, host)?.into_iter().filter(|backup| backup.time == now).map(|backup| backup.number).max();
    let number = last.map_or(String::new(), |last| format!("-{}", last + 1));
    Ok(folder.join(format!("{}{time}{number}.tar", beginning(host))))
}

/// How the names of a host's backups begin.
fn beginning(host: KeyId) -> String {
    format!("leasehold-host-{}-", &host.to_string()[..8])
}

/// A backup in a folder, in the order in which they were made.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct Named {
    /// The digits of its minute.
    time: u64,
    /// Which one of that minute.
    number: u64,
    path: PathBuf,
}

/// The backups of `host` in `folder`, oldest first. What is named otherwise is none of them.
fn backups(folder: &Path, host: KeyId) -> Result<Vec<Named>, Failure> {
    let failed = |error: io::Error| Failure::file(folder, &error);
    let start = beginning(host);
    let mut backups = Vec::new();
    for file in fs::read_dir(folder).map_err(failed)? {
        let path = file.map_err(failed)?.path();
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let Some(rest) = name.strip_prefix(&start).and_then(|rest| rest.strip_suffix(".tar")) else { continue };
        let (time, number) = rest.split_once('-').unwrap_or((rest, "1"));
        if let (Ok(time), Ok(number)) = (time.parse(), number.parse()) {
            backups.push(Named { time, number, path });
        }
    }
    backups.sort();
    Ok(backups)
}

/// Removes all but the newest `keep` backups of `host` in `folder`.
fn prune(folder: &Path, host: KeyId, keep: usize) -> Result<(), Failure> {
    let backups = backups(folder, host)?;
    let older = backups.len().saturating_sub(keep);
    for Named { path, .. } in &backups[..older] {
        leasehold_files::remove(path).map_err(|error| Failure::file(path, &error))?;
        errln!("removed {}", path.display());
    }
    Ok(())
}

fn to_standard_output(home: &Home, location: &StoreLocation, output: Output) -> Result<(), Failure> {
    let mut out = io::stdout().lock();
    if output == Output::Json || out.is_terminal() {
        return Err(Failure::failed(
            Code::Usage,
            "the backup itself goes to standard output: not with --json, nor to a terminal",
        ));
    }
    let host = home.keypair().map_err(|error| failed(&error))?.id();
    // In the host's own folder: it is private, on a disk that has room for a store, and a service may have no other.
    let own = home.folder();
    let folder = tempfile::Builder::new().prefix(".backup-").tempdir_in(own);
    let folder = folder.map_err(|error| Failure::file(own, &error))?;
    let about = Copy::of(location, host, folder)?.write(home, &mut out)?;
    out.flush().map_err(|error| Failure::failed(Code::File, format!("standard output: {error}")))?;
    tell(&about);
    Ok(())
}

/// A copy of the store, removed when it is dropped; none where the host has never served.
struct Copy {
    folder: TempDir,
    tip: Option<Tip>,
}

impl Copy {
    /// A copy in `folder`, opened once, so that what cannot be read is found now and not when it is needed.
    fn of(location: &StoreLocation, host: KeyId, folder: TempDir) -> Result<Self, Failure> {
        let failed = |error| location.failed(&error);
        let tip = match location.copy_host(folder.path()).map_err(failed)? {
            Copied::All => {
                let mut store = SqliteHost::open_reader(folder.path()).map_err(failed)?;
                Some(newest(&mut store, host).map_err(failed)?)
            }
            Copied::Nothing => None,
        };
        Ok(Self { folder, tip })
    }

    fn write(&self, home: &Home, out: &mut dyn Write) -> Result<About, Failure> {
        let copy = self.folder.path().join(FILE);
        let store = self.tip.map(|tip| Store { name: FILE, copy: &copy, tip: (tip.number, tip.seal) });
        backup::write(home, store, input::now(), out).map_err(|error| failed(&error))
    }
}

/// The newest seal of `host` in the store.
pub(super) fn newest(store: &mut SqliteHost, host: KeyId) -> Result<Tip, leasehold_store::StoreError> {
    let newest = store.seals(host, 1)?;
    Ok(newest.first().map_or(Tip::default(), |seal| Tip { number: seal.number, seal: seal.seal }))
}

fn tell(about: &About) {
    let what = match about.seal {
        0 => "no lease was granted yet".to_owned(),
        number => format!("all up to seal {number}"),
    };
    errln!("backup of host {}: {what}", about.host);
    errln!("it holds the host's secret key: keep it as safe as the host itself");
}
