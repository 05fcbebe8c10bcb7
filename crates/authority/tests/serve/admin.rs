//! The admin API: what each role allows, what each call changes, and that it is what its description says.

use std::collections::BTreeSet;
use std::fs;
use std::path::PathBuf;

use leasehold_authority::serve::Options;
use leasehold_authority::serve::admin::{openapi, routes};
use leasehold_authority::tokens::{self, NewToken};
use leasehold_core::activation::Allowance;
use leasehold_core::{ProductKey, Span};
use leasehold_store::authority::{Role, Roles};
use leasehold_testkit::http::{Reply, problem, send};
use leasehold_wire::Keypair;
use serde_json::{Value, json};

use crate::common::{AT, TestVendor, directory_request, host_request, later, machine, machine_request, pair, seeded};
use crate::running::Running;
use crate::schema;

/// A caller with a token.
struct Caller<'r> {
    running: &'r Running,
    token: String,
    document: Value,
}

impl<'r> Caller<'r> {
    fn new(acme: &TestVendor, running: &'r Running, name: &str, roles: &[Role]) -> Self {
        let roles = roles.iter().copied().collect::<Roles>();
        let new = NewToken { name: name.parse().expect("a name"), roles, expires: None };
        let seed = 100 + roles.number();
        let (text, _) = tokens::add(&*acme.store, &new, AT, &seeded(seed)).expect("a token");
        let document = serde_json::to_value(openapi()).expect("JSON");
        Self { running, token: text.to_string(), document }
    }

    fn ask(&self, method: &str, path: &str, body: Option<&Value>) -> Reply {
        let bearer = format!("Bearer {}", self.token);
        let body = body.map(Value::to_string).unwrap_or_default();
        let headers = [("authorization", bearer.as_str()), ("content-type", "application/json")];
        send(&self.running.admin, &format!("{method} /api/v1/{path}"), &headers, body.as_bytes()).expect("an answer")
    }

    /// What is there, which has the shape that `template` is described with.
    fn get(&self, path: &str, template: &str) -> Value {
        self.shaped(&self.ask("GET", path, None), "get", template)
    }

    fn change(&self, method: &str, path: &str, template: &str, body: &Value) -> Value {
        self.shaped(&self.ask(method, path, Some(body)), &method.to_lowercase(), template)
    }

    fn shaped(&self, reply: &Reply, method: &str, template: &str) -> Value {
        let said = String::from_utf8_lossy(&reply.body);
        assert!(reply.status < 300, "{method} {template}: {} {said}", reply.status);
        let operation = &self.document["paths"][format!("/api/v1/{template}")][method];
        let content = &operation["responses"][reply.status.to_string()]["content"]["application/json"];
        assert!(!content.is_null(), "{method} {template} is not described for {}", reply.status);
        let value = reply.json();
        schema::check(&value, &content["schema"], &self.document, template);
        value
    }

    fn refused(&self, method: &str, path: &str, body: Option<&Value>) -> (u16, String) {
        let reply = self.ask(method, path, body);
        assert_eq!(reply.header("content-type"), Some("application/problem+json"), "{method} {path}");
        schema::check(&reply.json(), &self.document["components"]["schemas"]["Problem"], &self.document, path);
        (reply.status, problem(&reply.body))
    }
}

fn is(status: u16, code: &str) -> (u16, String) {
    (status, code.to_owned())
}

const ALL: [Role; 3] = Role::ALL;

#[test]
fn every_route_is_described_and_everything_described_is_a_route() {
    let document = serde_json::to_value(openapi()).unwrap();
    assert_eq!(document["openapi"], "3.1.0");
    let (mut described, mut names) = (BTreeSet::new(), BTreeSet::new());
    for (path, item) in document["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap() {
            described.insert((method.to_uppercase(), path.clone()));
            assert!(operation["responses"]["default"]["content"]["application/problem+json"].is_object());
            assert!(operation["summary"].is_string(), "{method} {path} says what it is");
            assert!(names.insert(operation["operationId"].as_str().unwrap().to_owned()), "{operation}");
        }
    }
    let file = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../docs/openapi/authority.json");
    let text = format!("{document:#}\n");
    if std::env::var_os("LEASEHOLD_WRITE_DOCS").is_some() {
        fs::write(&file, &text).unwrap();
    }
    assert_eq!(fs::read_to_string(&file).unwrap(), text, "LEASEHOLD_WRITE_DOCS=1 writes it");
    let routes: Vec<_> = routes().collect();
    let known: BTreeSet<_> = routes.iter().map(|route| (route.0.to_owned(), route.1.to_owned())).collect();
    assert_eq!(described, known);
    for (method, path, role) in routes {
        let security = &document["paths"][path][method.to_lowercase()]["security"];
        assert_eq!(*security, json!([{ "token": [role.name()] }]), "{method} {path}");
    }
}

#[test]
fn the_description_is_there_for_everybody_and_nothing_else_is() {
    let acme = TestVendor::open();
    let running = Running::start(&acme, Options::default());
    let get = |address: &str, path: &str| send(address, &format!("GET {path}"), &[], &[]).unwrap();
    let reply = get(&running.admin, "/api/v1/openapi.json");
    assert_eq!((reply.status, reply.json()), (200, serde_json::to_value(openapi()).unwrap()));
    for path in ["/v1/hosts", "/", "/keys", "/nothing/at/all"] {
        let reply = get(&running.admin, path);
        assert_eq!((reply.status, reply.header("location"), reply.body.len()), (303, Some("/sign-in"), 0), "{path}");
    }
    for path in ["/api/v1/products", "/api/v1/nothing", "/api/"] {
        let reply = get(&running.admin, path);
        assert_eq!((reply.status, problem(&reply.body).as_str()), (401, "token-required"), "{path}");
        assert_eq!(reply.header("www-authenticate"), Some("Bearer realm=\"leasehold\""));
    }
    let caller = Caller::new(&acme, &running, "all", &ALL);
    for path in ["/api/v1/products", "/api/v1/openapi.json", "/api/v1/keys", "/sign-in", "/assets/style.css"] {
        let bearer = format!("Bearer {}", caller.token);
        let reply = send(&running.address, &format!("GET {path}"), &[("authorization", &bearer)], &[]).unwrap();
        assert_eq!((reply.status, problem(&reply.body).as_str()), (404, "not-found"), "on the public listener: {path}");
    }
}

#[test]
fn a_token_allows_what_its_roles_say_and_nothing_once_it_is_withdrawn() {
    let acme = TestVendor::open();
    let running = Running::start(&acme, Options::default());
    for role in ALL {
        let caller = Caller::new(&acme, &running, role.name(), &[role]);
        for (method, path, needed) in routes() {
            let path = path.trim_start_matches("/api/v1/").replace("{what}", "keys");
            let reply = caller.ask(method, &path, None);
            if needed == role {
                assert!(![401, 403].contains(&reply.status), "{method} {path} with {role:?}: {}", reply.status);
                continue;
            }
            assert_eq!((reply.status, problem(&reply.body).as_str()), (403, "token-not-allowed"), "{method} {path}");
            let challenge = reply.header("www-authenticate").unwrap_or_default().to_owned();
            assert!(challenge.contains("insufficient_scope") && challenge.contains(needed.name()), "{challenge}");
        }
        tokens::revoke(&*acme.store, &role.name().parse().unwrap(), AT).unwrap();
        let reply = caller.ask("GET", "products", None);
        assert_eq!((reply.status, problem(&reply.body).as_str()), (401, "token-unknown"));
        assert!(reply.header("www-authenticate").unwrap_or_default().contains("error=\"invalid_token\""));
    }
}

#[test]
fn a_token_that_has_ended_is_no_token() {
    let acme = TestVendor::open();
    let new =
        NewToken { name: "day".parse().unwrap(), roles: Roles::from_iter(ALL), expires: Some(later(Span::DAY).at) };
    let (text, _) = tokens::add(&*acme.store, &new, AT, &seeded(1)).unwrap();
    let bearer = format!("bearer {text}");
    for (at, status) in [(Span::ZERO, 200), (Span::DAY, 401)] {
        let running = Running::start_at(&acme, Options::default(), later(at).at);
        let reply = send(&running.admin, "GET /api/v1/vendor", &[("authorization", &bearer)], &[]).unwrap();
        assert_eq!(reply.status, status);
    }
}

#[test]
fn an_address_with_many_wrong_tokens_is_stopped_and_its_right_ones_work() {
    let acme = TestVendor::open();
    let trusted = vec!["127.0.0.1".parse().unwrap()];
    let running = Running::start(&acme, Options { trusted, ..Options::default() });
    let caller = Caller::new(&acme, &running, "all", &ALL);
    let from = |token: &str, address: &str| {
        let bearer = format!("Bearer {token}");
        let headers = [("authorization", bearer.as_str()), ("x-forwarded-for", address)];
        send(&running.admin, "GET /api/v1/vendor", &headers, &[]).unwrap()
    };
    for n in 0..10 {
        assert_eq!(from(&format!("lhv_{n:043}"), "198.51.100.7").status, 401);
    }
    let reply = from(&format!("lhv_{:043}", 10), "198.51.100.7");
    assert_eq!((reply.status, problem(&reply.body).as_str()), (429, "too-many-requests"));
    assert!(reply.header("retry-after").is_some());
    assert_eq!(from(&caller.token, "198.51.100.7").status, 200, "wrong tokens do not lock out the right ones");
    assert_eq!(from(&caller.token, "198.51.100.8").status, 200, "other addresses are not affected");
}

#[test]
fn products_and_families_are_added_changed_and_withdrawn() {
    let acme = TestVendor::open();
    let running = Running::start(&acme, Options::default());
    let caller = Caller::new(&acme, &running, "all", &ALL);
    assert_eq!(caller.get("vendor", "vendor")["name"], "Acme");
    assert_eq!(caller.get("products", "products").as_array().unwrap().len(), 3);
    let new = json!({ "id": "acme-sim", "title": "Acme Sim", "family": "sim", "mode": "advise",
        "policy": { "threshold": 1, "capacity": 50, "features": ["cloud"] } });
    let added = caller.change("POST", "products", "products", &new);
    assert_eq!(
        (&added["number"], &added["mode"], &added["service"]),
        (&json!(4), &json!("advise"), &json!("leasehold"))
    );
    let family = caller.get("families/sim", "families/{id}");
    assert_eq!((&family["policy"]["capacity"], &family["policy"]["features"]), (&json!(50), &json!(["cloud"])));
    assert_eq!(caller.refused("POST", "products", Some(&new)), is(409, "already-exists"));

    let change = json!({ "title": "Acme Simulation", "service": "acme", "withdrawn": true });
    let changed = caller.change("PATCH", "products/acme-sim", "products/{id}", &change);
    assert_eq!((&changed["title"], &changed["service"]), (&json!("Acme Simulation"), &json!("acme")));
    assert_eq!(changed["withdrawn"], AT.at.unix());
    let back = json!({ "service": null, "withdrawn": false });
    let back = caller.change("PATCH", "products/acme-sim", "products/{id}", &back);
    assert_eq!((&back["service"], &back["withdrawn"]), (&json!("leasehold"), &Value::Null));
    assert_eq!(caller.get("products/acme-sim", "products/{id}"), back);

    let policy = json!({ "policy": { "capacity": null, "features": [], "threshold": 2 } });
    let family = caller.change("PATCH", "families/sim", "families/{id}", &policy);
    assert_eq!((&family["policy"]["capacity"], &family["policy"]["threshold"]), (&Value::Null, &json!(2)));
    let none = json!({ "policy": { "validity": 86_400 } });
    assert_eq!(caller.refused("PATCH", "families/sim", Some(&none)), is(422, "bad-policy"));
    assert_eq!(caller.get("families", "families").as_array().unwrap().len(), 3);

    let audit = caller.get("audit?limit=3", "audit");
    let actors: Vec<_> = audit["items"].as_array().unwrap().iter().map(|row| row["actor"].clone()).collect();
    assert_eq!(actors, ["token:all", "token:all", "token:all"], "who did it stands beside what was done");
}

#[test]
fn keys_are_issued_used_changed_and_revoked() {
    let acme = TestVendor::open();
    let running = Running::start(&acme, Options::default());
    let caller = Caller::new(&acme, &running, "all", &ALL);
    let new = json!({ "family": "acme", "kind": "host", "customer": "Müller & Söhne", "policy": { "threshold": 1 } });
    let issued = caller.change("POST", "keys", "keys", &new);
    let key: ProductKey = issued["key"].as_str().unwrap().parse().unwrap();
    let id = Keypair::of_product_key(&key).id().to_string();
    assert_eq!(caller.ask("GET", "keys", None).header("cache-control"), Some("no-store"));
    assert_eq!((&issued["issued"]["id"], &issued["issued"]["policy"]["threshold"]), (&json!(id), &json!(1)));
    assert_eq!(running.post("/v1/hosts", &host_request(&key, 1, machine(1))).status, 200);
    assert_eq!(running.post("/v1/hosts", &host_request(&key, 2, machine(2))).status, 200);

    let found = caller.get(&format!("keys/{}", key.last_five()), "keys/{key}");
    assert_eq!((&found["places_taken"], &found["activations_taken"]), (&json!(2), &json!(2)));
    assert!(!found.to_string().contains(&key.to_string()), "the key is shown once");
    assert_eq!(caller.get("keys?customer=M%C3%BCller+%26+S%C3%B6hne", "keys")["items"], json!([found]));
    assert_eq!(caller.get("keys?customer=none", "keys")["items"], json!([]));

    let change = json!({ "customer": null, "places": 7, "policy": { "capacity": 9 } });
    let changed = caller.change("PATCH", &format!("keys/{id}"), "keys/{key}", &change);
    assert_eq!((&changed["customer"], &changed["places"]), (&Value::Null, &json!(7)));

    let page = caller.get(&format!("keys/{id}/places?limit=1"), "keys/{key}/places");
    assert_eq!((&page["items"][0]["subject"], &page["next"]), (&json!(pair(1).id().to_string()), &json!(1)));
    let page = caller.get(&format!("keys/{id}/places?limit=2&after=1"), "keys/{key}/places");
    assert_eq!((&page["items"][0]["ordinal"], &page["next"]), (&json!(2), &Value::Null));
    let place = caller.get(&format!("places/{}", pair(2).id()), "places/{subject}");
    assert_eq!((&place[0]["key"], &place[0]["revoked"]), (&json!(id), &json!(false)));

    let withdrawn = caller.change("POST", &format!("keys/{id}/withdraw"), "keys/{key}/withdraw", &json!({}));
    assert_eq!(withdrawn["withdrawn"], AT.at.unix(), "the hosts keep what they have");
    assert_eq!(running.post("/v1/hosts", &host_request(&key, 3, machine(1))).status, 403);
    let both = caller.change("POST", &format!("keys/{id}/revoke"), "keys/{key}/revoke", &json!({}));
    assert_eq!((both["added"].as_array().unwrap().len(), &both["number"]), (2, &json!(1)));
    assert_eq!(caller.get(&format!("places/{}", pair(2).id()), "places/{subject}")[0]["revoked"], true);
}

#[test]
fn many_keys_come_page_by_page() {
    let acme = TestVendor::open();
    let ids: Vec<String> = (0..7)
        .map(|n| Keypair::of_product_key(&acme.issue(Allowance::multiple_key(5), None, n)).id().to_string())
        .collect();
    let running = Running::start(&acme, Options::default());
    let caller = Caller::new(&acme, &running, "all", &ALL);
    let (mut found, mut path) = (Vec::new(), "keys?limit=3".to_owned());
    loop {
        let page = caller.get(&path, "keys");
        found.extend(page["items"].as_array().unwrap().iter().map(|key| key["id"].as_str().unwrap().to_owned()));
        let Some(next) = page["next"].as_str() else { break };
        path = format!("keys?limit=3&after={next}");
    }
    assert_eq!(found.iter().collect::<BTreeSet<_>>(), ids.iter().collect::<BTreeSet<_>>());
    assert_eq!(found.len(), 7);
    let (mut rows, mut path) = (Vec::new(), "audit?limit=4".to_owned());
    loop {
        let page = caller.get(&path, "audit");
        rows.extend(page["items"].as_array().unwrap().iter().map(|row| row["number"].as_u64().unwrap()));
        let Some(next) = page["next"].as_u64() else { break };
        path = format!("audit?limit=4&before={next}");
    }
    assert!(rows.len() > 12 && rows.windows(2).all(|two| two[0] == two[1] + 1), "{rows:?}");
}

#[test]
fn hosts_machines_and_documents_are_revoked_and_the_public_list_says_so() {
    let acme = TestVendor::open();
    let key = acme.issue(Allowance::multiple_key(5), None, 3);
    let running = Running::start(&acme, Options::default());
    let caller = Caller::new(&acme, &running, "all", &ALL);
    assert_eq!(caller.get("revocations", "revocations"), json!({ "number": null, "entries": [] }));
    assert_eq!(running.post("/v1/machines", &machine_request(&key, 1, "acme-cad", machine(1))).status, 200);
    let cti = "ab".repeat(16);
    let targets = json!({ "targets": [
        { "what": "host", "id": pair(1).id().to_string() },
        { "what": "document", "id": cti },
        { "what": "key", "id": pair(9).id().to_string() },
    ] });
    let revoked = caller.change("POST", "revocations", "revocations", &targets);
    assert_eq!((revoked["added"].as_array().unwrap().len(), &revoked["number"]), (3, &json!(1)));
    let again = caller.change("POST", "revocations", "revocations", &targets);
    assert_eq!((&again["added"], &again["number"]), (&json!([]), &json!(1)), "no new list for nothing");
    assert_eq!(caller.get("revocations", "revocations")["entries"].as_array().unwrap().len(), 3);
    assert_eq!(running.get("/v1/revocations").header("etag"), Some("\"1\""));
    let stranger = json!({ "targets": [{ "what": "host", "id": pair(7).id().to_string() }] });
    assert_eq!(caller.refused("POST", "revocations", Some(&stranger)), is(404, "unknown-host"));
}

#[test]
fn directories_are_listed_shown_and_revoked_with_every_object() {
    let acme = TestVendor::open();
    let key = acme.issue(Allowance::HOST_KEY, None, 3);
    let running = Running::start(&acme, Options::default());
    let caller = Caller::new(&acme, &running, "all", &ALL);
    assert_eq!(caller.get("directories", "directories"), json!([]));
    for (directory, cti) in [(7, 1), (7, 2), (8, 3)] {
        let reply = running.post("/v1/directories", &directory_request(&key, directory, cti));
        assert_eq!((reply.status, reply.header("content-type")), (200, Some("application/cose")));
    }
    let listed = caller.get("directories", "directories");
    let ids: Vec<_> = listed.as_array().unwrap().iter().map(|one| one["directory"].as_str().unwrap()).collect();
    assert_eq!(ids, ["07".repeat(16), "08".repeat(16)]);
    let id = Keypair::of_product_key(&key).id();
    assert_eq!(caller.get(&format!("directories?key={id}"), "directories"), listed);
    assert_eq!(caller.get(&format!("keys/{id}/places"), "keys/{key}/places")["items"], json!([]), "they are no hosts");
    let shown = caller.get(&format!("directories/{}", ids[0]), "directories/{directory}");
    assert_eq!((&shown[0]["name"], &shown[0]["ordinal"]), (&json!("corp.example"), &json!(1)));
    let targets = json!({ "targets": [{ "what": "directory", "id": ids[0] }] });
    let revoked = caller.change("POST", "revocations", "revocations", &targets);
    assert_eq!(revoked["added"].as_array().unwrap().len(), 3, "its key pair and both objects: {revoked}");
    assert_eq!(caller.get(&format!("directories/{}", ids[0]), "directories/{directory}")[0]["revoked"], true);
    let again = running.post("/v1/directories", &directory_request(&key, 7, 4));
    assert_eq!((again.status, problem(&again.body).as_str()), (403, "revoked"));
    let unknown = json!({ "targets": [{ "what": "directory", "id": "09".repeat(16) }] });
    assert_eq!(caller.refused("POST", "revocations", Some(&unknown)), is(404, "unknown-directory"));
    assert_eq!(caller.refused("GET", &format!("directories/{}", "09".repeat(16)), None), is(404, "unknown-directory"));
    assert_eq!(caller.refused("GET", "directories/nine", None), is(400, "malformed"));
}

#[test]
fn everything_is_exported_as_a_table() {
    let acme = TestVendor::open();
    let key = acme.issue(Allowance::HOST_KEY, None, 3);
    let running = Running::start(&acme, Options::default());
    let caller = Caller::new(&acme, &running, "all", &ALL);
    assert_eq!(running.post("/v1/hosts", &host_request(&key, 1, machine(1))).status, 200);
    for what in ["keys", "hosts", "machines", "usage"] {
        let rows = caller.get(&format!("export/{what}"), "export/{what}");
        assert_eq!(rows.as_array().unwrap().len(), usize::from(what != "machines"), "{what}");
    }
    let reply = caller.ask("GET", "export/hosts?format=csv", None);
    assert_eq!(reply.header("content-type"), Some("text/csv; charset=utf-8"));
    let text = String::from_utf8(reply.body).unwrap();
    assert!(text.starts_with("key,") && text.contains(&pair(1).id().to_string()), "{text}");
    assert_eq!(caller.refused("GET", "export/secrets", None), is(400, "malformed"));
    assert_eq!(caller.refused("GET", "export/keys?format=xml", None), is(400, "malformed"));
}

#[test]
fn what_cannot_be_understood_is_said_to_be_wrong_where_it_is() {
    let acme = TestVendor::open();
    let running = Running::start(&acme, Options::default());
    let caller = Caller::new(&acme, &running, "all", &ALL);
    let says = |method: &str, path: &str, body: &Value, word: &str| {
        let reply = caller.ask(method, path, Some(body));
        let detail = reply.json()["detail"].as_str().unwrap_or_default().to_owned();
        assert_eq!((reply.status, problem(&reply.body).as_str()), (400, "malformed"), "{method} {path} {body}");
        assert!(detail.contains(word), "{detail}");
    };
    let product = json!({ "id": "acme-sim", "title": "Acme Sim", "family": "sim" });
    for (member, value) in
        [("id", json!("ACME")), ("number", json!(-1)), ("number", json!(1 << 20)), ("mode", json!("no"))]
    {
        let mut wrong = product.clone();
        wrong[member] = value;
        says("POST", "products", &wrong, "body: ");
    }
    let mut unknown = product.clone();
    unknown["colour"] = json!("red");
    says("POST", "products", &unknown, "colour");
    for rule in
        [json!({ "family": "acme", "kind": "multiple" }), json!({ "family": "acme", "kind": "host", "machines": 3 })]
    {
        assert_eq!(caller.refused("POST", "keys", Some(&rule)), is(422, "malformed"), "{rule}");
    }
    for array in [json!(["acme", "host", null]), json!({ "family": "acme", "kind": "host", "policy": [1] })] {
        says("POST", "keys", &array, "an object");
    }
    says("POST", "revocations", &json!({ "targets": [["host", pair(1).id().to_string()]] }), "an object");
    says("POST", "keys", &json!({ "family": "acme", "kind": "multiple", "machines": u64::MAX }), "a whole number");
    says("POST", "revocations", &json!({ "targets": [{ "what": "moon", "id": "1" }] }), "moon");
    says("PATCH", "families/acme", &json!([]), "body: ");
    for path in [
        "audit?limit=0",
        "audit?limit=1001",
        "audit?limit=x",
        "audit?limit=1&limit=2",
        "audit?befor=1",
        "keys?after=x",
        "products/UPPER",
    ] {
        assert_eq!(caller.refused("GET", path, None), is(400, "malformed"), "{path}");
    }
    for path in ["products/none", "families/none", "keys/QQQQQ", &format!("places/{}", pair(1).id()), "nothing"] {
        assert_eq!(caller.ask("GET", path, None).status, 404, "{path}");
    }
    let reply = caller.ask("DELETE", "products/acme-cad", None);
    assert_eq!((reply.status, reply.header("allow")), (405, Some("GET, HEAD, PATCH")));
    let bearer = format!("Bearer {}", caller.token);
    let untyped = send(&running.admin, "POST /api/v1/keys", &[("authorization", &bearer)], b"{}").unwrap();
    assert_eq!(untyped.status, 415);
    let large = json!({ "family": "acme", "kind": "host", "customer": "x".repeat(70_000) });
    assert_eq!(caller.refused("POST", "keys", Some(&large)), is(413, "malformed"));
}
