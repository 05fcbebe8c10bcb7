//! `lh-manifest`: what a vendor ships inside its application.

use leasehold_core::standing::Mode;
use leasehold_core::{Cti, FamilyId, ProductId, ProductKey, ProductNumber, PublicKey, Span, Text, Timestamp};

use crate::cbor::{Decoder, Encoder, UNKNOWN_MEMBER, Wrote, fixed, map, need, parsed, product_number, span};
use crate::document::{Document, Head, Typ};
use crate::reason::Malformed;

/// A product's manifest.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Manifest {
    /// When it was made.
    pub issued: Timestamp,
    /// Its name.
    pub cti: Cti,
    /// What is licensed.
    pub product: ProductId,
    /// The product's number.
    pub number: ProductNumber,
    /// The family it is counted with.
    pub family: FamilyId,
    /// What people call it.
    pub title: Text,
    /// Its generic key.
    pub generic_key: ProductKey,
    /// How long it runs unactivated.
    pub initial_grace: Span,
    /// The vendor's root key.
    pub root: PublicKey,
    /// The label of the SRV record where hosts are found; `None` is `leasehold`.
    pub service: Option<Text>,
    /// Fingerprint components that may change before a machine counts as another one.
    pub drift: u64,
    /// How the standing reaches the application; `None` is enforce.
    pub mode: Option<Mode>,
}

impl Manifest {
    /// The label of manifests that are for tests: hosts of a product that is sold are never looked for under it, and no such
    /// product may have it.
    pub const TEST_SERVICE: &str = "leasehold-test";

    /// The same, for tests.
    #[must_use]
    pub fn for_tests(self) -> Self {
        Self { service: Self::TEST_SERVICE.parse().ok(), ..self }
    }

    /// Whether it is for tests: clients then go by a clock that a test may move. What is signed says so, by its service label.
    pub fn is_for_tests(&self) -> bool {
        self.service.as_ref().is_some_and(|service| service.as_str() == Self::TEST_SERVICE)
    }
}

impl Document for Manifest {
    const TYP: Typ = Typ::Manifest;

    fn head(&self) -> Head {
        Head { issued: Some(self.issued), cti: Some(self.cti), ..Head::default() }
    }

    fn write_body(&self, e: &mut Encoder) -> Wrote {
        e.map(8 + u64::from(self.service.is_some()) + u64::from(self.mode.is_some()))?;
        e.u8(1)?.str(self.product.as_str())?.u8(2)?.u32(self.number.value())?.u8(3)?.str(self.family.as_str())?;
        e.u8(4)?.str(self.title.as_str())?;
        e.u8(5)?.str(&alloc::string::ToString::to_string(&self.generic_key))?;
        e.u8(6)?.u64(self.initial_grace.as_seconds())?.u8(7)?.bytes(&self.root.0)?;
        if let Some(service) = &self.service {
            e.u8(8)?.str(service.as_str())?;
        }
        e.u8(9)?.u64(self.drift)?;
        if let Some(mode) = self.mode {
            e.u8(10)?.u64(mode.number())?;
        }
        Ok(())
    }

    fn read(head: &Head, d: &mut Decoder<'_>) -> Result<Self, Malformed> {
        let (mut product, mut number, mut family, mut title, mut generic_key) = (None, None, None, None, None);
        let (mut initial_grace, mut root, mut service, mut drift, mut mode) = (None, None, None, None, None);
        for _ in 0..map(d)? {
            match d.u64()? {
                1 => product = Some(parsed(d)?),
                2 => number = Some(product_number(d)?),
                3 => family = Some(parsed(d)?),
                4 => title = Some(parsed(d)?),
                5 => generic_key = Some(parsed(d)?),
                6 => initial_grace = Some(span(d)?),
                7 => root = Some(PublicKey(fixed(d)?)),
                8 => service = Some(parsed(d)?),
                9 => drift = Some(d.u64()?),
                10 => mode = Some(Mode::from_number(d.u64()?).ok_or(Malformed("an unknown mode"))?),
                _ => return Err(UNKNOWN_MEMBER),
            }
        }
        Ok(Self {
            issued: head.issued()?,
            cti: head.cti()?,
            product: need(product)?,
            number: need(number)?,
            family: need(family)?,
            title: need(title)?,
            generic_key: need(generic_key)?,
            initial_grace: need(initial_grace)?,
            root: need(root)?,
            service,
            drift: need(drift)?,
            mode,
        })
    }
}
