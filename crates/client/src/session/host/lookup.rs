//! Looking for hosts by name: what DNS says under this machine's suffixes, as far as an application allows it.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use leasehold_discovery::{Candidate, Config, Finder, Found, LookupError, NameError, ServiceLabel, Surroundings};

use crate::client::Client;
use crate::error::HostSource;
use crate::session::host::route::{Reach, Route};

/// Whether hosts are looked for in DNS, and whom to ask.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Lookup {
    /// As this machine is set up: its name servers and suffixes, as they are at the time of asking.
    #[default]
    System,
    /// With these name servers and suffixes.
    With(Config),
    /// Not at all.
    Off,
}

/// Whether hosts that announce themselves on the local link are listened for (multicast DNS).
#[cfg(feature = "mdns")]
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum LocalLink {
    /// They are not.
    #[default]
    Ignored,
    /// They are, for a moment, where no other host answers.
    Browsed,
}

/// Why hosts could not be looked for.
#[derive(Debug, thiserror::Error)]
pub enum SearchError {
    /// The manifest names a service that no record can have.
    #[error("manifest: service: {0}")]
    Label(#[source] NameError),
    /// The system does not say whom to ask.
    #[error(transparent)]
    System(#[from] LookupError),
}

/// Finds hosts, and remembers what it found while the machine's name servers and suffixes stay the same.
#[derive(Debug, Default)]
pub(crate) struct Search {
    lookup: Lookup,
    finder: Mutex<Option<Arc<Finder>>>,
}

impl SearchError {
    /// The stable code.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Label(error) => error.code(),
            Self::System(error) => error.code(),
        }
    }
}

impl Search {
    pub(crate) fn new(lookup: Lookup) -> Self {
        Self { lookup, finder: Mutex::default() }
    }

    /// The finder for the machine as it is set up now; `None` where nothing is to be looked for.
    fn finder(&self) -> Result<Option<Arc<Finder>>, LookupError> {
        let config = match &self.lookup {
            Lookup::System => Config::of_this_machine()?,
            Lookup::With(config) => config.clone(),
            Lookup::Off => return Ok(None),
        };
        let mut held = self.finder.lock().unwrap_or_else(PoisonError::into_inner);
        let same = held.take().filter(|finder| *finder.config() == config);
        Ok(Some(Arc::clone(held.insert(same.unwrap_or_else(|| Arc::new(Finder::new(config)))))))
    }
}

impl Client {
    /// Looks for hosts in DNS: those found in their order, and what was met on the way. Nothing where
    /// [`crate::Options::lookup`] is off.
    ///
    /// Waits for the network. What is found is not trusted: whoever forges a record can delay a client, not fool it.
    ///
    /// # Errors
    /// Where it cannot begin; that nothing is found is no error.
    pub fn find_hosts(&self) -> Result<Found, SearchError> {
        let label = self.service_label()?;
        let finder = self.search.finder()?;
        Ok(finder.map_or_else(Found::default, |finder| finder.find(&label, &Around(self))))
    }

    /// Listens for hosts on the local link: the ways to them. None where [`crate::Options::local_link`] ignores them, or
    /// the system allows no multicast.
    #[cfg(feature = "mdns")]
    pub fn local_routes(&self) -> Vec<Route> {
        let Some(label) = self.service_label().ok().filter(|_| self.local_link == LocalLink::Browsed) else {
            return Vec::new();
        };
        let heard = leasehold_discovery::mdns::browse(&label, LISTEN, MOST_LOCAL, &Around(self));
        heard.unwrap_or_default().iter().flat_map(|host| ways(host, &HostSource::LocalLink)).collect()
    }

    /// Hosts on the local link are not listened for.
    #[cfg(not(feature = "mdns"))]
    #[expect(clippy::unused_self, reason = "as with the feature")]
    pub(crate) fn local_routes(&self) -> Vec<Route> {
        Vec::new()
    }

    /// The suffixes under which hosts are looked for.
    ///
    /// # Errors
    /// Where the system does not say.
    pub fn search_config(&self) -> Result<Option<Config>, SearchError> {
        Ok(self.search.finder()?.map(|finder| finder.config().clone()))
    }

    /// The label of the service's records, without its underscore.
    ///
    /// # Errors
    /// Where the manifest names one that no record can have.
    pub fn service_label(&self) -> Result<ServiceLabel, SearchError> {
        let label = self.manifest.service.as_ref();
        label.map_or(Ok(ServiceLabel::default()), |label| label.as_str().parse()).map_err(SearchError::Label)
    }
}

/// The ways to the hosts that were found, each address one of its own.
pub(crate) fn routes(found: &Found) -> Vec<Route> {
    let record = |candidate: &Candidate| HostSource::Record { suffix: candidate.suffix.clone() };
    found.candidates.iter().flat_map(|candidate| ways(candidate, &record(candidate))).collect()
}

/// The ways to one host, each address one of its own.
fn ways(candidate: &Candidate, found: &HostSource) -> Vec<Route> {
    let route = |reach| Route::to_record(candidate.target.as_str(), candidate.port, found.clone(), reach);
    if candidate.addresses.is_empty() {
        return route(Reach::Nowhere).into_iter().collect();
    }
    let sockets = candidate.addresses.iter().map(|ip| SocketAddr::new(*ip, candidate.port));
    sockets.filter_map(|socket| route(Reach::At(socket))).collect()
}

/// The client's clock and chance.
#[derive(Debug)]
struct Around<'c>(&'c Client);

impl Surroundings for Around<'_> {
    fn running(&self) -> Duration {
        self.0.clock.running().since
    }

    fn fill(&self, bytes: &mut [u8]) {
        self.0.chance.fill(bytes);
    }
}

/// Hosts on a link answer at once, or not at all.
#[cfg(feature = "mdns")]
const LISTEN: Duration = Duration::from_secs(2);
/// As many hosts as anybody would try on one link.
#[cfg(feature = "mdns")]
const MOST_LOCAL: usize = 8;
