//! What is done after the question was answered. The store audits each with who did it.

use leasehold_core::{Cti, DirectoryId, KeyId};
use leasehold_dashboard::{Notice, Tone};
use leasehold_service::pages::{fields, notice_of};
use leasehold_service::{Response, StatusCode};
use leasehold_store::authority::Role;

use super::{Shown, Visit, answered, issue, lists, message, nothing, one};
use crate::key_name::KeyName;
use crate::keys;
use crate::revocations::{Target, Withdrawal};
use crate::serve::admin::problems::problem;

pub(super) fn answer(visit: &Visit<'_>) -> Response {
    let path = visit.request.path();
    let role = if path == "/issue" { Role::Issue } else { Role::Revoke };
    if !visit.may(role) {
        return visit.not_allowed(role);
    }
    let done = match path.trim_start_matches('/').split('/').collect::<Vec<_>>()[..] {
        ["issue"] => issue::issue(visit),
        ["revocations"] => named(visit),
        ["keys", key, "withdraw"] => withdraw(visit, key),
        ["keys", key, "revoke"] => of_key(visit, key),
        ["hosts", host, "revoke"] => match host.parse::<KeyId>() {
            Ok(host) => one::host(visit, host, Some(revoke(visit, Target::Host(host)))),
            Err(_) => Ok(nothing()),
        },
        ["directories", directory, "revoke"] => match directory.parse::<DirectoryId>() {
            Ok(directory) => lists::directories(visit, Some(revoke(visit, Target::Directory(directory)))),
            Err(_) => Ok(nothing()),
        },
        _ => Ok(nothing()),
    };
    answered(done)
}

fn withdraw(visit: &Visit<'_>, key: &str) -> Shown {
    let Ok(name) = key.parse::<KeyName>() else { return Ok(nothing()) };
    let notice = match keys::withdraw(visit.store(), &name, visit.stamp) {
        Ok(_) => Notice { tone: Tone::Good, text: "the product key is withdrawn.".to_owned() },
        Err(error) => notice_of(&problem(&error)),
    };
    one::key(visit, key, Some(notice))
}

fn of_key(visit: &Visit<'_>, key: &str) -> Shown {
    let Ok(name) = key.parse::<KeyName>() else { return Ok(nothing()) };
    one::key(visit, key, Some(revoke(visit, Target::ProductKey(name))))
}

fn named(visit: &Visit<'_>) -> Shown {
    let [what, id] = fields(&visit.request.body, ["what", "id"]).map(Option::unwrap_or_default);
    let target = match what.as_str() {
        "key" => id.parse::<KeyId>().ok().map(Target::Key),
        "document" => id.parse::<Cti>().ok().map(Target::Document),
        _ => None,
    };
    let Some(target) = target else {
        let text = "The form was not whole: open the page again, and try from there.";
        return Ok(message(StatusCode::BAD_REQUEST, "Not done", text));
    };
    lists::revocations_with(visit, Some(revoke(visit, target)), lists::Typed::default())
}

/// Revokes it, and says what became of it.
fn revoke(visit: &Visit<'_>, target: Target) -> Notice {
    let revoked = visit.state.authority.revoke(&[target], visit.stamp, &*visit.state.rng);
    match revoked {
        Ok(Withdrawal { added, list }) => {
            let text = match (added.len(), list) {
                (0, _) => "It was on the revocation list already, which stays as it is.".to_owned(),
                (count, Some(list)) => format!("{count} on the revocation list, which is number {} now.", list.number),
                (count, None) => format!("{count} revoked."),
            };
            Notice { tone: Tone::Good, text }
        }
        Err(error) => notice_of(&problem(&error)),
    }
}
