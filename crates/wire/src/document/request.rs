//! `lh-request`: a client asks its host for a lease.

use leasehold_core::{
    Ask, Cti, Delivery, Fingerprint, KeyId, ProductId, ProductNumber, PublicKey, SignIn, Text, Timestamp,
};

use crate::cbor::{
    Decoder, Encoder, UNKNOWN_MEMBER, Wrote, fingerprint, fixed, map, need, parsed, product_number, write_fingerprint,
};
use crate::document::{Document, Head, Typ};
use crate::reason::Malformed;

/// A client's request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Request {
    /// The client's clock.
    pub issued: Timestamp,
    /// Its name.
    pub cti: Cti,
    /// The device key, which signs it.
    pub key: PublicKey,
    /// What it asks for.
    pub product: ProductId,
    /// The number it believes that product to have.
    pub number: ProductNumber,
    /// The machine it runs on.
    pub fingerprint: Fingerprint,
    /// The SDK's version.
    pub client_version: Text,
    /// What the machine is called, where the application lets that be told.
    pub host_name: Option<Text>,
    /// The host whose chain the client holds already.
    pub chain_of: Option<KeyId>,
    /// The lease it holds.
    pub holds: Option<Cti>,
}

impl Request {
    /// What deciding needs of it; `client` is the name of its key. A document shows no user: that comes beside it.
    pub fn ask(&self, client: KeyId) -> Ask<'_> {
        Ask {
            client,
            cti: self.cti,
            issued: self.issued,
            product: &self.product,
            number: self.number,
            fingerprint: &self.fingerprint,
            holds: self.holds,
            sign_in: SignIn::default(),
            delivery: Delivery::Network,
        }
    }
}

impl Document for Request {
    const TYP: Typ = Typ::Request;

    fn head(&self) -> Head {
        Head::introducing(self.issued, self.cti, self.key)
    }

    fn write_body(&self, e: &mut Encoder) -> Wrote {
        let optional = [self.host_name.is_some(), self.chain_of.is_some(), self.holds.is_some()];
        e.map(4 + optional.into_iter().map(u64::from).sum::<u64>())?;
        e.u8(1)?.str(self.product.as_str())?.u8(2)?.u32(self.number.value())?.u8(3)?;
        write_fingerprint(e, &self.fingerprint)?;
        e.u8(4)?.str(self.client_version.as_str())?;
        if let Some(name) = &self.host_name {
            e.u8(5)?.str(name.as_str())?;
        }
        if let Some(host) = self.chain_of {
            e.u8(6)?.bytes(&host.0)?;
        }
        if let Some(lease) = self.holds {
            e.u8(7)?.bytes(&lease.0)?;
        }
        Ok(())
    }

    fn read(head: &Head, d: &mut Decoder<'_>) -> Result<Self, Malformed> {
        let (mut product, mut number, mut machine, mut client_version) = (None, None, None, None);
        let (mut host_name, mut chain_of, mut holds) = (None, None, None);
        for _ in 0..map(d)? {
            match d.u64()? {
                1 => product = Some(parsed(d)?),
                2 => number = Some(product_number(d)?),
                3 => machine = Some(fingerprint(d)?),
                4 => client_version = Some(parsed(d)?),
                5 => host_name = Some(parsed(d)?),
                6 => chain_of = Some(KeyId(fixed(d)?)),
                7 => holds = Some(Cti(fixed(d)?)),
                _ => return Err(UNKNOWN_MEMBER),
            }
        }
        Ok(Self {
            issued: head.issued()?,
            cti: head.cti()?,
            key: head.key()?,
            product: need(product)?,
            number: need(number)?,
            fingerprint: need(machine)?,
            client_version: need(client_version)?,
            host_name,
            chain_of,
            holds,
        })
    }
}
