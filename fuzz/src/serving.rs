//! A server on this machine's own loopback network that answers connections of any bytes.

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use leasehold_service::Listener;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpSocket;
use tokio::runtime::Runtime;
use tokio::time::timeout;

/// A server that runs for as long as the process.
pub struct Serving {
    runtime: Runtime,
    address: SocketAddr,
    connections: AtomicU32,
}

impl Serving {
    /// Starts what `serve` makes of a listener.
    pub fn start<F: Future<Output = ()> + Send + 'static>(serve: impl FnOnce(Listener) -> F) -> Self {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build();
        let runtime = runtime.expect("a runtime");
        let listener = {
            let _inside = runtime.enter();
            Listener::bind((Ipv4Addr::LOCALHOST, 0).into()).expect("a free port")
        };
        let address = listener.address();
        runtime.spawn(serve(listener));
        Self { runtime, address, connections: AtomicU32::new(0) }
    }

    /// What the server answers to a connection of these bytes.
    pub fn answer(&self, bytes: &[u8]) -> Vec<u8> {
        // Each connection from an address of its own: ports do not run out, and no limit of one address hides the rest.
        let number = self.connections.fetch_add(1, Ordering::Relaxed) % 0x00ff_fff0;
        let from = Ipv4Addr::from(0x7f00_0002 + number);
        let conversation = async {
            let socket = TcpSocket::new_v4().expect("a socket");
            socket.bind((from, 0).into()).expect("an address of the loopback network");
            let mut stream = socket.connect(self.address).await.expect("a server");
            let (mut reader, mut writer) = stream.split();
            let mut answer = Vec::new();
            let write = async {
                // A server that has refused may have closed already.
                let _ = writer.write_all(bytes).await;
                let _ = writer.shutdown().await;
            };
            let ((), _) = tokio::join!(write, reader.read_to_end(&mut answer));
            answer
        };
        let answer = self.runtime.block_on(async { timeout(HANGS, conversation).await });
        answer.expect("every connection ends")
    }
}

/// Bytes as they are (first byte 0), else the body of a request to one of `paths`, with `further` lines in its head.
pub fn connection(input: &[u8], paths: &[&str], further: &str) -> Vec<u8> {
    let Some((choice, body)) = input.split_first() else { return Vec::new() };
    let Some(path) = usize::from(*choice).checked_sub(1).map(|at| paths[at % paths.len()]) else {
        return body.to_vec();
    };
    let head = format!("{path} HTTP/1.1\r\nhost: a.test\r\nconnection: close\r\ncontent-length: {}\r\n", body.len());
    let kind = if path.contains("/api/") { "application/json" } else { "application/cose" };
    [head.as_bytes(), format!("content-type: {kind}\r\n{further}\r\n").as_bytes(), body].concat()
}

/// Fails where a handler has panicked.
pub fn check(answer: &[u8]) {
    let panicked = answer.windows(INTERNAL.len()).any(|window| window == INTERNAL);
    assert!(!panicked, "{}", String::from_utf8_lossy(answer));
}

const INTERNAL: &[u8] = b"urn:leasehold:problem:internal";
const HANGS: Duration = Duration::from_mins(1);
