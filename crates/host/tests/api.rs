//! The whole host over real sockets and a real store, with a clock of the test's own.

use std::collections::HashMap;
use std::fs;
use std::net::Ipv4Addr;
use std::path::Path;
use std::sync::Arc;
use std::thread::{self, JoinHandle};

use base64ct::{Base64UrlUnpadded, Encoding};
use leasehold_core::{
    Clock, Code, Component, Cti, FamilyId, Fingerprint, Grant, KeyId, Policy, ProductId, ProductNumber, PublicKey,
    Span, Timestamp, UserId,
};
use leasehold_host::activation::Home;
use leasehold_host::{Options, RateLimits, Server, Settings};
use leasehold_service::{Listener, Rate};
use leasehold_store::StoreError;
use leasehold_store::host::{
    Batch, ClientRow, ClientSearch, Counts, DecidedBatch, Decision, EndCause, Entry, Family, HostStore, Ledger,
    SealKind, SealRow, Seals, Stretch,
};
use leasehold_store_sqlite::host::SqliteHost;
use leasehold_testkit::forge::with_mixed_order;
use leasehold_testkit::http::{COSE, Reply, get, post, problem, send};
use leasehold_testkit::vectors::{read, unhex};
use leasehold_testkit::vendor::{BEGIN, Vendor};
use leasehold_testkit::{SeededRng, VirtualClock, wait};
use leasehold_wire::request::{Unverified, open};
use leasehold_wire::{
    Envelope, HostCertificate, Keypair, Lease, Reason, Release, Request, SealedRefusal, envelope, verify,
};
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::sync::oneshot;

#[test]
fn it_decides_as_the_vectors_say() {
    for scenario in read("admission")["scenarios"].as_array().expect("scenarios") {
        let (host, mut leases) = (Running::start(vec![grant_of(scenario)]), HashMap::new());
        for (at, step) in scenario["steps"].as_array().expect("steps").iter().enumerate() {
            // Revocation lists come with the authority's service; a revoked client changes nothing for the others.
            if step["revoked"] == true {
                continue;
            }
            let answer = host.step(step, at, &mut leases);
            let mut expected = step["expect"].clone();
            // Forks and twins are shown to the administrator, not to the client.
            let members = expected.as_object_mut().expect("an object");
            members.remove("forked");
            members.remove("twin");
            assert_eq!(answer, expected, "{}, step {at}: {step}", scenario["name"]);
        }
    }
}

#[test]
fn a_renewal_without_a_chain_stays_small_and_a_fork_is_shown() {
    let host = Running::start(vec![Vendor::grant()]);
    let machine = Keypair::from_seed(&[9; 32]);
    let first = host.ask(&machine, 1, None);
    let chain_of = Some(host.id);
    let second = host.ask(&machine, 2, Some((chain_of, lease_of(&first))));
    assert!(second.len() <= 340, "{} bytes without a chain", second.len());
    assert!(first.len() > second.len());
    host.ask(&machine, 3, Some((chain_of, lease_of(&second))));
    host.ask(&machine, 4, Some((chain_of, lease_of(&first))));
    let folder = host.stop();
    let rows = SqliteHost::open_reader(folder.path()).unwrap().clients(None, 10).unwrap();
    assert_eq!(rows[0].leases[0].1.forks, 1, "the lease it named was not its last");
}

#[test]
fn a_lease_of_a_host_on_another_store_shows_no_fork_and_one_of_a_host_on_the_same_store_does() {
    let machine = Keypair::from_seed(&[9; 32]);
    let first = Running::start(vec![Vendor::grant()]);
    let older = lease_of(&first.ask(&machine, 1, None));
    let newer = lease_of(&first.ask(&machine, 2, Some((None, older))));
    let (first_id, folder) = (first.id, first.stop());
    let second = Running::named(2, vec![Vendor::grant()], folder, Options::default());
    let stranger = Vendor::from_seed(1).host(3, vec![Vendor::grant()]).id();
    let forks = |n: u64, of: KeyId, lease: Cti| {
        let lease = lease_of(&second.ask(&machine, n, Some((Some(of), lease))));
        let folder = second.folder.as_ref().expect("a folder").path();
        let rows = SqliteHost::open_reader(folder).expect("a store").clients(None, 10).expect("clients");
        (lease, rows[0].leases[0].1.forks)
    };
    let (_, seen) = forks(3, stranger, cti(77));
    assert_eq!(seen, 0, "what a host on another store has granted is not known here");
    let (last, seen) = forks(4, stranger, newer);
    assert_eq!(seen, 0);
    assert_eq!(forks(5, first_id, last).1, 0, "its last one");
    assert_eq!(forks(6, first_id, newer).1, 1, "a lease of this store that is not its last one");
    assert_eq!(forks(7, second.id, older).1, 2);
}

#[test]
fn a_lease_that_was_given_back_is_not_given_again_to_a_request_that_comes_again() {
    let host = Running::start(vec![Vendor::grant()]);
    let machine = Keypair::from_seed(&[9; 32]);
    let request = host.request(&machine, 1, None);
    let ask = || post(&host.address, "/v1/leases", &request).expect("an answer");
    let lease = lease_of(&ask().1);
    assert_eq!(ask().0, 200, "a lost reply");
    let release = host.release(&machine, 2, lease);
    assert_eq!(post(&host.address, "/v1/releases", &release).expect("an answer").0, 204);
    let (status, body) = ask();
    assert_eq!((status, problem(&body).as_str()), (409, "replayed"));
}

#[test]
fn a_lease_that_was_given_back_runs_no_more_when_the_hosts_clock_goes_back() {
    let policy = Policy { threshold: 1, capacity: Some(1), validity: Span::HOUR, ..Policy::default() };
    let host = Running::start(vec![Grant { policy, ..Vendor::grant() }]);
    let (machine, other) = (Keypair::from_seed(&[9; 32]), Keypair::from_seed(&[8; 32]));
    let lease = lease_of(&host.ask(&machine, 1, None));
    // The lease is over by the host's clock when its client gives it back.
    host.clock.set(BEGIN.plus(Span::seconds(2 * 3_600)));
    assert_eq!(post(&host.address, "/v1/releases", &host.release(&machine, 2, lease)).expect("an answer").0, 204);
    host.clock.set(BEGIN.plus(Span::seconds(60)));
    host.ask(&other, 3, None);
    let (status, body) = post(&host.address, "/v1/leases", &host.request(&machine, 4, None)).expect("an answer");
    assert_eq!((status, problem(&body).as_str()), (409, "capacity-reached"), "it holds no place of its own any more");
}

#[test]
fn the_lease_of_a_client_that_is_revoked_occupies_no_place() {
    let grant = Grant { policy: Policy { threshold: 1, capacity: Some(1), ..Policy::default() }, ..Vendor::grant() };
    let host = Running::start(vec![grant]);
    let (machine, newcomer) = (Keypair::from_seed(&[9; 32]), Keypair::from_seed(&[201; 32]));
    let request = host.request(&machine, 1, None);
    assert_eq!(post(&host.address, "/v1/leases", &request).expect("an answer").0, 200);
    let folder = host.folder.as_ref().expect("a folder").path();
    let keys = (0..200).map(|n| Keypair::from_seed(&[n; 32]).id()).collect();
    Home::new(folder).install_revocations(&host.vendor.revocations(3, keys, Vec::new()), None, BEGIN).expect("a list");
    let ended = || {
        let events = SqliteHost::open_reader(folder).expect("a store").events(1).expect("events");
        matches!(&events[0].decision, Decision::Ended { cause: EndCause::Revoked, .. })
    };
    assert!(wait::until(ended), "its lease is ended");
    let (status, body) = post(&host.address, "/v1/leases", &request).expect("an answer");
    assert_eq!((status, problem(&body).as_str()), (403, "revoked"), "not even the answer that is remembered");
    host.ask(&newcomer, 2, None);
}

#[test]
fn what_is_not_a_request_is_refused_and_what_is_asked_is_told() {
    let host = Running::start(vec![Vendor::grant()]);
    let machine = Keypair::from_seed(&[9; 32]);
    let request = host.request(&machine, 1, None);
    let code = |path: &str, body: &[u8]| {
        let (status, body) = post(&host.address, path, body).expect("an answer");
        (status, problem(&body))
    };
    assert_eq!(code("/v1/leases", b"nonsense"), (400, "malformed".to_owned()));
    assert_eq!(code("/v1/leases", &[0; 5_000]), (413, "malformed".to_owned()));
    let mut bent = request.clone();
    *bent.last_mut().unwrap() ^= 1;
    assert_eq!(code("/v1/leases", &bent), (401, "bad-signature".to_owned()));
    assert_eq!(code("/v1/releases", &request), (400, "malformed".to_owned()), "a request is no release");
    assert_eq!(code("/v1/nothing", &request), (404, "not-found".to_owned()));
    let (status, body) = get(&host.address, "/v1/host").expect("an answer");
    assert_eq!(status, 200);
    let certificate = verify::<HostCertificate>(&body, &host.vendor.root(), BEGIN, None).expect("it verifies");
    assert_eq!(certificate.document.key.id(), host.id);
    assert_eq!(get(&host.address, "/v1/leases").expect("an answer").0, 405);
    assert_eq!(get(&host.address, "/v1/revocations").expect("an answer").0, 404);
    assert_eq!(get(&host.address, "/readyz").expect("an answer").0, 200);
    host.clock.set(BEGIN.plus(Span::days(900)));
    assert_eq!(get(&host.address, "/readyz").expect("an answer").0, 503, "the certificate has ended");
    assert_eq!(code("/v1/leases", &request), (503, "host-not-activated".to_owned()));
}

#[test]
fn leases_last_an_ordinary_while_and_borrowed_ones_until_then_whatever_renews_them() {
    let (renewal, retry) = (Span::seconds(900), Span::MINUTE);
    let policy =
        Policy { threshold: 1, capacity: Some(1), validity: Span::days(7), renewal, retry, ..Policy::default() };
    let settings = Settings { ordinary: [(id("acme-cad"), Span::HOUR)].into(), ..Settings::default() };
    let host = Running::with(vec![Grant { policy, ..Vendor::grant() }], Options { settings, ..Options::default() });
    let (machine, other) = (Keypair::from_seed(&[9; 32]), Keypair::from_seed(&[8; 32]));
    let until = |days| (host.clock.now().plus(Span::days(days))).unix().to_string();
    let lasts = |n: u64, until: Option<&str>| {
        let answer = host.ask_until(&host.request(&machine, n, None), until);
        assert_eq!(answer.status, 200, "{}", String::from_utf8_lossy(&answer.body));
        host.expiry(&answer.body).since(host.clock.now())
    };
    assert_eq!(lasts(1, None), Span::HOUR);
    assert_eq!(lasts(2, Some(&until(3))), Span::days(3));
    host.clock.advance(Span::DAY);
    assert_eq!(lasts(3, None), Span::days(2), "a renewal takes no day back");
    assert_eq!(lasts(4, Some("0")), Span::days(2));
    let house_is_full = post(&host.address, "/v1/leases", &host.request(&other, 5, None)).expect("an answer");
    assert_eq!((house_is_full.0, problem(&house_is_full.1).as_str()), (409, "capacity-reached"));
    assert_eq!(lasts(6, Some(&u64::MAX.to_string())), Span::days(7), "the grant is the limit");
    let lease = lease_of(&host.ask(&machine, 7, None));
    assert_eq!(post(&host.address, "/v1/releases", &host.release(&machine, 8, lease)).expect("an answer").0, 204);
    let next = host.ask_until(&host.request(&other, 9, None), None);
    assert_eq!(host.expiry(&next.body).since(host.clock.now()), Span::HOUR, "what was given back is free at once");
}

#[test]
fn a_time_until_when_a_lease_is_wanted_is_one_number_or_is_refused() {
    let host = Running::start(vec![Vendor::grant()]);
    let request = host.request(&Keypair::from_seed(&[9; 32]), 1, None);
    for wrong in ["", "soon", "-1", "1.5", "3d", "0x10", "1, 2", "18446744073709551616", &"9".repeat(4_000), "\u{e9}"] {
        let answer = host.ask_until(&request, Some(wrong));
        assert_eq!((answer.status, problem(&answer.body).as_str()), (400, "malformed"), "{wrong:?}");
        assert!(String::from_utf8_lossy(&answer.body).contains("leasehold-until"), "{wrong:?}");
    }
    let headers = [COSE, ("leasehold-until", "1"), ("leasehold-until", "2")];
    let twice = send(&host.address, "POST /v1/leases", &headers, &request).expect("an answer");
    assert_eq!((twice.status, problem(&twice.body).as_str()), (400, "malformed"));
    assert_eq!(host.ask_until(&request, Some("1")).status, 200, "and nothing was recorded of it");
}

#[test]
fn a_key_of_mixed_order_is_never_seen() {
    let host = Running::start(vec![Vendor::grant()]);
    let machine = Keypair::from_seed(&[9; 32]);
    let honest = host.request(&machine, 1, None);
    let mixed = with_mixed_order(&honest, &machine);
    let unpacked = Unverified::<Request>::parse(&mixed).and_then(Unverified::unpack).expect("a point");
    let claim = unpacked.claim();
    assert!(claim.key.verify(claim.message, claim.signature), "the signature by itself holds");
    assert_eq!(open::<Request>(&mixed), Err(Reason::BadSignature));
    let (status, body) = post(&host.address, "/v1/leases", &mixed).expect("an answer");
    assert_eq!((status, problem(&body).as_str()), (401, "bad-signature"));
    let folder = host.stop();
    assert!(SqliteHost::open_reader(folder.path()).unwrap().clients(None, 10).unwrap().is_empty());
}

#[test]
fn a_refusal_is_sealed_after_the_leases_of_its_batch_and_proves_its_count() {
    let policy = Policy { threshold: 1, capacity: Some(1), ..Policy::default() };
    let host = Running::start(vec![Grant { policy, ..Vendor::grant() }]);
    let (machine, other) = (Keypair::from_seed(&[9; 32]), Keypair::from_seed(&[8; 32]));
    host.ask(&machine, 1, None);
    let refused = |bytes: &[u8]| -> Value {
        let (_, body) = post(&host.address, "/v1/leases", bytes).expect("an answer");
        serde_json::from_slice(&body).expect("a problem document")
    };
    let told = refused(&host.request(&other, 2, None));
    let document = Base64UrlUnpadded::decode_vec(told["document"].as_str().expect("a document")).expect("base64url");
    let opened = verify::<SealedRefusal>(&document, &host.vendor.root(), BEGIN, None).expect("it verifies");
    let refusal = &opened.document;
    assert_eq!((refusal.client, refusal.request, refusal.limit), (other.id(), cti(2), Some(1)));
    assert_eq!(refusal.reason.code(), Code::CapacityReached);
    assert_eq!(opened.seal.expect("a seal").number, 2, "after the lease's");
    let stale = refused(&host.request(&other, 1, None));
    assert_eq!(stale["type"], "urn:leasehold:problem:replayed");
    assert!(stale["document"].is_null(), "what is refused before it is recorded is not sealed");
    let id = host.id;
    let folder = host.stop();
    let mut store = SqliteHost::open_reader(folder.path()).expect("a store");
    let kinds: Vec<SealKind> = store.seals(id, 9).expect("seals").iter().map(|seal| seal.kind).collect();
    assert_eq!(kinds, [SealKind::Refusals, SealKind::Leases]);
    let found = leasehold_host::check::check(&mut store, &[]);
    assert!(found.iter().all(|finding| !finding.is_failure()), "{found:?}");
}

#[test]
fn the_very_same_request_is_answered_with_the_same_bytes_and_recorded_once() {
    let host = Running::start(vec![Vendor::grant()]);
    let machine = Keypair::from_seed(&[9; 32]);
    let request = host.request(&machine, 1, None);
    let ask = |bytes: &[u8]| post(&host.address, "/v1/leases", bytes).expect("an answer");
    let first = ask(&request);
    assert_eq!(first.0, 200);
    for _ in 0..3 {
        assert_eq!(ask(&request), first);
    }
    host.ask(&machine, 2, None);
    let (status, body) = ask(&request);
    assert_eq!((status, problem(&body).as_str()), (409, "replayed"), "it is not the last one any more");
    let folder = host.stop();
    assert_eq!(SqliteHost::open_reader(folder.path()).expect("a store").events(9).expect("events").len(), 2);
}

#[test]
fn an_address_that_asks_too_often_or_brings_too_many_clients_is_told_when_to_come_again() {
    let rate = |per_minute| std::num::NonZeroU32::new(per_minute).map(Rate);
    let rates = RateLimits { requests: rate(4), new_clients: rate(2) };
    let host = Running::with(
        vec![Vendor::grant()],
        Options { settings: Settings { rates, ..Settings::default() }, ..Options::default() },
    );
    let ask = |seed: u8| {
        let machine = Keypair::from_seed(&[seed; 32]);
        let (status, body) = post(&host.address, "/v1/leases", &host.request(&machine, 1, None)).expect("an answer");
        if status == 200 { "granted".to_owned() } else { problem(&body) }
    };
    let answers: Vec<String> = (1..=5).map(ask).collect();
    assert_eq!(answers, ["granted", "granted", "too-many-requests", "too-many-requests", "too-many-requests"]);
    let folder = host.stop();
    let clients = SqliteHost::open_reader(folder.path()).expect("a store").clients(None, 9).expect("clients");
    assert_eq!(clients.len(), 2, "what is refused so is not recorded");
}

#[test]
fn a_release_replayed_ends_no_later_lease() {
    let grant = Grant { policy: Policy { threshold: 1, capacity: Some(1), ..Policy::default() }, ..Vendor::grant() };
    let host = Running::start(vec![grant]);
    let (machine, other) = (Keypair::from_seed(&[9; 32]), Keypair::from_seed(&[8; 32]));
    let lease = lease_of(&host.ask(&machine, 1, None));
    let release = host.release(&machine, 2, lease);
    assert_eq!(post(&host.address, "/v1/releases", &release).expect("an answer").0, 204);
    host.ask(&machine, 3, None);
    assert_eq!(post(&host.address, "/v1/releases", &release).expect("an answer").0, 204, "it is idempotent");
    let (status, body) = post(&host.address, "/v1/leases", &host.request(&other, 4, None)).expect("an answer");
    assert_eq!((status, problem(&body).as_str()), (409, "capacity-reached"), "the lease still runs");
}

#[test]
fn a_revocation_list_is_passed_on_and_obeyed_and_a_lower_number_is_refused() {
    let folder = Running::start(vec![Vendor::grant()]).stop();
    let (vendor, home) = (Vendor::from_seed(1), Home::new(folder.path()));
    let (machine, other) = (Keypair::from_seed(&[9; 32]), Keypair::from_seed(&[8; 32]));
    let list = vendor.revocations(3, vec![machine.id()], Vec::new());
    home.install_revocations(&list, None, BEGIN).expect("the vendor's list");
    let refused = home.install_revocations(&vendor.revocations(2, Vec::new(), Vec::new()), None, BEGIN);
    assert_eq!(refused.expect_err("an older list").code(), Code::OlderList);
    let foreign = Vendor::from_seed(5).revocations(9, Vec::new(), Vec::new());
    let refused = home.install_revocations(&foreign, None, BEGIN);
    assert_eq!(refused.expect_err("another vendor's list").code(), Code::UnknownSigner);
    let host = Running::on(vec![Vendor::grant()], folder);
    assert_eq!(get(&host.address, "/v1/revocations").expect("an answer"), (200, list));
    let (status, body) = post(&host.address, "/v1/leases", &host.request(&machine, 1, None)).expect("an answer");
    assert_eq!((status, problem(&body).as_str()), (403, "revoked"));
    host.ask(&other, 2, None);
}

#[test]
fn a_list_of_another_authority_is_taken_where_the_root_is_known() {
    let folder = Running::start(vec![Vendor::grant()]).stop();
    let (vendor, home) = (Vendor::from_seed(1), Home::new(folder.path()));
    let successor = vendor.rotated();
    let former = vendor.authority_pair().id();
    let list = |by: &Vendor, number, keys| by.revocations(number, keys, Vec::new());
    let unknown = home.install_revocations(&list(&successor, 1, Vec::new()), None, BEGIN);
    assert_eq!(unknown.expect_err("nothing leads to that authority").code(), Code::UnknownSigner);
    home.install_revocations(&list(&successor, 1, Vec::new()), Some(&vendor.root()), BEGIN).expect("the root is given");
    home.install_revocations(&list(&vendor, 2, Vec::new()), None, BEGIN).expect("the root is remembered");
    let certificate = successor.host(1, vec![Vendor::grant()]).certificate();
    let foreign = Vendor::from_seed(5).host(1, vec![Vendor::grant()]).certificate();
    let refused = home.install(&foreign, None, BEGIN).expect_err("another vendor's certificate");
    assert_eq!(refused.code(), Code::UnknownSigner);
    home.install_revocations(&list(&successor, 3, vec![former]), None, BEGIN).expect("a list that revokes the former");
    let host = Running::on(vec![Vendor::grant()], folder);
    let (machine, home) = (Keypair::from_seed(&[9; 32]), Home::new(host.folder.as_ref().expect("a folder").path()));
    let (status, body) = post(&host.address, "/v1/leases", &host.request(&machine, 1, None)).expect("an answer");
    assert_eq!((status, problem(&body).as_str()), (403, "revoked"), "its certificate is the former authority's");
    assert_eq!(get(&host.address, "/readyz").expect("an answer").0, 403, "it can grant nothing");
    let back = home.install_revocations(&list(&vendor, 9, Vec::new()), None, BEGIN);
    assert_eq!(back.expect_err("a list of the revoked authority").code(), Code::Revoked);
    let old = vendor.host(1, vec![Vendor::grant()]).certificate();
    assert_eq!(
        home.install(&old, None, BEGIN).expect_err("a certificate of the revoked authority").code(),
        Code::Revoked
    );
    let same = list(&successor, 3, Vec::new());
    assert_eq!(home.install_revocations(&same, None, BEGIN).expect_err("another list 3").code(), Code::OlderList);
    home.install(&certificate, None, BEGIN).expect("the renewed certificate");
}

#[test]
fn a_host_whose_store_has_failed_for_good_says_so() {
    let folder = tempfile::tempdir().expect("a folder");
    let certified = Vendor::from_seed(1).host(1, vec![Vendor::grant()]);
    fs::write(folder.path().join("host.key"), certified.pair().to_pem()).expect("a file");
    fs::write(folder.path().join("host.lh"), certified.certificate()).expect("a file");
    let clock = Arc::new(VirtualClock::new(BEGIN));
    let (address, (stop, thread)) = serve_from(Box::new(Faulty), folder.path(), &clock, Options::default());
    let host = Running {
        vendor: Vendor::from_seed(1),
        id: certified.id(),
        address,
        clock,
        folder: Some(folder),
        serving: Some((stop, thread)),
    };
    let request = host.request(&Keypair::from_seed(&[9; 32]), 1, None);
    assert_eq!(get(&host.address, "/readyz").expect("an answer").0, 200);
    assert_eq!(post(&host.address, "/v1/leases", &request).expect("an answer").0, 500, "it was being decided");
    let status = post(&host.address, "/v1/leases", &request).expect("an answer").0;
    assert!(status == 500 || status == 503, "it came before or after the last words: {status}");
    assert_eq!(post(&host.address, "/v1/leases", &request).expect("an answer").0, 503, "no thread decides any more");
    assert_eq!(get(&host.address, "/readyz").expect("an answer").0, 503);
}

/// A store with a fault that no rule foresees.
struct Faulty;

impl HostStore for Faulty {
    fn decide(&mut self, _: &Batch<'_>, _: &mut dyn FnMut(&mut Ledger) -> Seals) -> Result<Option<u64>, StoreError> {
        panic!("a fault")
    }

    fn introduce(&mut self, _: &PublicKey) -> Result<(), StoreError> {
        Ok(())
    }

    fn prune(&mut self, _: Timestamp) -> Result<bool, StoreError> {
        Ok(false)
    }

    fn newest_batch(&mut self) -> Result<u64, StoreError> {
        Ok(0)
    }

    fn tidy(&mut self) -> Result<bool, StoreError> {
        Ok(false)
    }

    fn probe(&mut self) -> Result<(), StoreError> {
        Ok(())
    }

    fn counts(&mut self, _: &Family, _: Timestamp) -> Result<Counts, StoreError> {
        Ok(Counts::default())
    }

    fn clients(&mut self, _: Option<KeyId>, _: usize) -> Result<Vec<ClientRow>, StoreError> {
        Ok(Vec::new())
    }

    fn devices(&mut self, _: UserId, _: Timestamp) -> Result<Vec<KeyId>, StoreError> {
        Ok(Vec::new())
    }

    fn find_clients(&mut self, _: &ClientSearch, _: Option<KeyId>, _: usize) -> Result<Stretch, StoreError> {
        Ok(Stretch::default())
    }

    fn batches_before(&mut self, _: Option<u64>, _: usize) -> Result<Vec<DecidedBatch>, StoreError> {
        Ok(Vec::new())
    }

    fn events(&mut self, _: usize) -> Result<Vec<Entry>, StoreError> {
        Ok(Vec::new())
    }

    fn seals(&mut self, _: KeyId, _: usize) -> Result<Vec<SealRow>, StoreError> {
        Ok(Vec::new())
    }

    fn seal_at(&mut self, _: KeyId, _: u64) -> Result<Option<SealRow>, StoreError> {
        Ok(None)
    }

    fn check_in_place(&mut self) -> Result<(), StoreError> {
        Ok(())
    }
}

/// Where a host listens, and what ends it.
type Serving = (String, (oneshot::Sender<()>, JoinHandle<()>));

/// A host in threads of its own.
struct Running {
    vendor: Vendor,
    id: KeyId,
    address: String,
    clock: Arc<VirtualClock>,
    folder: Option<TempDir>,
    serving: Option<(oneshot::Sender<()>, JoinHandle<()>)>,
}

impl Running {
    fn start(grants: Vec<Grant>) -> Self {
        Self::on(grants, tempfile::tempdir().expect("a folder"))
    }

    fn with(grants: Vec<Grant>, options: Options) -> Self {
        Self::configured(grants, tempfile::tempdir().expect("a folder"), options)
    }

    fn on(grants: Vec<Grant>, folder: TempDir) -> Self {
        Self::configured(grants, folder, Options::default())
    }

    fn configured(grants: Vec<Grant>, folder: TempDir, options: Options) -> Self {
        Self::named(1, grants, folder, options)
    }

    /// The host whose key is made from this seed.
    fn named(seed: u8, grants: Vec<Grant>, folder: TempDir, options: Options) -> Self {
        let vendor = Vendor::from_seed(1);
        let certified = vendor.host(seed, grants);
        fs::write(folder.path().join("host.key"), certified.pair().to_pem()).expect("a file");
        fs::write(folder.path().join("host.lh"), certified.certificate()).expect("a file");
        let clock = Arc::new(VirtualClock::new(BEGIN));
        let (address, serving) = serve(folder.path(), &clock, options);
        let id = certified.id();
        Self { vendor, id, address, clock, folder: Some(folder), serving: Some(serving) }
    }

    /// Ends the host; what it has written stays as long as the folder.
    fn stop(mut self) -> TempDir {
        self.end();
        self.folder.take().expect("a folder")
    }

    fn end(&mut self) {
        if let Some((stop, thread)) = self.serving.take() {
            let _ = stop.send(());
            thread.join().expect("the host ends well");
        }
    }

    fn request(&self, machine: &Keypair, n: u64, holds: Option<(Option<KeyId>, Cti)>) -> Vec<u8> {
        let request = Request {
            // Each is newer than the one before.
            issued: self.clock.now().plus(Span::seconds(n)),
            cti: cti(n),
            key: machine.public(),
            product: id("acme-cad"),
            number: number(1_001),
            fingerprint: Fingerprint::new(Component::ALL[..5].iter().map(|part| (*part, [7; 8]))).expect("components"),
            client_version: "test".parse().expect("a text"),
            host_name: None,
            chain_of: holds.and_then(|(chain_of, _)| chain_of),
            holds: holds.map(|(_, lease)| lease),
        };
        envelope::sign(&request, machine, &[])
    }

    fn release(&self, machine: &Keypair, n: u64, lease: Cti) -> Vec<u8> {
        let issued = self.clock.now();
        let release = Release { issued, cti: cti(n), key: machine.public(), product: id("acme-cad"), lease };
        envelope::sign(&release, machine, &[])
    }

    fn ask(&self, machine: &Keypair, n: u64, holds: Option<(Option<KeyId>, Cti)>) -> Vec<u8> {
        let (status, body) = post(&self.address, "/v1/leases", &self.request(machine, n, holds)).expect("an answer");
        assert_eq!(status, 200, "{}", String::from_utf8_lossy(&body));
        body
    }

    /// Sends a request, with until when its lease is wanted beside it.
    fn ask_until(&self, request: &[u8], until: Option<&str>) -> Reply {
        let headers: Vec<_> = [COSE].into_iter().chain(until.map(|until| ("leasehold-until", until))).collect();
        send(&self.address, "POST /v1/leases", &headers, request).expect("an answer")
    }

    /// When the lease in an answer ends.
    fn expiry(&self, answer: &[u8]) -> Timestamp {
        let lease = verify::<Lease>(answer, &self.vendor.root(), self.clock.now(), None).expect("a lease").document;
        lease.expires.expect("an end")
    }

    /// One step of a scenario, as the vectors put the answer.
    fn step(&self, step: &Value, at: usize, leases: &mut HashMap<u64, Cti>) -> Value {
        let time = |value: &Value| Timestamp::from_unix(value.as_u64().expect("a time"));
        self.clock.set(time(&step["at"]));
        let mut seed = [3; 32];
        seed[0] = u8::try_from(step["client"].as_u64().expect("a number")).expect("a small number");
        let machine = Keypair::from_seed(&seed);
        let product = id(step["product"].as_str().expect("an id"));
        if step["action"] == "release" {
            let lease = step["lease"].as_u64().and_then(|at| leases.get(&at).copied()).unwrap_or(Cti([0; 16]));
            let release =
                Release { issued: time(&step["iat"]), cti: Cti([0; 16]), key: machine.public(), product, lease };
            let release = envelope::sign(&release, &machine, &[]);
            let (status, _) = post(&self.address, "/v1/releases", &release).expect("an answer");
            assert_eq!(status, 204);
            return json!({ "verdict": "released" });
        }
        let request = Request {
            issued: time(&step["iat"]),
            cti: step["cti"].as_str().expect("a text").parse().expect("a cti"),
            key: machine.public(),
            product,
            number: number(step["number"].as_u64().expect("a number")),
            fingerprint: fingerprint(&step["fingerprint"]),
            client_version: "test".parse().expect("a text"),
            host_name: None,
            // The chain comes along, so that the lease can be verified.
            chain_of: None,
            holds: step["held"].as_u64().map(|at| leases.get(&at).copied().unwrap_or(Cti([9; 16]))),
        };
        let request = envelope::sign(&request, &machine, &[]);
        let (status, body) = post(&self.address, "/v1/leases", &request).expect("an answer");
        if status == 200 {
            let lease = verify::<Lease>(&body, &self.vendor.root(), time(&step["at"]), None);
            let lease = lease.expect("it verifies").document;
            leases.insert(u64::try_from(at).expect("a small number"), lease.cti);
            return json!({ "verdict": "granted", "count": lease.count, "expires": lease.expires.map(Timestamp::unix) });
        }
        let told: Value = serde_json::from_slice(&body).expect("a problem document");
        assert_eq!(told["status"], status);
        let mut answer = json!({ "verdict": problem(&body) });
        for member in ["count", "required", "capacity", "last"] {
            if !told[member].is_null() {
                answer[member] = told[member].clone();
            }
        }
        answer
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.end();
    }
}

fn serve(folder: &Path, clock: &Arc<VirtualClock>, options: Options) -> Serving {
    serve_from(Box::new(SqliteHost::open(folder).expect("a store")), folder, clock, options)
}

fn serve_from(store: Box<dyn HostStore>, folder: &Path, clock: &Arc<VirtualClock>, options: Options) -> Serving {
    let (clock, rng) = (Arc::clone(clock), Arc::new(SeededRng::new(1)));
    let server = Server::start(Home::new(folder), store, clock, rng, options).expect("a host");
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().expect("threads");
    let listener = {
        let _inside = runtime.enter();
        Listener::bind((Ipv4Addr::LOCALHOST, 0).into()).expect("a free port")
    };
    let address = listener.address().to_string();
    let (stop, stopped) = oneshot::channel();
    let thread = thread::spawn(move || {
        runtime.block_on(server.serve(listener, async {
            let _ = stopped.await;
        }));
    });
    (address, (stop, thread))
}

fn grant_of(scenario: &Value) -> Grant {
    let policy = &scenario["policy"];
    let n = |name: &str| policy[name].as_u64().expect("a number");
    let span = |name: &str| Span::seconds(n(name));
    let mut products: Vec<(ProductId, ProductNumber)> = scenario["products"]
        .as_object()
        .expect("products")
        .iter()
        .map(|(product, n)| (id(product), number(n.as_u64().expect("a number"))))
        .collect();
    products.sort_unstable();
    let family: FamilyId = "acme".parse().expect("an id");
    let policy = Policy {
        threshold: n("threshold"),
        window: span("window"),
        validity: span("validity"),
        renewal: span("renewal"),
        retry: span("retry"),
        grace: span("grace"),
        capacity: policy["capacity"].as_u64(),
        drift: n("drift"),
        end: policy["not_after"].as_u64().map(Timestamp::from_unix),
        features: Vec::new(),
        devices: None,
    };
    Grant { family, products, policy }
}

fn fingerprint(value: &Value) -> Fingerprint {
    let parts = value.as_object().expect("a fingerprint").iter().map(|(n, hash)| {
        let component = Component::from_number(n.parse().expect("a number")).expect("a component");
        (component, unhex(hash.as_str().expect("a text")).try_into().expect("eight bytes"))
    });
    Fingerprint::new(parts).expect("a component")
}

fn lease_of(answer: &[u8]) -> Cti {
    Envelope::parse(answer).expect("a document").document::<Lease>().expect("a lease").cti
}

fn cti(n: u64) -> Cti {
    Cti((u128::from(n) + 1).to_be_bytes())
}

fn id(text: &str) -> ProductId {
    text.parse().expect("an id")
}

fn number(n: u64) -> ProductNumber {
    n.try_into().expect("a number")
}
