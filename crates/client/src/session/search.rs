//! Whether hosts are looked for by name, and what finds them in DNS.

use std::sync::{Arc, Mutex, PoisonError};

use leasehold_discovery::{Config, Finder, LookupError};

/// Whether hosts are looked for in DNS, and with which name servers.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Lookup {
    /// As this machine is configured: its name servers and suffixes at the time of the lookup.
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

/// Finds hosts, and remembers what it found while the machine's name servers and suffixes stay the same.
#[derive(Debug, Default)]
pub(crate) struct Search {
    lookup: Lookup,
    finder: Mutex<Option<Arc<Finder>>>,
}

impl Search {
    pub(crate) fn new(lookup: Lookup) -> Self {
        Self { lookup, finder: Mutex::default() }
    }

    /// The finder for the machine as it is configured now; `None` where lookups are off.
    pub(crate) fn finder(&self) -> Result<Option<Arc<Finder>>, LookupError> {
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
