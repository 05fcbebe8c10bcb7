//! What the machine can do at all: signatures, commits. And what kind of machine it is, in words.

use std::fs;
use std::thread;
use std::time::Duration;

use leasehold_core::{Component, Cti, Fingerprint, KeyId, Refusal, Span};
use leasehold_store::host::{Asked, Batch, Family, Seals, Subject};
use leasehold_wire::Keypair;
use leasehold_wire::signature::Point;

use crate::store::StoreLocation;
use crate::{Failure, system};

/// Strict verifications a second on one processor, keys unpacked before.
pub(crate) fn verify_strict_per_second(cpu: Option<usize>, duration: Duration) -> f64 {
    let measure = move || {
        if let Some(id) = cpu {
            core_affinity::set_for_current(core_affinity::CoreId { id });
        }
        let message = [7; 300];
        let signed: Vec<_> = (0..64_u8)
            .map(|n| {
                let pair = Keypair::from_seed(&[n; 32]);
                (Point::new(&pair.public()).expect("a point"), pair.sign(&message))
            })
            .collect();
        let mut turn = signed.iter().cycle();
        rate(duration, || {
            let (key, signature) = turn.next().expect("a cycle does not end");
            assert!(key.verify(&message, signature), "a good signature verifies");
        })
    };
    thread::spawn(measure).join().expect("measuring does not panic")
}

/// Signatures a second on one processor.
pub(crate) fn sign_per_second(duration: Duration) -> f64 {
    let (pair, message) = (Keypair::from_seed(&[1; 32]), [7; 300]);
    rate(duration, || assert_ne!(pair.sign(&message), [0; 64]))
}

/// Durable commits a second, of one decision each, one after the other.
pub(crate) fn commits_per_second(location: &StoreLocation, duration: Duration) -> Result<f64, Failure> {
    let mut store = location.open()?;
    let families = [Family { id: "bench".parse().expect("an id"), window: Span::DAY }];
    let fingerprint = Fingerprint::new([(Component::MachineId, [1; 8])]).expect("a component");
    let mut outcome = Ok(());
    let per_second = rate(duration, || {
        let (client, product) = (KeyId(system::random()), "bench".parse().expect("an id"));
        let (subject, now) =
            (Subject { family: 0, client, product, fingerprint: Some(fingerprint), user: None }, system::now());
        let batch = Batch { host: KeyId([0; 16]), now, families: &families, subjects: &[subject] };
        let asked = Asked { request: Cti(system::random()), issued: now, fingerprint, name: None, address: None };
        let decided = store.decide(&batch, &mut |ledger| {
            ledger.refuse(0, asked.clone(), Refusal::Revoked, (asked.request, Span::HOUR));
            Seals::default()
        });
        if let Err(error) = decided {
            outcome = Err(error);
        }
    });
    outcome?;
    Ok(per_second)
}

/// The machine in words.
pub(crate) fn machine() -> String {
    let cpuinfo = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let model = cpuinfo.lines().find_map(|line| line.strip_prefix("model name")?.split_once(':'));
    let model = model.map_or("a processor of unknown model", |(_, name)| name.trim());
    let processors = thread::available_parallelism().map_or(1, usize::from);
    let wide = if cpuinfo.contains("avx512ifma") { ", with AVX-512 IFMA" } else { "" };
    format!("{model}{wide}, {processors} processors to use, {} {}", std::env::consts::OS, std::env::consts::ARCH)
}

fn rate(duration: Duration, mut work: impl FnMut()) -> f64 {
    let (began, mut done) = (system::instant(), 0_u32);
    while began.elapsed() < duration {
        for _ in 0..16 {
            work();
        }
        done += 16;
    }
    f64::from(done) / began.elapsed().as_secs_f64()
}
