//! What a batch is decided on, from tables and overlay.

use std::collections::BTreeSet;

use leasehold_core::{Fingerprint, KeyId, UserId};
use leasehold_store::StoreError;
use leasehold_store::host::{Batch, CountingClient, Counts, Loaded, Sighting, Subject, Tip, UserLease};

use super::rows::{self, ClientReader};
use super::{SqliteHost, chain};

impl SqliteHost {
    /// The rows of a batch, beside the `counts` of its families.
    pub(super) fn loaded(&self, batch: &Batch<'_>, counts: Vec<Counts>) -> Result<Loaded, StoreError> {
        let mut loaded = Loaded { tip: self.tip(batch.host)?, counts, ..Loaded::default() };
        let families: Vec<Option<i64>> =
            batch.families.iter().map(|family| self.names.find(family.id.as_str())).collect();
        let mut reader = ClientReader::new(&self.connection, &self.overlay)?;
        for subject in batch.subjects {
            let (family, product) = (families[subject.family], self.names.find(subject.product.as_str()));
            let row = match family {
                Some(family) => reader.read((subject.client, family), product)?,
                None => (None, None),
            };
            if let Some(family) = family {
                self.load_counting(batch, subject, (family, row.0.as_ref()), &mut loaded.counting)?;
            }
            loaded.rows.push(row);
        }
        let users: BTreeSet<UserId> = batch.subjects.iter().filter_map(|subject| subject.user).collect();
        for user in users {
            self.load_user(batch, user, &families, &mut loaded.users)?;
        }
        Ok(loaded)
    }

    /// The clients that count on the machine of a subject, unless it goes on counting whatever they do.
    fn load_counting(
        &self,
        batch: &Batch<'_>,
        subject: &Subject,
        (family, row): (i64, Option<&Sighting>),
        counting: &mut Vec<CountingClient>,
    ) -> Result<(), StoreError> {
        let window = batch.families[subject.family].window;
        let goes_on = |row: &Sighting| row.may_count() && row.last.plus(window) > batch.now;
        if subject.fingerprint.is_none() || row.is_some_and(goes_on) {
            return Ok(());
        }
        let stored = row.map(|row| row.fingerprint).filter(|stored| Some(*stored) != subject.fingerprint);
        for fingerprint in subject.fingerprint.into_iter().chain(stored).filter(Fingerprint::has_twins) {
            let found = rows::counting(&self.connection, &self.overlay, family, &fingerprint)?;
            let row = |(client, last)| CountingClient { family: subject.family, fingerprint, client, last };
            counting.extend(found.into_iter().map(row));
        }
        Ok(())
    }

    /// The live leases of a user in the families of a batch.
    fn load_user(
        &self,
        batch: &Batch<'_>,
        user: UserId,
        families: &[Option<i64>],
        users: &mut Vec<UserLease>,
    ) -> Result<(), StoreError> {
        for ((client, family, product), row) in rows::leases_of_user(&self.connection, &self.overlay, user, batch.now)?
        {
            if let Some(family) = families.iter().position(|id| *id == Some(family)) {
                let (product, expires) = (self.names.text(product)?, row.held.expires);
                users.push(UserLease { family, user, client, product, expires });
            }
        }
        Ok(())
    }

    fn tip(&self, host: KeyId) -> Result<Tip, StoreError> {
        match self.tips.get(&host) {
            Some(tip) => Ok(*tip),
            None => chain::tip(&self.connection, self.overlay.links(), host),
        }
    }
}
