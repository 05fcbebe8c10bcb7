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
fn every_word_of_the_glossary_is_explained() {
    for term in leasehold_core::glossary::TERMS {
        for name in [term.name].iter().chain(term.also) {
            let run = leasehold(&["explain", name], b"");
            let words = run.stdout.split_whitespace().collect::<Vec<_>>().join(" ");
            let meaning = term.meaning.split_whitespace().collect::<Vec<_>>().join(" ");
            assert!(
                run.status == 0 && (words.contains(&meaning) || words.starts_with(&format!("{name}: "))),
                "{name}: {words}"
            );
        }
    }
    let split = leasehold(&["explain", "host", "key", "--json"], b"");
    assert_eq!(split.json()["word"], "host key");
}

#[test]
fn an_unknown_code_is_answered_with_those_it_resembles() {
    for (typed, meant) in
        [("treshold", "threshold-not-met"), ("expird", "expired"), ("clone-suspect", "clone-suspected")]
    {
        let run = leasehold(&["explain", typed], b"");
        assert_eq!((run.status, run.stdout.as_str()), (1, ""), "{typed}");
        assert!(run.stderr.contains("did you mean ") && run.stderr.contains(meant), "{typed}: {}", run.stderr);
    }
    let run = leasehold(&["explain", "xyzzy"], b"");
    assert_eq!(run.status, 1);
    assert!(!run.stderr.contains("did you mean"), "{}", run.stderr);
}
