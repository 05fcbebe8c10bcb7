//! What is looked at without deciding anything.

use std::collections::BTreeSet;

use leasehold_core::{KeyId, PublicKey, Timestamp, UserId};
use leasehold_store::host::{
    ClientRow, ClientSearch, Counts, DecidedBatch, Entry, Family, SealRow, Stretch, decode_entries,
};
use tokio_postgres::Row;
use tokio_postgres::types::ToSql;

use super::rows::{self, bytes, integer};
use super::session::HostSession;
use crate::failure::Fault;

impl HostSession {
    /// Whether the database answers.
    pub(super) async fn look(&self) -> Result<(), Fault> {
        Ok(self.client().batch_execute("").await?)
    }

    /// Whether anything can be written.
    pub(super) async fn touch(&self) -> Result<(), Fault> {
        self.client().execute(&self.statements.touch, &[]).await?;
        Ok(())
    }

    /// The number of a host's latest batch where it has these entries, once the committing connection has ended.
    pub(super) async fn was_recorded(&self, host: KeyId, entries: &[u8]) -> Result<Option<u64>, Fault> {
        let row = self.client().query_opt(&self.statements.was_recorded, &[&&host.0[..], &entries]).await?;
        row.map(|row| rows::unsigned(&row, 0)).transpose()
    }

    pub(super) async fn newest_batch(&self) -> Result<u64, Fault> {
        rows::unsigned(&self.client().query_one(&self.statements.newest_batch, &[]).await?, 0)
    }

    pub(super) async fn introduce(&self, host: &PublicKey) -> Result<(), Fault> {
        self.client().execute(&self.statements.add_signer, &[&&host.id().0[..], &&host.0[..]]).await?;
        Ok(())
    }

    pub(super) async fn counts(&mut self, family: &Family, now: Timestamp) -> Result<Counts, Fault> {
        let Some(id) = self.family(&family.id).await? else { return Ok(Counts::default()) };
        let (seen, ends) = (integer(now.minus(family.window).unix()), integer(now.unix()));
        let row =
            self.client().query_opt(&self.statements.count_families, &[&vec![id], &vec![seen], &vec![ends]]).await?;
        let row = row.ok_or_else(|| Fault::damaged("a family"))?;
        Ok(Counts { clients: rows::unsigned(&row, 1)?, live: rows::unsigned(&row, 2)? })
    }

    pub(super) async fn leases_ending(
        &mut self,
        family: &Family,
        (from, to): (Timestamp, Timestamp),
    ) -> Result<u64, Fault> {
        let Some(id) = self.family(&family.id).await? else { return Ok(0) };
        let (from, to) = (integer(from.unix()), integer(to.unix()));
        let row = self.client().query_one(&self.statements.leases_ending, &[&id, &from, &to]).await?;
        rows::unsigned(&row, 0)
    }

    pub(super) async fn clients(&self, after: Option<KeyId>, max: usize) -> Result<Vec<ClientRow>, Fault> {
        let after = after.map_or(Vec::new(), |client| client.0.to_vec());
        let found = self.client().query(&self.statements.clients_from, &[&after, &integer(max as u64)]).await?;
        client_rows(&found)
    }

    /// Those of a stretch of up to about `max` clients after `after` that are looked for.
    pub(super) async fn find_clients(
        &self,
        search: &ClientSearch,
        after: Option<KeyId>,
        max: usize,
    ) -> Result<Stretch, Fault> {
        let begin = after.map_or(Vec::new(), |client| client.0.to_vec());
        let max = integer(max as u64);
        let row = self.client().query_one(&self.statements.stretch_end, &[&begin, &max]).await?;
        let (last, count): (Option<&[u8]>, i64) = (row.try_get(0)?, row.try_get(1)?);
        // Where the stretch has fewer rows than asked for, it reaches the end.
        let end = last.filter(|_| count == max).map(|last| last.try_into().map(KeyId));
        let mut end = end.transpose().map_err(|_| Fault::damaged("a client"))?;
        let upper = end.unwrap_or(KeyId([0xff; 16]));
        let wanted = i64::try_from(search.wanted).unwrap_or(i64::MAX);
        let (text, kind) = (search.text.to_ascii_lowercase(), i32::from(search.kind.number()));
        let now = integer(search.now.unix());
        let asked: [&(dyn ToSql + Sync); 6] = [&begin, &&upper.0[..], &text, &kind, &now, &wanted];
        let found = self.client().query(&self.statements.find_clients, &asked).await?;
        let clients = found.iter().map(|row| row.try_get(0)).collect::<Result<Vec<&[u8]>, _>>()?;
        if let Some(last) = clients.last().filter(|_| clients.len() >= search.wanted) {
            end = Some(KeyId((*last).try_into().map_err(|_| Fault::damaged("a client"))?));
        }
        let found = self.client().query(&self.statements.clients_named, &[&clients]).await?;
        let mut rows = client_rows(&found)?;
        rows.retain(|row| search.takes(row));
        Ok(Stretch { rows, end })
    }

    /// Up to `max` batches before `before`, newest first.
    pub(super) async fn decided_before(&self, before: Option<u64>, max: usize) -> Result<Vec<DecidedBatch>, Fault> {
        let (before, max) = (before.map_or(i64::MAX, integer), integer(max as u64));
        let found = self.client().query(&self.statements.batches_before, &[&before, &max]).await?;
        let batch = |row: &Row| {
            let at = rows::time(row, 1)?;
            let entries = decode_entries(row.try_get(2)?, at).map_err(|_| Fault::damaged("a journal row"))?;
            Ok(DecidedBatch { number: rows::unsigned(row, 0)?, at, entries })
        };
        found.iter().map(batch).collect()
    }

    /// The leases of these users that are live at `now`; nothing is asked where there are none.
    pub(super) async fn leases_of(&self, users: &BTreeSet<UserId>, now: Timestamp) -> Result<Vec<Row>, Fault> {
        if users.is_empty() {
            return Ok(Vec::new());
        }
        let users: Vec<&[u8]> = users.iter().map(|user| &user.0[..]).collect();
        Ok(self.client().query(&self.statements.leases_of_users, &[&users, &integer(now.unix())]).await?)
    }

    pub(super) async fn devices(&self, user: UserId, now: Timestamp) -> Result<Vec<KeyId>, Fault> {
        let leases = self.leases_of(&BTreeSet::from([user]), now).await?;
        let mut clients = leases.iter().map(|row| bytes(row, 2).map(KeyId)).collect::<Result<Vec<_>, _>>()?;
        clients.dedup();
        Ok(clients)
    }

    pub(super) async fn events(&self, max: usize) -> Result<Vec<Entry>, Fault> {
        let (mut entries, mut before) = (Vec::new(), i64::MAX);
        while entries.len() < max {
            let page = self.client().query(&self.statements.batches_before, &[&before, &PAGE]).await?;
            for row in &page {
                before = row.try_get(0)?;
                let decoded = decode_entries(row.try_get(2)?, rows::time(row, 1)?);
                let batch = decoded.map_err(|_| Fault::damaged("a journal row"))?;
                entries.extend(batch.into_iter().rev());
            }
            if page.is_empty() {
                break;
            }
        }
        entries.truncate(max);
        Ok(entries)
    }

    pub(super) async fn seal_at(&self, host: KeyId, number: u64) -> Result<Option<SealRow>, Fault> {
        let number = integer(number);
        let found = self.client().query_opt(&self.statements.seal_at, &[&&host.0[..], &number]).await?;
        found.map(|row| rows::seal(&row, 0)).transpose()
    }

    pub(super) async fn seals(&self, host: KeyId, max: usize) -> Result<Vec<SealRow>, Fault> {
        let max = integer(max as u64);
        let found = self.client().query(&self.statements.seals, &[&&host.0[..], &max]).await?;
        found.iter().map(|row| rows::seal(row, 0)).collect()
    }
}

/// Rows of clients with their leases, in their order, as clients.
fn client_rows(found: &[Row]) -> Result<Vec<ClientRow>, Fault> {
    let mut clients: Vec<ClientRow> = Vec::new();
    for row in found {
        let client = KeyId(bytes(row, 0)?);
        let family: &str = row.try_get(1)?;
        let family = family.parse().map_err(|_| Fault::damaged("a family's name"))?;
        if clients.last().is_none_or(|last| (last.client, last.family) != (client, family)) {
            clients.push(ClientRow { client, family, sighting: rows::sighting(row, 2)?, leases: Vec::new() });
        }
        let product: Option<&str> = row.try_get(9)?;
        if let (Some(product), Some(last)) = (product, clients.last_mut()) {
            let product = product.parse().map_err(|_| Fault::damaged("a product's name"))?;
            last.leases.push((product, rows::lease(row, 10)?));
        }
    }
    clients.iter_mut().for_each(|client| client.leases.sort_by_key(|(product, _)| *product));
    Ok(clients)
}

/// Batches that are fetched at once.
const PAGE: i64 = 64;
