//! `leasehold explain`.

mod common;

use common::leasehold;
use leasehold_core::Code;

#[test]
fn every_code_is_explained() {
    let all = leasehold(&["explain", "--json"], b"").json();
    assert_eq!(all.as_array().map(Vec::len), Some(Code::ALL.len()));
    for code in Code::ALL {
        let run = leasehold(&["explain", code.name(), "--json"], b"");
        assert_eq!((run.status, &run.json()["next"]), (0, &code.hint().into()), "{code}");
    }
}

#[test]
fn a_problem_type_is_explained_as_it_stands_in_a_reply() {
    let run = leasehold(&["explain", "urn:leasehold:problem:threshold-not-met"], b"");
    assert_eq!(run.status, 0);
    assert!(run.stdout.starts_with("threshold-not-met: too few machines"), "{}", run.stdout);
}

#[test]
fn a_refusal_says_whether_a_host_proves_it() {
    for (code, proof) in
        [("capacity-reached", "proof:        proven by the host"), ("clock-skew", "proof:        not proven")]
    {
        let run = leasehold(&["explain", code], b"");
        assert!(run.stdout.contains(proof), "{}", run.stdout);
    }
    assert!(!leasehold(&["explain", "file"], b"").stdout.contains("proof:"));
}

#[test]
fn an_unknown_code_is_answered_with_those_it_resembles() {
    for (typed, meant) in [("treshold", "threshold-not-met"), ("expird", "expired"), ("clone", "clone-suspected")] {
        let run = leasehold(&["explain", typed], b"");
        assert_eq!((run.status, run.stdout.as_str()), (1, ""), "{typed}");
        assert!(run.stderr.contains(&format!("did you mean {meant}?")), "{typed}: {}", run.stderr);
    }
    let run = leasehold(&["explain", "xyzzy"], b"");
    assert_eq!(run.status, 1);
    assert!(!run.stderr.contains("did you mean"), "{}", run.stderr);
}
