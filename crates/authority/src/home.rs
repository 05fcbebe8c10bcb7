//! The vendor's folder.

use std::path::{Path, PathBuf};

use leasehold_core::KeyId;
use leasehold_files::Readers;

use crate::error::Error;

/// Where a vendor keeps its keys, its certificate and its store. The root key may be moved away once the vendor is made.
#[derive(Clone, Debug)]
pub struct Home {
    folder: PathBuf,
}

impl Home {
    /// The vendor of `folder`; nothing is read or made yet.
    pub fn new(folder: impl Into<PathBuf>) -> Self {
        Self { folder: folder.into() }
    }

    /// The folder.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// The root key, encrypted.
    pub fn root_key(&self) -> PathBuf {
        self.folder.join("root.pem")
    }

    /// The root's public half as hexadecimal digits.
    pub fn root_public(&self) -> PathBuf {
        self.folder.join("root.pub")
    }

    /// The authority's key, encrypted.
    pub fn authority_key(&self) -> PathBuf {
        self.folder.join("authority.pem")
    }

    /// The key of the authority that is to follow, encrypted: there while a rotation is under way.
    pub fn next_authority_key(&self) -> PathBuf {
        self.folder.join("authority.next.pem")
    }

    /// Where the key of an earlier authority was put aside, encrypted.
    pub fn former_authority_key(&self, authority: KeyId) -> PathBuf {
        self.folder.join(format!("authority.{authority}.pem"))
    }

    /// The root's certificate for the authority's key.
    pub fn authority_certificate(&self) -> PathBuf {
        self.folder.join("authority.lh")
    }

    /// The store, where it is a file.
    pub fn store(&self) -> PathBuf {
        self.folder.join("authority.db")
    }

    /// Makes the folder for its owner alone, unless it is there.
    ///
    /// # Errors
    /// [`Error::File`].
    pub fn make(&self) -> Result<(), Error> {
        leasehold_files::make_folder(&self.folder, Readers::Owner).map_err(Error::at(&self.folder))
    }
}
