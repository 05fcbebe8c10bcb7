//! What pages show.

use leasehold_core::{FamilyId, KeyId};
use leasehold_dashboard::host::{
    ClientsView, CopiesView, EventsView, SettingsView, audit_page, client_page, clients_page, copies_page, events_page,
    overview_page, seals_page, settings_page, users_page,
};
use leasehold_dashboard::{Confirmation, Notice, confirm_page};
use leasehold_service::access::Caller;
use leasehold_service::pages::{fields, notice_of, page, query_of};
use leasehold_service::{Problem, Request, Response, StatusCode};
use leasehold_store::host::ClientKind;

use super::{AdminState, frame, message, not_allowed, place};
use crate::admin::RoleSet;
use crate::admin::api::kind_named;
use crate::admin::facts::{ClientQuery, EventQuery};

pub(super) fn answer(state: &AdminState, request: &Request, caller: &Caller) -> Response {
    let query = request.query().unwrap_or_default().as_bytes();
    match request.path() {
        "/" => overview_with(state, caller, None),
        "/clients" => clients(state, caller, query),
        "/events" => events(state, caller, query),
        "/copies" => copies(state, caller),
        "/users" => users(state, caller, query),
        "/seals" => seals(state, caller, query),
        "/settings" => {
            let [doctor] = fields(query, ["doctor"]);
            settings_with(state, caller, None, doctor)
        }
        "/audit" => audit(state, caller),
        "/renew" | "/publish" | "/backup" => confirm(state, caller, &of_host(request.path())),
        path => match path.strip_prefix("/clients/") {
            Some(rest) => client(state, caller, rest, query),
            None => nothing(),
        },
    }
}

pub(super) fn overview_with(state: &AdminState, caller: &Caller, notice: Option<Notice>) -> Response {
    match state.status() {
        Ok(status) => page(overview_page(&frame(caller, &place(state), "/", notice), &status)),
        Err(problem) => unanswered(&problem),
    }
}

fn clients(state: &AdminState, caller: &Caller, query: &[u8]) -> Response {
    let [search, kind, family, after] =
        fields(query, ["search", "state", "family", "after"]).map(Option::unwrap_or_default);
    let search = search.trim().to_owned();
    let after = after.parse::<KeyId>().ok();
    let asked = ClientQuery {
        search: search.clone(),
        kind: kind_named(&kind).unwrap_or_default(),
        family: family.parse::<FamilyId>().ok(),
        product: None,
        after,
        limit: ROWS,
    };
    let found = match state.clients(&asked) {
        Ok(found) => found,
        Err(problem) => return unanswered(&problem),
    };
    let own = query_of(&[("search", &search), ("state", &kind), ("family", &family)]);
    let next = found.next.as_ref().map(|next| format!("{own}&after={next}"));
    let first = after.map(|_| own);
    let (families, now) = (families(state), state.now().unix());
    let view = ClientsView { now, search, state: kind, family, families, page: found, next, first };
    page(clients_page(&frame(caller, &place(state), "/clients", None), &view))
}

fn client(state: &AdminState, caller: &Caller, rest: &str, query: &[u8]) -> Response {
    let (client, action) = rest.split_once('/').map_or((rest, None), |(client, action)| (client, Some(action)));
    let Ok(client) = client.parse::<KeyId>() else { return nothing() };
    let [family, product, lease, before] = fields(query, ["family", "product", "lease", "before"]);
    match action {
        None => client_with(state, caller, (client, before.and_then(|before| before.parse().ok())), None),
        Some("end") => confirm(state, caller, &Confirmation {
            title: "End this lease?".to_owned(),
            text: "Its place is free at once. The machine's software works on until the lease's own end, and the machine may have another \
                   lease when it asks again."
                .to_owned(),
            action: format!("/clients/{client}/end"),
            fields: vec![
                ("family", family.unwrap_or_default()),
                ("product", product.unwrap_or_default()),
                ("lease", lease.unwrap_or_default()),
            ],
            button: "End the lease",
            destroys: true,
            back: format!("/clients/{client}"),
        }),
        Some("forget") => confirm(state, caller, &Confirmation {
            title: "Forget this client?".to_owned(),
            text: "It counts no more for the threshold, its leases end here, and it is a newcomer if it asks again. Do so for machines \
                   that are gone."
                .to_owned(),
            action: format!("/clients/{client}/forget"),
            fields: vec![("family", family.unwrap_or_default())],
            button: "Forget the client",
            destroys: true,
            back: format!("/clients/{client}"),
        }),
        Some(_) => nothing(),
    }
}

pub(super) fn client_with(
    state: &AdminState,
    caller: &Caller,
    (client, before): (KeyId, Option<u64>),
    notice: Option<Notice>,
) -> Response {
    match state.life(client, before) {
        Ok(Some(life)) => page(client_page(&frame(caller, &place(state), "/clients", notice), &life)),
        Ok(None) => nothing(),
        Err(problem) => unanswered(&problem),
    }
}

fn events(state: &AdminState, caller: &Caller, query: &[u8]) -> Response {
    let [decision, family, before] = fields(query, ["decision", "family", "before"]).map(Option::unwrap_or_default);
    let asked = EventQuery {
        client: None,
        family: family.parse().ok(),
        decision: decision.clone(),
        before: before.parse().ok(),
        limit: ROWS,
    };
    let found = match state.events(&asked) {
        Ok(found) => found,
        Err(problem) => return unanswered(&problem),
    };
    let own = query_of(&[("decision", &decision), ("family", &family)]);
    let next = found.next.map(|next| format!("{own}&before={next}"));
    let view = EventsView { now: state.now().unix(), decision, family, families: families(state), page: found, next };
    page(events_page(&frame(caller, &place(state), "/events", None), &view))
}

fn copies(state: &AdminState, caller: &Caller) -> Response {
    let of = |kind| state.clients(&ClientQuery { kind, limit: FEW, ..ClientQuery::default() });
    match (of(ClientKind::Forked), of(ClientKind::Twin)) {
        (Ok(forked), Ok(twins)) => {
            let view = CopiesView { now: state.now().unix(), forked, twins };
            page(copies_page(&frame(caller, &place(state), "/copies", None), &view))
        }
        (Err(problem), _) | (_, Err(problem)) => unanswered(&problem),
    }
}

fn users(state: &AdminState, caller: &Caller, query: &[u8]) -> Response {
    let [after] = fields(query, ["after"]);
    match state.users(after.and_then(|after| after.parse().ok())) {
        Ok(view) => page(users_page(&frame(caller, &place(state), "/users", None), &view)),
        Err(problem) => unanswered(&problem),
    }
}

fn seals(state: &AdminState, caller: &Caller, query: &[u8]) -> Response {
    let [before] = fields(query, ["before"]);
    match state.seals(before.and_then(|before| before.parse().ok()), FEW) {
        Ok(found) => page(seals_page(&frame(caller, &place(state), "/seals", None), &found, state.now().unix())),
        Err(problem) => unanswered(&problem),
    }
}

pub(super) fn settings_with(
    state: &AdminState,
    caller: &Caller,
    notice: Option<Notice>,
    doctor: Option<String>,
) -> Response {
    let view = SettingsView { groups: state.setting_groups(), checks: doctor.map(|_| state.checks()) };
    page(settings_page(&frame(caller, &place(state), "/settings", notice), &view))
}

fn audit(state: &AdminState, caller: &Caller) -> Response {
    match state.audited(AUDITED) {
        Ok(found) => page(audit_page(&frame(caller, &place(state), "/audit", None), &found, state.now().unix())),
        Err(problem) => unanswered(&problem),
    }
}

fn of_host(path: &str) -> Confirmation {
    let (title, text, button, back) = match path {
        "/renew" => (
            "Renew the certificate now?",
            "The host asks the vendor's authority for a new certificate, as it does by itself once a month. Nothing is used up.",
            "Renew it",
            "/",
        ),
        "/publish" => (
            "Publish the records now?",
            "The host puts its own records into DNS, as it does by itself once a day. Records of other hosts stay.",
            "Publish them",
            "/",
        ),
        _ => (
            "Write a backup now?",
            "It is written into the folder that is set for backups on the host's machine. It holds the host's secret key.",
            "Write it",
            "/settings",
        ),
    };
    let own = str::to_owned;
    Confirmation {
        title: own(title),
        text: own(text),
        action: own(path),
        fields: Vec::new(),
        button,
        destroys: false,
        back: own(back),
    }
}

fn confirm(state: &AdminState, caller: &Caller, confirmation: &Confirmation) -> Response {
    if !caller.may(RoleSet::OPERATE) {
        return not_allowed(state, caller);
    }
    let current = if confirmation.action.starts_with("/clients") { "/clients" } else { "/" };
    page(confirm_page(&frame(caller, &place(state), current, None), confirmation))
}

fn families(state: &AdminState) -> Vec<String> {
    let identity = state.identity();
    let grants = identity.iter().flat_map(|identity| &identity.certificate().grants);
    grants.map(|grant| grant.family.to_string()).collect()
}

fn nothing() -> Response {
    message(StatusCode::NOT_FOUND, "Nothing here", "There is nothing at this address.")
}

fn unanswered(problem: &Problem) -> Response {
    message(problem.status(), "Not answered", &notice_of(problem).text)
}

/// Rows of a page.
const ROWS: usize = 50;
const FEW: usize = 25;
const AUDITED: usize = 200;
