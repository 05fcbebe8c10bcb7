//! One connection to a database, set up so that nothing hangs for ever and every commit is durable.

use leasehold_store::StoreError;
use tokio::runtime::Runtime;
use tokio::task::JoinHandle;
use tokio_postgres::Client;

use crate::address::Address;
use crate::failure::Fault;

/// A connection; it ends when dropped.
#[derive(Debug)]
pub(crate) struct Session {
    pub(crate) client: Client,
    connection: JoinHandle<()>,
}

/// What a connection is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Purpose {
    /// Deciding: waiting clients want an answer within seconds.
    Serving,
    /// Reading, copying and checking: long statements, which delay no client.
    Looking,
}

impl Session {
    /// Connects; the tasks run on the runtime that polls this.
    pub(crate) async fn open(address: &Address, purpose: Purpose) -> Result<Self, Fault> {
        let (client, connection) = address.config.connect(address.tls.connector()).await?;
        let connection = tokio::spawn(async move {
            if let Err(error) = connection.await {
                tracing::debug!(%error, "connection to the database lost");
            }
        });
        let session = Self { client, connection };
        let settings = match purpose {
            Purpose::Serving => SERVING,
            Purpose::Looking => LOOKING,
        };
        session.client.batch_execute(settings).await?;
        Ok(session)
    }
}

/// A runtime of one thread, the caller's: a batch waits for no other task.
pub(crate) fn runtime() -> Result<Runtime, StoreError> {
    let built = tokio::runtime::Builder::new_current_thread().enable_all().build();
    built.map_err(|error| StoreError::Unavailable(Box::new(error)))
}

impl Drop for Session {
    fn drop(&mut self) {
        self.connection.abort();
    }
}

pub(crate) const SERVING: &str = include_str!("../sql/serving.sql");
const LOOKING: &str = include_str!("../sql/looking.sql");
