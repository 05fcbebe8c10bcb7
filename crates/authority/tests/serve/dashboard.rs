//! The dashboard over real sockets: who is let in, what each role may do, and that the audit names who did it.

use leasehold_authority::keys::{self, NewKey};
use leasehold_authority::serve::{Options, dashboard_of};
use leasehold_core::activation::Allowance;
use leasehold_core::{Policy, Span, Text};
use leasehold_service::access::{Accounts, NewAdmin, PasswordHash};
use leasehold_testkit::http::{Reply, send};
use leasehold_wire::{ReportedTip, Usage};

use crate::common::{
    AT, TestVendor, directory_request, host_request, host_request_with, later, machine, machine_request, pair, seeded,
};
use crate::running::Running;

#[test]
fn every_page_is_shown_to_who_may_read() {
    let acme = TestVendor::open();
    let key = issue(&acme, "Example AG", Allowance::HOST_KEY);
    let running = Running::start(&acme, Options::default());
    assert_eq!(running.post("/v1/hosts", &host_request(&key.0, 1, machine(1))).status, 200);
    assert_eq!(running.post("/v1/directories", &directory_request(&key.0, 9, 4)).status, 200);
    let ann = Session::open(&acme, &running, "ann", &["read"]);
    let (host, key) = (pair(1).public().id().to_string(), key.1);
    for (path, words) in [
        ("/".to_owned(), "All is well: 1 host is activated."),
        ("/customers".to_owned(), "Example AG"),
        ("/customer?name=Example+AG".to_owned(), "2 of 6 hosts used up"),
        ("/keys".to_owned(), "2 of 6 hosts used up"),
        ("/keys?customer=example".to_owned(), "Example AG"),
        (format!("/keys/{key}"), "Product key …"),
        ("/hosts".to_owned(), "renewed"),
        (format!("/hosts/{host}"), "This host is renewed in time."),
        ("/directories".to_owned(), &format!("…{}</a>", keys::list(&*acme.store).unwrap()[0].key.last_five)),
        ("/hosts?customer=EXAMPLE".to_owned(), "renewed"),
        ("/hosts?customer=Other".to_owned(), "No hosts were found here."),
        ("/usage".to_owned(), "No host has reported any yet."),
        ("/catalogue".to_owned(), "acme-cad"),
        ("/revocations".to_owned(), "nothing was ever revoked"),
        ("/audit".to_owned(), "signed-in"),
        ("/audit".to_owned(), "What was changed"),
    ] {
        let reply = ann.get(&path);
        assert_eq!(reply.status, 200, "{path}: {}", text(&reply));
        assert!(text(&reply).contains(words), "{path}: {}", text(&reply));
        let policy = reply.header("content-security-policy").expect("a policy");
        assert!(policy.starts_with("default-src 'none'") && !policy.contains("unsafe"), "{policy}");
        assert_eq!(reply.header("cache-control"), Some("no-store"), "{path}");
    }
    for path in ["/nothing", "/keys/x", "/hosts/x", "/customer", "/keys/x/y/z"] {
        assert_eq!(ann.get(path).status, 404, "{path}");
    }
}

#[test]
fn a_product_key_is_asked_for_once_more_shown_once_and_audited() {
    let acme = TestVendor::open();
    let running = Running::start(&acme, Options::default());
    let ann = Session::open(&acme, &running, "ann", &["read", "issue"]);
    let described = "customer=Example+AG&family=acme&kind=host&places=&capacity=50";
    let question = ann.get(&format!("/issue?ask=yes&{described}"));
    let page = text(&question);
    assert!(
        page.contains("A host key for Example AG, family acme: it activates up to 1 host, each with 50 leases"),
        "{page}"
    );
    assert!(keys::list(&*acme.store).unwrap().is_empty(), "nothing is issued by looking");
    assert!(!page.contains("danger"), "nothing is lost by it: {page}");
    let back = text(&ann.get(&way_back(&page)));
    for typed in ["value=\"Example AG\"", "value=\"50\"", "value=\"acme\" selected"] {
        assert!(back.contains(typed), "{typed} was typed: {back}");
    }
    let form = format!("{described}&once={}", value_of(&page, "once"));
    let issued = ann.post("/issue", &form);
    let secret = between(&text(&issued), "<p class=\"secret\"><code>", "</code>");
    let held = keys::list(&*acme.store).unwrap();
    assert_eq!((held.len(), held[0].key.customer.as_ref().map(Text::as_str)), (1, Some("Example AG")));
    assert_eq!(held[0].key.policy.capacity, Some(50));
    assert!(secret.ends_with(held[0].key.last_five.as_str()) && secret.len() == 29, "{secret}");
    let again = ann.post("/issue", &form);
    assert_eq!((again.status, keys::list(&*acme.store).unwrap().len()), (409, 1), "a page that is sent again");
    for path in ["/keys", "/audit", &format!("/keys/{}", held[0].key.public.id())] {
        assert!(!text(&ann.get(path)).contains(&secret), "{path} shows it once more");
    }
    let audit = leasehold_authority::audit(&*acme.store, None, 1).unwrap();
    assert_eq!((audit[0].actor.as_str(), audit[0].action.as_str()), ("admin:ann", "key-issued"));
    for (form, fault) in [
        ("family=none&kind=host", "there is none of this name"),
        ("family=acme&kind=multiple", "needs the number of machines"),
        ("family=acme&kind=host&places=none", "a whole number from 1 on"),
        ("family=acme&kind=host&capacity=0", "a whole number from 1 on"),
        ("family=acme&kind=generic", "a key is a host key or a multiple key"),
        ("family=acme&kind=host&customer=a%0Ab", "customer"),
    ] {
        assert!(text(&ann.get(&format!("/issue?ask=yes&{form}"))).contains(fault), "{form}");
        assert!(text(&ann.post("/issue", &format!("{form}&once=x{form}"))).contains(fault), "{form}");
    }
    assert_eq!(keys::list(&*acme.store).unwrap().len(), 1);
}

#[test]
fn what_is_revoked_is_asked_first_and_audited_with_who_did_it() {
    let acme = TestVendor::open();
    let (first, second) = (issue(&acme, "Example AG", Allowance::HOST_KEY), issue(&acme, "Other", Allowance::HOST_KEY));
    let running = Running::start(&acme, Options::default());
    for (key, n) in [(&first.0, 1), (&first.0, 2), (&second.0, 3)] {
        assert_eq!(running.post("/v1/hosts", &host_request(key, n, machine(n))).status, 200);
    }
    assert_eq!(running.post("/v1/directories", &directory_request(&second.0, 9, 4)).status, 200);
    let bob = Session::open(&acme, &running, "bob", &["read", "revoke"]);
    let directory = between(&text(&bob.get("/directories")), "/directories/", "/revoke");
    let (host, device) = (pair(1).public().id(), pair(77).public().id());
    let actions = [
        (format!("/hosts/{host}/revoke"), String::new(), "1 on the revocation list, which is number 1 now."),
        (format!("/keys/{}/withdraw", first.1), String::new(), "the product key is withdrawn."),
        (format!("/keys/{}/revoke", first.1), String::new(), "1 on the revocation list, which is number 2 now."),
        (format!("/directories/{directory}/revoke"), String::new(), "on the revocation list, which is number 3 now."),
        (
            "/revocations".to_owned(),
            format!("ask=yes&what=key&id={device}"),
            "1 on the revocation list, which is number 4 now.",
        ),
        ("/revocations".to_owned(), format!("ask=yes&what=key&id={device}"), "on the revocation list already"),
    ];
    for (path, form, words) in &actions {
        let before = text(&bob.get("/revocations"));
        let question = bob.get(&if form.is_empty() { path.clone() } else { format!("{path}?{form}") });
        let page = text(&question);
        assert!(page.contains("for ever") && page.contains("danger"), "{path} asks: {page}");
        let back = text(&bob.get(&way_back(&page)));
        assert!(
            !back.contains("for ever,") && (form.is_empty() || back.contains(&device.to_string())),
            "{path}: {back}"
        );
        assert_eq!(text(&bob.get("/revocations")), before, "{path}: nothing is done by looking");
        let done = bob.post(path, form);
        assert!(text(&done).contains(words), "{path}: {}", text(&done));
    }
    let audit = leasehold_authority::audit(&*acme.store, None, 99).unwrap();
    let by_bob: Vec<_> =
        audit.iter().rev().filter(|row| row.actor == "admin:bob").map(|row| row.action.as_str()).collect();
    assert_eq!(by_bob.iter().filter(|action| **action == "revoked-key").count(), 4, "{by_bob:?}");
    assert!(by_bob.contains(&"key-withdrawn") && by_bob.contains(&"revoked-document"), "{by_bob:?}");
    assert!(text(&bob.get("/hosts?state=revoked")).contains(&host.to_string()));
    for (what, chosen) in [("key", "a key"), ("document", "a document")] {
        let asked_again = text(&bob.get(&format!("/revocations?ask=yes&what={what}&id=mistyped")));
        assert!(asked_again.contains(&format!("value=\"{what}\" selected>{chosen}<")), "{what}: {asked_again}");
    }
    for form in ["what=key&id=x", "what=thing&id=1", ""] {
        assert_eq!(bob.post("/revocations", form).status, 400, "{form}");
    }
}

#[test]
fn a_role_allows_what_it_says_and_a_form_is_of_its_own_session() {
    let acme = TestVendor::open();
    let key = issue(&acme, "Example AG", Allowance::HOST_KEY);
    let running = Running::start(&acme, Options::default());
    let key = key.1;
    for (name, roles) in [("read", &["read"][..]), ("issue", &["read", "issue"]), ("revoke", &["read", "revoke"])] {
        let session = Session::open(&acme, &running, name, roles);
        for (path, role) in [
            ("/issue".to_owned(), "issue"),
            (format!("/keys/{key}/withdraw"), "revoke"),
            ("/revocations".to_owned(), "revoke"),
        ] {
            let (asked, done) = (session.get(&path).status, session.post(&path, "what=key&id=1").status);
            if name == role {
                assert!(asked == 200 && done != 403, "{name} {path}: {asked} {done}");
            } else {
                assert!((asked == 403 || path == "/revocations") && done == 403, "{name} {path}: {asked} {done}");
            }
        }
        let cookies = [("cookie", session.cookies.as_str())];
        let forged = send(&running.admin, &format!("POST /keys/{key}/revoke"), &cookies, b"form=wrong").unwrap();
        assert_eq!(forged.status, 403, "{name}");
    }
    let none = Session::open(&acme, &running, "none", &["issue"]);
    let denied = none.get("/");
    let page = text(&denied);
    assert_eq!(denied.status, 403, "who may not read sees nothing");
    assert!(page.contains("needs the role <code>read</code>") && !page.contains("<nav"), "{page}");
    let leave = format!("form={}", value_of(&page, "form"));
    let cookies = [("cookie", none.cookies.as_str())];
    assert_eq!(send(&running.admin, "POST /sign-out", &cookies, leave.as_bytes()).unwrap().status, 303);
    assert_eq!(none.get("/").header("location"), Some("/sign-in"), "who may not read can leave");
    let session = Session::open(&acme, &running, "gone", &["read"]);
    Accounts::of(acme.home.folder()).change(|kept| kept.remove_admin(&"gone".parse().unwrap())).unwrap();
    assert_eq!(session.get("/").header("location"), Some("/sign-in"), "who was removed is out at once");
}

#[test]
fn hosts_that_have_forked_or_are_overdue_need_the_vendor() {
    let acme = TestVendor::open();
    let key = issue(&acme, "Example AG", Allowance::HOST_KEY);
    let usage = |live| vec![Usage { family: "acme".parse().unwrap(), clients: 40, live, peak: live }];
    let tip = |number, byte| leasehold_wire::seal::Tip { number, seal: [byte; 32] };
    let named = |newest, former| Some(ReportedTip { newest, former });
    {
        let running = Running::start(&acme, Options::default());
        let first = host_request_with(&key.0, 1, machine(1), named(tip(5, 5), None), usage(30));
        assert_eq!(running.post("/v1/hosts", &first).status, 200);
        assert_eq!(running.post("/v1/hosts", &host_request(&key.0, 2, machine(2))).status, 200);
        let copy = host_request_with(&key.0, 1, machine(1), named(tip(9, 9), Some(tip(3, 3))), usage(35));
        assert_eq!(running.post("/v1/hosts", &copy).status, 200);
        let ann = Session::open(&acme, &running, "ann", &["read"]);
        let overview = text(&ann.get("/"));
        assert!(overview.contains("has forked") && overview.contains("Example AG"), "{overview}");
        let host = text(&ann.get(&format!("/hosts/{}", pair(1).public().id())));
        assert!(host.contains("Two hosts have renewed with this key") && host.contains("2026-09"), "{host}");
        assert!(text(&ann.get("/usage")).contains("<td>35</td>"));
        assert!(text(&ann.get("/hosts?state=forked")).contains(">35<"));
        assert!(text(&ann.get("/hosts?state=overdue")).contains("No hosts were found here."));
    }
    let running = Running::start_at(&acme, Options::default(), later(Span::days(60)).at);
    let ann = Session::open(&acme, &running, "ann2", &["read"]);
    let overview = text(&ann.get("/"));
    assert!(overview.contains("1 host has not renewed for longer than it should."), "{overview}");
    assert!(text(&ann.get("/hosts?state=overdue")).contains("overdue</span>"));
}

#[test]
fn a_host_that_is_revoked_is_activated_no_more() {
    let acme = TestVendor::open();
    let running = Running::start(&acme, Options::default());
    let bob = Session::open(&acme, &running, "bob", &["read", "revoke"]);
    assert!(text(&bob.get("/")).contains("No product key is issued"));
    let key = issue(&acme, "Example AG", Allowance::HOST_KEY);
    assert_eq!(running.post("/v1/hosts", &host_request(&key.0, 1, machine(1))).status, 200);
    assert!(text(&bob.get(&format!("/keys/{}", key.1))).contains(">renewed<"));
    bob.post(&format!("/hosts/{}/revoke", pair(1).public().id()), "");
    assert!(text(&bob.get("/")).contains("All is well. No host is activated."));
    assert!(text(&bob.get(&format!("/keys/{}", key.1))).contains(">revoked<"));
}

#[test]
fn where_every_product_key_is_withdrawn_none_is_said_never_to_have_been_issued() {
    let acme = TestVendor::open();
    let running = Running::start(&acme, Options::default());
    let bob = Session::open(&acme, &running, "bob", &["read"]);
    let key = issue(&acme, "Example AG", Allowance::HOST_KEY);
    let withdraw = |id: &str| drop(keys::withdraw(&*acme.store, &id.parse().expect("a name"), AT).expect("withdrawn"));
    withdraw(&issue(&acme, "Example AG", Allowance::HOST_KEY).1);
    assert!(text(&bob.get("/")).contains("All is well. No host is activated."));
    assert_eq!(running.post("/v1/directories", &directory_request(&key.0, 9, 4)).status, 200);
    withdraw(&key.1);
    assert!(text(&bob.get("/")).contains("All is well: 1 directory is activated."));
    let other = TestVendor::open();
    let running = Running::start(&other, Options::default());
    let bob = Session::open(&other, &running, "bob", &["read"]);
    let id = issue(&other, "Example AG", Allowance::HOST_KEY).1;
    keys::withdraw(&*other.store, &id.parse().expect("a name"), AT).expect("withdrawn");
    assert!(text(&bob.get("/")).contains("Every product key is withdrawn"));
}

#[test]
fn a_machine_that_is_activated_for_a_time_is_never_overdue() {
    let acme = TestVendor::open();
    let end = Some(later(Span::days(90)).at);
    let policy = Policy { end, ..Policy::default() };
    let key = acme.issue(Allowance::multiple_key(2), Some(policy), 7);
    {
        let running = Running::start(&acme, Options::default());
        assert_eq!(running.post("/v1/machines", &machine_request(&key, 1, "acme-cad", machine(1))).status, 200);
    }
    for (days, word) in [(80, "activated"), (91, "ended")] {
        let running = Running::start_at(&acme, Options::default(), later(Span::days(days)).at);
        let ann = Session::open(&acme, &running, &format!("ann{days}"), &["read"]);
        let page = text(&ann.get(&format!("/keys/{}", keys::list(&*acme.store).unwrap()[0].key.public.id())));
        assert!(page.contains(&format!(">{word}<")), "{days}: {page}");
    }
}

#[test]
fn a_customer_with_very_many_product_keys_is_not_said_to_have_few() {
    let acme = TestVendor::open();
    let running = Running::start(&acme, Options::default());
    let ann = Session::open(&acme, &running, "ann", &["read"]);
    let page = || text(&ann.get("/customer?name=Example+AG"));
    (0..200).for_each(|_| drop(issue(&acme, "Example AG", Allowance::HOST_KEY)));
    assert!(!page().contains("There are more."), "these are all");
    issue(&acme, "Example AG", Allowance::HOST_KEY);
    assert!(page().contains("There are more. <a href=\"/keys?customer=Example%20AG\">"));
    assert_eq!(page().matches("<th scope=\"row\">").count(), 200);
}

#[test]
fn a_search_for_a_customer_finds_all_whose_names_hold_what_was_typed_and_the_page_of_one_only_their_own() {
    let acme = TestVendor::open();
    let running = Running::start(&acme, Options::default());
    let own = issue(&acme, "Example", Allowance::HOST_KEY).1;
    let other = issue(&acme, "Example Labs", Allowance::HOST_KEY).1;
    let ann = Session::open(&acme, &running, "ann", &["read"]);
    let shown = |path: &str| {
        let page = text(&ann.get(path));
        [&own, &other].map(|key| page.contains(&format!("href=\"/keys/{key}\"")))
    };
    assert_eq!(shown("/customer?name=Example"), [true, false]);
    assert_eq!(shown("/keys?customer=Example"), [true, true]);
    assert_eq!(shown("/keys?customer=example+labs"), [false, true]);
}

#[test]
fn a_search_for_a_customer_does_not_jump_to_a_product_key_that_their_name_also_names() {
    let acme = TestVendor::open();
    let running = Running::start(&acme, Options::default());
    let ann = Session::open(&acme, &running, "ann", &["read"]);
    let named = issue(&acme, "Example AG", Allowance::HOST_KEY).1;
    let last_five = keys::list(&*acme.store).expect("keys")[0].key.last_five.to_string();
    let names = [last_five.clone(), last_five.to_lowercase(), format!("…{last_five}"), named.clone()];
    for name in &names {
        let reply = ann.get(&format!("/keys?customer={}", name.replace('…', "%E2%80%A6")));
        assert_eq!((reply.status, reply.header("location")), (303, Some(format!("/keys/{named}").as_str())), "{name}");
    }
    for customer in [&last_five, &named] {
        let own = issue(&acme, customer, Allowance::HOST_KEY).1;
        for name in [customer.clone(), customer.to_lowercase()] {
            let reply = ann.get(&format!("/keys?customer={name}"));
            assert_eq!(reply.status, 200, "{name}");
            for key in [&own, &named] {
                assert!(text(&reply).contains(&format!("href=\"/keys/{key}\"")), "{name}: {key}");
            }
        }
    }
}

#[test]
fn where_the_dashboard_is_can_be_read_in_the_vendors_folder_while_it_serves() {
    let acme = TestVendor::open();
    let running = Running::start(&acme, Options::default());
    assert_eq!(send(&running.admin, "GET /sign-in", &[], &[]).unwrap().status, 200);
    assert_eq!(dashboard_of(acme.home.folder()), Some(format!("http://{}", running.admin)));
    drop(running);
    assert_eq!(dashboard_of(acme.home.folder()), None);
}

/// Someone who has signed in.
struct Session<'r> {
    running: &'r Running,
    cookies: String,
}

impl<'r> Session<'r> {
    fn open(acme: &TestVendor, running: &'r Running, name: &str, roles: &[&str]) -> Self {
        let password = PasswordHash::new("correct horse battery", &seeded(3)).expect("a password");
        let roles = roles.iter().map(|role| (*role).to_owned()).collect();
        let new = NewAdmin { name: name.parse().expect("a name"), roles, password: Some(password) };
        Accounts::of(acme.home.folder()).change(|kept| kept.add_admin(new, AT.at)).expect("an administrator");
        let form = format!("name={name}&password=correct+horse+battery");
        let reply = send(&running.admin, "POST /sign-in", &[], form.as_bytes()).expect("an answer");
        assert_eq!(reply.status, 303, "{}", text(&reply));
        let all = reply.headers("set-cookie");
        let cookies: Vec<_> = all.iter().filter_map(|cookie| cookie.split(';').next()).collect();
        Self { running, cookies: cookies.join("; ") }
    }

    fn get(&self, path: &str) -> Reply {
        send(&self.running.admin, &format!("GET {path}"), &[("cookie", &self.cookies)], &[]).expect("an answer")
    }

    /// Sends a form of the session.
    fn post(&self, path: &str, form: &str) -> Reply {
        let token = value_of(&text(&self.get("/catalogue")), "form");
        let form = format!("form={token}&{form}");
        send(&self.running.admin, &format!("POST {path}"), &[("cookie", &self.cookies)], form.as_bytes())
            .expect("an answer")
    }
}

/// A host key or multiple key for a customer: the key, and its id.
fn issue(acme: &TestVendor, customer: &str, allowance: Allowance) -> (leasehold_core::ProductKey, String) {
    let customer: Option<Text> = Some(customer.parse().expect("a text"));
    let seed = 40 + keys::list(&*acme.store).expect("keys").len() as u64;
    let new = NewKey {
        family: "acme".parse().expect("an id"),
        allowance,
        customer,
        policy: None,
        certificate_validity: None,
    };
    let (key, issued) = keys::issue(&*acme.store, &new, AT, &seeded(seed)).expect("a key");
    (key, issued.public.id().to_string())
}

fn text(reply: &Reply) -> String {
    String::from_utf8_lossy(&reply.body).into_owned()
}

/// The value of a hidden field.
fn value_of(page: &str, name: &str) -> String {
    between(page, &format!("name=\"{name}\" value=\""), "\"")
}

/// Where a question leads that is not answered.
fn way_back(page: &str) -> String {
    let (before, _) = page.split_once("\">Cancel<").expect("a way back");
    before.rsplit_once("href=\"").expect("a path").1.replace("&amp;", "&")
}

fn between(page: &str, begin: &str, end: &str) -> String {
    let rest = page.split_once(begin).unwrap_or_else(|| panic!("{begin} is not in {page}")).1;
    rest.split_once(end).expect("an end").0.to_owned()
}
