//! The committed corpus of the fuzz target, replayed.

#[expect(unreachable_pub, reason = "a library of its own in `fuzz/`")]
#[path = "../../../fuzz/src/picture.rs"]
mod picture;
#[expect(unreachable_pub, reason = "a library of its own in `fuzz/`")]
#[path = "../../../fuzz/src/replay.rs"]
mod replay;

#[test]
fn the_corpus_of_pictures_replays() {
    replay::replay("picture", 300, picture::picture);
}
