//! Violation and reading the files.

use std::fs;
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::time::Duration;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use leasehold_office::lint::{self, Context, Edition, MAX_BYTES};

use crate::failure::Failure;

/// A file to check.
#[derive(Debug)]
pub(super) struct Found {
    pub(super) path: PathBuf,
    /// Whether it was found in a folder, not named.
    pub(super) by_search: bool,
}

/// The files that were named, and those below the folders that were, in the order of their names, with the folders that
/// could not be read. Links to folders are not followed.
pub(super) fn find(paths: &[PathBuf]) -> (Vec<Found>, Vec<Failure>) {
    let (mut found, mut failures) = (Vec::new(), Vec::new());
    for path in paths {
        if path == Path::new("-") || !path.is_dir() {
            found.push(Found { path: path.clone(), by_search: false });
            continue;
        }
        let mut below = Vec::new();
        let mut folders = vec![path.clone()];
        while let Some(folder) = folders.pop() {
            if let Err(error) = look(&folder, &mut folders, &mut below) {
                failures.push(Failure::file(&folder, &error));
            }
        }
        below.sort_unstable();
        found.extend(below.into_iter().map(|path| Found { path, by_search: true }));
    }
    (found, failures)
}

/// What is right in a folder.
fn look(folder: &Path, folders: &mut Vec<PathBuf>, files: &mut Vec<PathBuf>) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let path = entry.path();
        if entry.file_type()?.is_dir() {
            folders.push(path);
        } else if path.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("xml")) && path.is_file() {
            files.push(path);
        }
    }
    Ok(())
}

/// The bytes of a file; one more than is read, where it is too large.
pub(super) fn read(path: &Path) -> Result<Vec<u8>, Failure> {
    let max = MAX_BYTES as u64 + 1;
    let mut bytes = Vec::new();
    let read = if path == Path::new("-") {
        io::stdin().lock().take(max).read_to_end(&mut bytes)
    } else {
        fs::File::open(path).and_then(|file| file.take(max).read_to_end(&mut bytes))
    };
    read.map_err(|error| Failure::file(path, &error))?;
    Ok(bytes)
}

/// What the files that can be read say of the machines that all of them are for: architectures and channels.
pub(super) fn together(files: &[Found], context: Context) -> Context {
    let (mut beside, mut channels): (Vec<Edition>, Vec<String>) = (Vec::new(), Vec::new());
    for file in files.iter().filter(|file| file.path != Path::new("-")) {
        let Ok(bytes) = read(&file.path) else { continue };
        let report = lint::lint(&bytes, &Context::default());
        beside.extend(report.edition.filter(|edition| !beside.contains(edition)));
        channels.extend(report.channels);
    }
    channels.sort_unstable();
    channels.dedup();
    Context { beside, channels, ..context }
}

/// A bar for work that takes a while; on a terminal only, and only where people read.
pub(super) fn progress(files: usize, for_people: bool) -> ProgressBar {
    let target = if for_people && files > 1 { ProgressDrawTarget::stderr() } else { ProgressDrawTarget::hidden() };
    let style = ProgressStyle::with_template("{pos}/{len} files {bar:40}").expect("a template");
    let bar = ProgressBar::with_draw_target(Some(files as u64), target).with_style(style);
    bar.enable_steady_tick(Duration::from_millis(200));
    bar
}
