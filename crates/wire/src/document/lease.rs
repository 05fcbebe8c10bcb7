//! `lh-lease`: a client's activation for one product.

use alloc::vec::Vec;

use leasehold_core::{Cti, FamilyId, Fingerprint, KeyId, ProductId, Span, Text, Timestamp};

use crate::cbor::{
    Decoder, Encoder, UNKNOWN_MEMBER, Wrote, fingerprint, fixed, map, need, parsed, span, texts, write_fingerprint,
    write_texts,
};
use crate::document::{Confirmation, Document, Head, Typ};
use crate::reason::Malformed;

/// A lease.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lease {
    /// When it was granted.
    pub issued: Timestamp,
    /// When it ends; `None` is never (multiple keys).
    pub expires: Option<Timestamp>,
    /// Its name.
    pub cti: Cti,
    /// The device key it is for.
    pub client: KeyId,
    /// What it activates.
    pub product: ProductId,
    /// The family that was counted.
    pub family: FamilyId,
    /// When to ask again.
    pub renewal: Span,
    /// When to ask again after a failure.
    pub retry: Span,
    /// How long everything works after it has ended.
    pub grace: Span,
    /// The machine it is for.
    pub fingerprint: Fingerprint,
    /// The request it answers.
    pub request: Cti,
    /// Distinct clients of the family when it was granted.
    pub count: Option<u64>,
    /// How it came about.
    pub method: Method,
    /// Names of options for the application.
    pub features: Vec<Text>,
}

/// How a lease came about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Method {
    /// A host granted it.
    Host,
    /// A multiple key.
    MultipleKey,
    /// An activation object in a directory.
    Directory,
    /// A subscription.
    Subscription,
}

impl Method {
    const ALL: [Self; 4] = [Self::Host, Self::MultipleKey, Self::Directory, Self::Subscription];

    /// The word for it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Host => "host",
            Self::MultipleKey => "multiple-key",
            Self::Directory => "directory",
            Self::Subscription => "subscription",
        }
    }
}

impl Document for Lease {
    const TYP: Typ = Typ::Lease;

    fn head(&self) -> Head {
        Head {
            issued: Some(self.issued),
            expires: self.expires,
            cti: Some(self.cti),
            confirmation: Some(Confirmation::Known(self.client)),
            ..Head::default()
        }
    }

    fn write_body(&self, e: &mut Encoder) -> Wrote {
        e.map(8 + u64::from(self.count.is_some()) + u64::from(!self.features.is_empty()))?;
        e.u8(1)?.str(self.product.as_str())?.u8(2)?.str(self.family.as_str())?;
        e.u8(3)?.u64(self.renewal.as_seconds())?.u8(4)?.u64(self.retry.as_seconds())?;
        e.u8(5)?.u64(self.grace.as_seconds())?.u8(6)?;
        write_fingerprint(e, &self.fingerprint)?;
        e.u8(7)?.bytes(&self.request.0)?;
        if let Some(count) = self.count {
            e.u8(8)?.u64(count)?;
        }
        e.u8(9)?.u8(self.method as u8)?;
        if !self.features.is_empty() {
            e.u8(10)?;
            write_texts(e, &self.features)?;
        }
        Ok(())
    }

    fn read(head: &Head, d: &mut Decoder<'_>) -> Result<Self, Malformed> {
        let (mut product, mut family, mut renewal, mut retry, mut grace) = (None, None, None, None, None);
        let (mut machine, mut request, mut count, mut method, mut features) = (None, None, None, None, Vec::new());
        for _ in 0..map(d)? {
            match d.u64()? {
                1 => product = Some(parsed(d)?),
                2 => family = Some(parsed(d)?),
                3 => renewal = Some(span(d)?),
                4 => retry = Some(span(d)?),
                5 => grace = Some(span(d)?),
                6 => machine = Some(fingerprint(d)?),
                7 => request = Some(Cti(fixed(d)?)),
                8 => count = Some(d.u64()?),
                9 => method = usize::try_from(d.u64()?).ok().and_then(|n| Method::ALL.get(n)).copied(),
                10 => features = texts(d)?,
                _ => return Err(UNKNOWN_MEMBER),
            }
        }
        Ok(Self {
            issued: head.issued()?,
            expires: head.expires,
            cti: head.cti()?,
            client: head.known()?,
            product: need(product)?,
            family: need(family)?,
            renewal: need(renewal)?,
            retry: need(retry)?,
            grace: need(grace)?,
            fingerprint: need(machine)?,
            request: need(request)?,
            count,
            method: need(method)?,
            features,
        })
    }
}
