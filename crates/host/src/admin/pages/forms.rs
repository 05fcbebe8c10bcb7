//! What pages send: each form carries the session's token, so that no other site can send one.

use leasehold_core::{Cti, FamilyId, KeyId, ProductId};
use leasehold_dashboard::{Notice, Tone};
use leasehold_service::access::Caller;
use leasehold_service::{Problem, Request, Response, StatusCode, header};

use super::sign_in::fields;
use super::views::{client_with, overview_with, settings_with};
use super::{AdminState, RoleSet, message, notice_of, to};
use crate::admin::actions::{Actor, Carried};

pub(super) fn answer(state: &AdminState, request: &Request, caller: &Caller) -> Response {
    let [token] = fields(&request.body, ["form"]);
    if !caller.has_sent(&token.unwrap_or_default()) {
        let text = "It was not sent from a page of this session: open the page again, and try from there.";
        return message(StatusCode::FORBIDDEN, "Not done", text);
    }
    if request.path() == "/sign-out" {
        return sign_out(state, request, caller);
    }
    if !caller.may(RoleSet::OPERATE) {
        let text = "You may look at everything and change nothing: that needs the role operate.";
        return message(StatusCode::FORBIDDEN, "Not allowed", text);
    }
    let actor = Actor { caller, from: request.client };
    match request.path() {
        "/renew" => overview_with(state, caller, Some(told(state.renew(actor)))),
        "/publish" => overview_with(state, caller, Some(told(state.publish(actor)))),
        "/backup" => settings_with(state, caller, Some(told(state.back_up(actor))), None),
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

fn sign_out(state: &AdminState, request: &Request, caller: &Caller) -> Response {
    match state.sign_ins.sign_out(request, caller, state.now()) {
        Ok(cookie) => to("/sign-in").with_header(header::SET_COOKIE, cookie),
        Err(error) => {
            tracing::error!(code = %error.code(), %error, "signed out, and not audited");
            to("/sign-in")
        }
    }
}

fn read<T: std::str::FromStr>(field: Option<String>) -> Option<T> {
    field.and_then(|text| text.parse().ok())
}

fn senseless() -> Response {
    message(StatusCode::BAD_REQUEST, "Not done", "The form was not whole: open the page again, and try from there.")
}

fn told(outcome: Result<String, Problem>) -> Notice {
    match outcome {
        Ok(text) => Notice { tone: Tone::Good, text },
        Err(problem) => notice_of(&problem),
    }
}
