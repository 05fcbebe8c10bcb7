//! Two hosts, and an authority, on a PostgreSQL cluster (Patroni, etcd, `HAProxy`; synchronous replication) while its leading server is
//! killed, cut off and replaced: nothing that was answered is lost, limits hold, and all go on by themselves. `scripts/failovers` does it
//! ten times and shows how long they took.
#![cfg(target_os = "linux")]

mod cluster;
#[path = "../support/mod.rs"]
mod support;

use std::ops::ControlFlow;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread;
use std::time::Instant;

use cluster::{Cluster, Fault, ROUNDS, alone};
use support::busy_vendor::BusyVendor;
use support::pair::{Pair, fleet, scarce, under_load, until};

#[test]
fn a_leading_server_that_is_lost_costs_no_lease() {
    if !alone("a_leading_server_that_is_lost_costs_no_lease") {
        return;
    }
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
        fails_over(&mut cluster, "both hosts", || {
            let both = [decides(0), decides(1)];
            until("both hosts decide again", || both.iter().all(|decides| decides(&granted)));
        });
    });
    hosts.into_iter().for_each(|host| drop(host.stop()));
    let answers = answers.into_inner().expect("answers");
    println!("{} leases were granted meanwhile", answers.len());
    pair.holds(&answers);
}

#[test]
fn a_leading_server_that_is_lost_costs_no_answer_of_an_authority() {
    if !alone("a_leading_server_that_is_lost_costs_no_answer_of_an_authority") {
        return;
    }
    let folder = tempfile::tempdir().expect("a folder");
    let mut cluster = Cluster::start(folder.path());
    let vendor = BusyVendor::make(folder.path(), Some(cluster.url.clone()));
    let served = vendor.serve();
    let (answers, answered, over) = (Mutex::new(Vec::new()), AtomicUsize::new(0), AtomicBool::new(false));
    thread::scope(|scope| {
        scope.spawn(|| {
            vendor.under_load(&served.address, 0, &answers, &|code| {
                match code {
                    "granted" | "hosts-exhausted" | "activations-exhausted" | "revoked" => {
                        answered.fetch_add(1, Ordering::Relaxed);
                    }
                    "store-unavailable" => {}
                    code => panic!("{code}"),
                }
                if over.load(Ordering::Relaxed) { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
            });
        });
        fails_over(&mut cluster, "the authority", || {
            let before = answered.load(Ordering::Relaxed);
            until("it answers again", || answered.load(Ordering::Relaxed) > before + 20);
        });
        over.store(true, Ordering::Relaxed);
    });
    served.stop();
    let answers = answers.into_inner().expect("answers");
    println!("{} answers were given meanwhile", answers.len());
    vendor.holds(&answers);
}

/// The leading server is lost again and again, in each way; `again` waits until `what` goes on.
fn fails_over(cluster: &mut Cluster, what: &str, mut again: impl FnMut()) {
    let rounds: usize = std::env::var(ROUNDS).ok().map_or(SHORT, |text| text.parse().expect("a number"));
    for round in 0..rounds {
        let fault = FAULTS[round % FAULTS.len()];
        let begun = now();
        let server = cluster.strike(fault);
        until("another server leads", || cluster.leader().is_some_and(|leader| leader != server));
        let led = begun.elapsed();
        again();
        println!(
            "{fault:9} leader after {:4.1} s, {what} after {:4.1} s",
            led.as_secs_f32(),
            begun.elapsed().as_secs_f32()
        );
        cluster.mend(fault, &server);
        until("the cluster is whole again", || cluster.is_healthy());
    }
}

#[expect(clippy::disallowed_methods, reason = "how long a failover took is shown, and never judged")]
fn now() -> Instant {
    Instant::now()
}

const FAULTS: [Fault; 3] = [Fault::Switch, Fault::Kill, Fault::Cut];
/// So many without being told: the others take their minute each in `scripts/failovers`.
const SHORT: usize = 2;
