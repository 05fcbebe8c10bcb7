//! What hosts report when they renew: forks and usage.

mod common;

use common::{AT, TestVendor, host_request_with, later, machine, refused, seeded};
use leasehold_authority::reports::{MonthlyUsage, UsageFilter, usage};
use leasehold_authority::{Approval, activations, families};
use leasehold_core::activation::{Allowance, Refusal};
use leasehold_core::{FamilyId, ProductKey, Span};
use leasehold_store::authority::{Fork, ForkPolicy, HostReport, Tip};
use leasehold_wire::{ReportedTip, Usage, seal};

fn tip(n: u8) -> seal::Tip {
    seal::Tip { number: n.into(), seal: [n; 32] }
}

fn kept(n: u8) -> Tip {
    Tip { number: n.into(), seal: [n; 32] }
}

/// The host with key pair 1 renews and names these tips.
fn renew(acme: &TestVendor, key: &ProductKey, named: Option<(u8, Option<u8>)>, usage: Vec<Usage>) -> Approval {
    let named = named.map(|(newest, former)| ReportedTip { newest: tip(newest), former: former.map(tip) });
    let request = host_request_with(key, 1, machine(1), named, usage);
    acme.authority().approve(&request, AT, &seeded(5)).expect("an answer")
}

fn report(acme: &TestVendor) -> HostReport {
    let found = activations::find(&*acme.store, common::pair(1).id()).expect("a host");
    found[0].report.expect("a report")
}

fn acme_family() -> FamilyId {
    "acme".parse().expect("an id")
}

fn is_granted(approval: &Approval) -> bool {
    matches!(approval, Approval::Granted(_))
}

#[test]
fn a_host_that_goes_on_from_its_last_report_is_no_fork() {
    let acme = TestVendor::open();
    let key = acme.issue(Allowance::HOST_KEY, None, 3);
    for named in [None, Some((3, None)), Some((3, None)), Some((5, Some(3))), Some((5, Some(3))), Some((5, Some(5)))] {
        assert!(is_granted(&renew(&acme, &key, named, vec![])), "{named:?}");
    }
    assert_eq!(report(&acme), HostReport { tip: kept(5), former: Some(kept(5)), fork: None });
}

#[test]
fn a_copy_of_a_host_is_shown_as_forked_and_refused_where_the_family_says_so() {
    let acme = TestVendor::open();
    let key = acme.issue(Allowance::HOST_KEY, None, 3);
    renew(&acme, &key, Some((3, None)), vec![]);
    renew(&acme, &key, Some((6, Some(3))), vec![]);
    assert!(is_granted(&renew(&acme, &key, Some((8, Some(3))), vec![])), "it is shown, no more");
    let fork = Fork { at: AT.at, expected: kept(6), reported: Some(kept(8)) };
    assert_eq!(report(&acme), HostReport { tip: kept(8), former: Some(kept(3)), fork: Some(fork) });
    let row = acme.store.transact("look", |tx| tx.audit(None, 3)).unwrap();
    assert!(row.iter().any(|row| row.action == "host-forked"), "{row:?}");

    families::set_forked(&*acme.store, &acme_family(), ForkPolicy::Refuse, AT).unwrap();
    assert_eq!(refused(renew(&acme, &key, Some((9, Some(8))), vec![])), Refusal::HostForked);
    assert_eq!(refused(renew(&acme, &key, None, vec![])), Refusal::HostForked);
    assert_eq!(report(&acme).fork.unwrap().reported, None, "a fork that is refused is recorded too");
    families::set_forked(&*acme.store, &acme_family(), ForkPolicy::Show, AT).unwrap();
    assert!(is_granted(&renew(&acme, &key, Some((9, Some(8))), vec![])));
}

#[test]
fn usage_is_summed_by_month_customer_and_family() {
    let acme = TestVendor::open();
    let key = acme.issue(Allowance::HOST_KEY, None, 3);
    let used = |clients, live, peak| vec![Usage { family: acme_family(), clients, live, peak }];
    renew(&acme, &key, Some((3, None)), used(12, 7, 9));
    renew(&acme, &key, Some((4, Some(3))), used(14, 8, 8));
    let other = host_request_with(&key, 2, machine(2), None, used(1, 1, 1));
    acme.authority().approve(&other, AT, &seeded(6)).unwrap();
    let next = host_request_with(&key, 2, machine(2), None, used(2, 2, 2));
    acme.authority().approve(&next, later(Span::days(40)), &seeded(7)).unwrap();
    let month = |month: &str, hosts, clients, live, peak| MonthlyUsage {
        month: month.to_owned(),
        customer: None,
        family: acme_family(),
        hosts,
        clients,
        live,
        peak,
    };
    let all = usage(&*acme.store, &UsageFilter::default()).unwrap();
    assert_eq!(all, [month("2026-09", 2, 15, 9, 10), month("2026-10", 1, 2, 2, 2)]);
    let filter = UsageFilter { month: Some("2026-10".to_owned()), ..UsageFilter::default() };
    assert_eq!(usage(&*acme.store, &filter).unwrap().len(), 1);
    let filter = UsageFilter { customer: Some("Example AG".parse().unwrap()), ..UsageFilter::default() };
    assert!(usage(&*acme.store, &filter).unwrap().is_empty());
}
