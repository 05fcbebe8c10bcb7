//! The fuzz target of directories over its corpus, and over changes of it.

#[expect(unreachable_pub, reason = "a library of its own in `fuzz/`")]
#[path = "../../../fuzz/src/directory.rs"]
mod directory;
#[expect(unreachable_pub, reason = "a library of its own in `fuzz/`")]
#[path = "../../../fuzz/src/replay.rs"]
mod replay;

#[test]
fn answers_of_directories_replay() {
    replay::replay("directory_answer", 20_000, directory::directory_answer);
}
