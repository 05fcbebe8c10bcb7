//! The committed corpora of the fuzz targets, replayed.

#[expect(unreachable_pub, reason = "a library of its own in `fuzz/`")]
#[path = "../../../fuzz/src/chain.rs"]
mod chain;
#[expect(unreachable_pub, reason = "a library of its own in `fuzz/`")]
#[path = "../../../fuzz/src/replay.rs"]
mod replay;
#[expect(unreachable_pub, reason = "a library of its own in `fuzz/`")]
#[path = "../../../fuzz/src/lib.rs"]
mod targets;

use replay::replay;

#[test]
fn the_corpus_of_documents_replays() {
    replay("document", 1_000, targets::document);
}

#[test]
fn the_corpus_of_requests_replays() {
    replay("request", 300, targets::request);
}

#[test]
fn the_corpus_of_armour_replays() {
    replay("armour", 20_000, targets::armour);
}

#[test]
fn the_corpus_of_journals_replays() {
    replay("journal", 300, targets::journal);
}

#[test]
fn the_corpus_of_parts_replays() {
    replay("parts", 5_000, targets::parts);
}

#[test]
fn the_corpus_of_product_keys_replays() {
    replay("product_key", 20_000, targets::product_key);
}

#[test]
fn documents_of_true_signers_replay_whatever_they_say() {
    replay("chain", 1_000, chain::chain);
}
