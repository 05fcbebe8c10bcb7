//! The thread between the network and the store.

use std::sync::Arc;
use std::thread::{self, JoinHandle};

use leasehold_store::host::HostStore;

use crate::shared::Shared;
use crate::{Error, deciding};

/// The thread that decides; closing lets it finish what has come.
#[derive(Debug)]
pub(crate) struct Pipeline {
    shared: Arc<Shared>,
    decider: JoinHandle<()>,
}

impl Pipeline {
    pub(crate) fn start(shared: &Arc<Shared>, store: Box<dyn HostStore>) -> Result<Self, Error> {
        let decide = Arc::clone(shared);
        let decider = thread::Builder::new().name("decide".to_owned()).spawn(move || deciding::run(&decide, store));
        Ok(Self { shared: Arc::clone(shared), decider: decider.map_err(Error::Thread)? })
    }

    /// Decides what has come, takes nothing more, ends.
    pub(crate) fn close(self) {
        self.shared.arrived.close();
        let _ = self.decider.join();
    }
}
