//! Poolers that give each transaction another connection are refused: settings (commits are durable, no statement takes for ever)
//! and prepared statements belong to a connection, and a transaction would run without them or with those of another program.

use std::time::Duration;

use leasehold_store::StoreError;
use tokio::time::timeout;
use tokio_postgres::{Client, SimpleQueryMessage, SimpleQueryRow};

use crate::address::Address;
use crate::failure::Fault;

/// The process of the database that serves a connection.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Backend {
    process: String,
    /// When it began; `None` where the database does not say. Two servers may have processes of one number.
    begun: Option<String>,
}

impl Backend {
    async fn of(client: &Client) -> Result<Self, Fault> {
        let answer = client.simple_query(BACKEND).await?;
        let row = row(&answer)?;
        let process = row.try_get(0)?.ok_or_else(|| Fault::damaged("the number of a process"))?;
        Ok(Self { process: process.to_owned(), begun: row.try_get(1)?.map(str::to_owned) })
    }

    /// Compares it with the answer to what asks for the number of the process.
    pub(crate) fn is_named_by(&self, answer: &[SimpleQueryMessage]) -> Result<(), Fault> {
        if row(answer)?.try_get(0)? == Some(&self.process) { Ok(()) } else { Err(StoreError::Pooled.into()) }
    }

    fn is_known(&self) -> bool {
        self.begun.is_some()
    }
}

/// Makes sure that `client` has a process of the database for itself; which one.
///
/// A second connection takes what a pooler gives away: the process that `client` used last, or one that `client` does not get
/// then. A busy pooler may be missed here, and is noticed when a transaction begins.
///
/// # Errors
/// [`StoreError::Pooled`] among others.
pub(crate) async fn refuse_pooler(client: &Client, address: &Address) -> Result<Backend, Fault> {
    let own = Backend::of(client).await?;
    let compared = async {
        let (other, connection) = address.connect().await?;
        let shared = shares(client, &own, &other).await;
        connection.abort();
        shared
    };
    match timeout(TIMEOUT, compared).await {
        Ok(Ok(true)) => Err(StoreError::Pooled.into()),
        // Without a second connection nothing is known, and nothing is wrong: the database may have room for no more.
        Ok(Ok(false) | Err(_)) | Err(_) => Ok(own),
    }
}

/// Whether `client`, which had the process `own`, loses it where `other` is in a transaction.
async fn shares(client: &Client, own: &Backend, other: &Client) -> Result<bool, Fault> {
    let taken = async || Ok::<_, Fault>(own.is_known() && Backend::of(other).await? == *own);
    // A pooler of statements takes no transactions.
    if taken().await? {
        return Ok(true);
    }
    other.batch_execute("BEGIN").await?;
    Ok(taken().await? || Backend::of(client).await? != *own)
}

fn row(answer: &[SimpleQueryMessage]) -> Result<&SimpleQueryRow, Fault> {
    let row = answer.iter().find_map(|message| match message {
        SimpleQueryMessage::Row(row) => Some(row),
        _ => None,
    });
    row.ok_or_else(|| Fault::damaged("the number of a process"))
}

const BACKEND: &str = include_str!("../sql/backend.sql");
const TIMEOUT: Duration = Duration::from_secs(2);
