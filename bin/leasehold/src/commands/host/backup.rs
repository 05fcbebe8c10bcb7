//! `leasehold host backup`.

use std::fs;
use std::io::{self, IsTerminal, Write};
use std::path::{Path, PathBuf};

use clap::Args;
use leasehold_core::KeyId;
use leasehold_host::activation::Home;
use leasehold_host::backup::{self, About, Store};
use leasehold_store::host::{HostStore, Tip};
use leasehold_store_sqlite::host::{FILE, SqliteHost};
use serde_json::json;
use tempfile::{NamedTempFile, TempDir};

use super::{Data, failed, store_failed};
use crate::failure::Failure;
use crate::input;
use crate::output::{self, Output};
use crate::stores::Place;

/// Write the host's folder into one file: key pair, certificate, what it remembers, and its store as it is at one moment.
///
/// The host may serve meanwhile. The file holds the host's secret key: keep it as safe as the host itself. Room for the
/// store twice is needed where it is written.
#[derive(Debug, Args)]
pub(crate) struct Backup {
    /// The file, a folder in which one is named after host and time, or `-` for standard output.
    to: PathBuf,
    #[command(flatten)]
    data: Data,
    /// Take the place of a file that is there.
    #[arg(long)]
    replace: bool,
}

impl Backup {
    pub(crate) fn run(self, output: Output) -> Result<(), Failure> {
        let home = self.data.home();
        let host = home.keypair().map_err(|error| failed(&error))?.id();
        let place = self.data.place()?;
        if self.to == Path::new("-") {
            return self.to_standard_output(&home, host, &place, output);
        }
        let path = self.path(host);
        if !self.replace && path.exists() {
            return Err(Failure::refused("already-exists", format!("{}: there is such a file", path.display()))
                .hint("name another, or a folder; or give --replace"));
        }
        let folder = path.parent().filter(|folder| *folder != Path::new("")).unwrap_or(Path::new("."));
        let at = |error: io::Error| Failure::file(folder, &error);
        let copy = self.copy(host, tempfile::Builder::new().prefix(".backup-").tempdir_in(folder).map_err(at)?)?;
        // Made for its owner alone.
        let mut file = tempfile::Builder::new().prefix(".backup-").tempfile_in(folder).map_err(at)?;
        let about = copy.write(&home, &mut file)?;
        finish(file, &path).map_err(|error| Failure::file(&path, &error))?;
        let bytes = fs::metadata(&path).map_err(|error| Failure::file(&path, &error))?.len();
        match output {
            Output::Json => output::json(&json!({
                "file": path, "bytes": bytes, "host": about.host, "made": about.made,
                "seal": about.seal, "seal_hash": about.seal_hash,
            })),
            Output::Human => anstream::println!("{}", path.display()),
        }
        tell(&about, &place);
        Ok(())
    }

    fn to_standard_output(&self, home: &Home, host: KeyId, place: &Place, output: Output) -> Result<(), Failure> {
        let mut out = io::stdout().lock();
        if output == Output::Json || out.is_terminal() {
            return Err(Failure::failed(
                "usage",
                "the backup itself goes to standard output: not with --json, nor to a terminal",
            ));
        }
        let folder = TempDir::new().map_err(|error| Failure::file(&std::env::temp_dir(), &error))?;
        let about = self.copy(host, folder)?.write(home, &mut out)?;
        out.flush().map_err(|error| Failure::failed("file", format!("standard output: {error}")))?;
        tell(&about, place);
        Ok(())
    }

    /// Where it goes.
    fn path(&self, host: KeyId) -> PathBuf {
        if !self.to.is_dir() {
            return self.to.clone();
        }
        let digits = |c: &char| c.is_ascii_digit();
        let time: String = output::time(input::now()).chars().filter(digits).collect();
        let host = host.to_string();
        self.to.join(format!("leasehold-host-{}-{time}.tar", &host[..8]))
    }

    /// The store's copy in `folder`, opened once, so that what cannot be read is found now and not when it is needed.
    fn copy(&self, host: KeyId, folder: TempDir) -> Result<Copy, Failure> {
        let elsewhere = matches!(self.data.place()?, Place::Database(_));
        if elsewhere || !self.data.folder.join(FILE).exists() {
            return Ok(Copy { folder, tip: None });
        }
        let failed = |error| store_failed(&self.data.folder, &error);
        let copy = folder.path().join(FILE);
        SqliteHost::copy(&self.data.folder, &copy).map_err(failed)?;
        let tip = newest(&mut SqliteHost::open_reader(folder.path()).map_err(failed)?, host).map_err(failed)?;
        Ok(Copy { folder, tip: Some(tip) })
    }
}

/// A copy of the store, removed when it is dropped; none where the host has never served.
struct Copy {
    folder: TempDir,
    tip: Option<Tip>,
}

impl Copy {
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

fn finish(file: NamedTempFile, path: &Path) -> io::Result<()> {
    file.as_file().sync_all()?;
    file.persist(path).map(drop).map_err(|error| error.error)
}

fn tell(about: &About, place: &Place) {
    let what = match about.seal {
        _ if matches!(place, Place::Database(_)) => {
            format!("the folder alone; the store is in {place}, to be backed up by its own means (docs/stores.md)")
        }
        0 => "no lease was granted yet".to_owned(),
        number => format!("all up to seal {number}"),
    };
    anstream::eprintln!("backup of host {}: {what}", about.host);
    anstream::eprintln!("it holds the host's secret key: keep it as safe as the host itself");
}
