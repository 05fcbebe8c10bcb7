//! Putting a backup into a folder: all of it or nothing.
//!
//! It is read and checked in a folder of its own within the host's. Then what is there moves aside and the backup's files
//! move in, the key pair first out and last in: wherever that is cut short, there is no host to be mistaken for one, and
//! restoring again completes it.

use std::fs;
use std::io::Read;
use std::path::{Path, PathBuf};

use crate::Error;
use crate::activation::Home;
use crate::backup::{self, About};
use crate::files::{KEY, MARK, NEWEST, STATE_FILES};

/// A backup that was read and checked, beside what is in the folder.
#[derive(Debug)]
pub struct Restoration<'h> {
    home: &'h Home,
    staged: PathBuf,
    about: About,
}

/// What may happen to a host that is in the folder.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Present {
    /// It stays: nothing is restored then.
    Stays,
    /// It moves aside.
    MovesAside,
}

impl Home {
    /// Whether the folder holds a host, or what is left of one. `store` is what its store is called.
    pub fn is_there(&self, store: &str) -> bool {
        STATE_FILES.iter().chain([&store]).any(|name| fs::symlink_metadata(self.folder().join(name)).is_ok())
    }

    /// Reads a backup into a folder within this one, and checks all of it but the store, which is called `store`.
    ///
    /// # Errors
    /// [`Error::NotABackup`]; [`Error::AnotherHost`] where key pair and certificate do not belong together or to the host
    /// that it says it is of; [`Error::File`]. Nothing is changed then.
    pub fn stage(&self, from: &mut dyn Read, store: &str) -> Result<Restoration<'_>, Error> {
        self.make()?;
        let staged = self.folder().join(STAGED);
        let at = || Error::at(&staged);
        backup::sweep(&staged).map_err(at())?;
        Home::new(&staged).make()?;
        let mut read = || {
            let about = backup::read(from, &staged, store)?;
            let home = Home::new(&staged);
            home.identity().map_err(|_| Error::NotABackup("its key pair or certificate cannot be used"))?;
            if about.host() != Some(home.keypair()?.id()) {
                return Err(Error::NotABackup("its key pair is not the one that it says"));
            }
            Ok(about)
        };
        match read() {
            Ok(about) => Ok(Restoration { home: self, staged, about }),
            Err(error) => {
                backup::sweep(&staged).map_err(at())?;
                Err(error)
            }
        }
    }
}

impl Restoration<'_> {
    /// What the backup says of info.
    pub fn about(&self) -> &About {
        &self.about
    }

    /// Where its files lie until they move in.
    pub fn folder(&self) -> &Path {
        &self.staged
    }

    /// Leaves all as it was.
    ///
    /// # Errors
    /// [`Error::File`] where what was read cannot be removed.
    pub fn give_up(self) -> Result<(), Error> {
        backup::sweep(&self.staged).map_err(Error::at(&self.staged))
    }

    /// Moves the backup's files in; those of the store that are in the folder now are `stores`. Where a host is there, it
    /// says where that lies from now on.
    ///
    /// # Errors
    /// [`Error::HostThere`]; [`Error::File`], after which there is no host in the folder until this is done again.
    pub fn finish(self, present: Present, stores: &[String]) -> Result<Option<PathBuf>, Error> {
        let folder = self.home.folder();
        let old: Vec<&str> =
            STATE_FILES.iter().copied().chain([MARK, NEWEST]).chain(stores.iter().map(String::as_str)).collect();
        let old: Vec<&str> = old.into_iter().filter(|name| fs::symlink_metadata(folder.join(name)).is_ok()).collect();
        if !old.is_empty() && present == Present::Stays {
            self.give_up()?;
            return Err(Error::HostThere(folder.to_owned()));
        }
        let aside = if old.is_empty() { None } else { Some(move_aside(folder, &old)?) };
        // The host goes on from this store, though it may have sealed more since the backup was made.
        self.home.reset_mark(self.about.mark().as_ref())?;
        let new = self.about.files.iter().map(|listed| listed.name.as_str());
        // The key pair last: with it there is a host again.
        for name in new.filter(|name| *name != KEY).chain([KEY]) {
            fs::rename(self.staged.join(name), folder.join(name)).map_err(Error::at(folder.join(name)))?;
            if name != KEY {
                leasehold_files::sync_folder(folder).map_err(Error::at(folder))?;
            }
        }
        leasehold_files::sync_folder(folder).map_err(Error::at(folder))?;
        backup::sweep(&self.staged).map_err(Error::at(&self.staged))?;
        Ok(aside)
    }
}

/// The key pair first: without it the rest is no host.
fn move_aside(folder: &Path, names: &[&str]) -> Result<PathBuf, Error> {
    let free =
        (1..=u32::MAX).map(|n| folder.join(format!("replaced-{n}"))).find(|path| fs::symlink_metadata(path).is_err());
    let aside = free.expect("there are more numbers than folders");
    Home::new(&aside).make()?;
    for name in names.iter().filter(|name| **name == KEY).chain(names.iter().filter(|name| **name != KEY)) {
        fs::rename(folder.join(name), aside.join(name)).map_err(Error::at(folder.join(name)))?;
        if *name == KEY {
            leasehold_files::sync_folder(folder).map_err(Error::at(folder))?;
        }
    }
    leasehold_files::sync_folder(&aside)
        .and_then(|()| leasehold_files::sync_folder(folder))
        .map_err(Error::at(folder))?;
    Ok(aside)
}

const STAGED: &str = "restoring";
