//! A host under load and under faults, one after the other, for as long as it is told to: kills, disks that fail or are full, bits
//! that flip, clocks that jump. `scripts/campaign` runs it for hours and shows its figures; the tests run it for some seconds.
//!
//! Whatever happens: no panic, every lease that a machine holds is in the journal, and no more are live than the capacity. After a
//! bit has flipped the host says that its store is damaged and grants nothing, or has lost no more than the last minute.
#![cfg(target_os = "linux")]

mod faults;
mod load;
#[path = "../support/mod.rs"]
mod support;

use std::cell::Cell;
use std::fmt;
use std::time::{Duration, Instant};

use faults::{Faults, Random};
use leasehold_core::Policy;
use leasehold_store_sqlite::host::SqliteHost;
use load::{Load, MACHINES};
use support::{Vendor, history};
use tempfile::TempDir;

#[test]
fn no_fault_costs_a_lease_or_exceeds_the_capacity() {
    let seconds = std::env::var("LEASEHOLD_CAMPAIGN_SECONDS").ok().map_or(8, |text| text.parse().expect("seconds"));
    let seed = std::env::var("LEASEHOLD_CAMPAIGN_SEED").ok().map_or(seconds, |text| text.parse().expect("a seed"));
    println!("seed {seed}: LEASEHOLD_CAMPAIGN_SEED={seed} repeats it");
    let mut random = Random::new(seed);
    let faults = Faults::build();
    let mut figures = Figures::default();
    let until = now() + Duration::from_secs(seconds);
    while now() < until {
        let scene = Scene::new(&faults);
        while now() < until {
            let kind = KINDS[random.below(KINDS.len())];
            figures.add(kind, &scene, scene.strike(kind, &mut random));
            // A damaged store is not mended: the next fault is for a new host.
            if kind == Kind::BitFlip {
                break;
            }
        }
    }
    println!("{figures}");
}

/// What is done to a host.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Kill,
    Eio,
    Enospc,
    ClockForward,
    ClockBack,
    BitFlip,
}

const KINDS: [Kind; 6] = [Kind::Kill, Kind::Eio, Kind::Enospc, Kind::ClockForward, Kind::ClockBack, Kind::BitFlip];
const CAPACITY: u64 = 12;

struct Scene<'f> {
    folder: TempDir,
    vendor: Vendor,
    faults: &'f Faults,
    load: Load,
    /// Counts follow the clock in both directions: where it was set back, a lease that was given back since is live again.
    capacity: Cell<u64>,
}

/// How a host stood it.
#[derive(Clone, Copy)]
enum Stood {
    /// It went on, or was started again, and has everything.
    Whole,
    /// It says that its store is damaged.
    Noticed,
    /// It says nothing, and so many leases are not in its journal: those of the log's end that came after the newest mark
    /// beside the store, which is written at least once a minute.
    Unnoticed(usize),
}

impl<'f> Scene<'f> {
    fn new(faults: &'f Faults) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let vendor = Vendor::new();
        let policy = Policy { threshold: 1, capacity: Some(CAPACITY), ..Policy::default() };
        vendor.activate(&folder.path().join("host"), policy);
        faults.end();
        Self { folder, vendor, faults, load: Load::default(), capacity: Cell::new(CAPACITY) }
    }

    fn data(&self) -> std::path::PathBuf {
        self.folder.path().join("host")
    }

    /// Runs a host under load, does `kind` to it in the middle, and looks at what is left.
    fn strike(&self, kind: Kind, random: &mut Random) -> Stood {
        let host = self.faults.host(&self.data()).unwrap_or_else(|why| panic!("before {kind:?}: {why}"));
        let asked = 20 + random.below(60);
        self.load.run(&host, asked, || match kind {
            Kind::Kill | Kind::BitFlip => {}
            Kind::Eio => self.faults.writes_fail(5),
            Kind::Enospc => self.faults.writes_fail(28),
            Kind::ClockForward => self.faults.clock(3_000),
            Kind::ClockBack => self.faults.clock(-3_000),
        });
        if matches!(kind, Kind::ClockForward | Kind::ClockBack) {
            self.capacity.set(MACHINES);
        }
        self.faults.end();
        host.kill();
        if kind == Kind::BitFlip && !faults::flip_a_bit(&self.data(), random) {
            return Stood::Whole;
        }
        self.look(kind)
    }

    /// What `store check` says, and a host that is started again. Only a bit that flipped may have damaged the store.
    fn look(&self, kind: Kind) -> Stood {
        let checked = faults::check(&self.data());
        assert!(checked.is_ok() || kind == Kind::BitFlip, "after {kind:?}: {checked:?}");
        let host = match self.faults.host(&self.data()) {
            Ok(host) if checked.is_ok() => host,
            Ok(_) => return Stood::Noticed,
            Err(_) if kind == Kind::BitFlip => return Stood::Noticed,
            Err(why) => panic!("after {kind:?}: {why}"),
        };
        let answered = self.load.ask_once(&host);
        host.kill();
        assert!(answered, "a host whose store is whole decides");
        let mut store = SqliteHost::open_reader(&self.data()).expect("a store");
        let answers = self.load.answers();
        if kind == Kind::BitFlip {
            return Stood::Unnoticed(history::lost(&mut store, &self.vendor, &answers));
        }
        history::was_kept(&mut store, &self.vendor, &answers, self.capacity.get());
        Stood::Whole
    }
}

/// What was done, and how often.
#[derive(Default)]
struct Figures {
    rows: Vec<(Kind, u64, u64)>,
    lost: usize,
    answers: usize,
}

impl Figures {
    fn add(&mut self, kind: Kind, scene: &Scene<'_>, stood: Stood) {
        let row = self.rows.iter_mut().find(|row| row.0 == kind);
        let noticed = u64::from(matches!(stood, Stood::Noticed));
        if let Stood::Unnoticed(lost) = stood {
            self.lost = self.lost.max(lost);
        }
        match row {
            Some(row) => (row.1, row.2) = (row.1 + 1, row.2 + noticed),
            None => self.rows.push((kind, 1, noticed)),
        }
        self.answers = self.answers.max(scene.load.answers().len());
    }
}

impl fmt::Display for Figures {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{:14}{:>8}{:>22}", "fault", "times", "store said damaged")?;
        for (kind, times, noticed) in &self.rows {
            writeln!(f, "{:14}{times:>8}{noticed:>22}", format!("{kind:?}"))?;
        }
        writeln!(f, "most leases that a flipped bit took unnoticed: {}", self.lost)?;
        write!(f, "most leases answered by one host: {}", self.answers)
    }
}

#[expect(clippy::disallowed_methods, reason = "a campaign lasts as long as it is told to")]
fn now() -> Instant {
    Instant::now()
}
