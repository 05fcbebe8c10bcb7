//! The standing of a client, and what it rests on.

use leasehold_core::clock::Reading;
use leasehold_core::standing::{Evidence, Mode};
use leasehold_core::{KeyId, Standing, Timestamp, attempt};
use leasehold_wire::Lease;

use crate::address::{AuthorityAddress, HostAddress};
use crate::client::Client;
use crate::error::Error;
use crate::state::device::Device;
use crate::state::files::Note;
use crate::state::proven;
use crate::state::record::{Due, Record, Setback};

/// The standing of a client, and what it rests on.
#[derive(Clone, Debug)]
pub struct Status {
    /// The standing as it is; [`Self::told`] is what the application goes by.
    pub standing: Standing,
    /// How the manifest wants it told.
    pub mode: Mode,
    /// The time that it was decided by, and whether the local clock is set back.
    pub clock: Reading,
    /// The lease in hand, live or not.
    pub lease: Option<Lease>,
    /// Who signed it.
    pub signer: Option<KeyId>,
    /// Where the host is that granted it.
    pub host: Option<HostAddress>,
    /// The authority that granted it, with a multiple key, over the network.
    pub authority: Option<AuthorityAddress>,
    /// The device key, once the client has asked.
    pub device: Option<KeyId>,
    /// When the client asks next; `None` is not by itself.
    pub next_attempt: Option<Timestamp>,
    /// Why the last attempt brought no lease.
    pub setback: Option<Setback>,
    /// What was noticed about the state directory.
    pub notes: Vec<Note>,
}

impl Status {
    pub(crate) fn of(client: &Client) -> Self {
        let state = &client.state;
        let product = &client.manifest.product;
        // Whoever may not read the key may know whose it is.
        let device = state.device(None).or_else(|_| state.device_seen());
        let device: Device = client.known(device).unwrap_or_default();
        let record = client.known(client.record(None)).unwrap_or_else(|| Record::new(client.opened));
        let held = client.known(state.held(None, product)).flatten().filter(|held| device.is(held.lease.client));
        let proven = client.known(client.proven(None)).flatten();
        let clock = proven::read(proven.as_ref(), client.clock.as_ref());

        let lease = held.as_ref().map(|held| held.evidence(client.fingerprint.as_ref(), client.manifest.drift));
        let evidence = Evidence {
            client: device.id().unwrap_or(KeyId([0; 16])),
            // A first run in the future was told by a clock that has been set back since.
            first_run: record.first_run.min(clock.now),
            initial_grace: client.manifest.initial_grace,
            lease,
        };
        let due = held.as_ref().zip(lease).map_or(Due::Now, |(held, lease)| held.due(&device, &lease));
        // What is never renewed may be withdrawn: the vendor's list is looked for as often as others renew.
        let due = match (due, &record.authority, &record.attempt, &held) {
            (Due::Never, Some(_), Some(attempt), Some(held)) => {
                Due::At(attempt::renew_at(held.lease.client, attempt.at, held.lease.renewal))
            }
            (due, ..) => due,
        };
        Self {
            standing: evidence.standing(clock),
            mode: client.manifest.mode.unwrap_or_default(),
            clock,
            next_attempt: record.next_attempt(device.id(), due, client.now()),
            signer: held.as_ref().map(|held| held.signer),
            lease: held.map(|held| held.lease),
            host: record.host,
            authority: record.authority,
            device: device.id(),
            setback: record.attempt.and_then(|attempt| attempt.setback),
            notes: state.notes(),
        }
    }

    /// The standing as the application goes by it. A manifest that advises never reduces: what would be reduced is grace
    /// without an end. One that observes is silent: all that is not licensed passes for licensed.
    pub fn told(&self) -> Standing {
        match (self.mode, self.standing) {
            (Mode::Advise, Standing::Reduced { why }) => Standing::Grace { until: Timestamp::from_unix(u64::MAX), why },
            (Mode::Observe, Standing::Unactivated { .. } | Standing::Grace { .. } | Standing::Reduced { .. }) => {
                Standing::Licensed { until: None, renew_at: None }
            }
            (Mode::Enforce | Mode::Advise | Mode::Observe, standing) => standing,
        }
    }
}

impl Client {
    /// What was read; where it could not be, that is noted and nothing is known.
    fn known<T>(&self, read: Result<T, Error>) -> Option<T> {
        read.map_err(|error| self.state.note(error)).ok()
    }
}
