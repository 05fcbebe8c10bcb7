//! What pages send.

use leasehold_core::{Cti, FamilyId, KeyId, ProductId};
use leasehold_service::access::Caller;
use leasehold_service::pages::{fields, told};
use leasehold_service::{Request, Response, StatusCode};

use super::views::{client_with, overview_with, settings_with};
use super::{AdminState, message, not_allowed};
use crate::admin::RoleSet;
use crate::admin::actions::{Actor, Carried, PUBLISHED};

pub(super) fn answer(state: &AdminState, request: &Request, caller: &Caller) -> Response {
    if !caller.may(RoleSet::OPERATE) {
        return not_allowed(state, caller);
    }
    let actor = Actor { caller, from: request.client };
    match request.path() {
        "/renew" => overview_with(state, caller, Some(told(state.renew(actor)))),
        "/publish" => overview_with(state, caller, Some(told(state.publish(actor).map(|_| PUBLISHED.to_owned())))),
        "/backup" => settings_with(
            state,
            caller,
            Some(told(state.back_up(actor).map(|path| format!("the backup is {path}")))),
            None,
        ),
        path => match path.strip_prefix("/clients/").and_then(|rest| rest.split_once('/')) {
            Some((client, action @ ("end" | "forget"))) => of_client(state, request, actor, (client, action)),
            _ => message(StatusCode::NOT_FOUND, "Nothing here", "There is nothing at this address."),
        },
    }
}

fn of_client(state: &AdminState, request: &Request, actor: Actor<'_>, (client, action): (&str, &str)) -> Response {
    let [family, product, lease] = fields(&request.body, ["family", "product", "lease"]);
    let (Ok(client), Some(family)) = (client.parse::<KeyId>(), read::<FamilyId>(family)) else { return senseless() };
    let carried = if action == "forget" {
        state.forget(actor, (client, family))
    } else {
        let (Some(product), Some(lease)) = (read::<ProductId>(product), read::<Cti>(lease)) else { return senseless() };
        state.end_lease(actor, (client, family), (product, lease))
    };
    let words = |carried| match (carried, action) {
        (Carried::Out, "forget") => "the client is forgotten.".to_owned(),
        (Carried::Out, _) => "the lease has ended.".to_owned(),
        (Carried::Later, _) => "it is ordered, and carried out once the store works.".to_owned(),
    };
    client_with(state, actor.caller, (client, None), Some(told(carried.map(words))))
}

fn read<T: std::str::FromStr>(field: Option<String>) -> Option<T> {
    field.and_then(|text| text.parse().ok())
}

fn senseless() -> Response {
    message(StatusCode::BAD_REQUEST, "Not done", "The form was not whole: open the page again, and try from there.")
}
