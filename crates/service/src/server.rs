//! The server: it accepts connections within the limits, and ends them in good order.

use std::io;
use std::net::SocketAddr;
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::sync::atomic::Ordering::Relaxed;
use std::time::Duration;

use tokio::net::TcpStream;
use tokio::sync::{OwnedSemaphorePermit, Semaphore, watch};
use tokio::time::{Instant, sleep, timeout};

use crate::addresses::AddressPermit;
use crate::connection::{self, ShutdownPhase};
use crate::counters::count;
use crate::handler::AnyHandler;
use crate::idle::CheckIntervals;
#[cfg(unix)]
use crate::local::{LocalSocket, PEER};
use crate::shared::Shared;
use crate::trace::{RequestIds, Spans};
use crate::workers::Workers;
use crate::{Counters, Handler, Limits, Listener, Tls, TrustedProxies};

/// A handler with the plumbing around it.
pub struct Server {
    handler: Box<dyn AnyHandler>,
    limits: Limits,
    tls: Option<Tls>,
    trusted: TrustedProxies,
    counters: Arc<Counters>,
    spans: Option<Spans>,
    threads: usize,
}

/// How a shutdown went.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Drained {
    /// Connections that did not end within [`Limits::drain_timeout`] and were cut.
    pub cut: usize,
}

impl Server {
    /// A server without TLS.
    pub fn new(handler: impl Handler, limits: Limits) -> Self {
        let (trusted, counters) = (TrustedProxies::default(), Arc::default());
        Self { handler: Box::new(handler), limits, tls: None, trusted, counters, spans: None, threads: 0 }
    }

    /// This server, speaking TLS only.
    #[must_use]
    pub fn with_tls(self, tls: Tls) -> Self {
        Self { tls: Some(tls), ..self }
    }

    /// This server, which believes these proxies about the address for which they ask: the PROXY protocol at the start of
    /// a connection, `X-Forwarded-For` and `Forwarded` in a request.
    #[must_use]
    pub fn with_trusted_proxies(self, trusted: TrustedProxies) -> Self {
        Self { trusted, ..self }
    }

    /// This server, whose requests are told to a collector where they are traced.
    #[must_use]
    pub fn with_spans(self, spans: Option<Spans>) -> Self {
        Self { spans, ..self }
    }

    /// This server, which serves its connections on so many threads of its own: for handlers that never block. What they start lasts
    /// as long as the server. A socket of this machine is served on the caller's runtime.
    #[must_use]
    pub fn with_threads(self, threads: usize) -> Self {
        Self { threads, ..self }
    }

    /// The counters, to be printed while the server runs.
    pub fn counters(&self) -> Arc<Counters> {
        Arc::clone(&self.counters)
    }

    /// Serves until `shutdown` ends, then answers what is in flight.
    ///
    /// From then on no connection is accepted and idle ones end at once; those with requests in flight have
    /// [`Limits::drain_timeout`] to end. Nothing that a client or the system does ends the server earlier; to drop this
    /// future ends it and its connections at once.
    pub async fn serve(self, listener: Listener, shutdown: impl Future<Output = ()> + Send) -> Drained {
        self.serving(listener, pin!(shutdown)).await
    }

    fn serving(self, listener: Listener, shutdown: Shutdown<'_>) -> Serving<'_> {
        Box::pin(self.serve_until(listener, shutdown))
    }

    async fn serve_until(self, listener: Listener, mut shutdown: Shutdown<'_>) -> Drained {
        let address = listener.address();
        let workers = Workers::start(self.threads).unwrap_or_else(|error| {
            tracing::warn!(%error, "connections get no threads of their own");
            Workers::default()
        });
        let (phase, phases) = watch::channel(ShutdownPhase::Serving);
        let (permits, server) = self.shared();
        let mut acceptor = Acceptor { listener, permits, server, warned: None };
        loop {
            tokio::select! {
                biased;
                () = &mut shutdown => break,
                (permit, stream, peer) = acceptor.next() => {
                    let (server, phases) = (Arc::clone(&acceptor.server), phases.clone());
                    workers.spawn(stream, move |stream| async move {
                        connection::serve(server, stream, peer, phases).await;
                        drop(permit);
                    });
                }
            }
        }
        let Acceptor { listener, permits, server, .. } = acceptor;
        drop(listener);
        let drained = drain(&server.limits, &permits, &phase).await;
        workers.stop().await;
        tracing::info!(%address, cut = drained.cut, "stopped serving");
        drained
    }

    /// Serves programs of this machine at a socket until `shutdown` ends, then answers what is in flight. There is no TLS.
    #[cfg(unix)]
    pub async fn serve_local(self, socket: LocalSocket, shutdown: impl Future<Output = ()> + Send) -> Drained {
        self.serving_local(socket, pin!(shutdown)).await
    }

    #[cfg(unix)]
    fn serving_local(self, socket: LocalSocket, shutdown: Shutdown<'_>) -> Serving<'_> {
        Box::pin(self.serve_local_until(socket, shutdown))
    }

    #[cfg(unix)]
    async fn serve_local_until(self, socket: LocalSocket, mut shutdown: Shutdown<'_>) -> Drained {
        let (phase, phases) = watch::channel(ShutdownPhase::Serving);
        let (permits, server) = self.shared();
        // The semaphore is never closed.
        let accept = async || (Arc::clone(&permits).acquire_owned().await.ok(), socket.accept().await);
        loop {
            let (permit, accepted) = tokio::select! {
                biased;
                () = &mut shutdown => break,
                accepted = accept() => accepted,
            };
            match accepted {
                Ok((stream, _user)) => {
                    let conversation = connection::converse(Arc::clone(&server), stream, PEER, phases.clone());
                    tokio::spawn(async move {
                        conversation.await;
                        drop(permit);
                    });
                }
                Err(error) => {
                    tracing::warn!(%error, "connections of this machine cannot be accepted");
                    sleep(BACK_OFF).await;
                }
            }
        }
        drop(socket);
        drain(&server.limits, &permits, &phase).await
    }

    fn shared(self) -> (Arc<Semaphore>, Arc<Shared>) {
        let permits = Arc::new(Semaphore::new(permits(&self.limits)));
        let server = Shared {
            http: connection::http(&self.limits),
            tls: self.tls,
            trusted: self.trusted,
            addresses: Arc::default(),
            handler: self.handler,
            looks: CheckIntervals::new(&self.limits),
            limits: self.limits,
            counters: self.counters,
            ids: RequestIds::default(),
            spans: self.spans,
        };
        (permits, Arc::new(server))
    }
}

/// What ends a server once it is done, of no type that a server would be compiled for.
pub type Shutdown<'a> = Pin<&'a mut (dyn Future<Output = ()> + Send)>;

/// A server at work, of no type that others could compile: like [`AnyHandler`].
type Serving<'a> = Pin<Box<dyn Future<Output = Drained> + Send + 'a>>;

/// A connection's permit among those that may be open at once.
struct ConnectionPermit {
    counters: Arc<Counters>,
    _address: Option<AddressPermit>,
    _permit: OwnedSemaphorePermit,
}

impl Drop for ConnectionPermit {
    fn drop(&mut self) {
        self.counters.open.fetch_sub(1, Relaxed);
    }
}

/// Accepts connections within the limits.
struct Acceptor {
    listener: Listener,
    permits: Arc<Semaphore>,
    server: Arc<Shared>,
    warned: Option<Instant>,
}

impl Acceptor {
    /// The next connection, once there is a permit for it. Loses nothing when dropped.
    async fn next(&mut self) -> (ConnectionPermit, TcpStream, SocketAddr) {
        let permit = self.permit().await;
        loop {
            match self.listener.accept().await {
                Ok((stream, peer)) => {
                    let counters = Arc::clone(&self.server.counters);
                    count(&counters.accepted);
                    // Those of a trusted proxy are of many clients.
                    let address = if self.server.trusted.contains(peer.ip()) {
                        None
                    } else {
                        let Some(permit) = self.server.address_permit(peer) else { continue };
                        Some(permit)
                    };
                    count(&counters.open);
                    return (ConnectionPermit { counters, _address: address, _permit: permit }, stream, peer);
                }
                Err(error) if is_of_one_connection(&error) => {
                    tracing::debug!(%error, "connection lost before its start");
                }
                Err(error) => {
                    count(&self.server.counters.accept_errors);
                    if self.may_warn() {
                        tracing::warn!(%error, "connections cannot be accepted");
                    }
                    // Descriptors run out until other connections end: to ask again at once would only burn the processor.
                    sleep(BACK_OFF).await;
                }
            }
        }
    }

    async fn permit(&mut self) -> OwnedSemaphorePermit {
        if let Ok(permit) = Arc::clone(&self.permits).try_acquire_owned() {
            return permit;
        }
        count(&self.server.counters.full);
        if self.may_warn() {
            let limit = self.server.limits.connections;
            tracing::warn!(limit, "connection limit reached, new connections wait");
        }
        Arc::clone(&self.permits).acquire_owned().await.expect("the semaphore is never closed")
    }

    /// Failures to accept come by the thousand: one line in a while is enough.
    fn may_warn(&mut self) -> bool {
        let now = Instant::now();
        let due = self.warned.is_none_or(|warned| now.duration_since(warned) >= QUIET);
        if due {
            self.warned = Some(now);
        }
        due
    }
}

async fn drain(limits: &Limits, permits: &Semaphore, phase: &watch::Sender<ShutdownPhase>) -> Drained {
    let all_ended = || permits.acquire_many(limits.connections);
    phase.send_replace(ShutdownPhase::Draining);
    if timeout(limits.drain_timeout, all_ended()).await.is_ok() {
        return Drained { cut: 0 };
    }
    let cut = self::permits(limits) - permits.available_permits();
    phase.send_replace(ShutdownPhase::Over);
    // They end as soon as they are run; only a handler that blocks its thread could be waited for in vain.
    let _ = timeout(CUT, all_ended()).await;
    Drained { cut }
}

fn permits(limits: &Limits) -> usize {
    usize::try_from(limits.connections).map_or(Semaphore::MAX_PERMITS, |permits| permits.min(Semaphore::MAX_PERMITS))
}

fn is_of_one_connection(error: &io::Error) -> bool {
    use io::ErrorKind::{
        ConnectionAborted, ConnectionRefused, ConnectionReset, Interrupted, InvalidInput, NotConnected,
    };
    // `InvalidInput` is what some systems say to setting an option of a socket whose other end has gone.
    matches!(
        error.kind(),
        ConnectionAborted | ConnectionRefused | ConnectionReset | Interrupted | InvalidInput | NotConnected
    )
}

/// How long to wait after the system failed to hand over a connection.
const BACK_OFF: Duration = Duration::from_millis(100);
/// How long not to repeat a warning.
const QUIET: Duration = Duration::from_secs(30);
/// How long to wait for connections that were cut.
const CUT: Duration = Duration::from_secs(1);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failure_of_one_connection_is_told_from_a_failure_to_accept() {
        assert!(is_of_one_connection(&io::ErrorKind::ConnectionAborted.into()));
        #[cfg(unix)]
        assert!(!is_of_one_connection(&io::Error::from_raw_os_error(24)), "out of file descriptors");
    }
}
