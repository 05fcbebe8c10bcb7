//! The fuzz targets of a host over their corpora, and over changes of them.

#[expect(unreachable_pub, reason = "a library of its own in `fuzz/`")]
#[path = "../../../fuzz/src/host.rs"]
mod host;
#[expect(unreachable_pub, reason = "a library of its own in `fuzz/`")]
#[path = "../../../fuzz/src/replay.rs"]
mod replay;
#[expect(unreachable_pub, reason = "a library of its own in `fuzz/`")]
#[path = "../../../fuzz/src/serving.rs"]
mod serving;
#[expect(unreachable_pub, reason = "a library of its own in `fuzz/`")]
#[path = "../../../fuzz/src/token.rs"]
mod token;

#[test]
fn connections_to_a_host_replay() {
    replay::replay("host_api", 1_000, host::host_api);
}

#[test]
fn tokens_and_keys_of_providers_replay() {
    replay::replay("token", 5_000, token::token);
}

#[test]
fn backups_replay() {
    replay::replay("host_restore", 500, host::host_restore);
}
