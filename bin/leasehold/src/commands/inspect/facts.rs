//! What a document says, claim by claim.

use leasehold_core::{Cti, Fingerprint, Grant, Policy, Text};
use leasehold_wire::{
    ActivationObject, AnyDocument, Confirmation, DirectoryRequest, Envelope, HostCertificate, HostRequest, Lease,
    Manifest, Request, Revocations, Seal, SealedRefusal, seal,
};

use super::fact::{Fact, Facts};

/// What an envelope says of itself: typ and signer.
pub(super) fn of_envelope(envelope: &Envelope<'_>) -> Facts {
    vec![("typ", Fact::Text(envelope.typ.name().to_owned())), ("signer", Fact::Key(envelope.kid))]
}

/// All that a document says, but for its chain.
pub(super) fn of_document(envelope: &Envelope<'_>, document: &AnyDocument) -> Facts {
    let mut facts = of_envelope(envelope);
    facts.extend(of_head(document));
    facts.extend(of_body(document));
    if matches!(document, AnyDocument::Lease(_) | AnyDocument::Refusal(_)) {
        facts.push(("seal", envelope.seal.as_ref().map_or(Fact::Absent, |seal| of_seal(seal, envelope.payload))));
    }
    facts
}

fn of_head(document: &AnyDocument) -> Facts {
    let head = document.head();
    let mut facts = Vec::new();
    match head.confirmation {
        Some(Confirmation::Key(key)) => {
            facts.push(("subject", Fact::Key(key.id())));
            facts.push(("subject_key", Fact::Bytes(key.0.to_vec())));
        }
        Some(Confirmation::Known(id)) => facts.push(("subject", Fact::Key(id))),
        None => {}
    }
    facts.extend(head.issued.map(|time| ("issued", Fact::Time(time))));
    facts.extend(head.not_before.map(|time| ("not_before", Fact::Time(time))));
    match head.expires {
        Some(time) => facts.push(("expires", Fact::Time(time))),
        None if matches!(document, AnyDocument::Lease(_)) => facts.push(("expires", Fact::Never)),
        None => {}
    }
    facts.extend(head.cti.map(|cti| ("cti", of_cti(cti))));
    facts
}

fn of_body(document: &AnyDocument) -> Facts {
    match document {
        AnyDocument::Authority(authority) => vec![("vendor", text(&authority.vendor))],
        AnyDocument::Manifest(manifest) => of_manifest(manifest),
        AnyDocument::HostRequest(request) => of_host_request(request),
        AnyDocument::Host(certificate) => of_host(certificate),
        AnyDocument::Request(request) => of_request(request),
        AnyDocument::Lease(lease) => of_lease(lease),
        AnyDocument::Refusal(refusal) => of_refusal(refusal),
        AnyDocument::Release(release) => {
            vec![("product", shown(&release.product)), ("lease", of_cti(release.lease))]
        }
        AnyDocument::MachineRequest(request) => vec![
            ("product", shown(&request.product)),
            ("proof_key", Fact::Key(request.proof.key)),
            ("fingerprint", of_fingerprint(&request.fingerprint)),
        ],
        AnyDocument::DirectoryRequest(request) => of_directory_request(request),
        AnyDocument::Object(object) => of_object(object),
        AnyDocument::Revocations(list) => of_revocations(list),
    }
}

fn of_manifest(manifest: &Manifest) -> Facts {
    vec![
        ("product", shown(&manifest.product)),
        ("product_number", Fact::Number(manifest.number.value().into())),
        ("family", shown(&manifest.family)),
        ("title", text(&manifest.title)),
        ("generic_key", shown(&manifest.generic_key)),
        ("initial_grace", Fact::Span(manifest.initial_grace)),
        ("root", Fact::Bytes(manifest.root.0.to_vec())),
        ("service", manifest.service.as_ref().map_or(Fact::Absent, text)),
        ("drift", Fact::Number(manifest.drift)),
        ("mode", Fact::Text(manifest.mode.unwrap_or_default().name().to_owned())),
    ]
}

fn of_host_request(request: &HostRequest) -> Facts {
    vec![
        ("host_name", text(&request.host_name)),
        ("proof_key", Fact::Key(request.proof.key)),
        ("fingerprint", of_fingerprint(&request.fingerprint)),
        ("tip", request.tip.map_or(Fact::Absent, |tip| of_tip(&tip.newest))),
        ("former_tip", request.tip.and_then(|tip| tip.former).map_or(Fact::Absent, |tip| of_tip(&tip))),
        ("usage", if request.usage.is_empty() { Fact::Absent } else { Fact::Usage(request.usage.clone()) }),
    ]
}

fn of_tip(tip: &seal::Tip) -> Fact {
    Fact::Facts(vec![("number", Fact::Number(tip.number)), ("seal", Fact::Bytes(tip.seal.to_vec()))])
}

fn of_directory_request(request: &DirectoryRequest) -> Facts {
    vec![
        ("name", text(&request.name)),
        ("directory", Fact::Bytes(request.directory.0.to_vec())),
        ("proof_key", Fact::Key(request.proof.key)),
    ]
}

fn of_host(certificate: &HostCertificate) -> Facts {
    vec![
        ("vendor", text(&certificate.vendor)),
        ("host_ordinal", Fact::Number(certificate.host_ordinal)),
        ("activation_ordinal", Fact::Number(certificate.activation_ordinal)),
        ("grants", Fact::Several(certificate.grants.iter().map(of_grant).collect())),
        ("fingerprint", of_fingerprint(&certificate.fingerprint)),
    ]
}

fn of_request(request: &Request) -> Facts {
    vec![
        ("product", shown(&request.product)),
        ("product_number", Fact::Number(request.number.value().into())),
        ("client_version", text(&request.client_version)),
        ("host_name", request.host_name.as_ref().map_or(Fact::Absent, text)),
        ("chain_of", request.chain_of.map_or(Fact::Absent, Fact::Key)),
        ("holds", request.holds.map_or(Fact::Absent, of_cti)),
        ("fingerprint", of_fingerprint(&request.fingerprint)),
    ]
}

fn of_lease(lease: &Lease) -> Facts {
    vec![
        ("product", shown(&lease.product)),
        ("family", shown(&lease.family)),
        ("method", Fact::Text(lease.method.name().to_owned())),
        ("count", lease.count.map_or(Fact::Absent, Fact::Number)),
        ("features", Fact::List(lease.features.iter().map(text).collect())),
        ("renewal", Fact::Span(lease.renewal)),
        ("retry", Fact::Span(lease.retry)),
        ("grace", Fact::Span(lease.grace)),
        ("request", of_cti(lease.request)),
        ("fingerprint", of_fingerprint(&lease.fingerprint)),
    ]
}

fn of_refusal(refusal: &SealedRefusal) -> Facts {
    vec![
        ("product", shown(&refusal.product)),
        ("family", shown(&refusal.family)),
        ("code", Fact::Number(refusal.reason as u64)),
        ("refused_for", shown(&refusal.reason.code())),
        ("count", refusal.count.map_or(Fact::Absent, Fact::Number)),
        ("limit", refusal.limit.map_or(Fact::Absent, Fact::Number)),
        ("retry", Fact::Span(refusal.retry)),
        ("request", of_cti(refusal.request)),
    ]
}

fn of_object(object: &ActivationObject) -> Facts {
    vec![
        ("vendor", text(&object.vendor)),
        ("directory", Fact::Bytes(object.directory.0.to_vec())),
        ("grants", Fact::Several(object.grants.iter().map(of_grant).collect())),
    ]
}

fn of_revocations(list: &Revocations) -> Facts {
    vec![
        ("number", Fact::Number(list.number)),
        ("keys", Fact::List(list.keys.iter().copied().map(Fact::Key).collect())),
        ("documents", Fact::List(list.documents.iter().copied().map(of_cti).collect())),
    ]
}

fn of_seal(seal: &Seal, payload: &[u8]) -> Fact {
    Fact::Facts(vec![
        ("number", Fact::Number(seal.number)),
        ("index", Fact::Number(seal.index)),
        ("size", Fact::Number(seal.size)),
        ("seal", Fact::Bytes(seal.hash(payload).to_vec())),
        ("previous", Fact::Bytes(seal.previous.to_vec())),
    ])
}

fn of_grant(grant: &Grant) -> Facts {
    let Policy { threshold, window, validity, renewal, retry, grace, capacity, drift, end, features, devices } =
        &grant.policy;
    vec![
        ("family", shown(&grant.family)),
        ("threshold", Fact::Number(*threshold)),
        ("window", Fact::Span(*window)),
        ("validity", Fact::Span(*validity)),
        ("renewal", Fact::Span(*renewal)),
        ("retry", Fact::Span(*retry)),
        ("grace", Fact::Span(*grace)),
        ("capacity", capacity.map_or(Fact::Absent, Fact::Number)),
        ("drift", Fact::Number(*drift)),
        ("end", end.map_or(Fact::Absent, Fact::Time)),
        ("features", Fact::List(features.iter().map(text).collect())),
        ("devices", devices.map_or(Fact::Absent, Fact::Number)),
        ("products", Fact::Products(grant.products.clone())),
    ]
}

fn of_fingerprint(fingerprint: &Fingerprint) -> Fact {
    Fact::Facts(fingerprint.iter().map(|(component, hash)| (component.name(), Fact::Bytes(hash.to_vec()))).collect())
}

fn of_cti(cti: Cti) -> Fact {
    Fact::Bytes(cti.0.to_vec())
}

fn text(text: &Text) -> Fact {
    Fact::Text(text.as_str().to_owned())
}

fn shown(value: &impl ToString) -> Fact {
    Fact::Text(value.to_string())
}
