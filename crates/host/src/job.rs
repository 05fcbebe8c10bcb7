//! A client's document on its way through the host, and the answer that comes back.

use std::fmt;
use std::net::IpAddr;
use std::time::{Duration, Instant};

use leasehold_core::{Ask, Cti, Delivery, KeyId, LeaseLength, ProductId, Refusal, SignIn, Span, Timestamp};
use leasehold_service::Bytes;
use leasehold_service::trace::RequestId;
use leasehold_wire::request::Unpacked;
use leasehold_wire::signature::Claim;
use leasehold_wire::{Release, Request};

use crate::reply_to::{Outbox, ReplyTo};
use crate::stages::Stage;
use crate::subscription::devices::Device;

/// A document whose signature is still to be checked.
#[derive(Debug)]
pub(crate) struct Job {
    pub(crate) document: ClientDocument,
    pub(crate) origin: Origin,
    /// What came beside the document of the user who asks.
    pub(crate) sign_in: SignIn,
    /// Until when the lease is wanted, as came beside the document.
    pub(crate) until: Option<Timestamp>,
    pub(crate) follow: Follow,
    pub(crate) reply: ReplyTo<Answered>,
}

/// How log, metrics and traces know the request that a document came in; carried ones came in none.
#[derive(Clone, Debug)]
pub(crate) struct Follow {
    pub(crate) id: Option<RequestId>,
    /// By which lines of the log are about it.
    pub(crate) span: tracing::Span,
}

/// An answer, and when its batch went through the stages, where it did.
pub(crate) type Answered = (Reply, Option<BatchTimes>);

/// When a batch went through its stages.
#[derive(Clone, Copy, Debug)]
pub(crate) struct BatchTimes {
    pub(crate) checked: [Instant; 2],
    pub(crate) began: Instant,
    pub(crate) decided: Instant,
    pub(crate) sealed: Instant,
    pub(crate) committed: Instant,
}

/// Where a document comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Origin {
    /// From this address.
    Network(IpAddr),
    /// From a file that was carried here, with the lease that the host keeps as its last answer to the client's files.
    File(Option<KeptLease>),
}

/// A lease that was the answer to a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct KeptLease {
    /// Its name.
    pub(crate) lease: Cti,
    /// The document.
    pub(crate) bytes: Bytes,
}

/// What clients send.
#[derive(Debug)]
pub(crate) enum ClientDocument {
    Request(Box<Unpacked<Request>>),
    Release(Box<Unpacked<Release>>),
}

/// A document whose signature holds.
#[derive(Debug)]
pub(crate) struct Verified {
    pub(crate) client: KeyId,
    pub(crate) kind: RequestKind,
    pub(crate) origin: Origin,
    pub(crate) sign_in: SignIn,
    pub(crate) until: Option<Timestamp>,
    pub(crate) follow: Follow,
    /// When its signature was checked: from, to.
    pub(crate) checked: [Instant; 2],
    pub(crate) reply: ReplyTo<Answered>,
}

/// What a client wants.
#[derive(Debug)]
pub(crate) enum RequestKind {
    Lease(Request),
    Release(Release),
}

/// What a client is answered.
#[derive(Clone, Debug)]
pub(crate) enum Reply {
    /// A lease, encoded.
    Lease(Bytes),
    /// The lease has ended, or there was none.
    Released,
    /// A refusal with its reason; sealed from the step on at which the sighting is recorded.
    Refused {
        /// The reason.
        refusal: Refusal,
        /// The sealed refusal, encoded.
        document: Option<Bytes>,
        /// The user's own devices, where they are as many as allowed.
        devices: Vec<Device>,
    },
    /// The signature does not hold.
    BadSignature,
    /// Too many new clients have come from its address: when to ask again.
    TooManyRequests(Duration),
    /// The store could not record it: nothing was decided.
    StoreUnavailable,
}

impl Follow {
    /// For what did not come by the network.
    pub(crate) fn none() -> Self {
        Self { id: None, span: tracing::Span::none() }
    }
}

impl BatchTimes {
    /// Each stage with its beginning and its end.
    pub(crate) fn stages(&self) -> [(Stage, (Instant, Instant)); 4] {
        let Self { checked, began, decided, sealed, committed } = *self;
        [
            (Stage::Verify, checked.into()),
            (Stage::Decide, (began, decided)),
            (Stage::Seal, (decided, sealed)),
            (Stage::Commit, (sealed, committed)),
        ]
    }
}

impl Origin {
    pub(crate) const fn address(&self) -> Option<IpAddr> {
        match self {
            Self::Network(address) => Some(*address),
            Self::File(_) => None,
        }
    }

    pub(crate) const fn delivery(&self) -> Delivery {
        match self {
            Self::Network(_) => Delivery::Network,
            Self::File(_) => Delivery::File,
        }
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Network(address) => address.fmt(f),
            Self::File(_) => f.write_str("file"),
        }
    }
}

impl ClientDocument {
    pub(crate) fn signer(&self) -> KeyId {
        match self {
            Self::Request(request) => request.signer(),
            Self::Release(release) => release.signer(),
        }
    }

    /// The product that is asked for, not verified; none where a lease is given back.
    pub(crate) fn product(&self) -> Option<ProductId> {
        match self {
            Self::Request(request) => Some(request.claimed().product),
            Self::Release(_) => None,
        }
    }

    pub(crate) fn claim(&self) -> Claim<'_> {
        match self {
            Self::Request(request) => request.claim(),
            Self::Release(release) => release.claim(),
        }
    }

    fn into_kind(self) -> RequestKind {
        match self {
            Self::Request(request) => RequestKind::Lease(request.into_verified()),
            Self::Release(release) => RequestKind::Release(release.into_verified()),
        }
    }
}

impl Job {
    /// The job once its claim holds, which was looked at between these times.
    pub(crate) fn into_verified(self, checked: [Instant; 2]) -> Verified {
        let client = self.document.signer();
        let Self { document, origin, sign_in, until, follow, reply } = self;
        Verified { client, kind: document.into_kind(), origin, sign_in, until, follow, checked, reply }
    }

    /// Answers; a client that has gone away needs none.
    pub(crate) fn answer(self, reply: Reply) {
        self.reply.send((reply, None));
    }
}

impl Verified {
    /// What deciding needs of a request of this one's client.
    pub(crate) fn ask<'r>(&self, request: &'r Request) -> Ask<'r> {
        Ask { delivery: self.origin.delivery(), sign_in: self.sign_in, ..request.ask(self.client) }
    }

    /// How long its lease is to last. A machine whose request is carried comes seldom: it borrows for as long as is granted.
    pub(crate) fn length(&self, ordinary: Option<Span>) -> LeaseLength {
        match self.origin.delivery() {
            Delivery::Network => LeaseLength { ordinary, until: self.until },
            Delivery::File => LeaseLength::LONGEST,
        }
    }

    /// Answers; a client that has gone away needs none.
    pub(crate) fn answer(self, reply: Reply) {
        self.reply.send((reply, None));
    }

    /// Answers with what a transaction has decided, when the others of its batch are answered.
    pub(crate) fn answer_decided(self, reply: Reply, times: BatchTimes, outbox: &mut Outbox<Answered>) {
        outbox.add(self.reply, (reply, Some(times)));
    }
}
