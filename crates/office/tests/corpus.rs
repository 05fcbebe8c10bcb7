//! The committed corpora of the fuzz targets, replayed; and the same with what chance makes of them.

#[expect(unreachable_pub, reason = "a part of a library in `fuzz/`")]
#[path = "../../../fuzz/src/office_status.rs"]
mod office_status;

#[expect(unreachable_pub, reason = "a part of a library in `fuzz/`")]
#[path = "../../../fuzz/src/office_lint.rs"]
mod office_lint;

use std::fs;
use std::path::Path;

use proptest::prelude::*;
use proptest::sample::Index;

#[test]
fn the_corpus_of_status_outputs_replays() {
    inputs("office_status").iter().for_each(|input| office_status::office_status(input));
}

#[test]
fn the_corpus_of_event_logs_replays() {
    inputs("office_events").iter().for_each(|input| office_status::office_events(input));
}

#[test]
fn the_corpus_of_deployment_files_replays() {
    inputs("office_lint").iter().for_each(|input| office_lint::office_lint(input));
}

fn inputs(target: &str) -> Vec<Vec<u8>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fuzz/corpus").join(target);
    let mut paths: Vec<_> =
        fs::read_dir(&folder).expect("a corpus").map(|entry| entry.expect("an input").path()).collect();
    paths.sort_unstable();
    assert!(!paths.is_empty(), "{} is empty", folder.display());
    paths.iter().map(|path| fs::read(path).expect("an input")).collect()
}

/// An input of a corpus with some bytes changed, and perhaps a piece of another one inside.
fn mutated(target: &'static str) -> impl Strategy<Value = Vec<u8>> {
    let all = inputs(target);
    let changes = prop::collection::vec((any::<Index>(), any::<u8>()), 0..24);
    (any::<Index>(), any::<Index>(), any::<Index>(), any::<Index>(), changes).prop_map(
        move |(one, other, at, from, changes)| {
            let mut input = all[one.index(all.len())].clone();
            let piece = &all[other.index(all.len())];
            let from = from.index(piece.len());
            let at = at.index(input.len());
            input.splice(at..at, piece[from..].iter().take(400).copied());
            for (at, byte) in changes {
                let at = at.index(input.len());
                input[at] = byte;
            }
            input
        },
    )
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn no_change_to_a_deployment_file_does_harm(input in mutated("office_lint")) {
        office_lint::office_lint(&input);
    }

    #[test]
    fn no_change_to_an_output_does_harm(input in mutated("office_status")) {
        office_status::office_status(&input);
    }

    #[test]
    fn no_change_to_a_log_does_harm(input in mutated("office_events")) {
        office_status::office_events(&input);
    }

    #[test]
    fn no_bytes_do_harm(input in prop::collection::vec(any::<u8>(), 0..2000)) {
        office_status::office_status(&input);
        office_status::office_events(&input);
    }
}
