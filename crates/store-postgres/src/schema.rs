//! The schema of a store: SQL files run in order, their number kept beside the tables.

use leasehold_store::StoreError;
use tokio_postgres::Client;

use crate::address::Address;
use crate::failure::{Fault, damaged};
use crate::session::{Purpose, Session, runtime};

/// The tables of one kind of store and the steps that lead to them.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Schema {
    /// The schema in the database that holds the tables.
    pub(crate) name: &'static str,
    /// The migrations, in order; the `n`th leads to version `n`.
    pub(crate) steps: &'static [&'static str],
    /// The advisory lock under which steps are taken.
    pub(crate) lock: i64,
}

impl Schema {
    /// The version this program knows.
    pub(crate) fn known(&self) -> u64 {
        self.steps.len() as u64
    }

    /// The version found; `None` where there is no store of this kind.
    ///
    /// # Errors
    /// [`StoreError::Newer`] among others.
    pub(crate) async fn version(&self, client: &Client) -> Result<Option<u64>, Fault> {
        let table = format!("{}.schema_version", self.name);
        let there: bool = client.query_one("SELECT to_regclass($1::text) IS NOT NULL", &[&table]).await?.try_get(0)?;
        if !there {
            return Ok(None);
        }
        let rows = client.query(&format!("SELECT version FROM {table}"), &[]).await?;
        let [row] = rows.as_slice() else { return Err(Fault::damaged("the schema's version")) };
        let found = u64::try_from(row.try_get::<_, i64>(0)?).map_err(|_| damaged("the schema's version"))?;
        if found > self.known() {
            return Err(StoreError::Newer { found, known: self.known() }.into());
        }
        Ok(Some(found))
    }

    /// The version found at `address` and the one this program knows; `None` where there is no store of this kind.
    pub(crate) fn versions(&self, address: &Address) -> Result<Option<(u64, u64)>, StoreError> {
        let version = runtime()?.block_on(async {
            let session = Session::open(address, Purpose::Looking).await?;
            self.version(&session.client).await
        });
        Ok(version?.map(|found| (found, self.known())))
    }

    /// Makes the tables or brings them up to date; from which version. Others that do the same wait for each other.
    pub(crate) async fn bring_up_to_date(&self, client: &Client) -> Result<u64, Fault> {
        // Serving from a store that is up to date needs no right to change it.
        if let Some(found) = self.version(client).await?
            && found == self.known()
        {
            return Ok(found);
        }
        // What a step has waited for it sees, whichever isolation the database sets.
        let begin =
            "BEGIN ISOLATION LEVEL READ COMMITTED; SET LOCAL statement_timeout = 0; SET LOCAL lock_timeout = '60s'";
        client.batch_execute(begin).await?;
        let ended = self.take_steps(client).await;
        client.batch_execute(if ended.is_ok() { "COMMIT" } else { "ROLLBACK" }).await?;
        ended
    }

    async fn take_steps(&self, client: &Client) -> Result<u64, Fault> {
        let name = self.name;
        client.execute("SELECT pg_advisory_xact_lock($1)", &[&self.lock]).await?;
        let there: bool =
            client.query_one("SELECT to_regnamespace($1::text) IS NOT NULL", &[&name]).await?.try_get(0)?;
        if !there {
            client.batch_execute(&format!("CREATE SCHEMA {name}")).await?;
        }
        let found = if let Some(found) = self.version(client).await? {
            found
        } else {
            let table = format!("CREATE TABLE {name}.schema_version (version BIGINT NOT NULL)");
            client.batch_execute(&format!("{table}; INSERT INTO {name}.schema_version VALUES (0)")).await?;
            0
        };
        let pending = usize::try_from(found).unwrap_or(usize::MAX);
        for step in self.steps.get(pending..).unwrap_or_default() {
            client.batch_execute(step).await?;
        }
        let known = i64::try_from(self.known()).unwrap_or(i64::MAX);
        client.execute(&format!("UPDATE {name}.schema_version SET version = $1"), &[&known]).await?;
        Ok(found)
    }
}
