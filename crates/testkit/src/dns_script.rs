//! A name server that answers whatever a closure says: for the answers that no real server gives.

use std::net::{IpAddr, Ipv4Addr, SocketAddr, UdpSocket};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread::{self, JoinHandle};

/// A name server for UDP on a loopback port; it stops when dropped.
#[derive(Debug)]
pub struct ScriptedNameServer {
    address: SocketAddr,
    stopping: Arc<AtomicBool>,
    asked: Arc<AtomicUsize>,
    thread: Option<JoinHandle<()>>,
}

impl ScriptedNameServer {
    /// Answers each question with the datagrams that `answer` makes of it, in their order.
    ///
    /// # Panics
    /// Where the system gives no loopback port.
    pub fn start(answer: impl FnMut(&[u8]) -> Vec<Vec<u8>> + Send + 'static) -> Self {
        Self::start_at(Ipv4Addr::LOCALHOST.into(), answer)
    }

    /// The same at this address of the machine.
    ///
    /// # Panics
    /// Where the system gives no port there.
    pub fn start_at(ip: IpAddr, mut answer: impl FnMut(&[u8]) -> Vec<Vec<u8>> + Send + 'static) -> Self {
        let socket = UdpSocket::bind((ip, 0)).expect("a loopback port");
        let address = socket.local_addr().expect("a bound socket has an address");
        let (stopping, asked) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicUsize::new(0)));
        let (stop, count) = (Arc::clone(&stopping), Arc::clone(&asked));
        let thread = thread::spawn(move || {
            let mut buffer = [0; 4_096];
            while let Ok((length, from)) = socket.recv_from(&mut buffer) {
                if stop.load(Ordering::Acquire) {
                    return;
                }
                count.fetch_add(1, Ordering::AcqRel);
                for datagram in answer(&buffer[..length]) {
                    // Who asked may have gone.
                    let _ = socket.send_to(&datagram, from);
                }
            }
        });
        Self { address, stopping, asked, thread: Some(thread) }
    }

    /// Where it answers.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// How often it was asked so far.
    pub fn asked(&self) -> usize {
        self.asked.load(Ordering::Acquire)
    }
}

impl Drop for ScriptedNameServer {
    fn drop(&mut self) {
        self.stopping.store(true, Ordering::Release);
        let wakes = UdpSocket::bind((self.address.ip(), 0)).and_then(|socket| socket.send_to(&[], self.address));
        if let (Ok(_), Some(thread)) = (wakes, self.thread.take()) {
            // A panic of the closure has been printed.
            let _ = thread.join();
        }
    }
}
