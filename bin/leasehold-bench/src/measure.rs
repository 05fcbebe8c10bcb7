//! What is measured, in which order, and how the figures are put together.

use std::path::PathBuf;
use std::time::Duration;

use clap::Args;
use leasehold_core::Span;
use serde_json::{Map, Value, json};

use crate::fleet::Fleet;
use crate::load::{Connect, Load, Measured};
use crate::median::median;
use crate::pages::{self, PageTimes};
use crate::process::HostProcess;
use crate::store::StoreLocation;
use crate::{Failure, limits, system};

/// Measure this machine, and the host on it.
#[derive(Debug, Args)]
pub(crate) struct Measure {
    /// Put the host on one processor and the load on another.
    #[arg(long)]
    pin: bool,
    /// Connections open at once.
    #[arg(long, value_name = "N", value_delimiter = ',', default_values_t = [1, 64, 512])]
    connections: Vec<usize>,
    /// Machines that activate and renew at more than one connection.
    #[arg(long, value_name = "N", default_value_t = 20_000)]
    machines: usize,
    /// Leave out the renewals that each come on a connection of their own.
    #[arg(long)]
    kept_only: bool,
    /// Also measure with the store already holding so many clients, and the pages of the dashboard over it.
    #[arg(long, value_name = "N", num_args = 0..=1, default_missing_value = "1000000")]
    full: Option<usize>,
    /// Where the stores are made, on the disk to be measured [default: the system's folder for temporary files].
    #[arg(long, value_name = "DIR")]
    dir: Option<PathBuf>,
    /// Measure hosts on a database, `postgres://USER@HOST/NAME`, which must hold no store of hosts. What the benchmark
    /// writes stays there.
    #[arg(long, value_name = "URL")]
    store: Option<String>,
    /// With --store and --full: a second database, which is filled.
    #[arg(long, value_name = "URL", requires_all = ["store", "full"])]
    full_store: Option<String>,
}

impl Measure {
    pub(crate) fn run(self) -> Result<Value, Failure> {
        if self.pin {
            core_affinity::set_for_current(core_affinity::CoreId { id: LOAD_CPU });
        }
        let parent = self.dir.clone().unwrap_or_else(std::env::temp_dir);
        let folder = tempfile::Builder::new().prefix("leasehold-bench-").tempdir_in(&parent);
        let folder = folder.map_err(|error| format!("{}: {error}", parent.display()))?;
        let database = self.store.as_deref().map(StoreLocation::empty_database).transpose()?;
        let full_database = self.full_store.as_deref().map(StoreLocation::empty_database).transpose()?;
        if database.is_some() && self.full.is_some() && full_database.is_none() {
            return Err("--full with --store fills a database of its own: name it by --full-store".into());
        }
        let running = Running { options: &self, folder: folder.path().to_owned(), database, full_database };
        running.measure()
    }
}

struct Running<'b> {
    options: &'b Measure,
    folder: PathBuf,
    database: Option<StoreLocation>,
    full_database: Option<StoreLocation>,
}

impl Running<'_> {
    fn measure(&self) -> Result<Value, Failure> {
        let mut results = Map::new();
        results.insert("machine".to_owned(), json!(limits::machine()));
        results.insert("pinned".to_owned(), json!(self.options.pin));
        results.insert("store".to_owned(), json!(if self.database.is_some() { "postgresql" } else { "sqlite" }));
        progress("limits of the machine");
        let mut verify = vec![self.verify_strict()];
        let (sign, commits) =
            (limits::sign_per_second(MEASURED_FOR), limits::commits_per_second(&self.commits()?, MEASURED_FOR)?);
        let (mut activations, mut renewals) = (Map::new(), Map::new());
        for connections in &self.options.connections {
            let machines = if *connections == 1 { self.options.machines.min(ALONE) } else { self.options.machines };
            progress(&format!("{machines} machines at {connections} connections"));
            let mut fleet = self.fleet(&format!("at-{connections}"), machines)?;
            let (measured, stages) = self.phase(&mut fleet, *connections, Connect::Kept)?;
            activations.insert(connections.to_string(), measured.json(&stages));
            verify.push(self.verify_strict());
            let (measured, stages) = self.phase(&mut fleet, *connections, Connect::Kept)?;
            verify.push(self.verify_strict());
            renewals.insert(connections.to_string(), measured.json(&stages));
        }
        let verify = median(&mut verify);
        results.insert(
            "limits".to_owned(),
            json!({
                "verify_strict_per_second": verify, "sign_per_second": sign, "commits_per_second": commits,
            }),
        );
        results.insert("activations".to_owned(), Value::Object(activations));
        results.insert("renewals".to_owned(), Value::Object(renewals));
        let fresh = [("fresh_plain", Connect::Fresh), ("fresh_tls", Connect::FreshTls)];
        for (name, connect) in fresh.into_iter().filter(|_| !self.options.kept_only) {
            progress(&format!("a new connection for each renewal: {name}"));
            let mut fleet = self.fleet(name, self.options.machines.min(FRESH))?;
            self.phase(&mut fleet, 64, Connect::Kept)?;
            let (measured, stages) = self.phase(&mut fleet, 64, connect)?;
            results.insert(name.to_owned(), measured.json(&stages));
        }
        if let Some(clients) = self.options.full {
            results.insert("full".to_owned(), self.full(clients)?);
        }
        Ok(Value::Object(results))
    }

    /// Everything at the highest number of connections, beside a store that is empty at first and one that is full, in turn.
    fn full(&self, clients: usize) -> Result<Value, Failure> {
        let connections = self.options.connections.iter().copied().max().unwrap_or(512);
        progress(&format!("a store of {clients} clients"));
        let machines = self.options.machines;
        let mut full = Fleet::new(&self.folder.join("full"), self.full_database.as_ref(), machines)?;
        let began = system::instant();
        full.preload(clients, Span::days(7))?;
        progress(&format!("it was filled in {:.0} s", began.elapsed().as_secs_f64()));
        let mut empty = self.fleet("empty", machines)?;
        self.phase(&mut empty, connections, Connect::Kept)?;
        let (mut beside_empty, mut beside_full, mut memory) = (Vec::new(), Vec::new(), 0);
        for _ in 0..3 {
            beside_empty.push(self.phase(&mut empty, connections, Connect::Kept)?.0.per_second());
            let (measured, _) = self.phase(&mut full, connections, Connect::Kept)?;
            memory = memory.max(measured.memory_bytes);
            beside_full.push(measured.per_second());
        }
        let (starts_in, bytes) = (self.starts_in(&full)?, full.store().bytes()?);
        progress("pages of the dashboard");
        let pages: Vec<Value> = pages::measure(&full, pages::TIMES)?.iter().map(PageTimes::json).collect();
        let mut newcomers = full.join(machines);
        let (activations, stages) = self.phase(&mut newcomers, connections, Connect::Kept)?;
        memory = memory.max(activations.memory_bytes);
        let (beside_empty, beside_full) = (median(&mut beside_empty), median(&mut beside_full));
        Ok(json!({
            "clients": clients,
            "renewals_per_second_empty": beside_empty,
            "renewals_per_second": beside_full,
            "ratio": beside_full / beside_empty,
            "activations": activations.json(&stages),
            "host_memory_mib": memory / 1_048_576,
            "starts_in_seconds": starts_in.as_secs_f64(),
            "bytes_on_disk": bytes,
            "pages": pages,
        }))
    }

    /// How long a host takes until it serves.
    fn starts_in(&self, fleet: &Fleet) -> Result<Duration, Failure> {
        let cpu = self.options.pin.then_some(HOST_CPU);
        let began = system::instant();
        let host = HostProcess::start((fleet.data(), fleet.store()), cpu, None)?;
        let took = began.elapsed();
        host.stop()?;
        Ok(took)
    }

    /// New machines for a new host in a folder of this name, with a store that is empty or in the database that others share.
    fn fleet(&self, name: &str, machines: usize) -> Result<Fleet, Failure> {
        Fleet::new(&self.folder.join(name), self.database.as_ref(), machines)
    }

    /// All machines ask once, of a host started for it.
    fn phase(&self, fleet: &mut Fleet, connections: usize, connect: Connect) -> Result<(Measured, Value), Failure> {
        let requests = fleet.requests(system::now());
        let tls = (connect == Connect::FreshTls).then(|| fleet.tls()).transpose()?;
        let cpu = self.options.pin.then_some(HOST_CPU);
        let host = HostProcess::start((fleet.data(), fleet.store()), cpu, tls.as_ref())?;
        let load = Load { address: host.address(), connections, connect, tls };
        let before = host.usage()?;
        let (answers, mut measured) = load.run(requests)?;
        let after = host.usage()?;
        let spent = |of: usize| after.cpu[of].saturating_sub(before.cpu[of]);
        measured.cpu = [spent(0), spent(1)];
        measured.written_bytes = after.written_bytes.saturating_sub(before.written_bytes);
        measured.memory_bytes = after.memory_bytes;
        let stages = host.stop()?;
        fleet.take(answers)?;
        Ok((measured, stages))
    }

    /// Where commits are measured.
    fn commits(&self) -> Result<StoreLocation, Failure> {
        if let Some(database) = &self.database {
            return Ok(database.clone());
        }
        let folder = self.folder.join("commits");
        std::fs::create_dir_all(&folder)?;
        Ok(StoreLocation::Folder(folder))
    }

    fn verify_strict(&self) -> f64 {
        limits::verify_strict_per_second(self.options.pin.then_some(HOST_CPU), MEASURED_FOR)
    }
}

fn progress(text: &str) {
    anstream::eprintln!("measuring: {text}");
}

/// How long each limit is measured.
const MEASURED_FOR: Duration = Duration::from_secs(1);
/// Machines that ask one after the other, at most.
const ALONE: usize = 2_000;
/// Renewals that each come on a connection of their own, at most.
const FRESH: usize = 10_000;
const HOST_CPU: usize = 0;
const LOAD_CPU: usize = 1;
