//! What a client shows to programs: the JSON of `leasehold client status`, `leasehold doctor` and `leasehold client devices`, whose schemas are in
//! `docs/schemas`.

use leasehold_core::{Code, Finding, KeyId, Standing, Text, Timestamp};
use leasehold_wire::Method;
use serde_json::{Value, json};

use crate::client::Client;
use crate::doctor::Diagnosis;
use crate::session::host::user::UserDevice;
use crate::state::files::Note;
use crate::state::record::LastFailure;
use crate::status::Status;

/// A client's standing and what it rests on.
pub fn status(client: &Client, status: &Status) -> Value {
    let manifest = client.manifest();
    let lease = status.lease.as_ref();
    let (last_failure, read) = (status.last_failure.as_ref(), status.directory.as_ref());
    json!({
        "product": manifest.product.as_str(),
        "title": manifest.title.as_str(),
        "vendor": client.vendor().to_string(),
        "standing": status.standing.name(),
        "why": status.standing.why().map(|why| why.code().name()),
        "until": unix(status.standing.until()),
        "mode": status.mode.name(),
        "clock_set_back": status.clock.set_back,
        "time": status.clock.now.unix(),
        "renew_at": renew_at(&status.standing).map(Timestamp::unix),
        "last_attempt": unix(status.last_attempt),
        "next_attempt": unix(status.next_attempt),
        "last_failure": last_failure.map(|failure| last_failure_value(client, failure)),
        "authority": status.authority.as_ref().map(ToString::to_string),
        "host": status.host.as_ref().map(ToString::to_string),
        "host_key": id(status.signer),
        "device": id(status.device),
        "given_back": status.given_back.as_ref().map(|lease| json!({ "lease": lease.cti.to_string(), "proven": false })),
        "issued": lease.map(|lease| lease.issued.unix()),
        "expires": lease.and_then(|lease| unix(lease.expires)),
        "count": lease.and_then(|lease| lease.count),
        "method": status.method().map(Method::name),
        "directory": read.map(|read| json!({
            "name": read.name,
            "id": read.object.directory.to_string(),
            "server": read.server,
            "read": read.read.unix(),
            "object": read.object.cti.to_string(),
            "expires": read.object.expires.unix(),
            "until": read.until.unix(),
        })),
        "days_left": status.days_left(),
        "features": names(status.features()),
        "features_in_lease": names(status.features_in_lease()),
        "lease": lease.and(client.lease_file()),
        "notes": status.notes.iter().map(note).collect::<Vec<_>>(),
    })
}

/// What a doctor found, and the failure that most likely causes the others.
pub fn diagnosis(diagnosis: &Diagnosis) -> Value {
    json!({
        "checks": diagnosis.findings.iter().map(finding).collect::<Vec<_>>(),
        "cause": diagnosis.cause().map(|finding| {
            let detail = format!("{}: {}", finding.name, finding.detail);
            json!({ "name": finding.name, "code": finding.code.map(Code::name), "detail": detail, "next": finding.hint() })
        }),
    })
}

/// The devices of a user.
pub fn devices(devices: &[UserDevice]) -> Value {
    devices.iter().map(device).collect()
}

fn finding(finding: &Finding) -> Value {
    let Finding { name, outcome, detail, code, .. } = finding;
    let code = code.map(Code::name);
    json!({ "name": name, "outcome": outcome.name(), "detail": detail, "code": code, "next": finding.hint() })
}

fn device(device: &UserDevice) -> Value {
    json!({
        "client": device.client.to_string(),
        "name": device.name,
        "products": device.products,
        "since": device.since.unix(),
        "until": device.until.unix(),
    })
}

fn last_failure_value(client: &Client, failure: &LastFailure) -> Value {
    let host = id(failure.proven_by);
    json!({
        "code": failure.code,
        "message": failure.message,
        "proven": host.is_some(),
        "proof": failure.proven_by.and(client.refusal_file()),
        "proven_by": host,
    })
}

fn note(note: &Note) -> Value {
    json!({ "code": note.code().name(), "message": note.to_string() })
}

fn renew_at(standing: &Standing) -> Option<Timestamp> {
    match standing {
        Standing::Licensed { renew_at, .. } => *renew_at,
        Standing::Unactivated { .. } | Standing::Grace { .. } | Standing::Reduced { .. } => None,
    }
}

fn names(features: &[Text]) -> Vec<&str> {
    features.iter().map(Text::as_str).collect()
}

fn id(key: Option<KeyId>) -> Option<String> {
    key.map(|key| key.to_string())
}

fn unix(time: Option<Timestamp>) -> Option<u64> {
    time.map(Timestamp::unix)
}
