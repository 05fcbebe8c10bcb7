//! Documents below a fixed root whose signatures hold, whatever they say: what a signer who is faulty, or stolen, can make.

use leasehold_testkit::vendor::{BEGIN, Vendor};
use leasehold_wire::{AnyDocument, Envelope, Keypair};
use minicbor::Encoder;
use minicbor::data::Tag;
use sha2::{Digest, Sha256};

/// A type and a signer by the first byte, then the claims; signed with the signer's key below the chain that is its own.
pub fn chain(input: &[u8]) {
    let Some((choice, claims)) = input.split_first() else { return };
    let vendor = Vendor::from_seed(1);
    let host = vendor.host(1, vec![Vendor::grant()]);
    let [nearest, authority] = host.chain();
    let (typ, signer, chain, sealed): (_, &Keypair, Vec<&[u8]>, _) = match choice % 10 {
        0 => ("lh-authority", vendor.root_pair(), vec![], false),
        1 => ("lh-manifest", vendor.authority_pair(), vec![authority], false),
        2 => ("lh-host", vendor.authority_pair(), vec![authority], false),
        3 => ("lh-object", vendor.authority_pair(), vec![authority], false),
        4 => ("lh-revocations", vendor.authority_pair(), vec![authority], false),
        5 => ("lh-lease", vendor.authority_pair(), vec![authority], false),
        6 => ("lh-lease", host.pair(), vec![nearest, authority], true),
        7 => ("lh-refusal", host.pair(), vec![nearest, authority], true),
        8 => ("lh-manifest", host.pair(), vec![nearest, authority], false),
        _ => ("lh-host", host.pair(), vec![nearest, authority], false),
    };
    let document = signed(typ, claims, signer, &chain, sealed);
    let verified = AnyDocument::verify(&document, &vendor.root(), BEGIN, None);
    if verified.is_err() {
        return;
    }
    // A host issues leases and refusals, and nothing else.
    assert!(choice % 10 < 8, "{typ} of a host was believed");
    let envelope = Envelope::parse(&document).expect("what verifies is an envelope");
    let read = AnyDocument::read(&envelope).expect("what verifies can be read");
    assert_eq!(read.typ(), envelope.typ);
}

/// A COSE signature over any claims (RFC 9052 section 4.4); where it is sealed, alone in the first batch of its host.
fn signed(typ: &str, claims: &[u8], signer: &Keypair, chain: &[&[u8]], sealed: bool) -> Vec<u8> {
    let mut protected = Encoder::new(Vec::new());
    protected.map(2).and_then(|e| e.u8(1)?.i8(-8)?.u8(16)?.str(typ)).expect("memory is written to");
    let protected = protected.into_writer();
    let leaf = Sha256::new().chain_update([0]).chain_update(claims).finalize();
    let batch = [&[2_u8][..], &[0; 32], &1_u64.to_be_bytes(), &1_u64.to_be_bytes(), &leaf].concat();
    let seal = Sha256::digest(batch);
    let (aad, payload): (&[u8], &[u8]) = if sealed { (b"leasehold seal 2", &seal) } else { (b"", claims) };
    let mut structure = Encoder::new(Vec::new());
    let to_sign = structure.array(4).and_then(|e| e.str("Signature1")?.bytes(&protected)?.bytes(aad)?.bytes(payload));
    to_sign.expect("memory is written to");
    let signature = signer.sign(&structure.into_writer());

    let mut cose = Encoder::new(Vec::new());
    let members = 1 + u64::from(!chain.is_empty()) + u64::from(sealed);
    let mut write = || -> Result<(), minicbor::encode::Error<core::convert::Infallible>> {
        cose.tag(Tag::new(18))?.array(4)?.bytes(&protected)?.map(members)?.u8(4)?.bytes(&signer.id().0)?;
        if !chain.is_empty() {
            cose.i32(-70_001)?.array(chain.len() as u64)?;
            for link in chain {
                cose.bytes(link)?;
            }
        }
        if sealed {
            cose.i32(-70_002)?.array(5)?.bytes(&[0; 32])?.u8(1)?.u8(0)?.u8(1)?.array(0)?;
        }
        cose.bytes(claims)?.bytes(&signature)?;
        Ok(())
    };
    write().expect("memory is written to");
    cose.into_writer()
}
