//! The files below a folder.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use crate::folder::entries;

/// Goes through the regular files below a folder, each folder's in the order of their names. Links are not followed: they
/// may lead out of the folder, or in a circle. What is neither file nor folder is passed over. What cannot be read is
/// told, and the rest goes on.
#[derive(Debug)]
pub struct Walk {
    /// What is still to come, the next one last: its path and how deep it lies.
    rest: Vec<(PathBuf, usize)>,
    /// How many entries may still be looked at.
    left: usize,
}

/// A file or folder that could not be read.
#[derive(Debug)]
pub struct WalkError {
    /// Which.
    pub path: PathBuf,
    /// Why.
    pub source: io::Error,
}

impl Walk {
    /// Goes through what is in `folder`.
    ///
    /// # Errors
    /// Where `folder` itself cannot be read.
    pub fn of(folder: &Path) -> io::Result<Self> {
        let mut walk = Self { rest: Vec::new(), left: MAX_ENTRIES };
        walk.enter(folder, 0)?;
        Ok(walk)
    }

    fn enter(&mut self, folder: &Path, depth: usize) -> io::Result<()> {
        if depth > MAX_DEPTH {
            return Err(io::Error::other("folders are nested too deep"));
        }
        let entries = entries(folder, self.left)?;
        self.left -= entries.len();
        self.rest.extend(entries.into_iter().rev().map(|path| (path, depth)));
        Ok(())
    }

    fn look(&mut self, path: &Path, depth: usize) -> io::Result<bool> {
        let kind = fs::symlink_metadata(path)?.file_type();
        if kind.is_dir() {
            self.enter(path, depth + 1)?;
        }
        Ok(kind.is_file())
    }
}

impl Iterator for Walk {
    type Item = Result<PathBuf, WalkError>;

    fn next(&mut self) -> Option<Self::Item> {
        while let Some((path, depth)) = self.rest.pop() {
            match self.look(&path, depth) {
                Ok(true) => return Some(Ok(path)),
                Ok(false) => {}
                Err(source) => return Some(Err(WalkError { path, source })),
            }
        }
        None
    }
}

/// How deep folders are followed.
const MAX_DEPTH: usize = 32;
/// How many files and folders are looked at.
const MAX_ENTRIES: usize = 1_000_000;

#[cfg(test)]
mod tests {
    use super::*;

    fn names(base: &Path) -> Vec<String> {
        let shown = |path: &Path| path.strip_prefix(base).unwrap().display().to_string().replace('\\', "/");
        let found = Walk::of(base).unwrap().map(|found| match found {
            Ok(path) => shown(&path),
            Err(error) => format!("{}: {}", shown(&error.path), error.source),
        });
        found.collect()
    }

    #[test]
    fn files_come_in_the_order_of_their_names() {
        let base = tempfile::tempdir().unwrap();
        for name in ["b/2", "b/1", "a/x/y", "c", "D"] {
            let path = base.path().join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, "").unwrap();
        }
        assert_eq!(names(base.path()), ["D", "a/x/y", "b/1", "b/2", "c"]);
        assert!(Walk::of(&base.path().join("c")).is_err());
    }

    #[test]
    fn what_is_nested_too_deep_is_told_and_the_rest_goes_on() {
        let base = tempfile::tempdir().unwrap();
        let deepest = (0..=MAX_DEPTH).fold(base.path().join("a"), |path, _| path.join("a"));
        fs::create_dir_all(&deepest).unwrap();
        fs::write(base.path().join("z"), "").unwrap();
        let found = names(base.path());
        assert_eq!(found.len(), 2, "{found:?}");
        assert!(found[0].ends_with("folders are nested too deep") && found[1] == "z", "{found:?}");
    }

    #[test]
    fn no_more_entries_are_looked_at_than_the_limit() {
        let base = tempfile::tempdir().unwrap();
        for name in ["1", "2", "3"] {
            fs::write(base.path().join(name), "").unwrap();
        }
        let mut walk = Walk { rest: Vec::new(), left: 2 };
        assert!(walk.enter(base.path(), 0).is_err());
        walk.left = 3;
        walk.enter(base.path(), 0).unwrap();
        assert_eq!(walk.count(), 3);
    }

    #[cfg(unix)]
    #[test]
    fn links_and_what_is_no_file_are_passed_over() {
        let base = tempfile::tempdir().unwrap();
        std::os::unix::fs::symlink(base.path(), base.path().join("circle")).unwrap();
        std::os::unix::fs::symlink("/etc/hosts", base.path().join("link")).unwrap();
        let fifo = base.path().join("fifo");
        rustix::fs::mknodat(rustix::fs::CWD, &fifo, rustix::fs::FileType::Fifo, 0o600.into(), 0).unwrap();
        assert_eq!(names(base.path()), [""; 0]);
    }
}
