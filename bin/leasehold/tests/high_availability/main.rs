//! Two hosts on a PostgreSQL cluster (Patroni, etcd, `HAProxy`; synchronous replication) while its leading server is killed, cut off and
//! replaced: no granted lease is lost, capacity holds, and both hosts go on by themselves. `scripts/failovers` does it ten times and
//! shows how long they took.
#![cfg(target_os = "linux")]

mod cluster;
#[path = "../support/mod.rs"]
mod support;

use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Instant;

use cluster::{Cluster, Fault, ROUNDS, alone};
use support::pair::{Pair, fleet, scarce, under_load, until};

#[test]
fn a_leading_server_that_is_lost_costs_no_lease() {
    if !alone("a_leading_server_that_is_lost_costs_no_lease") {
        return;
    }
    let rounds: usize = std::env::var(ROUNDS).ok().map_or(SHORT, |text| text.parse().expect("a number"));
    let folder = tempfile::tempdir().expect("a folder");
    let mut cluster = Cluster::start(folder.path());
    let pair = Pair::new(cluster.url.clone(), &scarce());
    let hosts = [pair.start(0), pair.start(1)];
    let (answers, granted) = (Mutex::new(Vec::new()), [AtomicUsize::new(0), AtomicUsize::new(0)]);
    let heard = |at: usize, code: &str| match code {
        "granted" | "capacity-reached" => drop(granted[at].fetch_add(1, Ordering::Relaxed)),
        "released" | "store-unavailable" | "busy" | "replayed" | "clock-skew" => {}
        code => panic!("{code}"),
    };
    let decides = |at: usize| {
        let before = granted[at].load(Ordering::Relaxed);
        move |granted: &[AtomicUsize; 2]| granted[at].load(Ordering::Relaxed) > before + 4
    };
    let mut machines = fleet();
    under_load(&mut machines, [&hosts[0].address, &hosts[1].address], &answers, &heard, || {
        for round in 0..rounds {
            let fault = FAULTS[round % FAULTS.len()];
            let begun = now();
            let server = cluster.strike(fault);
            until("another server leads", || cluster.leader().is_some_and(|leader| leader != server));
            let led = begun.elapsed();
            let both = [decides(0), decides(1)];
            until("both hosts decide again", || both.iter().all(|decides| decides(&granted)));
            println!(
                "{fault:9} leader after {:4.1} s, both hosts after {:4.1} s",
                led.as_secs_f32(),
                begun.elapsed().as_secs_f32()
            );
            cluster.mend(fault, &server);
            until("the cluster is whole again", || cluster.is_healthy());
        }
    });
    hosts.into_iter().for_each(|host| drop(host.stop()));
    let answers = answers.into_inner().expect("answers");
    println!("{} leases were granted meanwhile", answers.len());
    pair.holds(&answers);
}

#[expect(clippy::disallowed_methods, reason = "how long a failover took is shown, and never judged")]
fn now() -> Instant {
    Instant::now()
}

const FAULTS: [Fault; 3] = [Fault::Switch, Fault::Kill, Fault::Cut];
/// So many without being told: the others take their minute each in `scripts/failovers`.
const SHORT: usize = 2;
