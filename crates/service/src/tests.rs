//! The server over real loopback sockets. Where a timeout is to pass, time is virtual: it jumps when nothing else is left.

use std::future::pending;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use bytes::Bytes;
use http::{Method, StatusCode, Version};
use http_body_util::{BodyExt, Full};
use hyper::client::conn::http2::SendRequest;
use hyper_util::rt::{TokioExecutor, TokioIo};
use rcgen::{CertifiedKey, generate_simple_self_signed};
use rustls_pki_types::{CertificateDer, ServerName};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::sync::{Notify, oneshot};
use tokio::task::JoinHandle;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;

use crate::{Counters, Drained, Handler, Limits, Listener, Network, Problem, Request, Response, Server, Tls};

/// Answers with what it was asked, and can be made to wait, hang and panic.
#[derive(Default)]
struct Parrot {
    entered: Notify,
    gate: Notify,
    asked: AtomicUsize,
}

impl Handler for Parrot {
    async fn handle(&self, request: Request) -> Response {
        self.asked.fetch_add(1, Ordering::Relaxed);
        match (&request.method, request.path()) {
            (&Method::POST, "/echo") => Response::new(StatusCode::OK, "application/cose", request.body),
            (&Method::GET, "/version") => Response::text("1"),
            (&Method::GET, "/address") => Response::text(request.client.to_string()),
            (&Method::GET, "/gate") => {
                self.entered.notify_one();
                self.gate.notified().await;
                Response::text("opened")
            }
            (&Method::GET, "/hang") => {
                self.entered.notify_one();
                pending().await
            }
            (&Method::GET, "/panic") => panic!("asked to"),
            (&Method::GET, "/large") => Response::text(vec![b'x'; 64 * 1024 * 1024]),
            (_, "/echo") => Problem::method_not_allowed("POST").into(),
            (_, path) => Problem::not_found(path).into(),
        }
    }
}

struct Running {
    address: SocketAddr,
    parrot: Arc<Parrot>,
    counters: Arc<Counters>,
    stop: oneshot::Sender<()>,
    task: JoinHandle<Drained>,
}

impl Running {
    async fn connect(&self) -> TcpStream {
        TcpStream::connect(self.address).await.unwrap()
    }

    async fn stop(self) -> Drained {
        drop(self.parrot);
        self.stop.send(()).unwrap();
        self.task.await.unwrap()
    }
}

fn start(limits: Limits, tls: Option<Tls>) -> Running {
    start_behind(Vec::new(), limits, tls)
}

/// The same behind these proxies.
fn start_behind(proxies: Vec<Network>, limits: Limits, tls: Option<Tls>) -> Running {
    start_with(limits, |server| {
        let server = server.with_trusted_proxies(proxies.into());
        match tls {
            Some(tls) => server.with_tls(tls),
            None => server,
        }
    })
}

fn start_with(limits: Limits, with: impl FnOnce(Server) -> Server) -> Running {
    let listener = Listener::bind(([127, 0, 0, 1], 0).into()).unwrap();
    let address = listener.address();
    let parrot = Arc::new(Parrot::default());
    let server = with(Server::new(Arc::clone(&parrot), limits));
    let counters = server.counters();
    let (stop, stopped) = oneshot::channel();
    let task = tokio::spawn(server.serve(listener, async {
        let _ = stopped.await;
    }));
    Running { address, parrot, counters, stop, task }
}

/// One HTTP/1.1 answer as it came: the head in lower case, and the body by its content-length.
async fn answer(stream: &mut (impl AsyncRead + Unpin)) -> (String, Vec<u8>) {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        head.push(stream.read_u8().await.unwrap());
    }
    let head = String::from_utf8(head).unwrap().to_lowercase();
    let length = head.split("content-length: ").nth(1).map_or("0", |rest| rest.split("\r\n").next().unwrap());
    let mut body = vec![0; length.parse().unwrap()];
    stream.read_exact(&mut body).await.unwrap();
    (head, body)
}

async fn get(stream: &mut (impl AsyncRead + AsyncWrite + Unpin), path: &str) -> (String, Vec<u8>) {
    stream.write_all(format!("GET {path} HTTP/1.1\r\nhost: h\r\n\r\n").as_bytes()).await.unwrap();
    answer(stream).await
}

/// Whether the server has closed its side, with nothing more said.
async fn is_closed(stream: &mut TcpStream) -> bool {
    matches!(stream.read(&mut [0]).await, Ok(0) | Err(_))
}

async fn http2<T>(stream: T) -> SendRequest<Full<Bytes>>
where
    T: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let (sender, connection) =
        hyper::client::conn::http2::handshake(TokioExecutor::new(), TokioIo::new(stream)).await.unwrap();
    tokio::spawn(connection);
    sender
}

async fn post2(sender: &mut SendRequest<Full<Bytes>>, body: Bytes) -> (StatusCode, Bytes) {
    let request = hyper::Request::post("http://h/echo").version(Version::HTTP_2).body(Full::new(body)).unwrap();
    let response = sender.send_request(request).await.unwrap();
    let status = response.status();
    (status, response.into_body().collect().await.unwrap().to_bytes())
}

#[tokio::test]
async fn one_connection_carries_many_requests() {
    let server = start(Limits::default(), None);
    let mut stream = server.connect().await;
    for _ in 0..3 {
        stream.write_all(b"POST /echo HTTP/1.1\r\nhost: h\r\ncontent-length: 5\r\n\r\nhello").await.unwrap();
        let (head, body) = answer(&mut stream).await;
        assert!(head.starts_with("http/1.1 200 ok\r\n") && head.contains("content-type: application/cose\r\n"));
        assert_eq!(body, b"hello");
    }
    let seen = server.counters.snapshot();
    assert_eq!((seen.connections_open, seen.connections_accepted, seen.requests), (1, 1, 3));
}

#[tokio::test]
async fn pipelined_requests_are_answered_in_their_order() {
    let server = start(Limits::default(), None);
    let mut stream = server.connect().await;
    let request = |n| format!("POST /echo HTTP/1.1\r\nhost: h\r\ncontent-length: 2\r\n\r\n{n:02}");
    let requests: Vec<String> = (0..20).map(request).collect();
    stream.write_all(requests.concat().as_bytes()).await.unwrap();
    for n in 0..20 {
        assert_eq!(answer(&mut stream).await.1, format!("{n:02}").as_bytes());
    }
}

#[tokio::test]
async fn connections_on_threads_of_the_server_s_own_are_served_drained_and_cut_as_others() {
    let server_with_tls = server_with_tls();
    let limits = Limits { drain_timeout: Duration::from_secs(3), ..Limits::default() };
    let server = start_with(limits, |server| server.with_threads(2).with_tls(server_with_tls.tls.clone()));
    let connector = connector(&server_with_tls, &["http/1.1"]);
    let mut streams = Vec::new();
    for _ in 0..5 {
        streams.push(secure(&connector, &server).await);
    }
    for stream in &mut streams {
        assert!(get(stream, "/version").await.0.starts_with("http/1.1 200 "));
        assert!(get(stream, "/panic").await.0.starts_with("http/1.1 500 "));
    }
    streams[0].write_all(b"GET /hang HTTP/1.1\r\nhost: h\r\n\r\n").await.unwrap();
    server.parrot.entered.notified().await;
    let parrot = Arc::downgrade(&server.parrot);
    assert_eq!(server.stop().await, Drained { cut: 1 });
    assert_eq!(parrot.strong_count(), 0, "nothing of it runs on");
}

#[tokio::test]
async fn http2_is_spoken_without_tls_to_those_who_begin_with_it() {
    let server = start(Limits::default(), None);
    let mut sender = http2(server.connect().await).await;
    let mut other = sender.clone();
    let (first, second) = tokio::join!(post2(&mut sender, "one".into()), post2(&mut other, "two".into()));
    assert_eq!(first, (StatusCode::OK, "one".into()));
    assert_eq!(second, (StatusCode::OK, "two".into()));
    assert_eq!(server.counters.snapshot().connections_accepted, 1);
}

#[tokio::test]
async fn an_unknown_path_and_a_wrong_method_are_told_what_to_do() {
    let server = start(Limits::default(), None);
    let mut stream = server.connect().await;
    let (head, body) = get(&mut stream, "/nothing?here").await;
    assert!(head.starts_with("http/1.1 404 ") && head.contains("content-type: application/problem+json\r\n"));
    let problem: serde_json::Value = serde_json::from_slice(&body).unwrap();
    assert_eq!(problem["type"], "urn:leasehold:problem:not-found");
    assert_eq!(problem["detail"], "nothing answers at /nothing: check the address and the port");
    let (head, _) = get(&mut stream, "/echo").await;
    assert!(head.starts_with("http/1.1 405 ") && head.contains("allow: post\r\n"));
}

#[tokio::test]
async fn a_body_at_the_limit_is_taken_and_one_above_is_refused_by_its_declared_length() {
    let server = start(Limits { body_bytes: 8, ..Limits::default() }, None);
    let mut stream = server.connect().await;
    stream.write_all(b"POST /echo HTTP/1.1\r\nhost: h\r\ncontent-length: 8\r\n\r\n12345678").await.unwrap();
    assert_eq!(answer(&mut stream).await.1, b"12345678");
    stream.write_all(b"POST /echo HTTP/1.1\r\nhost: h\r\ncontent-length: 9\r\n\r\n123456789").await.unwrap();
    let (head, body) = answer(&mut stream).await;
    assert!(head.starts_with("http/1.1 413 "));
    let problem: serde_json::Value = serde_json::from_slice(&body).unwrap();
    assert_eq!((&problem["type"], &problem["limit"]), (&"urn:leasehold:problem:malformed".into(), &8.into()));
    // It was read to its end, so the connection is still good.
    assert!(get(&mut stream, "/version").await.0.starts_with("http/1.1 200 "));
    assert_eq!(server.parrot.asked.load(Ordering::Relaxed), 2);
}

#[tokio::test]
async fn a_body_far_above_the_limit_is_refused_before_any_of_it_is_sent() {
    let server = start(Limits::default(), None);
    let mut stream = server.connect().await;
    let head = b"POST /echo HTTP/1.1\r\nhost: h\r\nexpect: 100-continue\r\ncontent-length: 1000000\r\n\r\n";
    stream.write_all(head).await.unwrap();
    let (head, _) = answer(&mut stream).await;
    assert!(head.starts_with("http/1.1 413 ") && head.contains("connection: close\r\n"));
    assert!(is_closed(&mut stream).await);
}

#[tokio::test]
async fn a_chunked_body_is_joined_and_one_above_the_limit_is_refused() {
    let server = start(Limits { body_bytes: 8, ..Limits::default() }, None);
    let mut stream = server.connect().await;
    let head = "POST /echo HTTP/1.1\r\nhost: h\r\ntransfer-encoding: chunked\r\n\r\n";
    stream.write_all(format!("{head}3\r\nabc\r\n2\r\nde\r\n3\r\nfgh\r\n0\r\n\r\n").as_bytes()).await.unwrap();
    assert_eq!(answer(&mut stream).await.1, b"abcdefgh");
    stream.write_all(format!("{head}8\r\nabcdefgh\r\n1\r\ni\r\n0\r\n\r\n").as_bytes()).await.unwrap();
    assert!(answer(&mut stream).await.0.starts_with("http/1.1 413 "));
    // A body without end is not read for ever.
    stream.write_all(head.as_bytes()).await.unwrap();
    let chunk = format!("4000\r\n{}\r\n", "x".repeat(0x4000));
    for _ in 0..5 {
        stream.write_all(chunk.as_bytes()).await.unwrap();
    }
    let (head, _) = answer(&mut stream).await;
    assert!(head.starts_with("http/1.1 413 ") && head.contains("connection: close\r\n"));
}

#[tokio::test]
async fn a_large_body_over_http2_is_refused_and_its_connection_kept() {
    let server = start(Limits::default(), None);
    let mut sender = http2(server.connect().await).await;
    let (status, _) = post2(&mut sender, vec![0; 4097].into()).await;
    assert_eq!(status, StatusCode::PAYLOAD_TOO_LARGE);
    let (status, body) = post2(&mut sender, vec![1; 4096].into()).await;
    assert_eq!((status, body.len()), (StatusCode::OK, 4096));
}

#[tokio::test]
async fn a_broken_body_is_malformed() {
    let server = start(Limits::default(), None);
    let mut stream = server.connect().await;
    let request = b"POST /echo HTTP/1.1\r\nhost: h\r\ntransfer-encoding: chunked\r\n\r\ngarbage\r\n";
    stream.write_all(request).await.unwrap();
    let (head, body) = answer(&mut stream).await;
    assert!(head.starts_with("http/1.1 400 ") && head.contains("connection: close\r\n"));
    assert!(String::from_utf8(body).unwrap().contains("urn:leasehold:problem:malformed"));
}

#[tokio::test]
async fn a_head_above_the_limit_is_refused() {
    let server = start(Limits { header_bytes: 8192, ..Limits::default() }, None);
    let mut stream = server.connect().await;
    stream.write_all(format!("GET / HTTP/1.1\r\nhost: h\r\nx: {}\r\n\r\n", "y".repeat(8192)).as_bytes()).await.unwrap();
    assert!(answer(&mut stream).await.0.starts_with("http/1.1 431 "));
}

#[tokio::test(start_paused = true)]
async fn a_connection_that_says_nothing_is_cut() {
    let server = start(Limits::default(), None);
    assert!(is_closed(&mut server.connect().await).await);
    assert_eq!(server.counters.snapshot().connections_cut, 1);
}

#[tokio::test]
async fn a_head_that_trickles_in_is_cut_on_a_new_connection_and_on_a_used_one() {
    let limits = Limits { idle_timeout: Duration::MAX / 4, ..Limits::default() };
    let server = start(limits, None);
    for path in [None, Some("/version")] {
        let mut stream = server.connect().await;
        if let Some(path) = path {
            get(&mut stream, path).await;
        }
        // Only now: where time stands still, it jumps while the network is waited for.
        tokio::time::pause();
        let trickle = async {
            while stream.write_all(b"x").await.is_ok() {
                tokio::time::sleep(Duration::from_secs(1)).await;
            }
        };
        trickle.await;
        tokio::time::resume();
    }
    assert_eq!(server.counters.snapshot().connections_cut, 2);
}

#[tokio::test(start_paused = true)]
async fn a_body_that_stalls_is_answered_and_its_connection_closed() {
    let server = start(Limits::default(), None);
    let mut stream = server.connect().await;
    stream.write_all(b"POST /echo HTTP/1.1\r\nhost: h\r\ncontent-length: 5\r\n\r\nhel").await.unwrap();
    let (head, body) = answer(&mut stream).await;
    assert!(head.starts_with("http/1.1 408 ") && head.contains("connection: close\r\n"));
    assert!(String::from_utf8(body).unwrap().contains("urn:leasehold:problem:timeout"));
    assert!(is_closed(&mut stream).await);
    assert_eq!(server.parrot.asked.load(Ordering::Relaxed), 0);
}

#[tokio::test]
async fn an_idle_connection_is_ended_in_good_order() {
    let server = start(Limits::default(), None);
    let mut stream = server.connect().await;
    get(&mut stream, "/version").await;
    tokio::time::pause();
    assert_eq!(stream.read(&mut [0]).await.unwrap(), 0);
    tokio::time::resume();
    let mut sender = http2(server.connect().await).await;
    post2(&mut sender, "one".into()).await;
    tokio::time::pause();
    while !sender.is_closed() {
        tokio::time::sleep(Duration::from_secs(1)).await;
    }
    assert_eq!(server.counters.snapshot().connections_cut, 0);
}

#[tokio::test(start_paused = true)]
async fn a_client_that_does_not_take_its_answer_is_cut() {
    let server = start(Limits::default(), None);
    let mut stream = server.connect().await;
    stream.write_all(b"GET /large HTTP/1.1\r\nhost: h\r\n\r\n").await.unwrap();
    while server.counters.snapshot().connections_cut == 0 {
        tokio::time::sleep(Duration::from_secs(1)).await;
    }
}

#[tokio::test(start_paused = true)]
async fn a_handler_that_hangs_is_answered_for() {
    let server = start(Limits::default(), None);
    let (head, body) = get(&mut server.connect().await, "/hang").await;
    assert!(head.starts_with("http/1.1 503 ") && head.contains("retry-after: 30\r\n"));
    assert!(String::from_utf8(body).unwrap().contains("urn:leasehold:problem:busy"));

    let mut sender = http2(server.connect().await).await;
    let request = hyper::Request::get("http://h/hang").body(Full::default()).unwrap();
    assert_eq!(sender.send_request(request).await.unwrap().status(), StatusCode::SERVICE_UNAVAILABLE);
}

#[tokio::test]
async fn a_handler_that_panics_is_answered_for_and_the_server_goes_on() {
    let server = start(Limits::default(), None);
    let mut stream = server.connect().await;
    let (head, body) = get(&mut stream, "/panic").await;
    assert!(head.starts_with("http/1.1 500 "));
    assert!(String::from_utf8(body).unwrap().contains("urn:leasehold:problem:internal"));
    assert!(get(&mut stream, "/version").await.0.starts_with("http/1.1 200 "));
    assert_eq!(server.counters.snapshot().handler_panics, 1);
}

#[tokio::test]
async fn a_client_that_goes_away_takes_its_request_with_it() {
    let server = start(Limits::default(), None);
    let mut stream = server.connect().await;
    stream.write_all(b"GET /hang HTTP/1.1\r\nhost: h\r\n\r\n").await.unwrap();
    server.parrot.entered.notified().await;
    drop(stream);
    assert_eq!(server.stop().await, Drained { cut: 0 });
}

#[tokio::test]
async fn a_connection_above_the_limit_waits_until_another_ends() {
    let server = start(Limits { connections: 1, ..Limits::default() }, None);
    let mut first = server.connect().await;
    get(&mut first, "/version").await;
    let mut second = server.connect().await;
    second.write_all(b"GET /version HTTP/1.1\r\nhost: h\r\n\r\n").await.unwrap();
    for _ in 0..100 {
        get(&mut first, "/version").await;
    }
    assert_eq!(server.parrot.asked.load(Ordering::Relaxed), 101);
    drop(first);
    assert!(answer(&mut second).await.0.starts_with("http/1.1 200 "));
    let seen = server.counters.snapshot();
    assert_eq!((seen.connections_open, seen.connections_accepted), (1, 2));
    assert!(seen.connection_limit_reached > 0);
}

#[tokio::test]
async fn when_places_are_scarce_an_answer_ends_its_connection() {
    let server = start(Limits { connections: 10, ..Limits::default() }, None);
    let mut streams = Vec::new();
    for n in 1..=10 {
        let mut stream = server.connect().await;
        let closes = get(&mut stream, "/version").await.0.contains("connection: close\r\n");
        assert_eq!(closes, n == 10);
        streams.push(stream);
    }
    assert!(is_closed(&mut streams[9]).await);
}

#[tokio::test]
async fn an_address_with_many_connections_gets_no_more_until_one_ends() {
    let server = start(Limits { connections_per_address: 2, ..Limits::default() }, None);
    let (mut first, mut second) = (server.connect().await, server.connect().await);
    get(&mut first, "/version").await;
    get(&mut second, "/version").await;
    assert!(is_closed(&mut server.connect().await).await);
    assert_eq!(server.counters.snapshot().connections_refused, 1);
    drop(first);
    while server.counters.snapshot().connections_open > 1 {
        tokio::task::yield_now().await;
    }
    assert!(get(&mut server.connect().await, "/version").await.0.starts_with("http/1.1 200 "));
}

#[tokio::test]
async fn when_connections_are_scarce_idle_ones_of_http2_are_ended() {
    let server = start(Limits { connections: 10, idle_timeout: Duration::MAX / 4, ..Limits::default() }, None);
    let mut senders = Vec::new();
    for _ in 0..10 {
        let mut sender = http2(server.connect().await).await;
        post2(&mut sender, "one".into()).await;
        senders.push(sender);
    }
    tokio::time::pause();
    for _ in 0..10_000 {
        if server.counters.snapshot().connections_open < 10 {
            return;
        }
        tokio::time::sleep(Duration::from_secs(1)).await;
    }
    panic!("idle connections keep others out");
}

#[tokio::test]
async fn a_request_without_exactly_one_host_is_malformed() {
    let server = start(Limits::default(), None);
    for hosts in ["", "host: a\r\nhost: b\r\n", "host: a, b\r\n", "host: a b\r\n", "host: a/b\r\n", "host: u@a\r\n"] {
        let mut stream = server.connect().await;
        stream.write_all(format!("GET /version HTTP/1.1\r\n{hosts}\r\n").as_bytes()).await.unwrap();
        let (head, body) = answer(&mut stream).await;
        assert!(head.starts_with("http/1.1 400 ") && head.contains("connection: close\r\n"), "{head}");
        assert!(String::from_utf8(body).unwrap().contains("urn:leasehold:problem:malformed"));
    }
    let mut stream = server.connect().await;
    stream.write_all(b"GET /version HTTP/1.0\r\n\r\n").await.unwrap();
    assert!(answer(&mut stream).await.0.starts_with("http/1.0 200 "), "HTTP/1.0 knows no Host");
}

#[tokio::test]
async fn head_is_answered_as_get_is_without_the_body_on_both_protocols() {
    let server = start(Limits::default(), None);
    let mut stream = server.connect().await;
    for _ in 0..2 {
        stream.write_all(b"HEAD /version HTTP/1.1\r\nhost: h\r\n\r\n").await.unwrap();
        let mut head = Vec::new();
        while !head.ends_with(b"\r\n\r\n") {
            head.push(stream.read_u8().await.unwrap());
        }
        let head = String::from_utf8(head).unwrap().to_lowercase();
        assert!(head.starts_with("http/1.1 200 ") && head.contains("content-length: 1\r\n"), "{head}");
    }
    let mut sender = http2(server.connect().await).await;
    let request = hyper::Request::head("http://h/version").version(Version::HTTP_2).body(Full::default()).unwrap();
    let response = sender.send_request(request).await.unwrap();
    assert_eq!((response.status(), response.headers()["content-length"].as_bytes()), (StatusCode::OK, &b"1"[..]));
    assert!(response.into_body().collect().await.unwrap().to_bytes().is_empty());
}

/// The address that a server trusting `proxies` sees where `said` comes before the request and `headers` with it.
async fn seen(proxies: &[&str], said: &[u8], headers: &str) -> Option<String> {
    let proxies = proxies.iter().map(|text| text.parse().unwrap()).collect();
    let server = start_behind(proxies, Limits::default(), None);
    let mut stream = server.connect().await;
    let request = format!("GET /address HTTP/1.1\r\nhost: h\r\n{headers}connection: close\r\n\r\n");
    stream.write_all(&[said, request.as_bytes()].concat()).await.unwrap();
    let mut answer = Vec::new();
    let _ = stream.read_to_end(&mut answer).await;
    let answer = String::from_utf8(answer).unwrap();
    answer.starts_with("HTTP/1.1 200 ").then(|| answer.rsplit("\r\n").next().unwrap().to_owned())
}

#[tokio::test]
async fn the_proxy_protocol_is_believed_of_trusted_proxies_alone() {
    let (local, line) = (["127.0.0.0/8"], b"PROXY TCP4 203.0.113.5 10.0.0.1 4660 80\r\n");
    assert_eq!(seen(&local, line, "").await.as_deref(), Some("203.0.113.5"));
    assert_eq!(seen(&local, b"", "").await.as_deref(), Some("127.0.0.1"), "it may be missing");
    assert_eq!(seen(&local, b"", "x-forwarded-for: 203.0.113.6\r\n").await.as_deref(), Some("203.0.113.6"));
    let forged = "x-forwarded-for: 10.9.9.9\r\nforwarded: for=10.9.9.9\r\n";
    assert_eq!(
        seen(&local, line, forged).await.as_deref(),
        Some("203.0.113.5"),
        "what the client says is not believed"
    );
    assert_eq!(seen(&[], b"", forged).await.as_deref(), Some("127.0.0.1"));
    assert_eq!(seen(&["10.0.0.0/8"], line, "").await, None, "of a stranger it is no request");
    assert_eq!(seen(&local, b"PROXY TCP4 nonsense\r\n", "").await, None);
}

#[tokio::test]
async fn a_proxy_may_have_many_connections_and_each_client_behind_it_some() {
    let limits = Limits { connections_per_address: 1, ..Limits::default() };
    let server = start_behind(vec!["127.0.0.1".parse().unwrap()], limits, None);
    let connect = async |client: &str| {
        let mut stream = server.connect().await;
        stream.write_all(format!("PROXY TCP4 {client} 10.0.0.1 4660 80\r\n").as_bytes()).await.unwrap();
        stream
    };
    let (mut first, mut other) = (connect("203.0.113.5").await, connect("203.0.113.6").await);
    assert!(get(&mut first, "/version").await.0.starts_with("http/1.1 200 "));
    assert!(get(&mut other, "/version").await.0.starts_with("http/1.1 200 "));
    assert!(is_closed(&mut connect("203.0.113.5").await).await);
    assert_eq!(server.counters.snapshot().connections_refused, 1);
}

#[tokio::test(start_paused = true)]
async fn a_proxys_connection_that_says_nothing_is_cut() {
    let server = start_behind(vec!["127.0.0.1".parse().unwrap()], Limits::default(), None);
    let mut stream = server.connect().await;
    stream.write_all(b"PROX").await.unwrap();
    assert!(is_closed(&mut stream).await);
    assert_eq!(server.counters.snapshot().connections_cut, 1);
}

#[tokio::test]
async fn every_answer_names_its_request_whatever_became_of_it() {
    let server = start(Limits::default(), None);
    let mut names = std::collections::BTreeSet::new();
    for (path, status) in [("/version", "200"), ("/nothing", "404"), ("/echo", "405"), ("/panic", "500")] {
        let (head, body) = get(&mut server.connect().await, path).await;
        assert!(head.contains(status), "{head}");
        let id = head.split("x-request-id: ").nth(1).expect("an id").split("\r\n").next().unwrap().to_owned();
        assert_eq!(id.len(), 16, "{head}");
        if status != "200" {
            let body: serde_json::Value = serde_json::from_slice(&body).unwrap();
            assert_eq!(body["instance"], format!("urn:leasehold:request:{id}"));
        }
        assert!(names.insert(id), "an id of its own");
    }
}

#[tokio::test]
async fn every_answer_has_a_date() {
    let server = start(Limits::default(), None);
    assert!(get(&mut server.connect().await, "/version").await.0.contains("date: "));
}

#[tokio::test(start_paused = true)]
async fn a_flood_of_pings_is_cut_sooner_than_a_slow_client() {
    let server = start(Limits::default(), None);
    let began = tokio::time::Instant::now();
    let (mut reader, mut writer) = server.connect().await.into_split();
    let pongs = tokio::spawn(async move { tokio::io::copy(&mut reader, &mut tokio::io::sink()).await });
    let settings = [0, 0, 0, 4, 0, 0, 0, 0, 0];
    writer.write_all(&[&b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"[..], &settings].concat()).await.unwrap();
    let ping = [0, 0, 8, 6, 0, 0, 0, 0, 0, 1, 2, 3, 4, 5, 6, 7, 8];
    while writer.write_all(&ping.repeat(100)).await.is_ok() && server.counters.snapshot().connections_cut == 0 {
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    assert!(began.elapsed() < Limits::default().header_timeout);
    assert_eq!(server.counters.snapshot().connections_cut, 1);
    drop(writer);
    let _ = pongs.await;
}

#[tokio::test]
async fn a_shutdown_answers_what_is_in_flight_and_ends_what_is_idle() {
    let server = start(Limits::default(), None);
    let mut idle = server.connect().await;
    get(&mut idle, "/version").await;
    let mut fresh = server.connect().await;
    let mut idle2 = http2(server.connect().await).await;
    post2(&mut idle2, "one".into()).await;
    let mut busy = server.connect().await;
    busy.write_all(b"GET /gate HTTP/1.1\r\nhost: h\r\n\r\n").await.unwrap();
    server.parrot.entered.notified().await;

    let Running { address, parrot, counters, stop, task } = server;
    stop.send(()).unwrap();
    assert!(is_closed(&mut idle).await);
    assert!(is_closed(&mut fresh).await);
    assert!(TcpStream::connect(address).await.is_err());
    parrot.gate.notify_one();
    let (head, body) = answer(&mut busy).await;
    assert!(head.contains("connection: close\r\n"));
    assert_eq!(body, b"opened");
    assert!(is_closed(&mut busy).await);
    assert_eq!(task.await.unwrap(), Drained { cut: 0 });
    assert_eq!(counters.snapshot().connections_open, 0);
}

#[tokio::test]
async fn a_shutdown_cuts_what_does_not_end_and_says_how_many() {
    let limits = Limits { answer_timeout: Duration::from_hours(1), ..Limits::default() };
    let server = start(limits, None);
    let mut stream = server.connect().await;
    stream.write_all(b"GET /hang HTTP/1.1\r\nhost: h\r\n\r\n").await.unwrap();
    server.parrot.entered.notified().await;
    tokio::time::pause();
    let (parrot, counters) = (Arc::clone(&server.parrot), Arc::clone(&server.counters));
    assert_eq!(server.stop().await, Drained { cut: 1 });
    assert!(is_closed(&mut stream).await);
    assert_eq!(counters.snapshot().connections_open, 0);
    assert_eq!(Arc::strong_count(&parrot), 1);
}

struct ServerWithTls {
    tls: Tls,
    roots: rustls::RootCertStore,
}

fn server_with_tls() -> ServerWithTls {
    let CertifiedKey { cert, signing_key } = generate_simple_self_signed(["localhost".to_owned()]).unwrap();
    let directory = tempfile::tempdir().unwrap();
    let file = |name: &str, text: String| -> PathBuf {
        let path = directory.path().join(name);
        std::fs::write(&path, text).unwrap();
        path
    };
    let tls = Tls::from_pem_files(
        &file("server_with_tls.crt", cert.pem()),
        &file("server_with_tls.key", signing_key.serialize_pem()),
    );
    let mut roots = rustls::RootCertStore::empty();
    roots.add(CertificateDer::from(cert.der().to_vec())).unwrap();
    ServerWithTls { tls: tls.unwrap(), roots }
}

fn connector(server_with_tls: &ServerWithTls, protocols: &[&str]) -> TlsConnector {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let mut config = rustls::ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(server_with_tls.roots.clone())
        .with_no_client_auth();
    config.alpn_protocols = protocols.iter().map(|name| name.as_bytes().to_vec()).collect();
    TlsConnector::from(Arc::new(config))
}

async fn secure(connector: &TlsConnector, server: &Running) -> TlsStream<TcpStream> {
    let name = ServerName::try_from("localhost").unwrap();
    connector.connect(name, server.connect().await).await.unwrap()
}

#[tokio::test]
async fn over_tls_the_client_chooses_the_protocol() {
    let server_with_tls = server_with_tls();
    let server = start(Limits::default(), Some(server_with_tls.tls.clone()));
    let mut stream = secure(&connector(&server_with_tls, &[]), &server).await;
    assert!(get(&mut stream, "/version").await.0.starts_with("http/1.1 200 "));

    let mut stream = secure(&connector(&server_with_tls, &["http/1.1"]), &server).await;
    assert_eq!(stream.get_ref().1.alpn_protocol(), Some(&b"http/1.1"[..]));
    assert!(get(&mut stream, "/version").await.0.starts_with("http/1.1 200 "));

    let stream = secure(&connector(&server_with_tls, &["h2", "http/1.1"]), &server).await;
    assert_eq!(stream.get_ref().1.alpn_protocol(), Some(&b"h2"[..]));
    assert_eq!(post2(&mut http2(stream).await, "two".into()).await, (StatusCode::OK, "two".into()));
    assert_eq!(server.stop().await, Drained { cut: 0 });
}

#[tokio::test]
async fn a_client_that_comes_back_resumes_its_session() {
    let server_with_tls = server_with_tls();
    let server = start(Limits::default(), Some(server_with_tls.tls.clone()));
    let connector = connector(&server_with_tls, &["http/1.1"]);
    for expected in [rustls::HandshakeKind::Full, rustls::HandshakeKind::Resumed] {
        let mut stream = secure(&connector, &server).await;
        get(&mut stream, "/version").await;
        assert_eq!(stream.get_ref().1.handshake_kind(), Some(expected));
    }
}

#[tokio::test]
async fn a_handshake_that_stalls_or_fails_delays_no_other() {
    let server_with_tls = server_with_tls();
    let server = start(Limits::default(), Some(server_with_tls.tls.clone()));
    let mut stalled = server.connect().await;
    let mut plain = server.connect().await;
    plain.write_all(b"GET /version HTTP/1.1\r\nhost: h\r\n\r\n").await.unwrap();
    let mut stream = secure(&connector(&server_with_tls, &["http/1.1"]), &server).await;
    assert!(get(&mut stream, "/version").await.0.starts_with("http/1.1 200 "));
    tokio::time::pause();
    assert!(is_closed(&mut stalled).await);
    plain.read_to_end(&mut Vec::new()).await.unwrap();
    assert_eq!(server.counters.snapshot().handshake_failures, 2);
}
