//! Finds and reads the files: recursively, in the order of their names, with progress on a terminal.

use std::fs::{self, File};
use std::io::{self, BufReader, Read, Seek};
use std::path::{Path, PathBuf};

use jiff::Timestamp;
use leasehold_office::fleet::{Fleet, Origin};
use leasehold_office::read::{self, Event, Item, NamedBy};

use super::super::progress::Progress;
use super::local::Asked;
use crate::failure::Failure;

/// How deep folders are followed.
const DEEPEST: usize = 32;

/// How an event log begins.
const LOG: &[u8; 8] = b"ElfFile\0";

/// As much of a file as shows what kind it is of.
const START: usize = 1024;

/// Reads files into a fleet.
pub(super) struct Reading {
    pub(super) fleet: Fleet,
    /// Files, and sources of this machine, that could not be read.
    pub(super) unread: u64,
    collected: Option<Timestamp>,
    now: Timestamp,
    progress: Progress,
}

impl Reading {
    pub(super) fn new(collected: Option<Timestamp>, now: Timestamp) -> Self {
        Self { fleet: Fleet::default(), unread: 0, collected, now, progress: Progress::new() }
    }

    /// Reads all paths. A path that was named and cannot be read ends it; one that was found is passed over and counted.
    pub(super) fn read(&mut self, paths: &[PathBuf]) -> Result<(), Failure> {
        for path in paths {
            if path == Path::new("-") {
                let origin = Origin { name: "-".into(), collected: self.collected.or(Some(self.now)) };
                self.text(io::stdin().lock(), None, NamedBy::Nothing, &origin)
                    .map_err(|error| Failure::file(path, &error))?;
            } else {
                let about = fs::metadata(path).map_err(|error| Failure::file(path, &error))?;
                if about.is_dir() {
                    self.folder(path, 0).map_err(|error| Failure::file(path, &error))?;
                } else {
                    self.file(path).map_err(|error| Failure::file(path, &error))?;
                }
            }
        }
        self.progress.end();
        Ok(())
    }

    /// Reads what this machine answered.
    pub(super) fn read_machine(&mut self, asked: &Asked) {
        errln!("{}", asked.describe());
        for failed in &asked.failed {
            errln!("{failed}");
        }
        self.unread += u64::try_from(asked.failed.len()).unwrap_or(u64::MAX);
        let now = self.now;
        asked.answers.read(now, |source, item| {
            self.fleet.add(item, &Origin { name: source.into(), collected: Some(now) });
        });
    }

    fn folder(&mut self, path: &Path, depth: usize) -> io::Result<()> {
        let mut entries =
            fs::read_dir(path)?.map(|entry| entry.map(|entry| entry.path())).collect::<Result<Vec<_>, _>>()?;
        entries.sort_unstable();
        for entry in entries {
            // A link is not followed: it may lead out of the folder, or round in a circle.
            let kind = fs::symlink_metadata(&entry).map(|about| about.file_type());
            let read = match kind {
                Ok(kind) if kind.is_dir() && depth < DEEPEST => self.folder(&entry, depth + 1),
                Ok(kind) if kind.is_file() => self.file(&entry),
                Ok(kind) if kind.is_dir() => Err(io::Error::other("folders are nested too deep")),
                Ok(_) => Ok(()),
                Err(error) => Err(error),
            };
            if let Err(error) = read {
                self.unread += 1;
                self.progress.suspend(|| errln!("{}: {error}", entry.display()));
            }
        }
        Ok(())
    }

    fn file(&mut self, path: &Path) -> io::Result<()> {
        let mut file = File::open(path)?;
        let modified = file.metadata()?.modified().ok().and_then(|time| Timestamp::try_from(time).ok());
        let origin = Origin { name: path.to_string_lossy().into(), collected: self.collected.or(modified) };
        let mut start = Vec::with_capacity(START);
        file.by_ref().take(START as u64).read_to_end(&mut start)?;
        file.rewind()?;
        self.progress.one_more();
        let (machine, by) = read::from_path(path);
        if let Some(what) = read::foreign(&start) {
            self.fleet.foreign(&origin.name, what);
            return Ok(());
        }
        if start.starts_with(LOG) {
            return self.log(file, &origin);
        }
        self.text(file, machine, by, &origin)
    }

    fn text(&mut self, source: impl Read, machine: Option<String>, by: NamedBy, origin: &Origin) -> io::Result<()> {
        read::read(source, machine, by, |item| self.fleet.add(&item, origin))
    }

    fn log(&mut self, file: File, origin: &Origin) -> io::Result<()> {
        let each = |event: Event| self.fleet.add(&Item::of_log(event), origin);
        let damaged = read::read_log(BufReader::new(file), each).map_err(io::Error::other)?;
        if damaged > 0 {
            self.progress.suspend(|| errln!("{}: {damaged} damaged records were passed over", origin.name));
        }
        Ok(())
    }
}
