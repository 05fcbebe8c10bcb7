//! The standing of a client, and what it rests on.

use leasehold_core::clock::Reading;
use leasehold_core::standing::{Evidence, Mode, Revocation};
use leasehold_core::{Fingerprint, Grant, KeyId, Span, Standing, Text, Timestamp, attempt, standing};
use leasehold_wire::{ActivationObject, Lease, Method};

use crate::address::{AuthorityAddress, HostAddress};
use crate::context::Context;
use crate::error::Error;
use crate::state::State;
use crate::state::device::Device;
use crate::state::files::Note;
use crate::state::proven;
use crate::state::record::{Due, LastFailure};

/// The standing of a client, and what it rests on.
#[derive(Clone, Debug)]
pub struct Status {
    /// The standing as it is; applications go by [`Self::effective_standing`].
    pub standing: Standing,
    /// How the manifest wants it to reach the application.
    pub mode: Mode,
    /// The time that it was decided for, and whether the local clock is set back.
    pub clock: Reading,
    /// The lease in hand, live or not: for what it allows now, see [`Self::feature`].
    pub lease: Option<Lease>,
    /// What was read in a directory, live or not, where standing rests on that.
    pub directory: Option<DirectoryActivation>,
    /// The key that signed the lease or the activation object.
    pub signer: Option<KeyId>,
    /// The address of the host that granted it.
    pub host: Option<HostAddress>,
    /// The authority that granted it, with a multiple key, over the network.
    pub authority: Option<AuthorityAddress>,
    /// The device key, once the client has asked.
    pub device: Option<KeyId>,
    /// The lease that was given back, where there has been none since: its host was told, which nothing proves.
    pub given_back: Option<Lease>,
    /// When the client asks next; `None` is not by itself.
    pub next_attempt: Option<Timestamp>,
    /// When this client last asked, by its clock.
    pub last_attempt: Option<Timestamp>,
    /// Why the last attempt brought no lease.
    pub last_failure: Option<LastFailure>,
    /// What was noticed about the state directory.
    pub notes: Vec<Note>,
}

/// An activation object that was read in a directory, and what it grants of the product.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DirectoryActivation {
    /// What the directory is called: `corp.example`.
    pub name: String,
    /// The server that was read, as it was addressed.
    pub server: String,
    /// When it was read.
    pub read: Timestamp,
    /// The object.
    pub object: ActivationObject,
    /// What it grants.
    pub grant: Grant,
    /// The authority that signed it.
    pub signer: KeyId,
    /// Until when it holds here.
    pub until: Timestamp,
}

impl Status {
    pub(crate) fn of(context: &Context, state: &State) -> Self {
        // What cannot be read is noted, and not known.
        fn known<T>(state: &State, read: Result<T, Error>) -> Option<T> {
            read.map_err(|error| state.note(error)).ok()
        }
        // A user who may not read the key may know its name.
        let device = state.device(None).or_else(|_| state.device_without_key());
        let device: Device = known(state, device).unwrap_or_default();
        let record = known(state, state.record(None)).unwrap_or_else(|| state.first_record());
        let held = known(state, state.held(None)).flatten().filter(|held| device.is(held.lease.client));
        let keyed = held.as_ref().is_some_and(|held| held.lease.method == Method::MultipleKey);
        let read = if keyed { None } else { known(state, state.object(None)).flatten().zip(record.directory.clone()) };
        let proven = known(state, proven::known(state, None, &context.running())).flatten();
        let clock = proven::read(proven.as_ref(), context.clock.as_ref());

        // A change that was noticed in the future: the clock has been set back since.
        let moved = record.moved.unwrap_or(clock.now).min(clock.now);
        let lease =
            held.as_ref().map(|held| held.evidence(context.fingerprint.as_ref(), context.manifest.drift, moved));
        let directory = read.and_then(|(held, reading)| {
            let grant = held.grant(&context.manifest)?;
            // A reading in the future: the clock has been set back since.
            let read = reading.at.min(clock.now);
            let evidence = held.evidence(grant, read);
            let until = evidence.expires.unwrap_or(held.object.expires);
            let (grant, signer) = (grant.clone(), held.signer);
            let (name, server, object) = (reading.name, reading.server, held.object);
            Some((DirectoryActivation { name, server, read, object, grant, signer, until }, evidence))
        });
        let (directory, by_directory) = directory.unzip();
        let evidence = Evidence {
            client: device.id().unwrap_or_else(|| stand_in(context.fingerprint.as_ref())),
            // A first run in the future: the clock has been set back since.
            first_run: record.first_run.min(clock.now),
            initial_grace: context.manifest.initial_grace,
            lease: by_directory.or(lease),
        };
        let held = held.filter(|_| directory.is_none());
        let due = held.as_ref().zip(lease).map_or(Due::Now, |(held, lease)| held.due(&device, &lease));
        // A lease that is never renewed may be revoked: the vendor's list is fetched as often as others renew.
        let due = match (due, &record.authority, &record.attempt, &held) {
            // It was given back while this machine was another one.
            (Due::At(_), _, _, Some(held)) if record.given_back == Some(held.lease.cti) => Due::Now,
            (Due::Never, Some(_), Some(attempt), Some(held)) => {
                Due::At(attempt::renew_at(held.lease.client, attempt.at, held.lease.renewal))
            }
            (due, ..) => due,
        };
        let due = by_directory.map_or(due, |read| due_again(evidence.client, &read));
        Self {
            standing: evidence.standing(clock),
            mode: context.manifest.mode.unwrap_or_default(),
            clock,
            next_attempt: record.next_attempt(device.id(), due, context.now()),
            signer: directory.as_ref().map(|read| read.signer).or(held.as_ref().map(|held| held.signer)),
            directory,
            lease: held.map(|held| held.lease),
            given_back: known(state, state.released(None)).flatten().map(|released| released.lease),
            host: record.host,
            authority: record.authority,
            device: device.id(),
            last_attempt: record.attempt.as_ref().map(|attempt| attempt.at),
            last_failure: record.attempt.and_then(|attempt| attempt.failure),
            notes: state.notes(),
        }
    }

    /// Whether the application may offer the feature of this name now: it works, and the lease in hand has the feature. Once the
    /// standing is reduced, it may not, though the lease still names it.
    pub fn feature(&self, name: &str) -> bool {
        self.features().iter().any(|feature| feature.as_str() == name)
    }

    /// The features that the application may offer now.
    pub fn features(&self) -> &[Text] {
        match self.effective_standing() {
            Standing::Unactivated { .. } | Standing::Reduced { .. } => &[],
            Standing::Licensed { .. } | Standing::Grace { .. } => self.features_in_lease(),
        }
    }

    /// The features that the lease or activation object in hand names, whatever the standing: to be shown, not to be gone by.
    pub fn features_in_lease(&self) -> &[Text] {
        match (&self.directory, &self.lease) {
            (Some(read), _) => &read.grant.policy.features,
            (None, Some(lease)) => &lease.features,
            (None, None) => &[],
        }
    }

    /// By what the product is activated, where it is or was.
    pub fn method(&self) -> Option<Method> {
        self.directory.as_ref().map(|_| Method::Directory).or(self.lease.as_ref().map(|lease| lease.method))
    }

    /// Whole days until the standing ends by itself, the one under way not counted; `None` where it does not end.
    pub fn days_left(&self) -> Option<u64> {
        let until = self.effective_standing().until().filter(|until| until.unix() != u64::MAX)?;
        Some(until.since(self.clock.now).as_seconds() / Span::DAY.as_seconds())
    }

    /// The standing as the application goes by it. A manifest that advises never reduces: what would be reduced is grace
    /// without an end. One that observes is silent: all that is not licensed passes for licensed.
    pub fn effective_standing(&self) -> Standing {
        match (self.mode, self.standing) {
            (Mode::Advise, Standing::Reduced { why }) => Standing::Grace { until: Timestamp::from_unix(u64::MAX), why },
            (Mode::Observe, Standing::Unactivated { .. } | Standing::Grace { .. } | Standing::Reduced { .. }) => {
                Standing::Licensed { until: None, renew_at: None }
            }
            (Mode::Enforce | Mode::Advise | Mode::Observe, standing) => standing,
        }
    }
}

/// When a directory is read again: like a renewal, or at once where what was read is revoked.
fn due_again(client: KeyId, read: &standing::Lease) -> Due {
    match read.revocation {
        Revocation::Clear => Due::At(attempt::renew_at(client, read.issued, read.renewal)),
        Revocation::Revoked => Due::Now,
    }
}

/// Spreads the readings of machines that have no device key: reading a directory needs none.
fn stand_in(fingerprint: Option<&Fingerprint>) -> KeyId {
    let mut id = [0; 16];
    let hashes = fingerprint.into_iter().flat_map(Fingerprint::iter);
    for (_, hash) in hashes {
        id.iter_mut().zip(hash).for_each(|(byte, part)| *byte ^= part);
    }
    KeyId(id)
}
