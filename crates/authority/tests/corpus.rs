//! The fuzz target of an authority over its corpus, and over changes of it.

#[expect(unreachable_pub, reason = "a library of its own in `fuzz/`")]
#[path = "../../../fuzz/src/authority.rs"]
mod authority;
#[expect(unreachable_pub, reason = "a library of its own in `fuzz/`")]
#[path = "../../../fuzz/src/replay.rs"]
mod replay;
#[expect(unreachable_pub, reason = "a library of its own in `fuzz/`")]
#[path = "../../../fuzz/src/serving.rs"]
mod serving;

#[test]
fn connections_to_an_authority_replay() {
    replay::replay("authority_api", 1_000, authority::authority_api);
}
