//! What the host does wrong when a test says so: it is reached through a front that lets connections through, slows them, leaves them without an
//! answer, drops them, or leads them to what refuses.

use std::net::SocketAddr;
use std::time::Duration;

use leasehold_core::Code;
use leasehold_service::{Handler, Problem, Request, Response, StatusCode};
use tokio::io::copy_bidirectional;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;

use crate::failure::Failure;

/// What the host does wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fault {
    None,
    /// It answers this late.
    Slow(Duration),
    /// It accepts connections and does not answer.
    Silent,
    /// It drops connections.
    Dead,
    /// It refuses with this code, without a proof.
    Refuse(Code),
}

/// Where clients connect.
pub(super) struct Front {
    listener: TcpListener,
    address: SocketAddr,
    host: SocketAddr,
    refuser: SocketAddr,
    faults: watch::Receiver<Fault>,
}

impl Front {
    pub(super) async fn bind(
        address: SocketAddr,
        host: SocketAddr,
        refuser: SocketAddr,
        faults: watch::Receiver<Fault>,
    ) -> Result<Self, Failure> {
        let bound = TcpListener::bind(address).await.and_then(|listener| Ok((listener.local_addr()?, listener)));
        let (address, listener) = bound.map_err(|error| {
            Failure::failed(Code::ListenFailed, format!("{address}: {}", crate::system::words(&error)))
        })?;
        Ok(Self { listener, address, host, refuser, faults })
    }

    pub(super) fn address(&self) -> SocketAddr {
        self.address
    }

    pub(super) async fn serve(self, shutdown: impl Future<Output = ()>) {
        let accept = async {
            loop {
                let Ok((stream, _)) = self.listener.accept().await else {
                    tokio::time::sleep(Duration::from_millis(50)).await;
                    continue;
                };
                let mut faults = self.faults.clone();
                let fault = *faults.borrow_and_update();
                let target = if matches!(fault, Fault::Refuse(_)) { self.refuser } else { self.host };
                tokio::spawn(async move {
                    tokio::select! {
                        // Another fault holds for connections that are open, too.
                        _ = faults.changed() => {}
                        () = pass(stream, target, fault) => {}
                    }
                });
            }
        };
        tokio::select! {
            () = shutdown => {}
            () = accept => {}
        }
    }
}

async fn pass(mut client: TcpStream, target: SocketAddr, fault: Fault) {
    match fault {
        Fault::Dead => return,
        Fault::Silent => return std::future::pending().await,
        Fault::Slow(time) => tokio::time::sleep(time).await,
        Fault::None | Fault::Refuse(_) => {}
    }
    if let Ok(mut server) = TcpStream::connect(target).await {
        let _ = copy_bidirectional(&mut client, &mut server).await;
    }
}

/// Refuses whatever it is asked.
pub(super) struct Refuser {
    pub(super) faults: watch::Receiver<Fault>,
}

impl Handler for Refuser {
    async fn handle(&self, _request: Request) -> Response {
        let code = match *self.faults.borrow() {
            Fault::Refuse(code) => code,
            Fault::None | Fault::Slow(_) | Fault::Silent | Fault::Dead => Code::Busy,
        };
        let status = if code == Code::Busy { StatusCode::SERVICE_UNAVAILABLE } else { StatusCode::CONFLICT };
        Problem::new(code.name(), status, code.meaning(), "a test has set this").into()
    }
}
