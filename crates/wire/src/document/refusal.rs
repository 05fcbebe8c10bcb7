//! `lh-refusal`: a host refuses a request that it has recorded, and can be held to it.

use leasehold_core::{Code, Cti, FamilyId, KeyId, ProductId, Span, Timestamp};

use crate::cbor::{Decoder, Encoder, UNKNOWN_MEMBER, Wrote, fixed, map, need, parsed, span};
use crate::document::{Confirmation, Document, Head, Typ};
use crate::reason::Malformed;

/// A refusal as a host signs it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SealedRefusal {
    /// When it was decided.
    pub issued: Timestamp,
    /// Its name.
    pub cti: Cti,
    /// The device key that asked.
    pub client: KeyId,
    /// What it asked for.
    pub product: ProductId,
    /// The family that was counted.
    pub family: FamilyId,
    /// The request it answers.
    pub request: Cti,
    /// Why.
    pub reason: RefusalReason,
    /// When to ask again.
    pub retry: Span,
    /// Clients of the family that counted, with [`RefusalReason::ThresholdNotMet`].
    pub count: Option<u64>,
    /// The threshold, capacity or number of devices that the reason speaks of.
    pub limit: Option<u64>,
}

/// Why a host refuses a request that it has recorded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RefusalReason {
    /// The device key is known from another machine.
    CloneSuspected = 1,
    /// Too few clients count.
    ThresholdNotMet = 2,
    /// All leases are in use.
    CapacityReached = 3,
    /// The user holds leases on as many devices as allowed.
    DevicesReached = 4,
}

impl RefusalReason {
    const ALL: [Self; 4] = [Self::CloneSuspected, Self::ThresholdNotMet, Self::CapacityReached, Self::DevicesReached];

    /// The code of the problem that a host answers with it.
    pub const fn code(self) -> Code {
        match self {
            Self::CloneSuspected => Code::CloneSuspected,
            Self::ThresholdNotMet => Code::ThresholdNotMet,
            Self::CapacityReached => Code::CapacityReached,
            Self::DevicesReached => Code::DevicesReached,
        }
    }

    pub(crate) fn from_number(number: u64) -> Result<Self, Malformed> {
        let found = Self::ALL.into_iter().find(|reason| *reason as u64 == number);
        found.ok_or(Malformed("an unknown reason of a refusal"))
    }
}

impl Document for SealedRefusal {
    const TYP: Typ = Typ::Refusal;

    fn head(&self) -> Head {
        Head {
            issued: Some(self.issued),
            cti: Some(self.cti),
            confirmation: Some(Confirmation::Known(self.client)),
            ..Head::default()
        }
    }

    fn write_body(&self, e: &mut Encoder) -> Wrote {
        e.map(5 + u64::from(self.count.is_some()) + u64::from(self.limit.is_some()))?;
        e.u8(1)?.str(self.product.as_str())?.u8(2)?.str(self.family.as_str())?;
        e.u8(3)?.bytes(&self.request.0)?.u8(4)?.u8(self.reason as u8)?.u8(5)?.u64(self.retry.as_seconds())?;
        for (member, value) in [(6, self.count), (7, self.limit)] {
            if let Some(value) = value {
                e.u8(member)?.u64(value)?;
            }
        }
        Ok(())
    }

    fn read(head: &Head, d: &mut Decoder<'_>) -> Result<Self, Malformed> {
        let (mut product, mut family, mut request, mut reason, mut retry) = (None, None, None, None, None);
        let (mut count, mut limit) = (None, None);
        for _ in 0..map(d)? {
            match d.u64()? {
                1 => product = Some(parsed(d)?),
                2 => family = Some(parsed(d)?),
                3 => request = Some(Cti(fixed(d)?)),
                4 => reason = Some(RefusalReason::from_number(d.u64()?)?),
                5 => retry = Some(span(d)?),
                6 => count = Some(d.u64()?),
                7 => limit = Some(d.u64()?),
                _ => return Err(UNKNOWN_MEMBER),
            }
        }
        Ok(Self {
            issued: head.issued()?,
            cti: head.cti()?,
            client: head.known()?,
            product: need(product)?,
            family: need(family)?,
            request: need(request)?,
            reason: need(reason)?,
            retry: need(retry)?,
            count,
            limit,
        })
    }
}
