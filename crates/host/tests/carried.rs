//! Requests that are carried as files, on a host's folder with a real store, while no host serves.

use std::fs;
use std::sync::Arc;

use leasehold_core::{Code, Component, Cti, Fingerprint, Grant, KeyId, Policy, Span, Timestamp};
use leasehold_host::Error;
use leasehold_host::activation::Home;
use leasehold_host::carried::{self, CarriedAnswer, CarriedRequest};
use leasehold_store::host::{Decision, HostStore};
use leasehold_store_sqlite::host::SqliteHost;
use leasehold_testkit::vendor::{BEGIN, Vendor};
use leasehold_testkit::{SeededRng, VirtualClock};
use leasehold_wire::{Envelope, Keypair, Lease, Request, SealedRefusal, envelope, verify};
use tempfile::TempDir;

struct Host {
    vendor: Vendor,
    id: KeyId,
    clock: Arc<VirtualClock>,
    folder: TempDir,
}

impl Host {
    fn with(policy: Policy) -> Self {
        let (vendor, folder) = (Vendor::from_seed(1), tempfile::tempdir().expect("a folder"));
        let host = vendor.host(1, vec![Grant { policy, ..Vendor::grant() }]);
        fs::write(folder.path().join("host.key"), host.pair().to_pem()).expect("a file");
        fs::write(folder.path().join("host.lh"), host.certificate()).expect("a file");
        Self { id: host.id(), vendor, clock: Arc::new(VirtualClock::new(BEGIN)), folder }
    }

    fn home(&self) -> Home {
        Home::new(self.folder.path())
    }

    fn lease(&self, requests: &[Vec<u8>]) -> Vec<CarriedAnswer> {
        let requests: Vec<_> = requests.iter().map(|bytes| CarriedRequest::read(bytes).expect("a request")).collect();
        let home = self.home();
        home.submit(&requests).expect("they wait");
        let store = Box::new(SqliteHost::open(self.folder.path()).expect("a store"));
        carried::answer(&home, store, Arc::clone(&self.clock) as _, Arc::new(SeededRng::new(7))).expect("answers");
        let answers =
            requests.iter().map(|request| home.take_answer(request.ticket()).expect("a file").expect("an answer"));
        answers.collect()
    }

    /// The decisions of the journal, the oldest first.
    fn decisions(&self) -> Vec<Decision> {
        let mut store = SqliteHost::open_reader(self.folder.path()).expect("a store");
        let mut events = store.events(100).expect("events");
        events.reverse();
        events.into_iter().map(|entry| entry.decision).collect()
    }

    fn lease_in(&self, answer: &CarriedAnswer) -> Lease {
        assert_eq!(answer.refusal, None);
        let document = answer.document.as_ref().expect("a lease");
        verify::<Lease>(document, &self.vendor.root(), BEGIN, None).expect("whole, with its chain").document
    }
}

fn request(machine: u8, cti: u8, issued: Timestamp) -> Vec<u8> {
    request_with(machine, cti, issued, |_| {})
}

fn request_with(machine: u8, cti: u8, issued: Timestamp, change: impl FnOnce(&mut Request)) -> Vec<u8> {
    let pair = Keypair::from_seed(&[machine; 32]);
    let mut request = Request {
        issued,
        cti: Cti([cti; 16]),
        key: pair.public(),
        product: "acme-cad".parse().expect("an id"),
        number: 1_001.try_into().expect("a number"),
        fingerprint: Fingerprint::new(Component::ALL[..5].iter().map(|part| (*part, [machine; 8])))
            .expect("components"),
        client_version: "test".parse().expect("a text"),
        host_name: None,
        chain_of: None,
        holds: None,
    };
    change(&mut request);
    envelope::sign(&request, &pair, &[])
}

fn policy(threshold: u64) -> Policy {
    Policy { threshold, ..Policy::default() }
}

fn code(answer: &CarriedAnswer) -> Option<Code> {
    answer.refusal.as_ref().map(|(code, _)| *code)
}

#[test]
fn machines_that_come_together_meet_the_threshold_together() {
    let host = Host::with(policy(3));
    let requests: Vec<_> = (1..=3).map(|n| request(n, n, BEGIN)).collect();
    let answers = host.lease(&requests);
    let clients: Vec<KeyId> = answers.iter().map(|answer| host.lease_in(answer).client).collect();
    assert_eq!(clients, [1, 2, 3].map(|n| Keypair::from_seed(&[n; 32]).id()));
    let refused = host.decisions().iter().filter(|decision| matches!(decision, Decision::Refused { .. })).count();
    assert_eq!(refused, 2, "the journal says how it came about");
}

#[test]
fn too_few_are_refused_with_a_proof_and_asked_again_with_others_they_are_granted() {
    let host = Host::with(policy(3));
    let first: Vec<_> = (1..=2).map(|n| request(n, n, BEGIN)).collect();
    for answer in host.lease(&first) {
        let document = answer.document.as_deref().expect("a sealed refusal");
        let refusal = verify::<SealedRefusal>(document, &host.vendor.root(), BEGIN, None).expect("whole").document;
        assert_eq!((code(&answer), refusal.limit), (Some(Code::ThresholdNotMet), Some(3)));
    }
    let all = [&first[..], &[request(3, 3, BEGIN)]].concat();
    assert!(host.lease(&all).iter().all(|answer| answer.refusal.is_none()));
}

#[test]
fn the_same_request_gets_the_same_lease_and_takes_one_place() {
    let host = Host::with(Policy { capacity: Some(1), ..policy(1) });
    let own = request(1, 1, BEGIN);
    let [first] = &host.lease(std::slice::from_ref(&own))[..] else { panic!("one answer") };
    host.clock.set(BEGIN.plus(Span::days(3)));
    // Made again before the answer came back, with the same name.
    let later = request(1, 1, BEGIN.plus(Span::DAY));
    for again in [&own, &later, &own] {
        let answers = host.lease(&[again.clone(), request(2, 9, BEGIN.plus(Span::DAY))]);
        assert_eq!(answers[0], *first);
        assert_eq!(code(&answers[1]), Some(Code::CapacityReached));
    }
    let granted = host.decisions().iter().filter(|decision| matches!(decision, Decision::Granted { .. })).count();
    assert_eq!(granted, 1);
}

#[test]
fn a_crash_between_deciding_and_answering_takes_no_second_place() {
    let host = Host::with(Policy { capacity: Some(1), ..policy(1) });
    let own = request(1, 1, BEGIN);
    let first = host.lease_in(&host.lease(std::slice::from_ref(&own))[0]);
    // What a crash leaves: the store has it, no answer was written.
    fs::remove_dir_all(host.folder.path().join("carried/kept")).expect("a folder");
    let second = host.lease_in(&host.lease(std::slice::from_ref(&own))[0]);
    assert_eq!((first.client, first.request), (second.client, second.request));
    let renewal = request_with(1, 2, BEGIN.plus(Span::HOUR), |request| {
        (request.chain_of, request.holds) = (Some(host.id), Some(second.cti));
    });
    let renewed = host.lease(&[renewal]);
    assert!(!Envelope::parse(renewed[0].document.as_deref().expect("a lease")).expect("whole").chain.is_empty());
    let forked = |decision: &Decision| matches!(decision, Decision::Granted { forks: 1.., .. });
    assert!(!host.decisions().iter().any(forked));
}

#[test]
fn a_request_may_be_thirty_days_old_and_no_older_and_a_lease_that_is_over_is_not_given_again() {
    let host = Host::with(Policy { validity: Span::DAY, renewal: Span::HOUR, ..policy(1) });
    host.clock.set(BEGIN.plus(Span::days(30)));
    let [old, older] = [request(1, 1, BEGIN), request(2, 2, BEGIN.minus(Span::seconds(1)))];
    let answers = host.lease(&[old.clone(), older]);
    assert_eq!(answers.iter().map(code).collect::<Vec<_>>(), [None, Some(Code::ClockSkew)]);
    assert!(answers[1].refusal.as_ref().is_some_and(|(_, words)| words.contains("30 d at most")));
    host.clock.set(BEGIN.plus(Span::days(30)).plus(Span::DAY));
    assert_eq!(code(&host.lease(&[request(3, 3, BEGIN.plus(Span::DAY))])[0]), None);
    host.clock.set(BEGIN.plus(Span::days(29)));
    let ahead = request(4, 4, BEGIN.plus(Span::days(30)));
    assert_eq!(code(&host.lease(&[ahead])[0]), Some(Code::ClockBehind), "the host's own clock went back");
}

#[test]
fn a_host_without_a_certificate_and_a_store_that_is_in_use_answer_nothing() {
    let host = Host::with(policy(1));
    let own = CarriedRequest::read(&request(1, 1, BEGIN)).expect("a request");
    host.home().submit(std::slice::from_ref(&own)).expect("it waits");
    let serving = SqliteHost::open(host.folder.path()).expect("a store");
    assert!(SqliteHost::open(host.folder.path()).is_err());
    assert_eq!(host.home().take_answer(own.ticket()).expect("no answer yet"), None);
    fs::remove_file(host.folder.path().join("host.lh")).expect("a file");
    let answered =
        carried::answer(&host.home(), Box::new(serving), Arc::clone(&host.clock) as _, Arc::new(SeededRng::new(7)));
    assert!(matches!(answered, Err(Error::NotActivated(_))));
}

#[test]
fn what_is_no_request_or_bears_another_signature_is_refused_before_it_waits() {
    let mut forged = request(1, 1, BEGIN);
    *forged.last_mut().expect("bytes") ^= 1;
    for bytes in [forged, b"not a document".to_vec(), Vec::new()] {
        assert!(CarriedRequest::read(&bytes).is_err());
    }
}
