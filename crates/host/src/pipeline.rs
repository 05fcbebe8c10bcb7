//! The threads between the network and the store: verify what has come, decide what is verified.

use std::sync::atomic::{AtomicBool, AtomicU64};
use std::sync::{Arc, PoisonError, RwLock};
use std::thread::{self, JoinHandle};

use leasehold_store::host::HostStore;

use crate::gate::Gate;
use crate::identity::Identity;
use crate::job::{Job, Verified};
use crate::stages::Stages;
use crate::{Error, Surroundings, decide, verify};

/// What all threads of a host share.
#[derive(Debug)]
pub(crate) struct Shared {
    pub(crate) arrived: Gate<Job>,
    pub(crate) verified: Gate<Verified>,
    pub(crate) surroundings: Surroundings,
    pub(crate) store_works: AtomicBool,
    pub(crate) stages: Stages,
    pub(crate) counters: Counters,
    identity: RwLock<Option<Arc<Identity>>>,
}

/// What was answered so far.
#[derive(Debug, Default)]
pub(crate) struct Counters {
    pub(crate) granted: AtomicU64,
    pub(crate) refused: AtomicU64,
}

impl Shared {
    pub(crate) fn new(surroundings: Surroundings, identity: Option<Identity>) -> Self {
        Self {
            arrived: Gate::new(WAITING),
            verified: Gate::new(WAITING),
            surroundings,
            store_works: AtomicBool::new(true),
            stages: Stages::default(),
            counters: Counters::default(),
            identity: RwLock::new(identity.map(Arc::new)),
        }
    }

    /// Who the host is now; `None` before it is activated.
    pub(crate) fn identity(&self) -> Option<Arc<Identity>> {
        self.identity.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// A new certificate takes the place of the old between two batches.
    pub(crate) fn become_known_as(&self, identity: Identity) {
        *self.identity.write().unwrap_or_else(PoisonError::into_inner) = Some(Arc::new(identity));
    }
}

/// The running threads; closing lets them finish what has come.
#[derive(Debug)]
pub(crate) struct Pipeline {
    shared: Arc<Shared>,
    verifiers: Vec<JoinHandle<()>>,
    decider: JoinHandle<()>,
}

impl Pipeline {
    /// Starts as many verifiers as there are processors, and one thread that decides and writes.
    pub(crate) fn start(shared: &Arc<Shared>, store: Box<dyn HostStore>) -> Result<Self, Error> {
        let processors = thread::available_parallelism().map_or(1, usize::from);
        let spawn = |name: String, work: Box<dyn FnOnce() + Send>| {
            thread::Builder::new().name(name).spawn(work).map_err(Error::Thread)
        };
        let verifier = |n| {
            let shared = Arc::clone(shared);
            // With several verifiers, none takes so much that the others have nothing to do.
            let most = 1_024 / processors;
            spawn(format!("verify-{n}"), Box::new(move || verify::run(&shared, most)))
        };
        let decide = Arc::clone(shared);
        Ok(Self {
            shared: Arc::clone(shared),
            decider: spawn("decide".to_owned(), Box::new(move || decide::run(&decide, store)))?,
            verifiers: (0..processors).map(verifier).collect::<Result<_, _>>()?,
        })
    }

    /// Decides what has come, takes nothing more, ends.
    pub(crate) fn close(self) {
        self.shared.arrived.close();
        for verifier in self.verifiers {
            let _ = verifier.join();
        }
        self.shared.verified.close();
        let _ = self.decider.join();
    }
}

/// Requests that may wait before each stage; a client that finds no room is asked to come again.
const WAITING: usize = 8_192;
