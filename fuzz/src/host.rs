//! What the fuzz targets of a host do with an input: its client API from bytes to answer, and backups that are restored.

use std::fs;
use std::sync::{Arc, LazyLock};

use leasehold_core::{Clock, Policy};
use leasehold_host::activation::Home;
use leasehold_host::{Options, RateLimits, Server, Settings};
use leasehold_store_sqlite::host::SqliteHost;
use leasehold_testkit::vendor::{BEGIN, Vendor};
use leasehold_testkit::{SeededRng, VirtualClock};
use leasehold_wire::{Keypair, Release, Request, envelope};

use crate::serving::{Serving, check, connection};

/// A connection to a host that grants from one machine on, on a real store.
pub fn host_api(input: &[u8]) {
    const PATHS: [&str; 8] = [
        "POST /v1/leases",
        "POST /v1/releases",
        "GET /v1/host",
        "GET /v1/revocations",
        "GET /readyz",
        "HEAD /healthz",
        "PUT /v1/leases",
        "POST /v1/leases?%00",
    ];
    static HOST: LazyLock<Serving> = LazyLock::new(serving);
    check(&HOST.answer(&connection(&signed(input), &PATHS, "")));
}

/// A document that signs itself is signed anew, so that what it says is looked at: second byte 1, then a path as before.
fn signed(input: &[u8]) -> Vec<u8> {
    let [path, 1, body @ ..] = input else { return input.to_vec() };
    let device = Keypair::from_seed(&[9; 32]);
    let opened = leasehold_wire::Envelope::parse(body).ok().and_then(|envelope| {
        let request = envelope
            .document::<Request>()
            .map(|request| envelope::sign(&Request { key: device.public(), issued: BEGIN, ..request }, &device, &[]));
        let release = || {
            envelope.document::<Release>().map(|release| {
                envelope::sign(&Release { key: device.public(), issued: BEGIN, ..release }, &device, &[])
            })
        };
        request.or_else(|_| release()).ok()
    });
    [&[*path], opened.as_deref().unwrap_or(body)].concat()
}

fn serving() -> Serving {
    let folder = tempfile::tempdir().expect("a folder").keep();
    let host = Vendor::from_seed(1).host(
        1,
        vec![leasehold_core::Grant { policy: Policy { threshold: 1, ..Policy::default() }, ..Vendor::grant() }],
    );
    fs::write(folder.join("host.key"), host.pair().to_pem()).expect("a file");
    fs::write(folder.join("host.lh"), host.certificate()).expect("a file");
    let clock: Arc<dyn Clock> = Arc::new(VirtualClock::new(BEGIN));
    let store = Box::new(SqliteHost::open(&folder).expect("a store"));
    let options =
        Options { settings: Settings { rates: RateLimits::NONE, ..Settings::default() }, ..Options::default() };
    Serving::start(move |listener| {
        let server = Server::start(Home::new(&folder), store, clock, Arc::new(SeededRng::new(1)), options);
        server.expect("a host").serve(listener, std::future::pending())
    })
}

/// A file that says it is a backup: what is taken on belongs together, and nothing is written outside the folder.
pub fn host_restore(input: &[u8]) {
    let outside = tempfile::tempdir().expect("a folder");
    let home = Home::new(outside.path().join("host"));
    if let Ok(restoration) = home.stage(&mut &input[..], "host.sqlite") {
        assert!(restoration.about().host().is_some());
        let _ = restoration.finish(leasehold_host::restore::Present::Stays, &[]);
    }
    let there: Vec<_> =
        fs::read_dir(outside.path()).expect("a folder").map(|entry| entry.expect("an entry").file_name()).collect();
    assert!(there.iter().all(|name| name == "host"), "{there:?}");
}
