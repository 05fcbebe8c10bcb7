//! Room on the disk of the host's folder, and how fast the folder grows.

use std::fs;
use std::io;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use leasehold_core::{Code, Finding, Span, Timestamp};
use serde::{Deserialize, Serialize};
use tokio::sync::watch;

use crate::Error;
use crate::activation::Home;
use crate::files::GROWTH;
use crate::shared::Shared;

/// A disk, in bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Disk {
    /// What is free for this user.
    pub free: u64,
    /// All of it.
    pub size: u64,
    /// How much the host's folder grows in a day; `None` where it was not watched for long enough.
    pub daily_growth: Option<u64>,
}

/// How long the room lasts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Room {
    /// Long enough.
    Enough,
    /// Less than a tenth is free, or less than a day's growth, or less than an administrator needs to act.
    Little,
    /// Hardly anything can be written any more.
    None,
}

impl Disk {
    /// The disk of `home`; `None` where this system does not tell.
    pub fn of(home: &Home) -> Option<Self> {
        let (free, size) = room(home.folder())?;
        Some(Self { free, size, daily_growth: home.samples().daily_growth() })
    }

    /// How long the room lasts.
    pub fn room(&self) -> Room {
        if self.free < LEAST {
            Room::None
        } else if self.free < self.size / 10 || self.free < LITTLE || self.free < self.daily_growth.unwrap_or_default()
        {
            Room::Little
        } else {
            Room::Enough
        }
    }

    /// The same as the finding of a check.
    pub fn finding(&self) -> Finding {
        let detail = self.to_string();
        match self.room() {
            Room::Enough => Finding::ok(NAME, detail),
            Room::Little => Finding::warning(NAME, Code::DiskFull, detail),
            Room::None => Finding::failure(NAME, Code::DiskFull, detail),
        }
    }
}

impl std::fmt::Display for Disk {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let mebibytes = |bytes: u64| bytes >> 20;
        write!(f, "{} MiB of {} MiB are free", mebibytes(self.free), mebibytes(self.size))?;
        match self.daily_growth {
            Some(growth) => write!(f, ", the host's folder grows by {} MiB a day", mebibytes(growth)),
            None => Ok(()),
        }
    }
}

/// How large the folder was, in the order of time.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
struct Samples(Vec<Sample>);

#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
struct Sample {
    at: u64,
    bytes: u64,
}

impl Samples {
    /// Adds one, and forgets those of more than a day before.
    fn add(&mut self, bytes: u64, now: Timestamp) {
        let now = now.unix();
        // Those in the future come from a clock that was set back since.
        self.0.retain(|sample| sample.at < now && now - sample.at <= DAY);
        self.0.push(Sample { at: now, bytes });
    }

    fn daily_growth(&self) -> Option<u64> {
        let (first, last) = (self.0.first()?, self.0.last()?);
        let time = last.at.checked_sub(first.at).filter(|time| *time >= LEAST_TIME)?;
        let grown = u128::from(last.bytes.saturating_sub(first.bytes)) * u128::from(DAY) / u128::from(time);
        u64::try_from(grown).ok()
    }
}

impl Home {
    /// The sizes that are remembered; none where they cannot be read, since they only add to a warning.
    fn samples(&self) -> Samples {
        let bytes = self.read(GROWTH).ok().flatten().unwrap_or_default();
        serde_json::from_slice(&bytes).unwrap_or_default()
    }

    fn sample(&self, now: Timestamp) -> Result<(), Error> {
        let mut samples = self.samples();
        samples.add(size(self.folder()).map_err(Error::at(self.folder()))?, now);
        let bytes = serde_json::to_vec(&samples).expect("numbers are JSON");
        self.replace(GROWTH, &bytes)
    }
}

/// Looks at the disk at once and then once an hour, and says when little room is left, until `end`.
pub(crate) async fn watch(home: Home, shared: Arc<Shared>, mut end: watch::Receiver<()>) {
    let mut warned: Option<Timestamp> = None;
    loop {
        let (now, looked_at) = (shared.clock.now(), home.clone());
        let looked = tokio::task::spawn_blocking(move || {
            if let Err(error) = looked_at.sample(now) {
                tracing::debug!(code = %error.code(), %error, "the folder's size is not remembered");
            }
            Disk::of(&looked_at)
        });
        let disk = tokio::select! {
            _ = end.changed() => return,
            disk = looked => disk.ok().flatten(),
        };
        let due = warned.is_none_or(|warned| now < warned || now >= warned.plus(Span::DAY));
        if let Some(disk) = disk.filter(|disk| due && disk.room() != Room::Enough) {
            tracing::warn!(code = %Code::DiskFull, room = %disk, "the disk of the host's folder fills up");
            warned = Some(now);
        }
        tokio::select! {
            _ = end.changed() => return,
            () = tokio::time::sleep(PAUSE) => {}
        }
    }
}

/// Bytes of the files in `folder`.
fn size(folder: &Path) -> io::Result<u64> {
    let entries = fs::read_dir(folder)?;
    // A file may go while they are counted.
    Ok(entries
        .filter_map(|entry| entry.ok()?.metadata().ok())
        .filter(fs::Metadata::is_file)
        .map(|file| file.len())
        .sum())
}

/// Bytes that are free for this user, and all of them.
#[cfg(unix)]
fn room(folder: &Path) -> Option<(u64, u64)> {
    let room = rustix::fs::statvfs(folder).ok()?;
    Some((room.f_bavail.saturating_mul(room.f_frsize), room.f_blocks.saturating_mul(room.f_frsize)))
}

/// Bytes that are free for this user, and all of them.
#[cfg(windows)]
fn room(folder: &Path) -> Option<(u64, u64)> {
    leasehold_windows::machine::room(folder)
}

const NAME: &str = "disk";
/// With which SQLite's log can still be written back.
const LEAST: u64 = 128 << 20;
/// With which an administrator has time to make room.
const LITTLE: u64 = 1 << 30;
const DAY: u64 = Span::DAY.as_seconds();
/// A growth that was watched for less says little.
const LEAST_TIME: u64 = Span::HOUR.as_seconds();
const PAUSE: Duration = Duration::from_hours(1);

#[cfg(test)]
mod tests {
    use super::*;

    const GIB: u64 = 1 << 30;

    #[test]
    fn room_is_little_at_a_tenth_and_at_a_days_growth() {
        let room = |free, size, daily_growth| Disk { free, size, daily_growth }.room();
        assert_eq!(room(11 * GIB, 100 * GIB, None), Room::Enough);
        assert_eq!(room(9 * GIB, 100 * GIB, None), Room::Little);
        assert_eq!(room(20 * GIB, 100 * GIB, Some(19 * GIB)), Room::Enough);
        assert_eq!(room(20 * GIB, 100 * GIB, Some(21 * GIB)), Room::Little);
        assert_eq!(room(GIB / 2, 2 * GIB, None), Room::Little, "a small disk");
        assert_eq!(room(100 << 20, 2 * GIB, None), Room::None);
    }

    #[test]
    fn growth_is_that_of_the_last_day_however_often_it_was_looked_at() {
        let mut samples = Samples::default();
        let mut add = |hour: u64, bytes| {
            samples.add(bytes, Timestamp::from_unix(hour * 3_600));
            samples.daily_growth()
        };
        assert_eq!((add(100, 1_000), add(101, 1_010)), (None, Some(240)));
        assert_eq!(add(124, 2_000), Some(1_000));
        assert_eq!(add(148, 2_100), Some(100), "what was before is forgotten");
        assert_eq!(add(149, 100), Some(0), "it was made smaller");
        assert_eq!(add(10, 100), None, "the clock was set back");
    }
}
