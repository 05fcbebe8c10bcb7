//! Questions before something is revoked or withdrawn.

use leasehold_core::{DirectoryId, KeyId, count};
use leasehold_dashboard::{Confirmation, confirm_page};
use leasehold_service::Response;
use leasehold_service::pages::{page, query_of};
use leasehold_store::authority::Role;

use super::{Shown, Visit, nothing};
use crate::activations;
use crate::key_name::KeyName;
use crate::keys;

/// The question before an action on something that is named in the path.
pub(super) fn about(visit: &Visit<'_>, (area, id, action): (&str, &str, &str)) -> Shown {
    if !visit.may(Role::Revoke) {
        return Ok(visit.not_allowed(Role::Revoke));
    }
    match (area, action) {
        ("keys", "withdraw" | "revoke") => key(visit, id, action),
        ("hosts", "revoke") => host(visit, id),
        ("directories", "revoke") => directory(visit, id),
        _ => Ok(nothing()),
    }
}

fn key(visit: &Visit<'_>, id: &str, action: &str) -> Shown {
    let Ok(name) = id.parse::<KeyName>() else { return Ok(nothing()) };
    let (key, counts) = keys::with_counts(visit.store(), &name)?;
    let customer = key.customer.as_ref().map_or_else(String::new, |name| format!(" of {name}"));
    let path = format!("/keys/{}", key.public.id());
    let (title, text, button) = if action == "withdraw" {
        let text = format!(
            "The product key …{}{customer} activates and renews nothing more, for ever. What it has activated ({}) holds to its end.",
            key.last_five, counts.places
        );
        ("Withdraw this product key?", text, "Withdraw it")
    } else {
        let text = format!(
            "All that the product key …{}{customer} has ever activated ({}) goes on the revocation list, for ever, and the key is \
             withdrawn. Hosts on it grant nothing any more, and what they have granted ends once machines have the list.",
            key.last_five,
            count(counts.activations, "key pair", "key pairs")
        );
        ("Revoke all that this product key has activated?", text, "Revoke all of it")
    };
    let action = format!("{path}/{action}");
    Ok(asked(
        visit,
        "/keys",
        &Confirmation { title: title.to_owned(), text, action, fields: Vec::new(), button, destroys: true, back: path },
    ))
}

fn host(visit: &Visit<'_>, id: &str) -> Shown {
    let Ok(subject) = id.parse::<KeyId>() else { return Ok(nothing()) };
    let found = activations::find(visit.store(), subject)?;
    let name = found.first().and_then(|host| host.activation.name.as_ref());
    let name = name.map_or_else(|| subject.to_string(), ToString::to_string);
    let path = format!("/hosts/{subject}");
    Ok(asked(
        visit,
        "/hosts",
        &Confirmation {
            title: "Revoke this host or machine?".to_owned(),
            text: format!(
                "The key of {name} goes on the revocation list, for ever. A host grants nothing with it any more, and what it has granted \
                 ends once machines have the list. Its place is not free: the product key's customer may activate it anew."
            ),
            action: format!("{path}/revoke"),
            fields: Vec::new(),
            button: "Revoke it",
            destroys: true,
            back: path,
        },
    ))
}

fn directory(visit: &Visit<'_>, id: &str) -> Shown {
    let Ok(directory) = id.parse::<DirectoryId>() else { return Ok(nothing()) };
    let found = activations::directory(visit.store(), directory)?;
    let name = found.first().and_then(|found| found.activation.name.as_ref());
    let name = name.map_or_else(|| directory.to_string(), ToString::to_string);
    Ok(asked(
        visit,
        "/directories",
        &Confirmation {
            title: "Revoke this directory?".to_owned(),
            text: format!(
                "Every activation object that was signed for {name} goes on the revocation list, for ever: its machines are activated by none of them any more."
            ),
            action: format!("/directories/{directory}/revoke"),
            fields: Vec::new(),
            button: "Revoke it",
            destroys: true,
            back: "/directories".to_owned(),
        },
    ))
}

/// The question before a key or a document whose id was typed is revoked.
pub(super) fn revoke_named(visit: &Visit<'_>, what: &str, id: &str) -> Response {
    if !visit.may(Role::Revoke) {
        return visit.not_allowed(Role::Revoke);
    }
    let own = str::to_owned;
    let fields = vec![("what", own(what)), ("id", own(id))];
    let back = back_to("/revocations", &fields);
    asked(
        visit,
        "/revocations",
        &Confirmation {
            title: format!("Revoke this {}?", if what == "document" { "document" } else { "key" }),
            text: format!("{id} goes on the revocation list, for ever. Whether there is such a one is not known here."),
            action: own("/revocations"),
            fields,
            button: "Revoke it",
            destroys: true,
            back,
        },
    )
}

/// The page that asks.
pub(super) fn asked(visit: &Visit<'_>, current: &'static str, confirmation: &Confirmation) -> Response {
    page(confirm_page(&visit.frame(current, None), confirmation))
}

/// The form at `path` with what was typed in it.
pub(super) fn back_to(path: &str, fields: &[(&'static str, String)]) -> String {
    let typed: Vec<_> = fields.iter().map(|(name, value)| (*name, value.as_str())).collect();
    format!("{path}?{}", query_of(&typed))
}
