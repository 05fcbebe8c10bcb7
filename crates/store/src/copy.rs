//! Copying a store into an empty one of any backend: one thread reads records, another writes them.
//!
//! ```
//! # fn copy(
//! #     from: &mut dyn leasehold_store::host::Records, to: &mut dyn leasehold_store::host::Records,
//! # ) -> Result<(), leasehold_store::copy::CopyError> {
//! use leasehold_store::copy;
//!
//! let copied = copy::host(from, to, &mut || ())?;
//! let read_back = copy::host_summary(to, &mut || ()).map_err(copy::CopyError::Writing)?;
//! assert!(copied == read_back);
//! # Ok(())
//! # }
//! ```

use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread;

use crate::authority::AuthorityStore;
use crate::authority::copy as authority_copy;
use crate::host::{Records, Summary};
use crate::{StoreError, authority};

/// Which side of a copy failed. What the target holds then must not be used.
#[derive(Debug, thiserror::Error)]
pub enum CopyError {
    /// The store that was read.
    #[error(transparent)]
    Reading(StoreError),
    /// The store that was written.
    #[error(transparent)]
    Writing(StoreError),
}

/// Copies all records of a host's store into `to`, which is empty; calls `progress` after each record.
///
/// # Errors
/// [`CopyError`].
pub fn host(from: &mut dyn Records, to: &mut dyn Records, progress: &mut dyn FnMut()) -> Result<Summary, CopyError> {
    let mut summary = Summary::default();
    pump(
        |each| from.dump(each),
        |next| {
            to.restore(&mut || {
                let record = next()?;
                if let Some(record) = &record {
                    summary.add(record);
                    progress();
                }
                Ok(record)
            })
        },
    )?;
    Ok(summary)
}

/// Copies all records of an authority's store into `to`, which is empty; calls `progress` after each record.
///
/// # Errors
/// [`CopyError`].
pub fn authority(
    from: &dyn AuthorityStore,
    to: &dyn AuthorityStore,
    progress: &mut dyn FnMut(),
) -> Result<authority_copy::Summary, CopyError> {
    let mut summary = authority_copy::Summary::default();
    pump(
        |each| authority_copy::dump(from, each),
        |next| {
            authority_copy::restore(to, &mut || {
                let record = next()?;
                if let Some(record) = &record {
                    summary.add(record);
                    progress();
                }
                Ok(record)
            })
        },
    )?;
    Ok(summary)
}

/// Reads all records of a host's store: two stores with equal summaries hold the same.
///
/// # Errors
/// [`StoreError`].
pub fn host_summary(store: &mut dyn Records, progress: &mut dyn FnMut()) -> Result<Summary, StoreError> {
    let mut summary = Summary::default();
    store.dump(&mut |record| {
        summary.add(&record);
        progress();
        Ok(())
    })?;
    Ok(summary)
}

/// Reads all records of an authority's store: two stores with equal summaries hold the same.
///
/// # Errors
/// [`StoreError`].
pub fn authority_summary(store: &dyn AuthorityStore) -> Result<authority::copy::Summary, StoreError> {
    let mut summary = authority_copy::Summary::default();
    authority_copy::dump(store, &mut |record| {
        summary.add(&record);
        Ok(())
    })?;
    Ok(summary)
}

type Each<'e, R> = dyn FnMut(R) -> Result<(), StoreError> + 'e;
type Next<'n, R> = dyn FnMut() -> Result<Option<R>, StoreError> + 'n;

/// Reads on one thread and writes on this one, with a bounded number of records between them.
fn pump<R: Send>(
    dump: impl FnOnce(&mut Each<'_, R>) -> Result<(), StoreError> + Send,
    restore: impl FnOnce(&mut Next<'_, R>) -> Result<(), StoreError>,
) -> Result<(), CopyError> {
    // The end is sent too: a reader that failed must not look like one that is done.
    let (sender, receiver): (SyncSender<Option<R>>, Receiver<Option<R>>) = sync_channel(QUEUED);
    thread::scope(|scope| {
        let reader = scope.spawn(move || {
            let other_failed = || StoreError::Unavailable("the other store has failed".into());
            dump(&mut |record| sender.send(Some(record)).map_err(|_| other_failed()))?;
            sender.send(None).map_err(|_| other_failed())
        });
        let mut cut = false;
        let written = restore(&mut || {
            receiver.recv().map_err(|_| {
                cut = true;
                StoreError::Unavailable("the other store has failed".into())
            })
        });
        drop(receiver);
        let read = reader.join().expect("reading does not panic");
        match (written, read) {
            (Ok(()), _) => Ok(()),
            (Err(_), Err(error)) if cut => Err(CopyError::Reading(error)),
            (Err(error), _) => Err(CopyError::Writing(error)),
        }
    })
}

/// Records between reader and writer.
const QUEUED: usize = 256;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::host::{BatchRow, Flaw, Record};

    /// A store of empty batches that fails after so many records.
    struct Fake {
        records: Vec<Record>,
        fails_after: Option<usize>,
    }

    impl Fake {
        fn new(records: u64, fails_after: Option<usize>) -> Self {
            let batch = |number| {
                Record::Batch(BatchRow {
                    number,
                    at: leasehold_core::Timestamp::from_unix(number),
                    entries: vec![],
                    seals: vec![],
                })
            };
            Self { records: (1..=records).map(batch).collect(), fails_after }
        }

        fn fails_at(&self, at: usize) -> Result<(), StoreError> {
            if self.fails_after == Some(at) { Err(StoreError::InUse) } else { Ok(()) }
        }
    }

    impl Records for Fake {
        fn dump(&mut self, each: &mut dyn FnMut(Record) -> Result<(), StoreError>) -> Result<(), StoreError> {
            for (at, record) in self.records.iter().enumerate() {
                self.fails_at(at)?;
                each(record.clone())?;
            }
            Ok(())
        }

        fn restore(&mut self, next: &mut dyn FnMut() -> Result<Option<Record>, StoreError>) -> Result<(), StoreError> {
            while let Some(record) = next()? {
                self.fails_at(self.records.len())?;
                self.records.push(record);
            }
            Ok(())
        }

        fn flaws(&mut self) -> Result<Vec<Flaw>, StoreError> {
            Ok(Vec::new())
        }
    }

    #[test]
    fn all_records_arrive_and_the_side_that_fails_is_named() {
        let (mut from, mut to, mut seen) = (Fake::new(1_000, None), Fake::new(0, None), 0);
        let copied = host(&mut from, &mut to, &mut || seen += 1).expect("a copy");
        assert!(copied == host_summary(&mut to, &mut || ()).expect("a summary"));
        assert_eq!((to.records.len(), seen, copied.batches), (1_000, 1_000, 1_000));

        let reading = host(&mut Fake::new(1_000, Some(600)), &mut Fake::new(0, None), &mut || ());
        assert!(matches!(reading, Err(CopyError::Reading(StoreError::InUse))), "{reading:?}");
        let writing = host(&mut Fake::new(1_000, None), &mut Fake::new(0, Some(10)), &mut || ());
        assert!(matches!(writing, Err(CopyError::Writing(StoreError::InUse))), "{writing:?}");
    }
}
