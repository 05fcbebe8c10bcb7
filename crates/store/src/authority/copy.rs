//! An authority's store record by record: for copies from one backend into another.

pub(super) mod suite;

use leasehold_core::activation::{Ordinals, PlaceId, Placement};
use leasehold_core::{Cti, KeyId, PublicKey, Text, Timestamp};
use sha2::{Digest, Sha256};

use super::{
    Actor, AuditRow, AuthorityCertificate, AuthorityStore, Family, HostReport, HostUsage, IssuedKey, NewActivation,
    Product, Revocation, RevocationList, SignedObject, Stamp, Token, Transaction, Vendor,
};
use crate::StoreError;

/// One record of an authority's store.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Record {
    /// Whose store it is.
    Vendor(Vendor),
    /// A certificate of the root's.
    Certificate(AuthorityCertificate),
    /// A family.
    Family(Family),
    /// A product.
    Product(Product),
    /// A product key.
    Key(IssuedKey),
    /// A key pair that was activated.
    Activation(ActivationRow),
    /// An activation object that was signed.
    Object(SignedObject),
    /// What a host has reported last, with its product key and its own key.
    Report(KeyId, KeyId, HostReport),
    /// How a family was used on a host in a month.
    Usage(HostUsage),
    /// An entry of the revocation list.
    Revocation(Revocation),
    /// The newest revocation list.
    List(RevocationList),
    /// A token.
    Token(Token),
    /// A row of the audit.
    Audit(AuditRow),
}

/// A key pair that was activated, as it is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ActivationRow {
    /// The product key.
    pub key: KeyId,
    /// The public half of the host's, machine's or directory's pair.
    pub subject: PublicKey,
    /// Which it is, and which of its key pairs this one is.
    pub ordinals: Ordinals,
    /// The machine, as last seen, or the directory.
    pub id: PlaceId,
    /// What the host or directory is called.
    pub name: Option<Text>,
    /// When it was first activated.
    pub first: Timestamp,
    /// When it was last answered.
    pub last: Timestamp,
    /// The name of that answer.
    pub cti: Cti,
    /// When that answer ends.
    pub expires: Option<Timestamp>,
    /// That answer.
    pub document: Vec<u8>,
}

impl ActivationRow {
    /// As it was recorded last.
    pub fn activation(&self) -> NewActivation {
        NewActivation {
            key: self.key,
            subject: self.subject,
            placement: Placement::Again(self.ordinals),
            id: self.id,
            name: self.name.clone(),
            cti: self.cti,
            expires: self.expires,
            document: self.document.clone(),
        }
    }
}

/// Rows as they are, in one transaction.
pub trait CopyRows {
    /// Key pairs that were activated, with all that is kept of them and a number each, in its order: at most `max` whose
    /// number is higher than `after`.
    ///
    /// # Errors
    /// Where the store fails.
    fn all_activations(&mut self, after: u64, max: u64) -> Result<Vec<(u64, ActivationRow)>, StoreError>;

    /// Adds a record of another store as it is, without a row of audit of its own: [`put`] without them.
    ///
    /// # Errors
    /// Where the store fails.
    fn put(&mut self, record: &Record) -> Result<(), StoreError>;

    /// Sets when a key pair was first activated.
    ///
    /// # Errors
    /// Where the store fails.
    fn put_first(&mut self, activated: &ActivationRow) -> Result<(), StoreError>;

    /// Adds an entry of the revocation list.
    ///
    /// # Errors
    /// Where the store fails.
    fn put_revocation(&mut self, revocation: &Revocation) -> Result<(), StoreError>;

    /// Sets the newest revocation list.
    ///
    /// # Errors
    /// Where the store fails.
    fn put_list(&mut self, list: &RevocationList) -> Result<(), StoreError>;

    /// Adds a row of the audit with its own number and time.
    ///
    /// # Errors
    /// Where the store fails.
    fn put_audit(&mut self, row: &AuditRow) -> Result<(), StoreError>;
}

/// Adds a record as it is, in a transaction that audits nothing: what an audit would say of it is among the records.
///
/// # Errors
/// Where the store fails.
pub fn put(tx: &mut impl Transaction, record: &Record) -> Result<(), StoreError> {
    // What is kept has its own times.
    let by = |at: Timestamp| Stamp { at, actor: Actor::Cli };
    match record {
        Record::Vendor(vendor) => tx.add_vendor(vendor, by(vendor.made)),
        Record::Certificate(certificate) => tx.add_authority_certificate(certificate, by(certificate.not_before)),
        Record::Family(family) => tx.add_family(family, by(Timestamp::default())),
        Record::Product(product) => tx.add_product(product, by(Timestamp::default())),
        Record::Key(key) => tx.add_key(key, by(key.issued)),
        Record::Activation(activated) => {
            tx.record_activation(&activated.activation(), by(activated.last))?;
            tx.put_first(activated)
        }
        Record::Object(object) => tx.record_object(object),
        Record::Report(key, subject, HostReport { tip, former, fork }) => {
            tx.record_tip(*key, *subject, *tip, *former)?;
            fork.map_or(Ok(()), |fork| tx.record_fork(*key, *subject, &fork, by(fork.at)))
        }
        Record::Usage(usage) => tx.record_usage(usage),
        Record::Revocation(revocation) => tx.put_revocation(revocation),
        Record::List(list) => tx.put_list(list),
        Record::Token(token) => tx.add_token(token, by(token.made)),
        Record::Audit(row) => tx.put_audit(row),
    }
}

/// How many records there are, and a digest of all of them: two stores with equal summaries hold the same.
#[derive(Clone, Debug, Default)]
pub struct Summary {
    /// How many.
    pub records: u64,
    hasher: Sha256,
}

impl Summary {
    /// Counts a record.
    pub fn add(&mut self, record: &Record) {
        self.records += 1;
        // The debug output of a record has all of it, and is the same for both stores of one program.
        let words = format!("{record:?}");
        self.hasher.update((words.len() as u64).to_be_bytes());
        self.hasher.update(words);
    }

    /// The digest of the records so far.
    pub fn digest(&self) -> [u8; 32] {
        self.hasher.clone().finalize().into()
    }
}

/// Hands all records of one moment to `each`, in the order in which they can be restored.
///
/// # Errors
/// That of `each`; [`StoreError::Unavailable`] among others, where others have changed what was read.
pub fn dump(
    store: &dyn AuthorityStore,
    each: &mut dyn FnMut(Record) -> Result<(), StoreError>,
) -> Result<(), StoreError> {
    let mut begun = false;
    store.run("dump", &mut |tx| {
        once(&mut begun)?;
        tx.vendor()?.map(Record::Vendor).into_iter().try_for_each(&mut *each)?;
        tx.authority_certificates()?.into_iter().map(Record::Certificate).try_for_each(&mut *each)?;
        tx.families()?.into_iter().map(Record::Family).try_for_each(&mut *each)?;
        tx.products()?.into_iter().map(Record::Product).try_for_each(&mut *each)?;
        tx.keys()?.into_iter().map(Record::Key).try_for_each(&mut *each)?;
        let mut after = 0;
        loop {
            let page = tx.all_activations(after, PAGE)?;
            let Some((last, _)) = page.last() else { break };
            after = *last;
            page.into_iter().map(|(_, activated)| Record::Activation(activated)).try_for_each(&mut *each)?;
        }
        tx.objects()?.into_iter().map(Record::Object).try_for_each(&mut *each)?;
        let reports = tx.reports()?.into_iter();
        reports.map(|(key, subject, report)| Record::Report(key, subject, report)).try_for_each(&mut *each)?;
        tx.usage()?.into_iter().map(Record::Usage).try_for_each(&mut *each)?;
        tx.revocations()?.into_iter().map(Record::Revocation).try_for_each(&mut *each)?;
        tx.revocation_list()?.map(Record::List).into_iter().try_for_each(&mut *each)?;
        tx.tokens()?.into_iter().map(Record::Token).try_for_each(&mut *each)?;
        let mut before = None;
        loop {
            let page = tx.audit(before, PAGE)?;
            let Some(last) = page.last() else { return Ok(()) };
            before = Some(last.number);
            page.into_iter().map(Record::Audit).try_for_each(&mut *each)?;
        }
    })
}

/// Takes all records that `next` has into the store, which is empty; all of them or, where it fails, none.
///
/// # Errors
/// [`StoreError::NotEmpty`]; that of `next`; other [`StoreError`]s.
pub fn restore(
    store: &dyn AuthorityStore,
    next: &mut dyn FnMut() -> Result<Option<Record>, StoreError>,
) -> Result<(), StoreError> {
    let mut begun = false;
    store.run("restore", &mut |tx| {
        once(&mut begun)?;
        if tx.vendor()?.is_some() || !tx.audit(None, 1)?.is_empty() {
            return Err(StoreError::NotEmpty);
        }
        while let Some(record) = next()? {
            tx.put(&record)?;
        }
        Ok(())
    })
}

/// Records that have been handed on cannot be taken back.
fn once(begun: &mut bool) -> Result<(), StoreError> {
    if std::mem::replace(begun, true) {
        return Err(StoreError::Unavailable("others have changed the store meanwhile".into()));
    }
    Ok(())
}

/// Rows that are read at once.
const PAGE: u64 = 500;
