//! Clients by the hundred: requests signed beforehand go out over many connections, answers and times come back.

use std::cell::{Cell, RefCell};
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

use rustls::{ClientConfig, RootCertStore};
use rustls_pki_types::{CertificateDer, ServerName};
use serde_json::{Value, json};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::{TcpSocket, TcpStream};
use tokio::task::LocalSet;
use tokio_rustls::TlsConnector;

use crate::{Failure, system};

/// A load on one host.
pub(crate) struct Load {
    pub(crate) address: SocketAddr,
    pub(crate) connections: usize,
    pub(crate) connect: Connect,
    pub(crate) tls: Option<Identity>,
}

/// How clients connect.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Connect {
    /// Each connection carries many requests.
    Kept,
    /// Each request comes on a connection of its own.
    Fresh,
    /// The same, with TLS.
    FreshTls,
}

/// The host's certificate for TLS, and who trusts it.
#[derive(Clone)]
pub(crate) struct Identity {
    pub(crate) certificate: PathBuf,
    pub(crate) key: PathBuf,
    pub(crate) trusted: CertificateDer<'static>,
}

/// What a load has measured.
pub(crate) struct Measured {
    latencies: Vec<Duration>,
    took: Duration,
    pub(crate) cpu: [Duration; 2],
    /// What the host has given to the disk, in bytes.
    pub(crate) written_bytes: u64,
    pub(crate) memory_bytes: u64,
}

/// Work that all connections take from.
struct Work {
    requests: Vec<Vec<u8>>,
    next: Cell<usize>,
    answers: RefCell<Vec<Vec<u8>>>,
    latencies: RefCell<Vec<Duration>>,
}

impl Load {
    /// Sends all requests; the bodies of the answers in their order. Everything but 200 is a failure.
    pub(crate) fn run(&self, requests: Vec<Vec<u8>>) -> Result<(Vec<Vec<u8>>, Measured), Failure> {
        let count = requests.len();
        let work = Rc::new(Work {
            requests,
            next: Cell::new(0),
            answers: RefCell::new(vec![Vec::new(); count]),
            latencies: RefCell::new(Vec::with_capacity(count)),
        });
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        let runtime = runtime?;
        let began = system::instant();
        let tasks = LocalSet::new();
        let outcome = tasks.block_on(&runtime, async {
            let clients: Vec<_> = (0..self.connections)
                .map(|n| {
                    tokio::task::spawn_local(client(self.address, self.connect, self.connector(), Rc::clone(&work), n))
                })
                .collect();
            for client in clients {
                client.await.map_err(std::io::Error::other)??;
            }
            std::io::Result::Ok(())
        });
        outcome.map_err(|error| format!("the host under test: {error}"))?;
        let took = began.elapsed();
        let latencies = work.latencies.take();
        Ok((
            work.answers.take(),
            Measured { latencies, took, cpu: Default::default(), written_bytes: 0, memory_bytes: 0 },
        ))
    }

    fn connector(&self) -> Option<TlsConnector> {
        let mut roots = RootCertStore::empty();
        roots.add(self.tls.as_ref()?.trusted.clone()).ok()?;
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let config = ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions().ok()?;
        let mut config = config.with_root_certificates(roots).with_no_client_auth();
        // A machine that comes once a week has nothing left to resume.
        config.resumption = rustls::client::Resumption::disabled();
        Some(TlsConnector::from(Arc::new(config)))
    }
}

async fn client(
    address: SocketAddr,
    connect: Connect,
    connector: Option<TlsConnector>,
    work: Rc<Work>,
    n: usize,
) -> std::io::Result<()> {
    let mut kept = if connect == Connect::Kept { Some(open(address, n).await?) } else { None };
    loop {
        let at = work.next.get();
        if at >= work.requests.len() {
            return Ok(());
        }
        work.next.set(at + 1);
        let began = system::instant();
        let request = &work.requests[at];
        let answer = match (&mut kept, &connector) {
            (Some(stream), _) => exchange(stream, request).await?,
            (None, None) => exchange(&mut open(address, at).await?, request).await?,
            (None, Some(connector)) => {
                let name = ServerName::try_from("localhost").map_err(std::io::Error::other)?;
                let stream = open(address, at).await?;
                exchange(&mut connector.connect(name, stream).await?, request).await?
            }
        };
        work.latencies.borrow_mut().push(began.elapsed());
        work.answers.borrow_mut()[at] = answer;
    }
}

/// Connects, from one of several loopback addresses in turn: one alone has too few ports for thousands of connections.
async fn open(address: SocketAddr, n: usize) -> std::io::Result<TcpStream> {
    let socket = TcpSocket::new_v4()?;
    let last = u8::try_from(n % 100).expect("less than a hundred") + 2;
    socket.bind(SocketAddr::new(IpAddr::V4(Ipv4Addr::new(127, 0, 0, last)), 0))?;
    let stream = socket.connect(address).await?;
    stream.set_nodelay(true)?;
    Ok(stream)
}

/// Sends a request and reads its answer's body.
async fn exchange<S: AsyncRead + AsyncWrite + Unpin>(stream: &mut S, request: &[u8]) -> std::io::Result<Vec<u8>> {
    stream.write_all(request).await?;
    stream.flush().await?;
    let mut buffer = vec![0; 2_048];
    let mut filled = 0;
    loop {
        if filled == buffer.len() {
            buffer.resize(2 * filled, 0);
        }
        let read = stream.read(&mut buffer[filled..]).await?;
        if read == 0 {
            return Err(std::io::ErrorKind::UnexpectedEof.into());
        }
        filled += read;
        if let Some(body) = body(&buffer[..filled])? {
            return Ok(body.to_vec());
        }
    }
}

/// The body of an answer once it is there whole.
fn body(answer: &[u8]) -> std::io::Result<Option<&[u8]>> {
    let Some(end) = answer.windows(4).position(|window| window == b"\r\n\r\n") else { return Ok(None) };
    let (head, body) = (String::from_utf8_lossy(&answer[..end]), &answer[end + 4..]);
    let length = head.lines().find_map(|line| {
        let (name, value) = line.split_once(':')?;
        name.eq_ignore_ascii_case("content-length").then(|| value.trim().parse::<usize>().ok()).flatten()
    });
    let length = length.ok_or_else(|| std::io::Error::other("an answer without a length"))?;
    if body.len() < length {
        return Ok(None);
    }
    if !head.starts_with("HTTP/1.1 200 ") {
        let text = String::from_utf8_lossy(body);
        return Err(std::io::Error::other(format!("{} {text}", head.lines().next().unwrap_or_default())));
    }
    Ok(Some(&body[..length]))
}

impl Measured {
    pub(crate) fn per_second(&self) -> f64 {
        count(self.latencies.len()) / self.took.as_secs_f64()
    }

    /// The figures, and the host's own account of where the time went, in microseconds a request.
    pub(crate) fn json(&self, stages: &Value) -> Value {
        let mut sorted = self.latencies.clone();
        sorted.sort_unstable();
        let at = |share: f64| {
            let last = count(sorted.len().saturating_sub(1));
            #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "an index below the length")]
            let index = (last * share).round() as usize;
            sorted.get(index).map_or(0.0, |latency| latency.as_secs_f64() * 1_000.0)
        };
        let requests = stages["requests"].as_f64().unwrap_or(1.0);
        let by_stage: serde_json::Map<String, Value> = stages["nanoseconds"]
            .as_object()
            .map(|spent| {
                spent
                    .iter()
                    .map(|(stage, spent)| {
                        (stage.clone(), json!(round(spent.as_f64().unwrap_or(0.0) / requests / 1_000.0)))
                    })
                    .collect()
            })
            .unwrap_or_default();
        let microseconds = |spent: Duration| spent.as_secs_f64() * 1e6 / count(self.latencies.len());
        json!({
            "requests": self.latencies.len(),
            "per_second": round(self.per_second()),
            "p50_ms": round(at(0.5)),
            "p99_ms": round(at(0.99)),
            "p999_ms": round(at(0.999)),
            "cpu_us": round(microseconds(self.cpu[0] + self.cpu[1])),
            "system_us": round(microseconds(self.cpu[1])),
            "disk_kib": round(count(usize::try_from(self.written_bytes).unwrap_or(usize::MAX)) / 1_024.0 / count(self.latencies.len())),
            "batch": round(requests / stages["batches"].as_f64().unwrap_or(1.0)),
            "stages_us": by_stage,
            "host_memory_mib": self.memory_bytes / 1_048_576,
        })
    }
}

fn round(value: f64) -> f64 {
    (value * 100.0).round() / 100.0
}

#[expect(clippy::cast_precision_loss, reason = "counts far below 2^52")]
fn count(n: usize) -> f64 {
    n as f64
}
