//! One attempt at a batch: lock and load in one round trip, decide, write and commit in another.

use std::collections::{BTreeSet, HashMap};

use leasehold_core::{KeyId, UserId};
use leasehold_store::host::{
    Batch, CountingClient, Counts, LeaseRow, Ledger, Loaded, SealRow, Seals, Sighting, Tip, UserLease,
    decode_fingerprint, encode_entries, encode_fingerprint,
};
use tokio_postgres::Row;

use super::columns::{Clients, Column, Leases};
use super::horizon::{Horizon, counted, runs_until};
use super::rows::{self, bytes, integer};
use super::session::{HostSession, Ids};
use crate::failure::Fault;

/// How the families that a batch asks about stand, in the order of their ids.
#[derive(Debug, Default)]
struct Boundaries {
    /// Their places in the batch.
    places: Vec<usize>,
    ids: Vec<i32>,
    /// Clients count that were seen after this.
    seen: Vec<i64>,
    /// Leases are live that end after this.
    ends: Vec<i64>,
}

impl HostSession {
    /// Decides `batch` in one transaction. Once it is being committed, `sent` has its entries.
    pub(super) async fn attempt(
        &mut self,
        batch: &Batch<'_>,
        decide: &mut dyn FnMut(&mut Ledger) -> Seals,
        sent: &mut Option<Vec<u8>>,
    ) -> Result<Option<u64>, Fault> {
        let ids = self.ids(batch).await?;
        let boundaries = Boundaries::of(batch, &ids);
        let loaded = self.load(batch, &ids, &boundaries).await?;
        let counts = loaded.counts.clone();
        let mut ledger = Ledger::new(batch, loaded);
        let seals = decide(&mut ledger);
        if ledger.entries().is_empty() {
            self.client().batch_execute("ROLLBACK").await?;
            return Ok(None);
        }
        let counts = boundaries.after(&ledger, &counts)?;
        let clients = clients_of(&ledger, &ids)?;
        let leases = leases_of(&ledger, &ids, batch)?;
        let horizon = Horizon::of(&ledger, &ids)?;
        let entries = encode_entries(ledger.entries());
        *sent = Some(entries.clone());
        self.write(batch, (&boundaries, &counts), (&clients, &leases, &horizon), (&entries, &seals)).await.map(Some)
    }

    async fn load(&self, batch: &Batch<'_>, ids: &Ids, boundaries: &Boundaries) -> Result<Loaded, Fault> {
        let (client, statements) = (self.client(), &self.statements);
        let subjects = batch.subjects.iter().map(|subject| &subject.client.0[..]).collect::<Vec<_>>();
        let families = batch.subjects.iter().map(|subject| ids.families[subject.family]).collect::<Vec<_>>();
        let host: [Column<'_>; 1] = [&&batch.host.0[..]];
        let locks: [Column<'_>; 1] = [&boundaries.ids];
        let at: [Column<'_>; 3] = [&boundaries.ids, &boundaries.seen, &boundaries.ends];
        let (who, what): ([Column<'_>; 2], [Column<'_>; 3]) =
            ([&subjects, &families], [&subjects, &families, &ids.products]);
        let seen = Seen::of(batch, ids);
        let twins: [Column<'_>; 3] = [&seen.families, &seen.fingerprints, &seen.clients];
        let users: BTreeSet<UserId> = batch.subjects.iter().filter_map(|subject| subject.user).collect();
        // All are sent at once, in this order; each sees what was committed before the locks were given.
        let (begun, tip, locked, counted, sightings, counting, leases, held) = tokio::join!(
            biased;
            self.begin("READ COMMITTED"),
            client.query_opt(&statements.lock_chain, &host),
            client.query(&statements.lock_families, &locks),
            client.query(&statements.count_families, &at),
            client.query(&statements.sightings, &who),
            client.query(&statements.counting, &twins),
            client.query(&statements.leases, &what),
            self.leases_of(&users, batch.now),
        );
        begun?;
        let tip = tip?.ok_or_else(|| Fault::damaged("a host's chain"))?;
        let tip = Tip { number: rows::unsigned(&tip, 0)?, seal: bytes(&tip, 1)? };
        let (locked, counted) = (locked?, counted?);
        if locked.len() != boundaries.ids.len() || counted.len() != boundaries.ids.len() {
            return Err(Fault::damaged("a family"));
        }
        let mut loaded = Loaded {
            tip,
            counts: vec![Counts::default(); batch.families.len()],
            rows: vec![(None, None); batch.subjects.len()],
            counting: counting?.iter().map(|row| counting_client(row, ids)).collect::<Result<_, _>>()?,
            users: held?.iter().filter_map(|row| user_lease(row, ids).transpose()).collect::<Result<_, _>>()?,
        };
        for row in &counted {
            let place = boundaries.places.get(nth(row)?).ok_or_else(|| Fault::damaged("a family"))?;
            loaded.counts[*place] = Counts { clients: rows::unsigned(row, 1)?, live: rows::unsigned(row, 2)? };
        }
        let missing = || Fault::damaged("a row");
        for row in &sightings? {
            loaded.rows.get_mut(nth(row)?).ok_or_else(missing)?.0 = Some(rows::sighting(row, 1)?);
        }
        for row in &leases? {
            loaded.rows.get_mut(nth(row)?).ok_or_else(missing)?.1 = Some(rows::lease(row, 1)?);
        }
        Ok(loaded)
    }

    async fn write(
        &self,
        batch: &Batch<'_>,
        (boundaries, counts): (&Boundaries, &[(i64, i64)]),
        (clients, leases, horizon): (&Clients, &Leases, &Horizon),
        (entries, seals): (&[u8], &Seals),
    ) -> Result<u64, Fault> {
        let (client, statements) = (self.client(), &self.statements);
        let (seen, live): (Vec<i64>, Vec<i64>) = counts.iter().copied().unzip();
        let (host, at) = (&batch.host.0[..], integer(batch.now.unix()));
        let numbers: Vec<i64> = seals.iter().map(|seal| integer(seal.number)).collect();
        let kinds: Vec<i32> = seals.iter().map(|seal| i32::from(seal.kind.number())).collect();
        let hash = |part: fn(&SealRow) -> &[u8]| seals.iter().map(part).collect::<Vec<&[u8]>>();
        let (previous, root) = (hash(|seal| &seal.previous), hash(|seal| &seal.root));
        let (sealed, signature) = (hash(|seal| &seal.seal), hash(|seal| &seal.signature));
        let leaves = hash(|seal| seal.leaves.as_flattened());
        let (number, newest) = (numbers.last().copied(), sealed.last().copied());
        let counts: [Column<'_>; 5] = [&boundaries.ids, &seen, &boundaries.seen, &live, &boundaries.ends];
        let record: [Column<'_>; 12] =
            [&host, &at, &entries, &numbers, &kinds, &previous, &root, &sealed, &signature, &leaves, &number, &newest];
        let (clients, leases, horizon) = (clients.columns(), leases.columns(), horizon.columns());
        let (put_clients, put_leases, put_horizon, put_counts, recorded, committed) = tokio::join!(
            biased;
            client.execute(&statements.put_clients, &clients),
            client.execute(&statements.put_leases, &leases),
            client.execute(&statements.put_horizon, &horizon),
            client.execute(&statements.put_counts, &counts),
            client.query_opt(&statements.record, &record),
            client.batch_execute("COMMIT"),
        );
        // The first that fails says why; what comes after it fails with it, and so does the commit.
        put_clients?;
        put_leases?;
        put_horizon?;
        put_counts?;
        let recorded = recorded?;
        committed?;
        rows::unsigned(&recorded.ok_or_else(|| Fault::damaged("a host's chain"))?, 0)
    }
}

/// The machines that ask, where their fingerprints can have twins.
#[derive(Debug, Default)]
struct Seen<'b> {
    families: Vec<i32>,
    fingerprints: Vec<Vec<u8>>,
    clients: Vec<&'b [u8]>,
}

impl<'b> Seen<'b> {
    fn of(batch: &'b Batch<'_>, ids: &Ids) -> Self {
        let mut seen = Self::default();
        for subject in batch.subjects {
            let fingerprint = subject.fingerprint.filter(leasehold_core::Fingerprint::has_twins);
            if let (Some(fingerprint), Some(family)) = (fingerprint, ids.families[subject.family]) {
                seen.families.push(family);
                seen.fingerprints.push(encode_fingerprint(&fingerprint));
                seen.clients.push(&subject.client.0);
            }
        }
        seen
    }
}

fn counting_client(row: &Row, ids: &Ids) -> Result<CountingClient, Fault> {
    let family: i32 = row.try_get(0)?;
    let place = ids.families.iter().position(|id| *id == Some(family)).ok_or_else(|| Fault::damaged("a family"))?;
    let fingerprint = decode_fingerprint(row.try_get(1)?).ok_or_else(|| Fault::damaged("a fingerprint"))?;
    Ok(CountingClient { family: place, fingerprint, client: KeyId(bytes(row, 2)?), last: rows::time(row, 3)? })
}

/// A lease of a user; `None` where it is of a family that the batch is not about.
fn user_lease(row: &Row, ids: &Ids) -> Result<Option<UserLease>, Fault> {
    let family: i32 = row.try_get(0)?;
    let Some(family) = ids.families.iter().position(|id| *id == Some(family)) else { return Ok(None) };
    let product = row.try_get::<_, &str>(3)?.parse().map_err(|_| Fault::damaged("a product's name"))?;
    let (user, client) = (UserId(bytes(row, 1)?), KeyId(bytes(row, 2)?));
    Ok(Some(UserLease { family, user, client, product, expires: rows::time(row, 4)? }))
}

impl Boundaries {
    fn of(batch: &Batch<'_>, ids: &Ids) -> Self {
        let mut places: Vec<(i32, usize)> =
            ids.families.iter().enumerate().filter_map(|(place, id)| Some(((*id)?, place))).collect();
        places.sort_unstable();
        let mut boundaries = Self::default();
        for (id, place) in places {
            boundaries.places.push(place);
            boundaries.ids.push(id);
            boundaries.seen.push(integer(batch.now.minus(batch.families[place].window).unix()));
            boundaries.ends.push(integer(batch.now.unix()));
        }
        boundaries
    }

    /// The counts of clients and leases after a batch, from those before it.
    fn after(&self, ledger: &Ledger, before: &[Counts]) -> Result<Vec<(i64, i64)>, Fault> {
        let mut after: Vec<(i64, i64)> = Vec::with_capacity(self.ids.len());
        for place in &self.places {
            after.push((integer(before[*place].clients), integer(before[*place].live)));
        }
        let at = |place: usize| {
            self.places.iter().position(|other| *other == place).ok_or_else(|| Fault::damaged("a family"))
        };
        for change in ledger.sightings() {
            let at = at(change.key.0)?;
            let counts = |row: &Option<Sighting>| {
                let last = row.as_ref().and_then(counted);
                i64::from(last.is_some_and(|last| integer(last.unix()) > self.seen[at]))
            };
            after[at].0 += counts(&change.after) - counts(&change.before);
        }
        for change in ledger.leases() {
            let at = at(change.key.0)?;
            let runs = |row: &Option<LeaseRow>| {
                let end = row.as_ref().and_then(runs_until);
                i64::from(end.is_some_and(|end| integer(end.unix()) > self.ends[at]))
            };
            after[at].1 += runs(&change.after) - runs(&change.before);
        }
        Ok(after)
    }
}

/// The clients that a batch has changed, in the order of their keys.
fn clients_of(ledger: &Ledger, ids: &Ids) -> Result<Clients, Fault> {
    let mut changed: Vec<_> = ledger.sightings().iter().filter(|change| change.before != change.after).collect();
    changed.sort_unstable_by_key(|change| (change.key.1, change.key.0));
    let mut columns = Clients::default();
    for change in changed {
        let (family, client) = change.key;
        if let Some(after) = &change.after {
            columns.push((client, ids.family(family)?), after);
        }
    }
    Ok(columns)
}

/// The leases that a batch has changed, in the order of their keys.
fn leases_of(ledger: &Ledger, ids: &Ids, batch: &Batch<'_>) -> Result<Leases, Fault> {
    let mut changed: Vec<_> = ledger.leases().iter().filter(|change| change.before != change.after).collect();
    changed.sort_unstable_by_key(|change| (change.key.1, change.key.0, change.key.2));
    let products: HashMap<_, _> =
        batch.subjects.iter().map(|subject| subject.product).zip(ids.products.iter().copied()).collect();
    let mut columns = Leases::default();
    for change in changed {
        let (family, client, product) = change.key;
        if let Some(after) = &change.after {
            let product = products.get(&product).ok_or_else(|| Fault::damaged("a product"))?;
            columns.push((client, ids.family(family)?, *product), after);
        }
    }
    Ok(columns)
}

/// The place of a row among what was asked for.
fn nth(row: &Row) -> Result<usize, Fault> {
    let counted: i64 = row.try_get(0)?;
    usize::try_from(counted - 1).map_err(|_| Fault::damaged("a row"))
}
