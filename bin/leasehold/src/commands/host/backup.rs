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
    /// The host's configuration, for where it names a database; options given here win.
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
    /// Replace a file that is there.
    #[arg(long)]
    replace: bool,
}

impl Backup {
    pub(crate) fn run(self, output: Output) -> Result<(), Failure> {
        let config = Config::read(self.config.as_deref())?;
        let location = self.data.clone().configured(config.store).location()?;
        let home = self.data.home();
        let host = home.keypair().map_err(|error| failed(&error))?.id();
        if self.to == Path::new("-") {
            return to_standard_output(&home, &location, output);
        }
        let path = self.path(host);
        if !self.replace && path.exists() {
            return Err(Failure::refused(Code::AlreadyExists, format!("{}: there is such a file", path.display()))
                .hint("name another, or a folder; or give --replace"));
        }
        let folder = path.parent().filter(|folder| *folder != Path::new("")).unwrap_or(Path::new("."));
        let at = |error: io::Error| Failure::file(folder, &error);
        let beside = tempfile::Builder::new().prefix(".backup-").tempdir_in(folder).map_err(at)?;
        let copy = Copy::of(&location, host, beside)?;
        let mut file = Replacement::of(&path, Readers::Owner).map_err(at)?;
        let about = copy.write(&home, &mut file)?;
        let placed = if self.replace { file.replace() } else { file.create() };
        placed.map_err(|error| Failure::file(&path, &error))?;
        let bytes = fs::metadata(&path).map_err(|error| Failure::file(&path, &error))?.len();
        match output {
            Output::Json => output::json(&json!({
                "file": path, "bytes": bytes, "host": about.host, "made": about.made,
                "seal": about.seal, "seal_hash": about.seal_hash,
            })),
            Output::Human => outln!("{}", path.display()),
        }
        tell(&about);
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
    let folder = TempDir::new().map_err(|error| Failure::file(&std::env::temp_dir(), &error))?;
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
