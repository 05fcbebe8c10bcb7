//! The standing of a client, and what it rests on.

use leasehold_core::clock::Reading;
use leasehold_core::standing::{Evidence, Mode};
use leasehold_core::{KeyId, Span, Standing, Text, Timestamp, attempt};
use leasehold_wire::Lease;

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
    /// The key that signed it.
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
        let proven = known(state, proven::known(state, None, &context.running())).flatten();
        let clock = proven::read(proven.as_ref(), context.clock.as_ref());

        // A change that was noticed in the future: the clock has been set back since.
        let moved = record.moved.unwrap_or(clock.now).min(clock.now);
        let lease =
            held.as_ref().map(|held| held.evidence(context.fingerprint.as_ref(), context.manifest.drift, moved));
        let evidence = Evidence {
            client: device.id().unwrap_or(KeyId([0; 16])),
            // A first run in the future: the clock has been set back since.
            first_run: record.first_run.min(clock.now),
            initial_grace: context.manifest.initial_grace,
            lease,
        };
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
        Self {
            standing: evidence.standing(clock),
            mode: context.manifest.mode.unwrap_or_default(),
            clock,
            next_attempt: record.next_attempt(device.id(), due, context.now()),
            signer: held.as_ref().map(|held| held.signer),
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

    /// The features that the lease in hand names, whatever the standing: to be shown, not to be gone by.
    pub fn features_in_lease(&self) -> &[Text] {
        self.lease.as_ref().map_or(&[], |lease| &lease.features)
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
