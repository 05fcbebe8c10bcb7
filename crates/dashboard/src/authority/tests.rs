//! Every page with sample data.

use super::data::{
    AuditPage, AuditRow, Directory, Entry, EntryKind, Family, Fork, Forked, Key, Kind, Mode, Named, Place, Policy,
    Product, Revocations, Tip, Usage, Vendor,
};
use super::*;
use crate::checks::{self, NAME};
use crate::{FieldFault, Frame, SignedIn, not_allowed_page};

const NOW: u64 = 1_900_000_000;

fn frame(roles: &[String]) -> Frame<'_> {
    let signed_in = SignedIn { name: NAME, form_token: "TOKEN", roles };
    Frame { program: PROGRAM, place: "Acme", areas: AREAS, current: "/", signed_in: Some(signed_in), notice: None }
}

fn key(taken: u64, withdrawn: Option<u64>) -> Key {
    Key {
        id: "0caefc3c-e7a5-6d7b-5239-302a8b77373b".to_owned(),
        last_five: "DT242".to_owned(),
        kind: Kind::Host,
        family: "acme".to_owned(),
        customer: Some(NAME.to_owned()),
        issued: NOW - 86_400,
        withdrawn,
        places: 6,
        places_taken: taken,
        activations_each: 10,
        activations_taken: taken,
        certificate_validity: None,
        policy: policy(),
    }
}

fn policy() -> Policy {
    Policy {
        threshold: 5,
        capacity: Some(50),
        devices: Some(3),
        end: Some(NOW),
        features: vec![NAME.to_owned()],
        ..Policy::default()
    }
}

fn place() -> Place {
    let tip = Tip { number: 7, seal: "ab".repeat(32) };
    let fork = Fork { at: NOW, expected: tip.clone(), reported: Some(tip.clone()) };
    Place {
        subject: "3f2a91b0-0000".to_owned(),
        name: Some(NAME.to_owned()),
        ordinal: 1,
        activation: 2,
        expires: Some(NOW + 60),
        tip: Some(tip),
        forked: Some(fork),
        ..Place::default()
    }
}

fn host(state: HostState) -> Host {
    Host { place: place(), last_five: "DT242".to_owned(), customer: Some(NAME.to_owned()), state, live: Some(1_000) }
}

fn usage(month: &str) -> Usage {
    Usage {
        month: month.to_owned(),
        customer: Some(NAME.to_owned()),
        family: "acme".to_owned(),
        hosts: 2,
        clients: 900,
        live: 800,
        peak: 850,
    }
}

fn directory(revoked: bool) -> ActivatedDirectory {
    let directory = Directory {
        directory: "d1".to_owned(),
        name: Some(NAME.to_owned()),
        expires: Some(NOW - 1),
        revoked,
        ..Directory::default()
    };
    ActivatedDirectory { directory, last_five: "DT242".to_owned() }
}

fn fault(field: &'static str) -> FieldFault {
    FieldFault { field, text: NAME.to_owned() }
}

fn change() -> AuditRow {
    let own = str::to_owned;
    AuditRow {
        number: 9,
        at: NOW,
        actor: own("admin:ann"),
        action: own("key-issued"),
        subject: own(NAME),
        detail: own(NAME),
    }
}

fn overview() -> Overview {
    Overview {
        now: NOW,
        vendor: Vendor { name: NAME.to_owned(), expires: NOW + 1, ..Vendor::default() },
        customers: 3,
        hosts: 12,
        tasks: vec![Task {
            urgent: true,
            text: NAME.to_owned(),
            hint: "look".to_owned(),
            path: "/hosts?state=forked".to_owned(),
        }],
        usage: vec![usage("2026-10"), usage("2026-11")],
        changes: vec![change()],
        ..Overview::default()
    }
}

fn catalogue() -> CatalogueView {
    let own = str::to_owned;
    let product = Product {
        id: own("acme-cad"),
        number: 1,
        title: own(NAME),
        family: own("acme"),
        generic_key: own("AAAAA"),
        initial_grace: 86_400,
        drift: 2,
        service: own("leasehold"),
        mode: Mode::Advise,
        withdrawn: Some(NOW),
    };
    let family = Family { id: own("acme"), number: 1, policy: policy(), forked: Forked::Refuse, withdrawn: Some(NOW) };
    CatalogueView { now: NOW, products: vec![product], families: vec![family] }
}

fn revocations() -> RevocationsView {
    let own = str::to_owned;
    let named = Named { what: EntryKind::Document, id: own(NAME) };
    let list = Revocations { number: Some(4), entries: vec![Entry { named, at: NOW, list: 4 }] };
    RevocationsView { now: NOW, list, more: 2, chosen: own(NAME), typed: own(NAME), fault: Some(fault("id")) }
}

fn lists(frame: &Frame<'_>) -> Vec<(&'static str, String)> {
    let keys = vec![key(1, None), key(6, None), key(0, Some(NOW))];
    let customer = Customer {
        name: Some(NAME.to_owned()),
        keys: 2,
        withdrawn: 1,
        hosts: Taken { taken: 6, of: 6 },
        live: 5,
        ..Customer::default()
    };
    let hosts: Vec<Host> =
        [HostState::Renewed, HostState::Overdue, HostState::Ended, HostState::Forked, HostState::Revoked]
            .map(host)
            .into();
    let families = vec!["acme".to_owned(), NAME.to_owned()];
    vec![
        (
            "customers",
            customers_page(
                frame,
                &CustomersView { search: NAME.to_owned(), customers: vec![customer, Customer::default()], more: 3 },
            ),
        ),
        (
            "customer",
            customer_page(
                frame,
                &CustomerView {
                    now: NOW,
                    name: NAME.to_owned(),
                    keys: keys.clone(),
                    more_keys: true,
                    hosts: hosts.clone(),
                    more_hosts: true,
                    usage: vec![usage("2026-11")],
                },
            ),
        ),
        (
            "keys",
            keys_page(
                frame,
                &KeysView {
                    now: NOW,
                    customer: NAME.to_owned(),
                    families: families.clone(),
                    keys,
                    next: Some("after=x".to_owned()),
                    ..KeysView::default()
                },
            ),
        ),
        (
            "hosts",
            hosts_page(frame, &HostsView { now: NOW, hosts, next: Some("after=1".to_owned()), ..HostsView::default() }),
        ),
        (
            "directories",
            directories_page(
                frame,
                &DirectoriesView { now: NOW, directories: vec![directory(false), directory(true)] },
            ),
        ),
        ("revocations", revocations_page(frame, &revocations())),
        (
            "usage",
            usage_page(
                frame,
                &UsageView {
                    months: vec!["2026-11".to_owned()],
                    families,
                    usage: vec![usage("2026-11")],
                    more: 1,
                    ..UsageView::default()
                },
            ),
        ),
        ("catalogue", catalogue_page(frame, &catalogue())),
        (
            "audit",
            audit_page(
                frame,
                &AuditView {
                    now: NOW,
                    changes: AuditPage { items: vec![change()], next: Some(3) },
                    sign_ins: vec![SignInRow {
                        at: NOW,
                        actor: "nobody".to_owned(),
                        subject: NAME.to_owned(),
                        ..SignInRow::default()
                    }],
                },
            ),
        ),
    ]
}

fn pages(frame: &Frame<'_>) -> Vec<(&'static str, String)> {
    let month =
        HostUsage { month: "2026-11".to_owned(), family: "acme".to_owned(), peak: 9, at: NOW, ..HostUsage::default() };
    let form = IssueForm { customer: NAME.to_owned(), places: NAME.to_owned(), ..IssueForm::default() };
    let families = vec!["acme".to_owned()];
    let mut pages = lists(frame);
    pages.extend([
        ("overview", overview_page(frame, &overview())),
        ("overview of a new vendor", overview_page(frame, &Overview::default())),
        ("no customers", customers_page(frame, &CustomersView::default())),
        ("no keys", keys_page(frame, &KeysView::default())),
        ("no hosts", hosts_page(frame, &HostsView::default())),
        ("no usage", usage_page(frame, &UsageView::default())),
        ("nothing revoked", revocations_page(frame, &RevocationsView::default())),
        ("no products", catalogue_page(frame, &CatalogueView::default())),
        (
            "key",
            key_page(
                frame,
                &KeyPageView {
                    now: NOW,
                    key: key(2, None),
                    places: vec![host(HostState::Ended)],
                    next: Some(1),
                    directories: vec![directory(false)],
                },
            ),
        ),
        ("host", host_page(frame, &HostView { now: NOW, hosts: vec![host(HostState::Forked)], usage: vec![month] })),
        ("issue", issue_page(frame, &IssueView { form, families, fault: Some(fault("places")) })),
        ("no family to issue for", issue_page(frame, &IssueView::default())),
        (
            "issued",
            issued_page(frame, &Issued { secret: "AAAAA-BBBBB-CCCCC-DDDDD-EEEEE".to_owned(), key: key(0, None) }),
        ),
    ]);
    pages.extend(one_of_each(frame));
    pages.push(("not allowed", not_allowed_page(frame, "read")));
    pages
}

/// Pages on which there is one of everything.
fn one_of_each(frame: &Frame<'_>) -> Vec<(&'static str, String)> {
    let policy = Policy { threshold: 1, capacity: Some(1), devices: Some(1), drift: 1, ..policy() };
    let key = Key { places: 1, activations_each: 1, policy, ..key(1, None) };
    let usage = Usage { hosts: 1, clients: 1, live: 1, peak: 1, ..usage("2026-11") };
    let one = Taken { taken: 1, of: 1 };
    let customer = Customer { keys: 1, withdrawn: 1, hosts: one, machines: one, live: 1, ..Customer::default() };
    vec![
        (
            "overview of one",
            overview_page(frame, &Overview { keys: 1, hosts: 1, usage: vec![usage.clone()], ..Overview::default() }),
        ),
        (
            "one customer",
            customers_page(frame, &CustomersView { customers: vec![customer], more: 1, ..CustomersView::default() }),
        ),
        ("one more row", usage_page(frame, &UsageView { usage: vec![usage], more: 1, ..UsageView::default() })),
        ("one more entry", revocations_page(frame, &RevocationsView { more: 1, ..revocations() })),
        (
            "key for one",
            key_page(
                frame,
                &KeyPageView { now: NOW, key: key.clone(), places: Vec::new(), next: None, directories: Vec::new() },
            ),
        ),
        ("issued for one", issued_page(frame, &Issued { secret: "AAAAA".to_owned(), key })),
    ]
}

fn roles(names: &[&str]) -> Vec<String> {
    names.iter().map(|name| (*name).to_owned()).collect()
}

#[test]
fn every_page_is_whole_and_nothing_that_it_shows_becomes_a_part_of_it() {
    for (name, page) in pages(&frame(&roles(&["read", ISSUE, REVOKE]))) {
        checks::whole(name, &page);
        checks::forms_carry_the_token(name, &page);
    }
}

#[test]
fn each_action_is_offered_to_those_alone_whose_role_allows_it() {
    let (reader, issuer) = (pages(&frame(&roles(&["read"]))), pages(&frame(&roles(&["read", ISSUE]))));
    let revoker = pages(&frame(&roles(&["read", REVOKE])));
    let offers = |pages: &[(&str, String)], name: &str, what: &str| {
        pages.iter().any(|(own, page)| *own == name && page.contains(what))
    };
    for (page, action) in [("keys", "href=\"/issue"), ("customer", "href=\"/issue?customer=")] {
        assert!(offers(&issuer, page, action), "{page}: {action}");
        assert!(!offers(&reader, page, action) && !offers(&revoker, page, action), "{page}: {action}");
    }
    let actions = [
        ("key", "/revoke\""),
        ("key", "/withdraw\""),
        ("host", "/revoke\""),
        ("directories", "/revoke\""),
        ("revocations", "name=\"id\""),
    ];
    for (page, action) in actions {
        assert!(offers(&revoker, page, action), "{page}: {action}");
        assert!(!offers(&reader, page, action) && !offers(&issuer, page, action), "{page}: {action}");
    }
}

#[test]
fn states_are_told_in_words_and_not_by_colour_alone() {
    let all = pages(&frame(&roles(&["read"])));
    let page = |name: &str| &all.iter().find(|(own, _)| *own == name).expect("a page").1;
    for words in ["renewed", "overdue", "ended", "forked", "revoked"] {
        assert!(page("hosts").contains(&format!(">{words}<")), "{words}");
    }
    for words in ["activates", "used up", "withdrawn", "6 of 6 hosts used up"] {
        assert!(page("keys").contains(words), "{words}");
    }
    assert!(page("customer").contains("customer=%3Cscript%3E") || !page("customer").contains("/issue"));
}

#[test]
fn a_place_of_a_key_is_told_as_it_stands() {
    let own = roles(&["read"]);
    for state in [HostState::Renewed, HostState::Overdue, HostState::Ended, HostState::Forked, HostState::Revoked] {
        let places = vec![host(state)];
        let view = KeyPageView { now: NOW, key: key(1, None), places, next: None, directories: Vec::new() };
        let page = key_page(&frame(&own), &view);
        assert!(page.contains(&format!(">{}</span>", state.name())) && !page.contains(">activated<"), "{page}");
    }
}

#[test]
fn an_overview_says_that_all_is_well_only_where_something_could_be_otherwise() {
    let (able, unable) = (roles(&["read", ISSUE]), roles(&["read"]));
    let first = overview_page(&frame(&able), &Overview { now: NOW, ..Overview::default() });
    assert!(first.contains("No product key is issued") && !first.contains("All is well"), "{first}");
    assert!(first.contains("href=\"/issue\""), "what to do is a click away");
    assert!(!overview_page(&frame(&unable), &Overview::default()).contains("/issue"));
    let vendor = Vendor { expires: NOW + 1, ..Vendor::default() };
    let view = |hosts| Overview { now: NOW, keys: 1, hosts, vendor: vendor.clone(), ..Overview::default() };
    for (hosts, words) in
        [(0, "All is well. No host is activated."), (1, "All is well: 1 host is activated."), (2, "2 hosts are")]
    {
        assert!(overview_page(&frame(&unable), &view(hosts)).contains(words), "{words}");
    }
    let (none, withdrawn) = ("No product key is issued", "Every product key is withdrawn");
    for (view, words) in [
        (Overview { withdrawn: 1, ..view(0) }, "All is well. No host is activated."),
        (Overview { keys: 0, withdrawn: 1, ..view(0) }, withdrawn),
        (Overview { keys: 0, withdrawn: 1, ..view(1) }, "All is well: 1 host is activated."),
        (Overview { keys: 0, withdrawn: 1, directories: 1, ..view(0) }, "All is well: 1 directory is activated."),
        (Overview { directories: 2, ..view(0) }, "All is well: 2 directories are activated."),
    ] {
        let page = overview_page(&frame(&able), &view);
        assert!(page.contains(words) && !page.contains(none), "{words}: {page}");
        assert_eq!(page.contains("href=\"/issue\""), words == withdrawn, "{words}");
    }
}

#[test]
fn an_empty_list_says_what_to_do_and_an_empty_search_how_to_see_all() {
    let own = roles(&["read", ISSUE]);
    let frame = frame(&own);
    let asked = || NAME.to_owned();
    for (page, words, action) in [
        (keys_page(&frame, &KeysView::default()), "No product key was issued yet.", "/issue"),
        (
            keys_page(&frame, &KeysView { family: asked(), ..KeysView::default() }),
            "No product keys were found",
            "/keys",
        ),
        (customers_page(&frame, &CustomersView::default()), "No product key was issued yet.", "/issue"),
        (
            customers_page(&frame, &CustomersView { search: asked(), ..CustomersView::default() }),
            "No customers were found",
            "/customers",
        ),
        (hosts_page(&frame, &HostsView::default()), "No host is activated yet", "/keys"),
        (hosts_page(&frame, &HostsView { state: asked(), ..HostsView::default() }), "No hosts were found", "/hosts"),
        (hosts_page(&frame, &HostsView { first: Some(asked()), ..HostsView::default() }), "No hosts were", "/hosts"),
        (usage_page(&frame, &UsageView { month: asked(), ..UsageView::default() }), "No reports were found", "/usage"),
    ] {
        let empty =
            page.split_once("<p class=\"empty\">").expect("nothing is there").1.split_once("</p>").expect("its end").0;
        assert!(empty.contains(words) && empty.contains(&format!("href=\"{action}\"")), "{empty}");
    }
}

#[test]
fn a_list_that_is_cut_says_so_and_leads_to_the_rest() {
    let own = roles(&["read"]);
    let view = CustomerView { name: "Example AG".to_owned(), keys: vec![key(1, None)], ..CustomerView::default() };
    assert!(!customer_page(&frame(&own), &view).contains("There are more"));
    let cut = customer_page(&frame(&own), &CustomerView { more_keys: true, more_hosts: true, ..view });
    for path in ["/keys", "/hosts"] {
        assert!(
            cut.contains(&format!("There are more. <a href=\"{path}?customer=Example%20AG\">Search all ")),
            "{path}: {cut}"
        );
    }
}

#[test]
fn a_fault_is_tied_to_the_field_that_it_is_about() {
    let own = roles(&["read", ISSUE, REVOKE]);
    let frame = frame(&own);
    let issue = |field| {
        let families = vec!["acme".to_owned()];
        issue_page(&frame, &IssueView { families, fault: Some(fault(field)), ..IssueView::default() })
    };
    let mut pages: Vec<_> =
        ["customer", "family", "kind", "places", "capacity"].map(|field| (field, issue(field))).into();
    pages.push(("id", revocations_page(&frame, &revocations())));
    for (field, page) in pages {
        let wrong: Vec<&str> = page.split('<').filter(|tag| tag.contains("aria-invalid")).collect();
        assert_eq!(wrong.len(), 1, "{field}: {wrong:?}");
        for part in [&format!(" id=\"{field}\""), "aria-invalid=\"true\"", "aria-describedby=\"fault\"", " autofocus"] {
            assert!(wrong[0].contains(part), "{part}: {}", wrong[0]);
        }
        assert_eq!(page.matches(" autofocus").count(), 1, "{field}");
    }
    assert!(!issue("").contains("aria-invalid"));
    let without = issue_page(&frame, &IssueView { families: vec!["acme".to_owned()], ..IssueView::default() });
    assert!(!without.contains("aria-invalid") && without.contains(" autofocus"));
}

#[test]
fn one_who_may_not_look_is_told_what_is_missing_and_can_leave() {
    let own = roles(&[ISSUE]);
    let page = not_allowed_page(&Frame { areas: &[], ..frame(&own) }, "read");
    for words in ["<code>read</code>", "<code>issue</code>", "signed in as", "Sign out", "leasehold vendor admin"] {
        assert!(page.contains(words), "{words}: {page}");
    }
    assert!(!page.contains("<nav") && page.contains("<main class=\"narrow\""), "no area is open");
    assert!(not_allowed_page(&frame(&[]), "read").contains("no role"));
}

#[test]
fn a_query_has_nothing_that_would_end_it() {
    assert_eq!(query(&[("name", "Müller & Söhne"), ("x", "a=b")]), "name=M%C3%BCller%20%26%20S%C3%B6hne&x=a%3Db");
}
