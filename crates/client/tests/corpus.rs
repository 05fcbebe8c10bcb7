//! The fuzz targets of the client over their corpora, and over changes of them.

#[expect(unreachable_pub, reason = "a library of its own in `fuzz/`")]
#[path = "../../../fuzz/src/client.rs"]
mod client;
#[expect(unreachable_pub, reason = "a library of its own in `fuzz/`")]
#[path = "../../../fuzz/src/replay.rs"]
mod replay;

#[test]
fn problem_documents_replay() {
    replay::replay("problem", 20_000, client::problem);
}

#[test]
fn damaged_state_files_replay() {
    replay::replay("client_state", 40, client::client_state);
}

#[test]
fn settings_replay() {
    replay::replay("settings", 20_000, client::settings);
}
