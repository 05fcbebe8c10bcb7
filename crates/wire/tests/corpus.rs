//! The committed corpora of the fuzz targets, replayed.

#[expect(unreachable_pub, reason = "a library of its own in `fuzz/`")]
#[path = "../../../fuzz/src/lib.rs"]
mod targets;

use std::fs;
use std::path::Path;

#[test]
fn the_corpus_of_documents_replays() {
    replay("document", targets::document);
}

#[test]
fn the_corpus_of_requests_replays() {
    replay("request", targets::request);
}

#[test]
fn the_corpus_of_armour_replays() {
    replay("armour", targets::armour);
}

#[test]
fn the_corpus_of_product_keys_replays() {
    replay("product_key", targets::product_key);
}

fn replay(target: &str, run: fn(&[u8])) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fuzz/corpus").join(target);
    let inputs: Vec<_> =
        fs::read_dir(&folder).expect("a corpus").map(|entry| entry.expect("an input").path()).collect();
    assert!(!inputs.is_empty(), "{} is empty", folder.display());
    for path in inputs {
        // Shown where the test fails: the input that did it.
        println!("{}", path.display());
        run(&fs::read(&path).expect("an input"));
    }
}
