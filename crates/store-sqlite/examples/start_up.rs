//! Fills a store with clients whose leases were granted one after the other, and measures how long it takes to open it:
//! `cargo run --release -p leasehold-store-sqlite --example start_up -- CLIENTS [FOLDER]`.
#![expect(clippy::disallowed_methods, reason = "a tool at hand that measures and prints")]

use std::error::Error;
use std::path::Path;
use std::time::Instant;

use leasehold_core::{Component, Cti, Fingerprint, KeyId, Policy, Timestamp};
use leasehold_store::host::{
    Asked, Batch, Family, Fork, HostStore, NewLease, SealKind, SealRow, Seals, Subject, Terms, Tip,
};
use leasehold_store_sqlite::host::SqliteHost;

fn main() -> Result<(), Box<dyn Error>> {
    let mut words = std::env::args().skip(1);
    let clients: u64 = words.next().unwrap_or_else(|| "1000000".to_owned()).parse()?;
    let folder = tempfile::tempdir_in(words.next().unwrap_or_else(|| ".".to_owned()))?;
    let began = Instant::now();
    fill(folder.path(), clients)?;
    println!("{clients} clients in {} s", began.elapsed().as_secs());
    for _ in 0..5 {
        let began = Instant::now();
        let mut store = SqliteHost::open(folder.path())?;
        let family = Family { id: "acme".parse()?, window: Policy::default().window };
        let counts = store.counts(&family, Timestamp::from_unix(BEGIN + clients * STEP / EACH))?;
        println!("opened in {} ms: {} clients, {} leases", began.elapsed().as_millis(), counts.clients, counts.live);
    }
    Ok(())
}

/// A few clients ask every two seconds, so that nearly all times differ.
fn fill(folder: &Path, clients: u64) -> Result<(), Box<dyn Error>> {
    let mut store = SqliteHost::open(folder)?;
    let policy = Policy::default();
    let families = [Family { id: "acme".parse()?, window: policy.window }];
    let product = "acme-cad".parse()?;
    for first in (0..clients).step_by(usize::try_from(EACH)?) {
        let now = Timestamp::from_unix(BEGIN + first * STEP / EACH);
        let asked = |n: u64| -> Result<(KeyId, Fingerprint), Box<dyn Error>> {
            let parts = [Component::MachineId, Component::SystemUuid, Component::SystemDisk];
            let name = u128::from(n).wrapping_mul(0x9e37_79b9_7f4a_7c15_f39c_c060_5ced_c835).to_be_bytes();
            Ok((KeyId(name), Fingerprint::new(parts.map(|part| (part, n.to_be_bytes())))?))
        };
        let asked: Vec<(KeyId, Fingerprint)> = (first..first + EACH).map(asked).collect::<Result<_, _>>()?;
        let subject = |(client, fingerprint): &(KeyId, Fingerprint)| Subject {
            family: 0,
            client: *client,
            product,
            fingerprint: Some(*fingerprint),
            user: None,
        };
        let subjects: Vec<Subject> = asked.iter().map(subject).collect();
        let batch = Batch { host: KeyId([1; 16]), now, families: &families, subjects: &subjects };
        store.decide(&batch, &mut |ledger| {
            for (at, (client, fingerprint)) in asked.iter().enumerate() {
                let (request, fingerprint) = (Cti(client.0), *fingerprint);
                let asked = Asked { request, issued: now, fingerprint, name: None, address: None };
                let (expires, terms) = (policy.expiry(now), Terms::of(&policy));
                ledger.grant(at, asked, NewLease { lease: request, expires, fork: Fork::None, terms });
            }
            let Tip { number, seal } = ledger.tip();
            let (number, at, leaves) = (number + 1, now, vec![[1; 32]; asked.len()]);
            let leases = SealRow {
                kind: SealKind::Leases,
                number,
                previous: seal,
                root: [2; 32],
                seal: [3; 32],
                signature: [4; 64],
                at,
                size: EACH,
                leaves,
            };
            Seals { leases: Some(leases), refusals: None }
        })?;
        // As a host does between two batches.
        store.tidy()?;
    }
    while store.tidy()? {}
    Ok(())
}

const BEGIN: u64 = 1_790_000_000;
/// Clients that ask at once, and seconds between two batches.
const EACH: u64 = 4;
const STEP: u64 = 10;
