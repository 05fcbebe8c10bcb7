//! One product that the agent renews for: its client, the thread that renews, the hosts that requests are carried to.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use base64ct::{Base64, Encoding};
use leasehold_core::{Code, KeyId, ProductId, Span, Timestamp};
use leasehold_wire::{Release, Request, request};

use crate::address::HostAddress;
use crate::client::{Client, Tick};
use crate::courier::protocol::{Answer, CarriedReply, HOST, LEASES, ProductState, RELEASES, REVOCATIONS, Told};
use crate::error::Error;
use crate::exchange::question::{Body, MAX_BYTES, Question, TIMEOUT_FOUND};
use crate::options::Options;
use crate::renewer::Renewer;
use crate::route::Route;
use crate::session::deadline::Deadline;
use crate::session::host::lookup;
use crate::session::host::outcome::Outcome;
use crate::session::host::round::Hosts;

/// One product that the agent renews for.
#[derive(Debug)]
pub(crate) struct Watched {
    file: PathBuf,
    manifest: Vec<u8>,
    client: Arc<Client>,
    renewer: Renewer,
    /// The routes to its hosts, and when they were looked up.
    routes: Mutex<Option<(Timestamp, Vec<Route>)>>,
    /// When an application last had a host asked.
    asked: Mutex<Option<Timestamp>>,
}

impl Watched {
    /// Opens the product of this manifest and begins to renew; `report` is told of every attempt.
    pub(crate) fn begin(
        file: &Path,
        manifest: Vec<u8>,
        options: Options,
        report: impl Fn(&Client, &Result<Tick, Error>) + Send + 'static,
    ) -> Result<Self, Error> {
        let client = Arc::new(Client::open(&manifest, options)?);
        let reported = Arc::clone(&client);
        let renewer = Renewer::start(Arc::clone(&client), move |attempt| report(&reported, &attempt));
        let renewer = renewer.map_err(|source| Error::File { path: file.to_owned(), source })?;
        let file = file.to_owned();
        Ok(Self { file, manifest, client, renewer, routes: Mutex::default(), asked: Mutex::default() })
    }

    /// Whether it is still this manifest that is renewed for.
    pub(crate) fn is_of(&self, manifest: &[u8]) -> bool {
        self.manifest == manifest && self.renewer.is_running()
    }

    pub(crate) fn is_for(&self, vendor: KeyId, product: ProductId) -> bool {
        self.client.vendor() == vendor && self.client.manifest().product == product
    }

    pub(crate) fn name(&self) -> (KeyId, ProductId) {
        (self.client.vendor(), self.client.manifest().product)
    }

    pub(crate) fn issued(&self) -> Timestamp {
        self.client.manifest().issued
    }

    pub(crate) fn state(&self) -> ProductState {
        let status = self.client.status();
        let standing = status.effective_standing();
        let failure = status.last_failure.as_ref();
        ProductState {
            manifest: self.file.display().to_string(),
            vendor: Some(self.client.vendor().to_string()),
            product: Some(self.client.manifest().product.to_string()),
            standing: Some(standing.name().to_owned()),
            until: standing.until().map(Timestamp::unix),
            next_attempt: status.next_attempt.map(Timestamp::unix),
            problem: failure.map(|failure| Told { code: failure.code.clone(), message: failure.message.clone() }),
        }
    }

    /// The addresses of the hosts that are known, each once.
    pub(crate) fn hosts(&self) -> Answer {
        let mut addresses: Vec<String> = Vec::new();
        for route in self.routes() {
            let address = route.address.to_string();
            if !addresses.contains(&address) {
                addresses.push(address);
            }
        }
        Answer::Hosts(addresses)
    }

    /// Carries a request of this product, or a lease that is given back, to a host that the agent knows.
    pub(crate) fn send(&self, host: &str, path: &str, document: &str, until: Option<u64>) -> Answer {
        let product = self.client.manifest().product;
        let Ok(bytes) = Base64::decode_vec(document) else { return malformed("the document is no base64") };
        let of = match path {
            LEASES => request::open::<Request>(&bytes).map(|request| request.product),
            RELEASES => request::open::<Release>(&bytes).map(|release| release.product),
            _ => return no_path(path),
        };
        match of {
            Ok(of) if of == product => {}
            Ok(_) => return malformed("the document is of another product"),
            Err(reason) => return malformed(format!("document: {reason}")),
        }
        let until = until.map(Timestamp::from_unix);
        self.carry(host, &Question { until, ..Question::sending(path, &bytes, TIMEOUT_FOUND) })
    }

    /// Brings a document that every host shows.
    pub(crate) fn fetch(&self, host: &str, path: &str, held: Option<u64>) -> Answer {
        let max = match path {
            HOST => MAX_BYTES,
            REVOCATIONS => leasehold_wire::envelope::MAX_REVOCATION_BYTES as u64,
            _ => return no_path(path),
        };
        self.carry(host, &Question { body: Body::Held(held), max, ..Question::fetching(path, TIMEOUT_FOUND) })
    }

    /// Asks a host for the agent's own lease, to be borrowed where `until` says so; not where that was done a moment ago.
    pub(crate) fn activate(&self, until: Option<Timestamp>) -> Answer {
        let now = self.client.now();
        {
            let mut asked = self.asked.lock().unwrap_or_else(PoisonError::into_inner);
            if asked.is_some_and(|asked| asked <= now && now.since(asked) < PAUSE) {
                return if until.is_none() { self.as_it_is() } else { asked_already() };
            }
            *asked = Some(now);
        }
        match self.client.activate_until(until) {
            Ok(answer) => match answer.outcome {
                Outcome::Granted(_) | Outcome::Held(_) | Outcome::Read(_) => Answer::Activated {},
                Outcome::Refused(refused) => {
                    Answer::NotActivated(Told { code: refused.code.clone(), message: refused.to_string() })
                }
            },
            Err(error) => Answer::NotActivated(Told::new(error.code(), error.to_string())),
        }
    }

    /// What came of the last attempt.
    fn as_it_is(&self) -> Answer {
        match self.client.status().last_failure {
            Some(failure) => Answer::NotActivated(Told { code: failure.code, message: failure.message }),
            None => Answer::Activated {},
        }
    }

    /// The first answer over the routes that lead to `host`.
    fn carry(&self, host: &str, question: &Question<'_>) -> Answer {
        let wanted: Option<HostAddress> = host.parse().ok();
        let routes = self.routes().into_iter().filter(|route| Some(&route.address) == wanted.as_ref());
        let mut told = Told::new(Code::NoHost, "the agent knows no such host of the product");
        for route in routes {
            match self.client.network.exchange.ask(&route, question) {
                Ok(reply) => return Answer::Reply(CarriedReply::of(reply)),
                Err(failure) => told = Told::new(failure.code(), failure.to_string()),
            }
        }
        Answer::Unanswered(told)
    }

    /// The routes to all hosts that are known, looked up at most once a minute. No lock is held while names are looked up: those who
    /// ask meanwhile go by what was known before, and look too where that is nothing.
    fn routes(&self) -> Vec<Route> {
        let now = self.client.now();
        {
            let mut known = self.routes.lock().unwrap_or_else(PoisonError::into_inner);
            if let Some((at, routes)) = known.as_mut() {
                if *at <= now && now.since(*at) < PAUSE {
                    return routes.clone();
                }
                *at = now;
            }
        }
        let routes = self.look();
        *self.routes.lock().unwrap_or_else(PoisonError::into_inner) = Some((now, routes.clone()));
        routes
    }

    /// Looks hosts up; waits for the network.
    fn look(&self) -> Vec<Route> {
        let (context, network) = (&self.client.context, &self.client.network);
        let last_grant = self.client.status().host;
        let deadline = Deadline::of_attempt(context.clock.as_ref());
        let mut routes = Hosts { context, network, last_grant, deadline, token: None }.known_routes();
        routes.extend(lookup::find_hosts(context, network).map(|found| lookup::routes(&found)).unwrap_or_default());
        routes.extend(lookup::local_routes(context, network));
        routes
    }
}

fn asked_already() -> Answer {
    Answer::NotActivated(Told::new(Code::Busy, "the agent asked a host a moment ago: ask again in a minute"))
}

fn malformed(message: impl Into<String>) -> Answer {
    Answer::Error(Told::new(Code::Malformed, message))
}

fn no_path(path: &str) -> Answer {
    let path: String = path.chars().take(64).collect();
    Answer::Error(Told::new(Code::NotFound, format!("{path}: the agent carries nothing there")))
}

/// Applications cannot have hosts asked, or looked up, more often than this.
const PAUSE: Span = Span::seconds(60);
