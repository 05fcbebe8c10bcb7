//! Looking at many hosts at once, where one of them did not take a connection in time: the dead ones then cost their time once, not
//! one after the other.

use std::io::{self, ErrorKind};
use std::net::{SocketAddr, TcpStream, ToSocketAddrs};
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use crate::error::failure::Failure;
use crate::exchange::Exchange;
use crate::exchange::sending::RESOLVE;
use crate::route::{Reach, Route};

/// Why no connection can be made to each of `routes`; `None` where one can, or where a proxy stands between.
pub(crate) fn failures<'r>(exchange: &Exchange, routes: impl Iterator<Item = &'r Route>) -> Vec<Option<Failure>> {
    let timeout = exchange.connect_timeout();
    let targets = routes.map(|route| match route.reach {
        Reach::At(socket) => Some(Target::At(socket)),
        Reach::ByName if exchange.proxy(route).is_none() => Some(Target::Named(route.address.socket())),
        Reach::ByName | Reach::ByAgent | Reach::Nowhere => None,
    });
    at_once(targets.collect(), RESOLVE + timeout, move |target| target.connect(timeout))
}

/// Where a connection is made to.
#[derive(Debug)]
enum Target {
    At(SocketAddr),
    Named(String),
}

impl Target {
    fn connect(&self, timeout: Duration) -> Result<(), Failure> {
        let sockets: Vec<SocketAddr> = match self {
            Self::At(socket) => vec![*socket],
            Self::Named(name) => name.to_socket_addrs().map_err(|_| Failure::NameNotFound)?.collect(),
        };
        let mut last = Failure::NameNotFound;
        for socket in sockets {
            match TcpStream::connect_timeout(&socket, timeout) {
                Ok(_) => return Ok(()),
                Err(error) => last = Failure::Unreachable(error),
            }
        }
        Err(last)
    }
}

/// Tries all targets at the same time, for `timeout` at most. A thread that is still at it then ends by itself.
fn at_once<T: Send + 'static>(
    targets: Vec<Option<T>>,
    timeout: Duration,
    connect: impl Fn(T) -> Result<(), Failure> + Clone + Send + 'static,
) -> Vec<Option<Failure>> {
    let (report, reports) = mpsc::channel();
    let mut failures: Vec<Option<Failure>> = Vec::new();
    for (at, target) in targets.into_iter().enumerate() {
        let started = target.and_then(|target| {
            let (report, connect) = (report.clone(), connect.clone());
            let work = move || drop(report.send((at, connect(target).err())));
            thread::Builder::new().name("leasehold connect".to_owned()).spawn(work).ok()
        });
        failures.push(started.map(|_| Failure::Unreachable(io::Error::from(ErrorKind::TimedOut))));
    }
    drop(report);
    // Each report ends the wait for one of them; the connections themselves have their timeout.
    while let Ok((at, failure)) = reports.recv_timeout(timeout) {
        failures[at] = failure;
    }
    failures
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::{Arc, Barrier};

    #[test]
    fn all_are_tried_at_the_same_time() {
        // None gets past the barrier before the last has come to it.
        let barrier = Arc::new(Barrier::new(8));
        let connect = move |n: usize| {
            barrier.wait();
            if n == 5 { Ok(()) } else { Err(Failure::NameNotFound) }
        };
        let failures = at_once((0..8).map(Some).collect(), Duration::from_mins(1), connect);
        let reached: Vec<usize> = (0..8).filter(|at| failures[*at].is_none()).collect();
        assert_eq!(reached, [5]);
    }

    #[test]
    fn one_that_does_not_come_back_is_dead_and_what_was_not_tried_is_not() {
        let (_kept, never) = mpsc::channel::<()>();
        let never = Arc::new(std::sync::Mutex::new(never));
        let connect = move |hangs: bool| {
            if hangs {
                drop(never.lock().map(|never| never.recv()));
            }
            Ok(())
        };
        let failures = at_once(vec![Some(true), None, Some(false)], Duration::from_secs(3), connect);
        assert!(matches!(&failures[..], [Some(Failure::Unreachable(_)), None, None]), "{failures:?}");
    }

    #[test]
    fn a_port_where_nothing_listens_is_told_from_one_where_something_does() {
        let listener = std::net::TcpListener::bind(("127.0.0.1", 0)).unwrap();
        let alive = listener.local_addr().unwrap();
        let closed = leasehold_testkit::ClosedPort::new();
        let connect = |target: Target| target.connect(Duration::from_mins(1));
        let targets = vec![Some(Target::At(closed.address())), Some(Target::Named(alive.to_string()))];
        let failures = at_once(targets, Duration::from_mins(1), connect);
        assert!(matches!(&failures[..], [Some(Failure::Unreachable(_)), None]), "{failures:?}");
    }
}
