//! One connection to a database, set up so that nothing hangs for ever and every commit is durable.

use leasehold_store::StoreError;
use tokio::runtime::Runtime;
use tokio::task::JoinHandle;
use tokio_postgres::Client;

use crate::address::Address;
use crate::failure::Fault;
use crate::pooler::{Backend, refuse_pooler};

/// A connection; it ends when dropped.
#[derive(Debug)]
pub(crate) struct Session {
    pub(crate) client: Client,
    connection: JoinHandle<()>,
    backend: Backend,
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
    ///
    /// # Errors
    /// [`StoreError::Pooled`] among others.
    pub(crate) async fn open(address: &Address, purpose: Purpose) -> Result<Self, Fault> {
        let (client, connection) = address.connect().await?;
        let backend = match refuse_pooler(&client, address).await {
            Ok(backend) => backend,
            Err(fault) => {
                connection.abort();
                return Err(fault);
            }
        };
        let session = Self { client, connection, backend };
        let settings = match purpose {
            Purpose::Serving => SERVING,
            Purpose::Looking => LOOKING,
        };
        session.client.batch_execute(settings).await?;
        Ok(session)
    }

    /// Begins a transaction, on the connection that was set up.
    ///
    /// # Errors
    /// [`StoreError::Pooled`] where it is another: a pooler was set to another mode meanwhile.
    pub(crate) async fn begin(&self, isolation: &str) -> Result<(), Fault> {
        let begin = format!("BEGIN ISOLATION LEVEL {isolation}; SELECT pg_backend_pid()");
        self.backend.is_named_by(&self.client.simple_query(&begin).await?)
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
