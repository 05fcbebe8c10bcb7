//! A host's backup: its folder in one file (tar), with a copy of the store that the caller has made.
//!
//! The first entry is `backup.json`: what is in the backup, by name, size and SHA-256. Nothing that is not listed there is
//! read. The file holds the host's secret key and no passphrase guards it.

use std::fs::{self, File};
use std::io::{self, Read, Write};
use std::path::Path;

use leasehold_core::{KeyId, Timestamp};
use leasehold_store::host::Tip;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use tar::{Archive, Builder, EntryType, Header};

use crate::Error;
use crate::activation::Home;
use crate::files::{MAX_STATE_FILE, STATE_FILES};
use crate::hex;
use crate::mark::Mark;

/// What a backup says of info.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct About {
    /// Of what form it is: 1.
    pub version: u64,
    /// When it was made, seconds since 1970.
    pub made: u64,
    /// The name of the host's key.
    pub host: String,
    /// The number of the newest seal in its store; 0 where there is none.
    pub seal: u64,
    /// The newest seal, in hexadecimal digits.
    pub seal_hash: String,
    /// What follows, in its order.
    pub files: Vec<Listed>,
}

/// A file of a backup.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Listed {
    /// Its name in the host's folder.
    pub name: String,
    /// Its length in bytes.
    pub bytes: u64,
    /// Its SHA-256, in hexadecimal digits.
    pub sha256: String,
}

/// The copy of a store, and how far it goes.
#[derive(Clone, Copy, Debug)]
pub struct Store<'s> {
    /// What the store is called in the host's folder.
    pub name: &'s str,
    /// The copy.
    pub copy: &'s Path,
    /// The number of its newest seal, and the seal info.
    pub tip: (u64, [u8; 32]),
}

/// Writes the backup of `home` to `out`; without a store where the host has never served.
///
/// # Errors
/// [`Error::NoRequest`] where there is no host; [`Error::File`], [`Error::Damaged`].
pub fn write(home: &Home, store: Option<Store<'_>>, made: Timestamp, out: &mut dyn Write) -> Result<About, Error> {
    let host = home.keypair()?.id();
    let mut refresh = Vec::new();
    for name in STATE_FILES {
        refresh.extend(home.read(name)?.map(|bytes| (name, bytes)));
    }
    let mut files: Vec<Listed> = refresh.iter().map(|(name, bytes)| list(name, bytes)).collect();
    let (seal, seal_hash) = store.map_or((0, [0; 32]), |store| store.tip);
    if let Some(store) = &store {
        let (bytes, sha256) = digest(store.copy).map_err(Error::at(store.copy))?;
        files.push(Listed { name: store.name.to_owned(), bytes, sha256 });
    }
    let about = About {
        version: VERSION,
        made: made.unix(),
        host: host.to_string(),
        seal,
        seal_hash: hex::encode(&seal_hash),
        files,
    };
    let mut tar = Builder::new(out);
    let mut written = || {
        let said = serde_json::to_vec_pretty(&about)?;
        append(&mut tar, ABOUT, said.len() as u64, made, said.as_slice())?;
        for (name, bytes) in &refresh {
            append(&mut tar, name, bytes.len() as u64, made, bytes.as_slice())?;
        }
        if let (Some(store), Some(listed)) = (&store, about.files.last()) {
            append(&mut tar, store.name, listed.bytes, made, File::open(store.copy)?.take(listed.bytes))?;
        }
        tar.finish()
    };
    written().map_err(Error::at("the backup"))?;
    Ok(about)
}

/// Reads a backup into the empty folder `into`: all of it, each file as it is listed, or nothing that may be used.
/// `store` is what the store is called.
///
/// # Errors
/// [`Error::NotABackup`] where it is none, or was altered or cut; [`Error::File`].
pub fn read(from: &mut dyn Read, into: &Path, store: &str) -> Result<About, Error> {
    let mut archive = Archive::new(from);
    let mut entries = archive.entries().map_err(unreadable)?;
    let first = entries.next().ok_or(Error::NotABackup("it is empty"))?.map_err(unreadable)?;
    let about = about(first)?;
    for listed in &about.files {
        let mut entry = entries.next().ok_or(Error::NotABackup("it ends too early"))?.map_err(unreadable)?;
        let as_listed = entry.header().entry_type() == EntryType::Regular
            && entry.path_bytes().as_ref() == listed.name.as_bytes()
            && entry.size() == listed.bytes;
        let known =
            STATE_FILES.contains(&listed.name.as_str()) && listed.bytes <= MAX_STATE_FILE || listed.name == store;
        if !as_listed || !known {
            return Err(Error::NotABackup("a file in it is not the one that is listed"));
        }
        let path = into.join(&listed.name);
        // Of names that stand twice the second is refused.
        let mut file = leasehold_files::create_private(&path).map_err(Error::at(&path))?;
        let mut sum = Sum::new(&mut file);
        io::copy(&mut entry, &mut sum).map_err(|error| unreadable_or(error, &path))?;
        if sum.ended() != (listed.bytes, listed.sha256.clone()) {
            return Err(Error::NotABackup("a file in it was altered or cut"));
        }
        file.sync_all().map_err(Error::at(&path))?;
    }
    match entries.next() {
        None => Ok(about),
        Some(_) => Err(Error::NotABackup("there is more in it than is listed")),
    }
}

impl About {
    /// The name of the host's key; `None` where it says something else.
    pub fn host(&self) -> Option<KeyId> {
        self.host.parse().ok()
    }

    /// The mark of its store; `None` where it has sealed nothing.
    pub(crate) fn mark(&self) -> Option<Mark> {
        let tip = Tip { number: self.seal, seal: hex::decode(&self.seal_hash)? };
        Some(Mark { host: self.host()?, tip, batch: 0 }).filter(|mark| mark.tip.number > 0)
    }
}

fn about(entry: tar::Entry<'_, &mut dyn Read>) -> Result<About, Error> {
    if entry.path_bytes().as_ref() != ABOUT.as_bytes() {
        return Err(Error::NotABackup("it does not begin with backup.json"));
    }
    let mut said = Vec::new();
    entry.take(MAX_ABOUT).read_to_end(&mut said).map_err(unreadable)?;
    let about: About = serde_json::from_slice(&said).map_err(|_| Error::NotABackup("its backup.json is damaged"))?;
    if about.version > VERSION {
        return Err(Error::NotABackup("a later release has made it"));
    }
    Ok(about)
}

fn append(
    tar: &mut Builder<&mut dyn Write>,
    name: &str,
    bytes: u64,
    made: Timestamp,
    content: impl Read,
) -> io::Result<()> {
    let mut header = Header::new_gnu();
    header.set_entry_type(EntryType::Regular);
    header.set_size(bytes);
    header.set_mode(0o600);
    header.set_mtime(made.unix());
    tar.append_data(&mut header, name, content)
}

fn list(name: &str, bytes: &[u8]) -> Listed {
    Listed { name: name.to_owned(), bytes: bytes.len() as u64, sha256: hex::encode(&Sha256::digest(bytes)) }
}

fn digest(path: &Path) -> io::Result<(u64, String)> {
    let mut sum = Sum::new(io::sink());
    io::copy(&mut File::open(path)?, &mut sum)?;
    Ok(sum.ended())
}

/// Passes bytes on, counted and summed.
struct Sum<W> {
    out: W,
    bytes: u64,
    hash: Sha256,
}

impl<W: Write> Sum<W> {
    fn new(out: W) -> Self {
        Self { out, bytes: 0, hash: Sha256::new() }
    }

    fn ended(self) -> (u64, String) {
        (self.bytes, hex::encode(&self.hash.finalize()))
    }
}

impl<W: Write> Write for Sum<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.out.write(bytes)?;
        self.hash.update(&bytes[..written]);
        self.bytes += written as u64;
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}

fn unreadable(_: io::Error) -> Error {
    Error::NotABackup("it is no archive that can be read, or was cut")
}

/// A disk that takes no more is not the backup's fault.
fn unreadable_or(error: io::Error, path: &Path) -> Error {
    match error.kind() {
        io::ErrorKind::StorageFull | io::ErrorKind::ReadOnlyFilesystem | io::ErrorKind::PermissionDenied => {
            Error::at(path)(error)
        }
        _ => unreadable(error),
    }
}

/// Removes what a restoration that was cut short has left in `folder`.
pub(crate) fn sweep(folder: &Path) -> io::Result<()> {
    match fs::remove_dir_all(folder) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        Ok(()) | Err(_) => Ok(()),
    }
}

const ABOUT: &str = "backup.json";
const VERSION: u64 = 1;
/// More than `backup.json` ever has.
const MAX_ABOUT: u64 = 64 * 1_024;

#[cfg(test)]
mod tests {
    use leasehold_core::Code;

    use super::*;

    fn home(folder: &Path) -> Home {
        let home = Home::new(folder);
        home.replace("host.key", leasehold_wire::Keypair::from_seed(&[7; 32]).to_pem().as_bytes()).unwrap();
        home.replace("authority.json", b"{}").unwrap();
        home
    }

    #[test]
    fn what_is_written_is_read_and_what_was_altered_or_cut_is_not() {
        let (folder, copy) = (tempfile::tempdir().unwrap(), tempfile::NamedTempFile::new().unwrap());
        fs::write(copy.path(), [5; 2_000]).unwrap();
        let store = Store { name: "store.db", copy: copy.path(), tip: (3, [9; 32]) };
        let mut file = Vec::new();
        let made = Timestamp::from_unix(1_790_000_000);
        let about = write(&home(folder.path()), Some(store), made, &mut file).unwrap();
        assert_eq!((about.seal, about.files.len()), (3, 3));
        let take = |bytes: &[u8]| {
            let into = tempfile::tempdir().unwrap();
            let read = read(&mut &*bytes, into.path(), "store.db");
            read.map(|about| (about, fs::read(into.path().join("store.db")).unwrap()))
        };
        assert_eq!(take(&file).unwrap(), (about, vec![5; 2_000]));
        let end = file.iter().rposition(|byte| *byte == 5).unwrap();
        for at in (0..=end).step_by(97) {
            assert!(take(&file[..at]).is_err(), "cut at {at}");
        }
        let mut altered = file.clone();
        altered[end] ^= 1;
        assert_eq!(take(&altered).unwrap_err().code(), Code::NotABackup);
        assert_eq!(take(b"").unwrap_err().code(), Code::NotABackup);
        assert_eq!(take(&[b'x'; 4_000]).unwrap_err().code(), Code::NotABackup);
    }

    #[test]
    fn what_is_not_listed_or_leads_out_of_the_folder_is_refused() {
        let sample = |name: &str, listed: &str| {
            let (made, mut file) = (Timestamp::from_unix(5), Vec::new());
            let files = vec![list(listed, b"{}")];
            let about = About { version: 1, made: 5, host: String::new(), seal: 0, seal_hash: String::new(), files };
            let said = serde_json::to_vec(&about).unwrap();
            {
                let mut tar = Builder::new(&mut file as &mut dyn Write);
                append(&mut tar, ABOUT, said.len() as u64, made, said.as_slice()).unwrap();
                append(&mut tar, name, 2, made, b"{}".as_slice()).unwrap();
                tar.finish().unwrap();
            }
            let into = tempfile::tempdir().unwrap();
            read(&mut file.as_slice(), into.path(), "store.db").map(|about| about.files.len())
        };
        assert_eq!(sample("authority.json", "authority.json").unwrap(), 1);
        for (name, listed) in [
            ("authority.json", "renewal.json"),
            ("other", "other"),
            ("x/host.key", "x/host.key"),
            ("store.db", "host.key"),
        ] {
            assert_eq!(sample(name, listed).unwrap_err().code(), Code::NotABackup, "{name}");
        }
    }
}
