//! Those who ask too often.

use leasehold_authority::serve::Options;
use leasehold_core::activation::Allowance;
use leasehold_service::Rate;
use leasehold_testkit::http::{Reply, problem};
use leasehold_wire::{HostRequest, envelope, request};

use crate::common::{TestVendor, host_request, machine, pair};
use crate::running::Running;

fn rate(requests: u32) -> Rate {
    Rate(requests.try_into().expect("more than none"))
}

fn too_many(reply: &Reply) {
    assert_eq!((reply.status, problem(&reply.body).as_str()), (429, "too-many-requests"));
    let wait: u64 = reply.header("retry-after").and_then(|wait| wait.parse().ok()).expect("seconds");
    assert!((1..=60).contains(&wait), "{wait}");
}

#[test]
fn an_address_that_asks_too_often_is_told_when_to_come_again() {
    let acme = TestVendor::open();
    let key = acme.issue(Allowance::HOST_KEY, None, 3);
    let running = Running::start(&acme, Options { address_rate: Some(rate(3)), ..Options::default() });
    let request = host_request(&key, 1, machine(1));
    assert_eq!(running.post("/v1/hosts", b"nonsense").status, 400);
    assert_eq!(running.post("/v1/machines", b"nonsense").status, 400);
    assert_eq!(running.post("/v1/hosts", &request).status, 200);
    too_many(&running.post("/v1/hosts", &request));
    too_many(&running.post_for(Some("198.51.100.7"), "/v1/hosts", &request));
    assert_eq!((running.get("/healthz").status, running.get("/readyz").status), (200, 200), "probes are not counted");
}

#[test]
fn behind_a_proxy_each_has_an_allowance_of_its_own() {
    let acme = TestVendor::open();
    let key = acme.issue(Allowance::HOST_KEY, None, 3);
    let trusted = vec!["127.0.0.0/8".parse().unwrap()];
    let running = Running::start(&acme, Options { address_rate: Some(rate(1)), trusted, ..Options::default() });
    let request = host_request(&key, 1, machine(1));
    for address in ["198.51.100.7", "198.51.100.8", "2001:db8:0:1::7", "2001:db8:0:2::7", "1.1.1.1, 198.51.100.9"] {
        assert_eq!(running.post_for(Some(address), "/v1/hosts", &request).status, 200, "{address}");
    }
    for address in ["198.51.100.7", "198.51.100.7:99", "2001:db8:0:1::8", "9.9.9.9, 198.51.100.9"] {
        too_many(&running.post_for(Some(address), "/v1/hosts", &request));
    }
}

#[test]
fn only_who_holds_a_product_key_uses_up_its_allowance() {
    let acme = TestVendor::open();
    let (key, other) = (acme.issue(Allowance::HOST_KEY, None, 3), acme.issue(Allowance::HOST_KEY, None, 4));
    let running = Running::start(&acme, Options { key_rate: Some(rate(2)), ..Options::default() });
    let request = host_request(&key, 1, machine(1));
    let overheard: HostRequest = request::open(&request).unwrap();
    let thief = pair(2);
    let forged = envelope::sign(&HostRequest { key: thief.public(), ..overheard }, &thief, &[]);
    for _ in 0..5 {
        assert_eq!(running.post("/v1/hosts", &forged).status, 403);
    }
    assert_eq!(running.post("/v1/hosts", &request).status, 200);
    assert_eq!(running.post("/v1/hosts", &request).status, 200);
    too_many(&running.post("/v1/hosts", &request));
    assert_eq!(running.post("/v1/hosts", &host_request(&other, 3, machine(3))).status, 200);
}
