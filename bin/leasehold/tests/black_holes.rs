//! Hosts that never answer do not keep a client from the one that does.
#![cfg(target_os = "linux")]

mod support;

use std::fs;
use std::net::{Ipv4Addr, SocketAddr, SocketAddrV4, TcpListener, TcpStream};
use std::time::Duration;

use leasehold_core::Policy;
use rustix::net::{AddressFamily, SocketType, bind, listen, socket};
use support::{Host, Vendor, program};

/// Where nothing answers, not even a refusal: a socket whose queue is full, so that the system drops what else comes.
struct BlackHole {
    address: SocketAddr,
    _socket: TcpListener,
    _queue: Vec<TcpStream>,
}

impl BlackHole {
    fn new() -> Self {
        let unbound = socket(AddressFamily::INET, SocketType::STREAM, None).expect("a socket");
        bind(&unbound, &SocketAddrV4::new(Ipv4Addr::LOCALHOST, 0)).expect("a port");
        listen(&unbound, 0).expect("a queue");
        let socket = TcpListener::from(unbound);
        let address = socket.local_addr().expect("a port");
        let fill = || TcpStream::connect_timeout(&address, Duration::from_millis(100)).ok();
        Self { address, _socket: socket, _queue: std::iter::from_fn(fill).collect() }
    }
}

/// One after the other they would take 92 seconds, and an attempt ends after 90 (docs/clients.md).
#[test]
fn eight_hosts_that_never_answer_do_not_use_up_the_time_of_an_attempt() {
    let folder = tempfile::tempdir().expect("a folder");
    let (data, vendor) = (folder.path().join("host"), Vendor::new());
    fs::create_dir(&data).expect("a folder");
    vendor.activate(&data, Policy { threshold: 1, ..Policy::default() });
    fs::write(folder.path().join("cad.lh"), vendor.manifest(|_| ())).expect("a file");
    let host = Host::start(&data);
    let holes: Vec<BlackHole> = (0..8).map(|_| BlackHole::new()).collect();
    let addresses = holes.iter().map(|hole| hole.address.to_string());
    let hosts = addresses.chain([host.address.clone()]).collect::<Vec<_>>().join(",");
    let mut command = program();
    command.args(["--json", "client", "activate", "--manifest", "cad.lh", "--state", "state", "--no-dns"]);
    command.args(["--timeout", "11500", "--host", &hosts]).current_dir(folder.path());
    let output = command.output().expect("a process");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let status: serde_json::Value = serde_json::from_slice(&output.stdout).expect("JSON");
    assert_eq!((&status["standing"], &status["host"]), (&"licensed".into(), &host.address.as_str().into()), "{status}");
    host.stop();
}
