//! The envelope that all documents share: tag, headers, claims, signature.

use alloc::vec::Vec;

use leasehold_core::{Cti, KeyId, PublicKey};

use crate::cbor::{Decoder, Encoder, Wrote, array, fixed, map, time, to_vec};
use crate::document::{Confirmation, Document, Typ};
pub use crate::document::{Head, MAX_BYTES, MAX_REQUEST_BYTES, MAX_REVOCATION_BYTES};
use crate::keypair::Keypair;
use crate::place::Seal;
use crate::reason::Malformed;

/// An envelope taken apart; its payload is not read and its signature not checked.
#[derive(Clone, Debug)]
pub struct Envelope<'b> {
    /// What kind of document it says it is.
    pub typ: Typ,
    /// The key it says has signed it.
    pub kid: KeyId,
    /// Certificates, nearest signer first, the root excluded; at most two.
    pub chain: Vec<&'b [u8]>,
    /// Where in its batch it stands, for leases and refusals signed by a host.
    pub seal: Option<Seal>,
    /// The encoded claims.
    pub payload: &'b [u8],
    /// Ed25519, by `kid`.
    pub signature: [u8; 64],
}

impl<'b> Envelope<'b> {
    /// Takes `bytes` apart.
    ///
    /// # Errors
    /// [`Malformed`] where they are not the deterministic encoding of one envelope within its size.
    pub fn parse(bytes: &'b [u8]) -> Result<Self, Malformed> {
        if bytes.len() > MAX_REVOCATION_BYTES {
            return Err(Malformed("more bytes than any document has"));
        }
        let mut d = Decoder::new(bytes);
        if d.tag()?.as_u64() != 18 || array(&mut d)? != 4 {
            return Err(Malformed("not a COSE_Sign1 envelope (CBOR tag 18)"));
        }
        let typ = protected(d.bytes()?)?;
        if bytes.len() > typ.max_bytes() {
            return Err(Malformed("more bytes than such a document has"));
        }
        let (kid, chain, seal) = unprotected(&mut d)?;
        let envelope = Self { typ, kid, chain, seal, payload: d.bytes()?, signature: fixed(&mut d)? };
        if envelope.to_vec() != bytes {
            return Err(NOT_DETERMINISTIC);
        }
        Ok(envelope)
    }

    /// Reads the claims as those of a `D`.
    ///
    /// # Errors
    /// [`Malformed`] where the typ is another or the payload is not the deterministic encoding of such claims.
    pub fn document<D: Document>(&self) -> Result<D, Malformed> {
        if self.typ != D::TYP {
            return Err(D::TYP.other_kind());
        }
        let mut d = Decoder::new(self.payload);
        let document = claims(&mut d)?;
        if payload(&document) == self.payload { Ok(document) } else { Err(NOT_DETERMINISTIC) }
    }

    /// What an Ed25519 signature in this envelope covers.
    pub(crate) fn signed_message(&self) -> Vec<u8> {
        signed_message(self.typ, self.payload)
    }

    fn to_vec(&self) -> Vec<u8> {
        write(self.typ, self.kid, &self.chain, self.seal.as_ref(), self.payload, &self.signature)
    }
}

/// Signs `document` with `signer`; `chain` leads from the signer's certificate up, the root excluded.
pub fn sign<D: Document>(document: &D, signer: &Keypair, chain: &[&[u8]]) -> Vec<u8> {
    let payload = payload(document);
    let signature = signer.sign(&signed_message(D::TYP, &payload));
    write(D::TYP, signer.id(), chain, None, &payload, &signature)
}

/// Attaches `chain` to a document that came without one, or takes its own away where `chain` is empty.
///
/// # Errors
/// [`Malformed`] where `bytes` are no document.
pub fn with_chain(bytes: &[u8], chain: &[&[u8]]) -> Result<Vec<u8>, Malformed> {
    let envelope = Envelope::parse(bytes)?;
    Ok(Envelope { chain: chain.to_vec(), ..envelope }.to_vec())
}

/// The encoded claims of `document`.
pub(crate) fn payload<D: Document>(document: &D) -> Vec<u8> {
    to_vec(|e| {
        let head = document.head();
        let present = [head.expires.is_some(), head.not_before.is_some(), head.issued.is_some(), head.cti.is_some()];
        let count = present.into_iter().map(u64::from).sum::<u64>() + u64::from(head.confirmation.is_some()) + 1;
        e.map(count)?;
        for (label, time) in [(4, head.expires), (5, head.not_before), (6, head.issued)] {
            if let Some(time) = time {
                e.u8(label)?.u64(time.unix())?;
            }
        }
        if let Some(cti) = head.cti {
            e.u8(7)?.bytes(&cti.0)?;
        }
        match head.confirmation {
            Some(Confirmation::Key(key)) => {
                e.u8(8)?.map(1)?.u8(1)?.map(3)?.u8(1)?.u8(1)?.i8(-1)?.u8(6)?.i8(-2)?.bytes(&key.0)?;
            }
            Some(Confirmation::Known(id)) => {
                e.u8(8)?.map(1)?.u8(3)?.bytes(&id.0)?;
            }
            None => {}
        }
        e.i32(BODY)?;
        document.write_body(e)
    })
}

/// `Sig_structure` of RFC 9052 section 4.4 over `payload`, without external data.
pub(crate) fn signed_message(typ: Typ, payload: &[u8]) -> Vec<u8> {
    sig_structure(typ, b"", payload)
}

pub(crate) fn sig_structure(typ: Typ, external: &[u8], payload: &[u8]) -> Vec<u8> {
    to_vec(|e| {
        e.array(4)?.str("Signature1")?;
        write_protected(e, typ)?;
        e.bytes(external)?.bytes(payload)?.ok()
    })
}

pub(crate) fn write(
    typ: Typ,
    kid: KeyId,
    chain: &[&[u8]],
    seal: Option<&Seal>,
    payload: &[u8],
    signature: &[u8; 64],
) -> Vec<u8> {
    to_vec(|e| {
        e.tag(minicbor::data::Tag::new(18))?.array(4)?;
        write_protected(e, typ)?;
        e.map(1 + u64::from(!chain.is_empty()) + u64::from(seal.is_some()))?.u8(4)?.bytes(&kid.0)?;
        if !chain.is_empty() {
            e.i32(CHAIN)?.array(chain.len() as u64)?;
            chain.iter().try_for_each(|certificate| e.bytes(certificate).map(drop))?;
        }
        if let Some(seal) = seal {
            e.i32(SEAL)?;
            seal.write(e)?;
        }
        e.bytes(payload)?.bytes(signature)?.ok()
    })
}

fn write_protected(e: &mut Encoder, typ: Typ) -> Wrote {
    let name = typ.name();
    // {1: -8, 16: typ}: alg EdDSA (RFC 9053 section 2.2), typ (RFC 9596). A typ's name has at most 23 bytes.
    e.bytes_len(5 + name.len() as u64)?;
    e.map(2)?.u8(1)?.i8(-8)?.u8(16)?.str(name)?.ok()
}

fn protected(bytes: &[u8]) -> Result<Typ, Malformed> {
    let mut d = Decoder::new(bytes);
    let known = map(&mut d)? == 2 && d.u64()? == 1 && d.i64()? == -8 && d.u64()? == 16;
    if !known {
        return Err(Malformed("protected headers other than algorithm EdDSA and a typ"));
    }
    Typ::from_name(d.str()?).ok_or(Malformed("a typ that this program does not know"))
}

type Unprotected<'b> = (KeyId, Vec<&'b [u8]>, Option<Seal>);

fn unprotected<'b>(d: &mut Decoder<'b>) -> Result<Unprotected<'b>, Malformed> {
    let entries = map(d)?;
    if !(1..=3).contains(&entries) || d.u64()? != 4 {
        return Err(Malformed("unprotected headers other than a signer, a chain and a seal"));
    }
    let kid = KeyId(fixed(d)?);
    let (mut chain, mut seal) = (Vec::new(), None);
    for _ in 1..entries {
        match d.i32()? {
            CHAIN => chain = links(d)?,
            SEAL => seal = Some(Seal::read(d)?),
            _ => return Err(Malformed("an unprotected header that this program does not know")),
        }
    }
    Ok((kid, chain, seal))
}

fn links<'b>(d: &mut Decoder<'b>) -> Result<Vec<&'b [u8]>, Malformed> {
    match array(d)? {
        count @ 1..=2 => (0..count).map(|_| Ok(d.bytes()?)).collect(),
        _ => Err(Malformed("a chain that is empty or longer than two")),
    }
}

fn claims<D: Document>(d: &mut Decoder<'_>) -> Result<D, Malformed> {
    let mut head = Head::default();
    for _ in 0..map(d)? {
        match d.i32()? {
            4 => head.expires = Some(time(d)?),
            5 => head.not_before = Some(time(d)?),
            6 => head.issued = Some(time(d)?),
            7 => head.cti = Some(Cti(fixed(d)?)),
            8 => head.confirmation = Some(confirmation(d)?),
            // The body comes last in a deterministic encoding; what follows it is found by the comparison.
            BODY => return D::read(&head, d),
            _ => return Err(Malformed("a claim that this program does not know")),
        }
    }
    Err(Malformed("claims without a body"))
}

fn confirmation(d: &mut Decoder<'_>) -> Result<Confirmation, Malformed> {
    const NEITHER: Malformed = Malformed("a confirmation that is neither an Ed25519 key nor a key id");
    if map(d)? != 1 {
        return Err(NEITHER);
    }
    match d.u64()? {
        1 => {
            let ed25519 = map(d)? == 3 && d.u64()? == 1 && d.u64()? == 1 && d.i64()? == -1 && d.u64()? == 6;
            if !ed25519 || d.i64()? != -2 {
                return Err(NEITHER);
            }
            Ok(Confirmation::Key(PublicKey(fixed(d)?)))
        }
        3 => Ok(Confirmation::Known(KeyId(fixed(d)?))),
        _ => Err(NEITHER),
    }
}

const CHAIN: i32 = -70_001;
const SEAL: i32 = -70_002;
const BODY: i32 = -70_000;
const NOT_DETERMINISTIC: Malformed =
    Malformed("not the deterministic encoding of its content (RFC 8949 section 4.2.1)");
