//! What holds for every document, every input and every bit.

mod hostile;
mod sealed;
mod values;

use leasehold_wire::envelope::sign;
use leasehold_wire::{AnyDocument, Document, Envelope, Keypair, armour};
use proptest::prelude::*;

macro_rules! read_back {
    ($($test:ident $document:ident)*) => {
        proptest! {$(
            #[test]
            fn $test(document in values::$document()) {
                is_read_back(&document);
            }
        )*}
    };
}
read_back! {
    an_authority_is_read_as_it_was_written authority
    a_manifest_is_read_as_it_was_written manifest
    a_host_request_is_read_as_it_was_written host_request
    a_host_certificate_is_read_as_it_was_written host
    a_request_is_read_as_it_was_written request
    a_lease_is_read_as_it_was_written lease
    a_refusal_is_read_as_it_was_written refusal
    a_release_is_read_as_it_was_written release
    a_machine_request_is_read_as_it_was_written machine_request
    a_directory_request_is_read_as_it_was_written directory_request
    an_activation_object_is_read_as_it_was_written object
    a_revocation_list_is_read_as_it_was_written revocations
}

fn is_read_back<D: Document + PartialEq + std::fmt::Debug>(document: &D) {
    let bytes = sign(document, &Keypair::from_seed(&[7; 32]), &[]);
    let envelope = Envelope::parse(&bytes).expect("what was written is an envelope");
    assert_eq!(&envelope.document::<D>().expect("what was written is a document"), document);
    let any = AnyDocument::read(&envelope).expect("a document of its typ");
    assert_eq!(any.typ(), D::TYP);
    let text = armour::wrap(&bytes).expect("a document");
    assert_eq!(armour::read(text.as_bytes()).expect("armour"), bytes);
}
