//! The fuzz targets of DNS over their corpora, and over changes of them.

#[expect(unreachable_pub, reason = "a library of its own in `fuzz/`")]
#[path = "../../../fuzz/src/dns.rs"]
mod dns;
#[expect(unreachable_pub, reason = "a library of its own in `fuzz/`")]
#[path = "../../../fuzz/src/replay.rs"]
mod replay;
#[expect(unreachable_pub, reason = "a library of its own in `fuzz/`")]
#[path = "../../../fuzz/src/tsig.rs"]
mod tsig;

#[test]
fn answers_of_name_servers_replay() {
    replay::replay("dns_answer", 20_000, dns::dns_answer);
}

#[test]
fn answers_to_updates_replay_and_none_is_forged() {
    replay::replay("dns_update_answer", 20_000, dns::dns_update_answer);
}

#[test]
fn announcements_replay() {
    replay::replay("mdns", 5_000, dns::mdns);
}

#[test]
fn key_files_for_updates_replay() {
    replay::replay("tsig", 5_000, tsig::tsig);
}
