//! Every page with sample data.

use super::data::{
    AuditPage, AuditRow, Certificate, Check, Client, ClientPage, Disk, Dns, Ends, Event, EventPage, Failure, Family,
    Hour, Lease, Life, Renewal, Seal, SealPage, Setting, SettingGroup, Status, Warning,
};
use super::*;
use crate::checks::{self, NAME};
use crate::{
    Confirmation, Frame, Notice, SignInView, SignedIn, Tone, assets, confirm_page, message_page, not_allowed_page,
    sign_in_page, signed_in_page, welcome_page,
};

const NOW: u64 = 1_900_000_000;
fn frame(roles: &[String]) -> Frame<'_> {
    let signed_in = SignedIn { name: "ann", form_token: "TOKEN", roles };
    let notice = Notice { tone: Tone::Warning, text: "told".to_owned() };
    Frame {
        program: PROGRAM,
        place: "Acme",
        areas: AREAS,
        current: "/",
        signed_in: Some(signed_in),
        notice: Some(notice),
    }
}

fn status() -> Status {
    let hour = |at| Hour { at, granted: 12, refused: 3, clients: 6, live: 5 };
    Status {
        now: NOW,
        version: "0.1.0".to_owned(),
        host: Some("0caefc3c-e7a5-6d7b-5239-302a8b77373b".to_owned()),
        certificate: Some(Certificate {
            vendor: "Acme Engineering".to_owned(),
            expires: NOW + 86_400,
            holds: true,
            ..Certificate::default()
        }),
        renewal: Renewal {
            authority: Some("https://activate.acme.example".to_owned()),
            next: Some(NOW + 60),
            failure: Some(Failure { code: "unreachable".to_owned(), message: "no answer".to_owned(), at: NOW - 60 }),
            ..Renewal::default()
        },
        store_works: true,
        disk: Some(Disk { free: 5 << 30, size: 10 << 30, daily_growth: Some(1 << 20) }),
        dns: Dns {
            records: vec!["_leasehold._tcp.corp.example. 3600 IN SRV 10 10 16880 lease1.corp.example.".to_owned()],
            published: 1,
            failed: 1,
        },
        seal: Some(seal(9)),
        families: vec![Family {
            family: "acme".to_owned(),
            products: vec!["acme-cad".to_owned()],
            clients: 4,
            threshold: 5,
            live: 50,
            capacity: Some(50),
            validity: 3_600,
            ends: vec![Ends { from: NOW, to: NOW + 300, leases: 50 }],
            hours: vec![hour(NOW - 3_600), hour(NOW)],
            forecast: "One more machine has to ask.".to_owned(),
            ..Family::default()
        }],
        warnings: vec![Warning {
            code: "capacity-reached".to_owned(),
            text: "all leases are out".to_owned(),
            hint: "buy more".to_owned(),
            urgent: true,
        }],
    }
}

fn client(name: Option<&str>) -> Client {
    Client {
        client: "0caefc3c-e7a5-6d7b-5239-302a8b77373b".to_owned(),
        family: "acme".to_owned(),
        name: name.map(str::to_owned),
        first_seen: NOW - 9_000,
        last_seen: NOW - 90,
        twin: true,
        forks: 2,
        leases: vec![Lease {
            product: "acme-cad".to_owned(),
            lease: "1".to_owned(),
            expires: NOW + 500,
            live: true,
            seal: 9,
            ..Lease::default()
        }],
        why: "It is activated.".to_owned(),
        licensed: true,
        ..Client::default()
    }
}

fn event() -> Event {
    Event {
        decision: "refused",
        text: "4 of 5".to_owned(),
        name: Some(NAME.to_owned()),
        seal: Some(3),
        forked: true,
        at: NOW,
        ..Event::default()
    }
}

fn seal(number: u64) -> Seal {
    Seal { number, at: NOW, covers: "leases", size: 3, seal: "ab".repeat(32), holds: true, ..Seal::default() }
}

fn pages(frame: &Frame<'_>) -> Vec<(&'static str, String)> {
    let clients = ClientPage { items: vec![client(Some(NAME)), client(None)], next: Some("x".to_owned()) };
    let view = ClientsView {
        now: NOW,
        search: NAME.to_owned(),
        page: clients.clone(),
        next: Some("search=x&after=y".to_owned()),
        first: Some("search=x".to_owned()),
        families: vec!["a".to_owned(), "b".to_owned()],
        ..ClientsView::default()
    };
    let life = Life { now: NOW, rows: vec![client(Some(NAME))], events: vec![event()], earlier: Some(7) };
    let events = EventsView {
        now: NOW,
        page: EventPage { items: vec![event()], next: Some(4) },
        next: Some("before=4".to_owned()),
        ..EventsView::default()
    };
    let check = Check {
        name: "store".to_owned(),
        outcome: "failure",
        detail: "away".to_owned(),
        code: Some("store-unavailable"),
        hint: Some("look".to_owned()),
    };
    let group = SettingGroup {
        title: "Limits".to_owned(),
        settings: vec![Setting { name: "requests".to_owned(), value: NAME.to_owned() }],
    };
    let audited = AuditPage {
        items: vec![AuditRow {
            at: NOW,
            actor: "nobody".to_owned(),
            action: "sign-in-refused".to_owned(),
            subject: NAME.to_owned(),
            from: None,
        }],
    };
    let users = UsersView {
        now: NOW,
        families: vec![("acme".to_owned(), 2), ("acme-lab".to_owned(), 1)],
        users: vec![User {
            user: "ab".repeat(32),
            leases: vec![UserLease { client: NAME.to_owned(), product: NAME.to_owned(), expires: NOW + 60 }],
        }],
        next: Some("0caefc3c".to_owned()),
    };
    let question = Confirmation {
        title: "End it?".to_owned(),
        text: NAME.to_owned(),
        action: "/clients/1/end".to_owned(),
        fields: vec![("lease", NAME.to_owned())],
        button: "End",
        destroys: true,
        back: "/".to_owned(),
    };
    vec![
        ("overview", overview_page(frame, &status())),
        ("overview of a new host", overview_page(frame, &Status { now: NOW, ..Status::default() })),
        ("clients", clients_page(frame, &view)),
        ("no clients", clients_page(frame, &ClientsView::default())),
        ("client", client_page(frame, &life)),
        ("events", events_page(frame, &events)),
        ("no events", events_page(frame, &EventsView::default())),
        ("copies", copies_page(frame, &CopiesView { now: NOW, forked: clients, twins: ClientPage::default() })),
        ("users", users_page(frame, &users)),
        ("no users", users_page(frame, &UsersView::default())),
        ("seals", seals_page(frame, &SealPage { items: vec![seal(2), seal(1)], next: Some(1) }, NOW)),
        ("settings", settings_page(frame, &SettingsView { groups: vec![group], checks: Some(vec![check]) })),
        ("audit", audit_page(frame, &audited, NOW)),
        ("question", confirm_page(frame, &question)),
        ("sign-in", sign_in_page(PROGRAM, &SignInView { name: NAME, provider: Some(NAME), ..SignInView::default() })),
        ("signed in", signed_in_page(PROGRAM)),
        ("welcome", welcome_page(PROGRAM, NAME)),
        ("message", message_page(PROGRAM, "Nothing here", NAME)),
        ("not allowed", not_allowed_page(frame, OPERATE)),
        ("overview of one", overview_page(frame, &one_of_each())),
        ("client of one", client_page(frame, &Life { rows: two_families(), ..Life::default() })),
    ]
}

/// A host of which there is one of everything, in two families.
fn one_of_each() -> Status {
    let mut status = status();
    let of = |name: &str, family: &Family| {
        let hour = Hour { at: NOW, granted: 1, refused: 1, clients: 1, live: 1 };
        let ends = vec![Ends { from: NOW, to: NOW + 300, leases: 1 }];
        let (clients, threshold, live, capacity) = (1, 1, 1, Some(1));
        let family = family.clone();
        Family { family: name.to_owned(), clients, threshold, live, capacity, ends, hours: vec![hour], ..family }
    };
    status.families = ["acme", "acme-lab"].map(|name| of(name, &status.families[0])).into();
    status
}

/// A client that holds leases of two families.
fn two_families() -> Vec<Client> {
    ["acme", "acme-lab"].map(|family| Client { family: family.to_owned(), forks: 1, ..client(None) }).into()
}

#[test]
fn only_what_destroys_is_asked_in_red() {
    let question = |destroys| confirm_page(&frame(&[]), &Confirmation { destroys, ..Confirmation::default() });
    assert!(question(true).contains("class=\"danger\"") && !question(false).contains("danger"));
}

#[test]
fn a_name_and_password_that_are_not_good_are_tied_to_what_is_said_of_them() {
    let notice = || Some(Notice { tone: Tone::Bad, text: "not good".to_owned() });
    let page = |wrong, notice| sign_in_page(PROGRAM, &SignInView { notice, wrong, ..SignInView::default() });
    let wrong = page(true, notice());
    checks::whole("sign-in again", &wrong);
    assert_eq!(wrong.matches("aria-invalid=\"true\" aria-describedby=\"notice\"").count(), 2, "{wrong}");
    assert!(!page(false, notice()).contains("aria-invalid"), "too many tries are no fault of what was typed");
}

#[test]
fn an_empty_list_is_told_from_a_search_that_finds_none() {
    let asked = || "x".to_owned();
    let none = [clients_page(&frame(&[]), &ClientsView::default()), events_page(&frame(&[]), &EventsView::default())];
    let found_none = [
        clients_page(&frame(&[]), &ClientsView { search: asked(), ..ClientsView::default() }),
        events_page(&frame(&[]), &EventsView { decision: asked(), ..EventsView::default() }),
    ];
    assert!(none.iter().all(|page| page.contains("yet") && !page.contains("Show all")));
    assert!(found_none.iter().all(|page| page.contains("were found here. <a")), "{found_none:?}");
}

#[test]
fn every_page_is_whole_and_nothing_that_it_shows_becomes_a_part_of_it() {
    pages(&frame(&[OPERATE.to_owned()])).iter().for_each(|(name, page)| checks::whole(name, page));
}

#[test]
fn forms_that_change_something_carry_the_sessions_token_and_only_those_who_may_are_offered_them() {
    let (able, unable) = (pages(&frame(&[OPERATE.to_owned()])), pages(&frame(&["read".to_owned()])));
    for (name, page) in able.iter().filter(|(name, _)| !["sign-in", "signed in", "welcome", "message"].contains(name)) {
        checks::forms_carry_the_token(name, page);
    }
    let offers = |pages: &[(&str, String)], name: &str, what: &str| {
        pages.iter().any(|(own, page)| *own == name && page.contains(what))
    };
    for (page, action) in [
        ("overview", "/renew"),
        ("overview", "/publish"),
        ("settings", "/backup"),
        ("client", "/end?"),
        ("client", "/forget?"),
    ] {
        assert!(offers(&able, page, action) && !offers(&unable, page, action), "{page}: {action}");
    }
}

#[test]
fn the_state_is_told_in_words_and_not_by_colour_alone() {
    let page = overview_page(&frame(&[OPERATE.to_owned()]), &status());
    for words in
        ["Machines are refused", "threshold not met", "all are out", "of 5 needed", "in 24 hours", "1.0 MiB a day"]
    {
        assert!(page.contains(words), "{words}");
    }
    assert!(!assets::POLICY.contains("unsafe"), "{}", assets::POLICY);
}

#[test]
fn ends_of_leases_that_are_not_counted_yet_are_not_said_to_be_none() {
    let counting = Family { ends: Vec::new(), ..status().families.remove(0) };
    let idle = Family { live: 0, ..counting.clone() };
    for (family, counted) in [(counting, false), (idle, true)] {
        let page = overview_page(&frame(&[]), &Status { families: vec![family], ..status() });
        assert_eq!(page.contains("being counted"), !counted);
    }
}
