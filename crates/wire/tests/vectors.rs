//! The vectors of documents. `LEASEHOLD_VECTORS` names another folder.

use leasehold_core::{Cti, KeyId, ProductKey, PublicKey, Timestamp};
use leasehold_testkit::vectors::{hex, read, unhex};
use leasehold_wire::proof::Proof;
use leasehold_wire::seal::Tip;
use leasehold_wire::{AnyDocument, Confirmation, Envelope, Keypair, Opened, Revocations, Usage, verify};
use serde_json::{Value, json};

#[test]
fn documents_verify_or_fail_as_the_vectors_say() {
    for case in read("documents")["cases"].as_array().expect("cases") {
        let root: PublicKey = text(&case["root"]).parse().expect("a key");
        let at = Timestamp::from_unix(case["at"].as_u64().expect("a time"));
        let revocations = case["revocations"].as_str().map(|list| {
            verify::<Revocations>(&unhex(list), &root, at, None).expect("the list of a vector verifies").document
        });
        let result = AnyDocument::verify(&unhex(text(&case["hex"])), &root, at, revocations.as_ref());
        let reason = result.as_ref().err().map(|reason| json!(reason.code().name())).unwrap_or_default();
        assert_eq!(reason, case["reason"], "{}: {result:?}", case["name"]);
        assert_eq!(result.is_ok(), case["valid"].as_bool().expect("true or false"), "{}", case["name"]);
        if let Ok(opened) = result {
            compare(&opened, &case["facts"], &case["name"]);
        }
    }
}

#[test]
fn what_is_read_is_written_again_byte_by_byte() {
    for case in read("documents")["cases"].as_array().expect("cases") {
        let bytes = unhex(text(&case["hex"]));
        if let Ok(envelope) = Envelope::parse(&bytes) {
            let links: Vec<&[u8]> = envelope.chain.clone();
            assert_eq!(
                leasehold_wire::envelope::with_chain(&bytes, &links).expect("a document"),
                bytes,
                "{}",
                case["name"]
            );
        }
    }
}

#[test]
fn proofs_are_as_the_vectors_say() {
    for case in read("documents")["proofs"].as_array().expect("proofs") {
        let key: ProductKey = text(&case["key"]).parse().expect("a product key");
        let subject: KeyId = text(&case["subject"]).parse().expect("a key id");
        let cti: Cti = text(&case["cti"]).parse().expect("a cti");
        let proof = Proof::new(&key, subject, cti);
        assert_eq!(hex(&proof.key.0), text(&case["proof"][0]));
        assert_eq!(hex(proof.signature()), text(&case["proof"][1]));
        let public = Keypair::of_product_key(&key).public();
        assert!(proof.holds(&public, subject, cti));
        assert!(!proof.holds(&public, subject, Cti([0; 16])));
    }
    for case in read("keys")["valid"].as_array().expect("keys") {
        if let Some(public) = case["public"].as_str() {
            let key: ProductKey = text(&case["key"]).parse().expect("a product key");
            assert_eq!(Keypair::of_product_key(&key).public().to_string(), public);
        }
    }
}

fn compare(opened: &Opened<AnyDocument>, facts: &Value, name: &Value) {
    for (fact, expected) in facts.as_object().expect("facts") {
        let found = fact_of(opened, fact).unwrap_or_else(|| panic!("{name}: a fact this test does not know: {fact}"));
        match expected.as_object() {
            Some(members) => members.iter().for_each(|(k, v)| assert_eq!(&found[k], v, "{name}: {fact}.{k}")),
            None => assert_eq!(&found, expected, "{name}: {fact}"),
        }
    }
}

fn fact_of(opened: &Opened<AnyDocument>, fact: &str) -> Option<Value> {
    use AnyDocument::{Host, HostRequest, Lease, MachineRequest, Manifest, Refusal, Release, Request, Revocations};
    let head = opened.document.head();
    let subject = head.confirmation.map(|confirmation| match confirmation {
        Confirmation::Key(key) => key.id(),
        Confirmation::Known(id) => id,
    });
    let seal = || opened.seal.as_ref();
    Some(match (fact, &opened.document) {
        ("typ", _) => json!(opened.document.typ().name()),
        ("signer", _) => json!(hex(&opened.signer.0)),
        ("subject", _) => json!(subject.map(|id| hex(&id.0))),
        ("expires", _) => json!(head.expires.map(Timestamp::unix)),
        ("issued", _) => json!(head.issued.map(Timestamp::unix)),
        ("product", Manifest(d)) => json!(d.product.as_str()),
        ("product", Request(d)) => json!(d.product.as_str()),
        ("product", Refusal(d)) => json!(d.product.as_str()),
        ("product", Lease(d)) => json!(d.product.as_str()),
        ("product", Release(d)) => json!(d.product.as_str()),
        ("product", MachineRequest(d)) => json!(d.product.as_str()),
        ("family", Manifest(d)) => json!(d.family.as_str()),
        ("family", Lease(d)) => json!(d.family.as_str()),
        ("generic_key", Manifest(d)) => json!(d.generic_key.to_string()),
        ("host_ordinal", Host(d)) => json!(d.host_ordinal),
        ("activation_ordinal", Host(d)) => json!(d.activation_ordinal),
        ("count", Lease(d)) => json!(d.count),
        ("count", Refusal(d)) => json!(d.count),
        ("code", Refusal(d)) => json!(d.reason as u8),
        ("limit", Refusal(d)) => json!(d.limit),
        ("retry", Refusal(d)) => json!(d.retry.as_seconds()),
        ("tip", HostRequest(d)) => json!(d.tip.map(|tip| tip_of(&tip.newest))),
        ("former_tip", HostRequest(d)) => json!(d.tip.and_then(|tip| tip.former).map(|tip| tip_of(&tip))),
        ("usage", HostRequest(d)) if d.usage.is_empty() => Value::Null,
        ("usage", HostRequest(d)) => usage_of(&d.usage),
        ("features", Lease(d)) => json!(d.features.iter().map(leasehold_core::Text::as_str).collect::<Vec<_>>()),
        ("number", Revocations(d)) => json!(d.number),
        ("seal", Lease(_) | Refusal(_)) => {
            json!(seal().map(|s| json!({ "number": s.number, "previous": hex(&s.previous), "seal": hex(&s.seal) })))
        }
        _ => return None,
    })
}

fn tip_of(tip: &Tip) -> Value {
    json!({ "number": tip.number, "seal": hex(&tip.seal) })
}

fn usage_of(usage: &[Usage]) -> Value {
    let families = usage.iter().map(|usage| {
        let Usage { family, clients, live, peak } = usage;
        (family.as_str().to_owned(), json!([clients, live, peak]))
    });
    families.collect::<serde_json::Map<_, _>>().into()
}

fn text(value: &Value) -> &str {
    value.as_str().expect("a text")
}
