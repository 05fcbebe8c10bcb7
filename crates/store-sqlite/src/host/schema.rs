//! The steps of the schema.

use std::path::Path;
use std::sync::LazyLock;

use leasehold_store::StoreError;
use leasehold_store::migration::title;
use rusqlite_migration::{M, Migrations};

use super::{FILE, SqliteHost, chain};
use crate::open;

impl SqliteHost {
    /// The version of the schema in the folder `data` and the one this program knows; `None` where there is no store.
    ///
    /// # Errors
    /// [`StoreError`], [`StoreError::Newer`] among others.
    pub fn versions(data: &Path) -> Result<Option<(u64, u64)>, StoreError> {
        open::versions(&data.join(FILE), &MIGRATIONS)
    }

    /// What each migration does, in order; the `n`th leads to version `n`.
    pub fn migrations() -> Vec<String> {
        STEPS.map(title).to_vec()
    }
}

const STEPS: [&str; 8] = [
    include_str!("../../migrations/host/0001_initial.sql"),
    include_str!("../../migrations/host/0002_times.sql"),
    include_str!("../../migrations/host/0003_counting.sql"),
    include_str!("../../migrations/host/0004_sealed_refusals.sql"),
    include_str!("../../migrations/host/0005_early_ends.sql"),
    include_str!("../../migrations/host/0006_pruning.sql"),
    include_str!("../../migrations/host/0007_users.sql"),
    include_str!("../../migrations/host/0008_seals.sql"),
];

pub(super) static MIGRATIONS: LazyLock<Migrations<'static>> = LazyLock::new(|| {
    let mut steps = STEPS.map(M::up);
    steps[7] = M::up_with_hook(STEPS[7], chain::move_seals);
    Migrations::new(steps.to_vec())
});
