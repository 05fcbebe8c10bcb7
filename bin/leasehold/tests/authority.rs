//! A vendor's authority that is killed under load: what it has answered is true, and its keys are good for no more than
//! they were sold for.
#![cfg(unix)] // the database server of the tests runs on Linux

mod support;

use std::ops::ControlFlow;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use leasehold_testkit::http::send;
use leasehold_testkit::need::{Need, is_missing};
use leasehold_testkit::postgres::Postgres;
use serde_json::{Value, json};
use support::busy_vendor::BusyVendor;
use support::program;

const ROUNDS: u64 = 6;

#[test]
fn an_authority_killed_again_and_again_keeps_every_answer_and_its_limits() {
    let folder = tempfile::tempdir().expect("a folder");
    is_killed_again_and_again(&BusyVendor::make(folder.path(), None));
}

#[test]
fn an_authority_on_postgresql_killed_again_and_again_keeps_every_answer_and_its_limits() {
    if is_missing(&[Need::Postgres]) {
        return;
    }
    let folder = tempfile::tempdir().expect("a folder");
    is_killed_again_and_again(&BusyVendor::make(folder.path(), Some(Postgres::shared().fresh())));
}

fn is_killed_again_and_again(vendor: &BusyVendor) {
    let answers = Mutex::new(Vec::new());
    for round in 0..ROUNDS {
        let served = vendor.serve();
        let (address, answered) = (served.address.clone(), AtomicUsize::new(0));
        let served = Mutex::new(Some(served));
        vendor.under_load(&address, 7 * round, &answers, &|code| {
            if code == "no answer" {
                // Killed in the middle: the asking machine knows nothing, and asks again one day.
                assert!(answered.load(Ordering::Relaxed) >= 60, "it answers until it is killed");
                return ControlFlow::Break(());
            }
            // `revoked`: another key pair has the place by now.
            let all = ["granted", "hosts-exhausted", "activations-exhausted", "revoked"];
            assert!(all.contains(&code), "{code}");
            if answered.fetch_add(1, Ordering::Relaxed) + 1 == 60 {
                served.lock().expect("it").take().expect("it was not killed before").kill();
            }
            ControlFlow::Continue(())
        });
    }
    let answers = answers.into_inner().expect("answers");
    assert!(answers.len() > 100, "a load worth the name: {}", answers.len());
    vendor.holds(&answers);
}

#[test]
fn tokens_let_their_holder_in_until_they_are_withdrawn() {
    let folder = tempfile::tempdir().expect("a folder");
    let vendor = BusyVendor::make(folder.path(), None);
    let token = |words: &[&str]| {
        let mut command = program();
        command.arg("--json").args(["vendor", "token"]).args(words).arg("--dir").arg(vendor.home.folder());
        let output = command.output().expect("a process");
        (output.status.code(), serde_json::from_slice::<Value>(&output.stdout).unwrap_or_default())
    };
    let (status, made) = token(&["add", "web-vendor", "--role", "read,issue", "--expires", "2090-01-01"]);
    let text = made["token"].as_str().expect("a token").to_owned();
    assert_eq!((status, &made["roles"]), (Some(0), &json!(["read", "issue"])));
    assert_eq!(token(&["add", "web-vendor"]).0, Some(1), "there is one of that name");

    let served = vendor.serve_with(&["--admin-listen", "127.0.0.1:0"]);
    let admin =
        served.said["admin"].as_str().and_then(|admin| admin.rsplit('/').next()).expect("an address").to_owned();
    let ask = || {
        let bearer = format!("Bearer {text}");
        send(&admin, "GET /api/v1/keys", &[("authorization", &bearer)], &[]).expect("an answer")
    };
    assert_eq!((ask().status, ask().json()["items"].as_array().map(Vec::len)), (200, Some(2)));
    let (_, listed) = token(&["list"]);
    assert!(listed[0]["used"].is_u64() && !listed.to_string().contains(&text[4..]), "{listed}");
    assert_eq!(token(&["revoke", "web-vendor"]).0, Some(0));
    assert_eq!(ask().status, 401, "at once");
    assert_eq!(token(&["revoke", "nobody"]).0, Some(1));
    served.stop();

    let mut command = program();
    command.args(["vendor", "serve", "--admin-listen", "0.0.0.0:0", "--dir"]).arg(vendor.home.folder());
    let output = command.output().expect("a process");
    let said = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(2));
    assert!(said.contains("in the clear") && said.contains("--tls-cert"), "{said}");
}
