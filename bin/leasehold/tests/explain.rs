//! `leasehold explain`.

mod common;
mod metadata;

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use common::leasehold;
use leasehold_core::codes::CODES;

#[test]
fn every_code_is_explained() {
    let all = leasehold(&["explain", "--json"], b"").json();
    assert_eq!(all.as_array().map(Vec::len), Some(CODES.len()));
    for code in CODES {
        let run = leasehold(&["explain", code.name, "--json"], b"");
        assert_eq!((run.status, &run.json()["next"]), (0, &code.next.into()), "{}", code.name);
    }
}

#[test]
fn a_problem_type_is_explained_as_it_stands_in_a_reply() {
    let run = leasehold(&["explain", "urn:leasehold:problem:threshold-not-met"], b"");
    assert_eq!(run.status, 0);
    assert!(run.stdout.starts_with("threshold-not-met: too few machines"), "{}", run.stdout);
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

#[test]
fn every_code_that_a_crate_may_print_is_explained() {
    let mut printed = BTreeSet::new();
    for package in metadata::read().workspace_packages() {
        let folder = package.manifest_path.with_file_name("src");
        collect(folder.as_std_path(), &mut printed);
    }
    assert!(printed.len() > 60 && printed.contains("rogue-record"), "the sources are read: {printed:?}");
    let unexplained: Vec<_> = printed.iter().filter(|code| leasehold_core::codes::find(code).is_none()).collect();
    assert!(unexplained.is_empty(), "without an entry: {unexplained:?}");
}

/// The codes in the sources below `folder`: all literals in functions called `code`, those that failures and problems
/// are made with, and the doctor's.
fn collect(folder: &Path, printed: &mut BTreeSet<String>) {
    for entry in fs::read_dir(folder).expect("a folder of sources") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            collect(&path, printed);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            let source = fs::read_to_string(&path).expect("a source");
            let source = source.split("\n#[cfg(test)]").next().unwrap_or_default();
            for function in source.split("fn code(").skip(1) {
                printed.extend(literals(function.split("\n    }\n").next().unwrap_or_default()));
            }
            for maker in ["Failure::refused(", "Failure::failed(", "Problem::new("] {
                for call in source.split(maker).skip(1) {
                    let first = call.trim_start().strip_prefix('"').and_then(|call| call.split('"').next());
                    printed.extend(first.map(str::to_owned));
                }
            }
            // The doctor says codes in many ways, and no other words with a hyphen alone between quotation marks.
            if path.components().any(|part| part.as_os_str() == "doctor") {
                printed.extend(literals(source).into_iter().filter(|literal| literal.contains('-')));
            }
        }
    }
}

/// The texts in `source` that look like codes.
fn literals(source: &str) -> Vec<String> {
    let like_a_code = |text: &&str| !text.is_empty() && text.bytes().all(|b| matches!(b, b'a'..=b'z' | b'-'));
    source.split('"').skip(1).step_by(2).filter(like_a_code).map(str::to_owned).collect()
}
