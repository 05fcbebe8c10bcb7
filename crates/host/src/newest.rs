//! The newest batch, named beside the store after each commit: what the store has lost since, be it by one flipped bit in its
//! log, is noticed at the next start.
//!
//! A line of one length is written over the one before and not synced: it outlives the process, and after a power cut the
//! mark, which is synced every second, stands in for it. One that cannot be read counts for nothing.

use std::fs::File;
use std::io::{self, Seek, SeekFrom, Write};
use std::path::Path;

use leasehold_store::host::Tip;
use sha2::{Digest, Sha256};

use crate::activation::Home;
use crate::files::{MAX_STATE_FILE, NEWEST};
use crate::hex;
use crate::mark::Mark;

/// The line, open for writing.
#[derive(Debug, Default)]
pub(crate) struct NewestBatch {
    file: Option<File>,
}

impl NewestBatch {
    /// Opens the line of `home`, or makes it. Without one the mark alone tells of the store.
    pub(crate) fn open(home: &Home) -> Self {
        match create(&home.folder().join(NEWEST)) {
            Ok(file) => Self { file: Some(file) },
            Err(error) => {
                tracing::warn!(%error, "the newest batch is not remembered after each commit");
                Self::default()
            }
        }
    }

    /// Names `mark`, which is durable. A line that cannot be written is given up: an old one that stays is never ahead.
    pub(crate) fn note(&mut self, mark: &Mark) {
        let written = self.file.as_mut().map(|file| {
            file.seek(SeekFrom::Start(0))?;
            file.write_all(line(mark).as_bytes())
        });
        if let Some(Err(error)) = written {
            tracing::warn!(%error, "the newest batch is not remembered after each commit");
            self.file = None;
        }
    }
}

impl Home {
    /// The newest batch that was named after its commit.
    pub(crate) fn newest_batch(&self) -> Option<Mark> {
        let bytes = leasehold_files::read(&self.folder().join(NEWEST), MAX_STATE_FILE).ok()?;
        parse(str::from_utf8(&bytes).ok()?)
    }
}

fn create(path: &Path) -> io::Result<File> {
    match leasehold_files::create_private(path) {
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => File::options().write(true).open(path),
        made => made,
    }
}

fn line(mark: &Mark) -> String {
    let Mark { host, tip, batch } = mark;
    let said = format!("{host} {:020} {} {batch:020}", tip.number, hex::encode(&tip.seal));
    format!("{said} {}\n", checksum(&said))
}

fn parse(line: &str) -> Option<Mark> {
    let (said, sum) = line.strip_suffix('\n')?.rsplit_once(' ')?;
    let words: Vec<&str> = said.split(' ').collect();
    let [host, number, seal, batch] = words[..] else { return None };
    let tip = Tip { number: number.parse().ok()?, seal: hex::decode(seal)? };
    let mark = Mark { host: host.parse().ok()?, tip, batch: batch.parse().ok()? };
    (sum == checksum(said)).then_some(mark)
}

fn checksum(said: &str) -> String {
    hex::encode(&Sha256::digest(said)[..8])
}

#[cfg(test)]
mod tests {
    use leasehold_core::KeyId;

    use super::*;

    #[test]
    fn the_last_line_is_read_back_and_one_that_was_altered_is_not() {
        let folder = tempfile::tempdir().unwrap();
        let home = Home::new(folder.path());
        assert_eq!(home.newest_batch(), None);
        let mark = |n: u64| Mark { host: KeyId([7; 16]), tip: Tip { number: n, seal: [9; 32] }, batch: 2 * n };
        let mut newest = NewestBatch::open(&home);
        for n in [u64::MAX / 2, 3, 12] {
            newest.note(&mark(n));
            assert_eq!(home.newest_batch(), Some(mark(n)));
        }
        let path = folder.path().join(NEWEST);
        let bytes = std::fs::read(&path).unwrap();
        for at in 0..bytes.len() {
            let mut altered = bytes.clone();
            altered[at] ^= 1;
            std::fs::write(&path, &altered).unwrap();
            assert_eq!(home.newest_batch(), None, "byte {at}");
            std::fs::write(&path, &bytes[..at]).unwrap();
            assert_eq!(home.newest_batch(), None, "cut at {at}");
        }
    }
}
