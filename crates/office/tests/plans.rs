//! The committed corpora of the fuzz targets of hunting, explaining and planning, replayed and changed; and the sample of
//! the documentation.

#[expect(unreachable_pub, reason = "a part of a library in `fuzz/`")]
#[path = "../../../fuzz/src/office_hunt.rs"]
mod office_hunt;

use std::fs;
use std::path::Path;

use leasehold_office::facts::method::ActivationMethod;
use leasehold_office::plan::{Estate, plan};
use proptest::prelude::*;
use proptest::sample::Index;

type Target = (&'static str, fn(&[u8]));

const TARGETS: [Target; 3] = [
    ("office_hunt", office_hunt::office_hunt),
    ("office_explain", office_hunt::office_explain),
    ("office_plan", office_hunt::office_plan),
];

#[test]
fn the_corpora_replay() {
    for (target, run) in TARGETS {
        for (name, input) in inputs(target) {
            // Shown where the test fails: the input that did it.
            println!("{name}");
            run(&input);
        }
    }
}

#[test]
fn the_sample_of_the_documentation_is_planned_whole() {
    let page = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/office/plan.md");
    let page = fs::read_to_string(page).expect("the page");
    let sample = page.split("```toml\n").nth(1).and_then(|rest| rest.split("```").next()).expect("a sample");
    let estate = Estate::parse(sample).expect("an estate");
    let plan = plan(&estate, "2026-11-22".parse().expect("a day"));
    let methods: Vec<_> = plan.groups.iter().map(|group| group.method.map(ActivationMethod::name)).collect();
    assert_eq!(methods, [Some("adba"), Some("adba"), Some("kms"), Some("shared")]);
    assert!(plan.is_complete());
}

fn inputs(target: &str) -> Vec<(String, Vec<u8>)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fuzz/corpus").join(target);
    let mut paths: Vec<_> =
        fs::read_dir(&folder).expect("a corpus").map(|entry| entry.expect("an input").path()).collect();
    paths.sort_unstable();
    assert!(!paths.is_empty(), "{} is empty", folder.display());
    let read = |path: &std::path::PathBuf| (path.display().to_string(), fs::read(path).expect("an input"));
    paths.iter().map(read).collect()
}

/// An input of a corpus with some bytes changed, and perhaps a piece of another one inside.
fn changed(target: &'static str) -> impl Strategy<Value = Vec<u8>> {
    let all = inputs(target);
    let changes = prop::collection::vec((any::<Index>(), any::<u8>()), 0..24);
    let places = (any::<Index>(), any::<Index>(), any::<Index>(), any::<Index>());
    (places, changes).prop_map(move |((one, other, at, from), changes)| {
        let mut input = all[one.index(all.len())].1.clone();
        let piece = &all[other.index(all.len())].1;
        let (from, at) = (from.index(piece.len()), at.index(input.len()));
        input.splice(at..at, piece[from..].iter().take(400).copied());
        for (at, byte) in changes {
            let at = at.index(input.len());
            input[at] = byte;
        }
        input
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn no_change_to_what_is_hunted_through_does_harm(input in changed("office_hunt")) {
        office_hunt::office_hunt(&input);
    }

    #[test]
    fn no_change_to_what_is_explained_does_harm(input in changed("office_explain")) {
        office_hunt::office_explain(&input);
    }

    #[test]
    fn no_change_to_an_estate_does_harm(input in changed("office_plan")) {
        office_hunt::office_plan(&input);
    }
}
