//! A connection with its prepared statements and the ids it has met.

use std::collections::{HashMap, HashSet};

use leasehold_core::{FamilyId, KeyId, ProductId};
use leasehold_store::host::Batch;
use tokio_postgres::{Client, Statement};

use crate::address::Address;
use crate::failure::Fault;
use crate::session::{Purpose, Session};

/// A connection of a host's.
#[derive(Debug)]
pub(super) struct HostSession {
    session: Session,
    pub(super) statements: Statements,
    families: HashMap<FamilyId, i32>,
    products: HashMap<ProductId, i32>,
    chains: HashSet<KeyId>,
}

/// The ids of a batch: of its families that are asked about (others have none), and of each subject's product.
#[derive(Debug)]
pub(super) struct Ids {
    pub(super) families: Vec<Option<i32>>,
    pub(super) products: Vec<i32>,
}

impl Ids {
    /// The id of the batch's family at this place.
    pub(super) fn family(&self, place: usize) -> Result<i32, Fault> {
        self.families.get(place).copied().flatten().ok_or_else(|| Fault::damaged("a family"))
    }
}

macro_rules! statements {
    ($($name:ident)*) => {
        /// The statements, prepared.
        #[derive(Debug)]
        pub(super) struct Statements {
            $(pub(super) $name: Statement,)*
        }

        impl Statements {
            async fn prepare(client: &Client) -> Result<Self, tokio_postgres::Error> {
                $(let $name = client.prepare(include_str!(concat!("../../sql/host/", stringify!($name), ".sql")));)*
                let ($($name,)*) = tokio::try_join!($($name,)*)?;
                Ok(Self { $($name,)* })
            }
        }
    };
}

statements! {
    add_families add_products add_chain families products lock_chain lock_families count_families leases_ending sightings counting leases
    leases_of_users
    put_clients put_leases put_horizon put_counts count_seconds count_anew record was_recorded clients_from batches_before seals seal_at touch batches_after
    put_batches put_seals put_chains kept_counts is_empty number_on add_signer signers lock_pruned set_pruned prune_journal
    prune_seals base_of bases_from put_bases newest_batch stretch_end find_clients clients_named seals_after
}

impl HostSession {
    pub(super) async fn open(address: &Address, purpose: Purpose) -> Result<Self, Fault> {
        Self::on(Session::open(address, purpose).await?).await
    }

    /// Prepares the statements on a connection.
    pub(super) async fn on(session: Session) -> Result<Self, Fault> {
        let statements = Box::pin(Statements::prepare(&session.client)).await?;
        let (families, products) = (HashMap::new(), HashMap::new());
        Ok(Self { session, statements, families, products, chains: HashSet::new() })
    }

    pub(super) fn client(&self) -> &Client {
        &self.session.client
    }

    /// Begins a transaction.
    pub(super) async fn begin(&self, isolation: &str) -> Result<(), Fault> {
        self.session.begin(isolation).await
    }

    /// The ids of what `batch` is about; new ones are added, outside of any transaction.
    pub(super) async fn ids(&mut self, batch: &Batch<'_>) -> Result<Ids, Fault> {
        let asked: HashSet<usize> = batch.subjects.iter().map(|subject| subject.family).collect();
        let families = asked.iter().map(|at| batch.families[*at].id);
        let new: Vec<FamilyId> = families.filter(|id| !self.families.contains_key(id)).collect();
        if !new.is_empty() {
            self.add_families(&new).await?;
        }
        let products = batch.subjects.iter().map(|subject| subject.product);
        let new: HashSet<ProductId> = products.filter(|id| !self.products.contains_key(id)).collect();
        if !new.is_empty() {
            self.add_products(&new).await?;
        }
        if !self.chains.contains(&batch.host) {
            let zeros = [0_u8; 32];
            self.client().execute(&self.statements.add_chain, &[&&batch.host.0[..], &&zeros[..]]).await?;
            self.chains.insert(batch.host);
        }
        let known = |(at, family): (usize, &leasehold_store::host::Family)| {
            asked.contains(&at).then(|| self.families.get(&family.id).copied()).flatten()
        };
        let families = batch.families.iter().enumerate().map(known).collect();
        let product = |id| self.products.get(id).copied().ok_or_else(|| Fault::damaged("a product's name"));
        let products = batch.subjects.iter().map(|subject| product(&subject.product)).collect::<Result<_, _>>()?;
        Ok(Ids { families, products })
    }

    /// The id of a family, where anybody has asked about it.
    pub(super) async fn family(&mut self, id: &FamilyId) -> Result<Option<i32>, Fault> {
        if !self.families.contains_key(id) {
            self.learn_families(&[id.as_str()]).await?;
        }
        Ok(self.families.get(id).copied())
    }

    /// The id of a family, added where it is new.
    pub(super) async fn family_or_new(&mut self, id: FamilyId) -> Result<i32, Fault> {
        if !self.families.contains_key(&id) {
            self.add_families(&[id]).await?;
        }
        self.families.get(&id).copied().ok_or_else(|| Fault::damaged("a family's name"))
    }

    /// The id of a product, added where it is new.
    pub(super) async fn product_or_new(&mut self, id: ProductId) -> Result<i32, Fault> {
        if !self.products.contains_key(&id) {
            self.add_products(&HashSet::from([id])).await?;
        }
        self.products.get(&id).copied().ok_or_else(|| Fault::damaged("a product's name"))
    }

    async fn add_families(&mut self, new: &[FamilyId]) -> Result<(), Fault> {
        let names: Vec<&str> = new.iter().map(FamilyId::as_str).collect();
        self.client().execute(&self.statements.add_families, &[&names]).await?;
        self.learn_families(&names).await
    }

    async fn learn_families(&mut self, names: &[&str]) -> Result<(), Fault> {
        for row in self.client().query(&self.statements.families, &[&names]).await? {
            let name: &str = row.try_get(0)?;
            let id = name.parse().map_err(|_| Fault::damaged("a family's name"))?;
            self.families.insert(id, row.try_get(1)?);
        }
        Ok(())
    }

    async fn add_products(&mut self, new: &HashSet<ProductId>) -> Result<(), Fault> {
        let names: Vec<&str> = new.iter().map(ProductId::as_str).collect();
        self.client().execute(&self.statements.add_products, &[&names]).await?;
        for row in self.client().query(&self.statements.products, &[&names]).await? {
            let name: &str = row.try_get(0)?;
            let id = name.parse().map_err(|_| Fault::damaged("a product's name"))?;
            self.products.insert(id, row.try_get(1)?);
        }
        Ok(())
    }
}
