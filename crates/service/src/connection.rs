//! One connection, from the handshake to its end.

use std::net::SocketAddr;
use std::pin::pin;
use std::sync::Arc;

use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo};
use hyper_util::server::conn::auto;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio::sync::watch;
use tokio::time::{Instant, MissedTickBehavior, interval_at, timeout};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::server::TlsStream;

use crate::activity::Activity;
use crate::addresses::AddressPermit;
use crate::answer::{Conversation, answer};
use crate::counters::count;
use crate::idle::{IdleTracker, Verdict};
use crate::prefixed_stream::PrefixedStream;
use crate::shared::Shared;
use crate::tracked_stream::TrackedStream;
use crate::{Limits, Tls, proxy_protocol};

/// Shutdown phase.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ShutdownPhase {
    Serving,
    /// Requests in flight are answered, then connections end.
    Draining,
    /// Connections end at once.
    Over,
}

/// Serves one connection to its end.
pub(crate) async fn serve(
    server: Arc<Shared>,
    stream: TcpStream,
    peer: SocketAddr,
    mut phase: watch::Receiver<ShutdownPhase>,
) {
    let (stream, peer, _permit) = if server.trusted.contains(peer.ip()) {
        let Some(introduced) = hear_proxy(&server, stream, peer, &mut phase).await else { return };
        introduced
    } else {
        (PrefixedStream::new(stream, Vec::new()), peer, None)
    };
    match server.tls.as_ref().map(Tls::acceptor) {
        None => converse(server, stream, peer, phase).await,
        Some(acceptor) => {
            if let Some(stream) = shake_hands(&server, &acceptor, stream, peer, &mut phase).await {
                converse(server, stream, peer, phase).await;
            }
        }
    }
}

/// What a trusted proxy says of the connection before its first byte, and the permit of the client's address.
async fn hear_proxy(
    server: &Shared,
    stream: TcpStream,
    proxy: SocketAddr,
    phase: &mut watch::Receiver<ShutdownPhase>,
) -> Option<(PrefixedStream<TcpStream>, SocketAddr, Option<AddressPermit>)> {
    let heard = tokio::select! {
        _ = phase.changed() => return None,
        heard = timeout(server.limits.header_timeout, proxy_protocol::accept(stream, proxy)) => heard,
    };
    match heard {
        Ok(Ok((stream, peer))) if server.trusted.contains(peer.ip()) => return Some((stream, peer, None)),
        Ok(Ok((stream, peer))) => return Some((stream, peer, Some(server.address_permit(peer)?))),
        Ok(Err(error)) => tracing::debug!(%proxy, %error, "connection of a proxy failed"),
        Err(_) => tracing::debug!(%proxy, "a proxy's connection says nothing, cut"),
    }
    count(&server.counters.cut);
    None
}

/// How HTTP is spoken within these limits.
pub(crate) fn http(limits: &Limits) -> auto::Builder<TokioExecutor> {
    let mut http = auto::Builder::new(TokioExecutor::new());
    let header_bytes = limits.header_bytes.max(SMALLEST_HEAD);
    // The head's time is bounded by `IdleTracker`: a timer for each head would cost every request.
    http.http1().header_read_timeout(None).max_buf_size(header_bytes as usize).auto_date_header(false);
    http.http2()
        .max_header_list_size(header_bytes)
        .max_concurrent_streams(limits.streams)
        .initial_stream_window_size(STREAM_WINDOW)
        .initial_connection_window_size(CONNECTION_WINDOW)
        .max_send_buf_size(STREAM_WINDOW as usize)
        .auto_date_header(false);
    http
}

async fn shake_hands(
    server: &Shared,
    acceptor: &TlsAcceptor,
    stream: PrefixedStream<TcpStream>,
    peer: SocketAddr,
    phase: &mut watch::Receiver<ShutdownPhase>,
) -> Option<TlsStream<PrefixedStream<TcpStream>>> {
    let shaken = tokio::select! {
        _ = phase.changed() => return None,
        shaken = timeout(server.limits.handshake_timeout, acceptor.accept(stream)) => shaken,
    };
    match shaken {
        Ok(Ok(stream)) => return Some(stream),
        Ok(Err(error)) => tracing::debug!(%peer, %error, "handshake failed"),
        Err(_) => tracing::debug!(%peer, "handshake took too long"),
    }
    count(&server.counters.handshake_failures);
    None
}

/// Speaks HTTP on a connection to its end.
pub(crate) async fn converse<T>(
    server: Arc<Shared>,
    stream: T,
    peer: SocketAddr,
    mut phase: watch::Receiver<ShutdownPhase>,
) where
    T: AsyncRead + AsyncWrite + Unpin + 'static,
{
    let activity = Arc::new(Activity::default());
    let stream = TokioIo::new(TrackedStream::new(stream, Arc::clone(&activity)));
    let conversation = Arc::new(Conversation { server: Arc::clone(&server), activity: Arc::clone(&activity), peer });
    let service = service_fn(move |request| answer(Arc::clone(&conversation), request));
    let mut connection = pin!(server.http.serve_connection(stream, service));

    let start = Instant::now();
    let mut idle = IdleTracker::new(start, &server.limits);
    let every = server.looks.every;
    let mut looks = interval_at(start + every, every);
    looks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        tokio::select! {
            // The connection comes last, so that one that is always ready keeps neither its end nor its timeouts away.
            biased;
            changed = phase.changed() => {
                if changed.is_err() || *phase.borrow_and_update() == ShutdownPhase::Over {
                    return count(&server.counters.cut);
                }
                connection.as_mut().graceful_shutdown();
            }
            now = looks.tick() => match idle.check(&activity, &server.limits, server.load(), now) {
                Verdict::Keep => activity.look(),
                Verdict::Finish => connection.as_mut().graceful_shutdown(),
                Verdict::Cut => {
                    tracing::debug!(%peer, "client too slow or too noisy, connection cut");
                    return count(&server.counters.cut);
                }
            },
            ended = connection.as_mut() => {
                if let Err(error) = ended {
                    tracing::debug!(%peer, %error, "connection failed");
                }
                return;
            }
        }
    }
}

/// The least that hyper takes for the buffer of an HTTP/1.1 head.
const SMALLEST_HEAD: u32 = 8192;
/// What a client may send ahead on one HTTP/2 stream, and what waits for it at most on ours.
const STREAM_WINDOW: u32 = 64 * 1024;
/// What a client may send ahead on one HTTP/2 connection.
const CONNECTION_WINDOW: u32 = 256 * 1024;
