//! Connections that threads share.

use std::time::Duration;

use deadpool_postgres::{ClientWrapper, Hook, HookError, Manager, ManagerConfig, PoolError, RecyclingMethod, Runtime};
use leasehold_store::StoreError;

pub(super) use deadpool_postgres::{Object as Connection, Pool};

use crate::address::Address;
use crate::failure::Fault;
use crate::pooler::refuse_pooler;
use crate::session::SERVING;

/// A pool for the database at `address`; it connects when it is asked.
pub(super) fn make(address: &Address) -> Result<Pool, StoreError> {
    // A connection is asked whether it still is one before it is given away again.
    let config = ManagerConfig { recycling_method: RecyclingMethod::Verified };
    let manager = Manager::from_config(address.config.clone(), address.tls.connector(), config);
    let address = address.clone();
    let settings = Hook::async_fn(move |client: &mut ClientWrapper, _| {
        let address = address.clone();
        Box::pin(async move {
            refuse_pooler(client, &address).await.map_err(|fault| match fault {
                Fault::Database(error) => HookError::Backend(error),
                Fault::Late | Fault::Store(_) => HookError::message(POOLED),
            })?;
            client.batch_execute(SERVING).await.map_err(HookError::Backend)
        })
    });
    let pool = Pool::builder(manager)
        .max_size(MAX_CONNECTIONS)
        .runtime(Runtime::Tokio1)
        .wait_timeout(Some(TIMEOUT))
        .create_timeout(Some(TIMEOUT))
        .recycle_timeout(Some(TIMEOUT))
        .post_create(settings)
        .build();
    pool.map_err(|error| StoreError::Unavailable(Box::new(error)))
}

/// A connection, once one is free.
pub(super) async fn take(pool: &Pool) -> Result<Connection, Fault> {
    pool.get().await.map_err(|error| match error {
        PoolError::Backend(error) | PoolError::PostCreateHook(HookError::Backend(error)) => Fault::Database(error),
        PoolError::PostCreateHook(HookError::Message(_)) => Fault::Store(StoreError::Pooled),
        PoolError::Timeout(_) => Fault::Late,
        other => Fault::Store(StoreError::Unavailable(Box::new(other))),
    })
}

/// What a new connection fails by where it is not one of its own.
const POOLED: &str = "pooled";
const MAX_CONNECTIONS: usize = 8;
const TIMEOUT: Duration = Duration::from_secs(8);
