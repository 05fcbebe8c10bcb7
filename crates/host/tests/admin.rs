//! The admin side of a host over real sockets: who is let in, what they are told, what they may do.

use std::fs;
use std::net::Ipv4Addr;
use std::path::PathBuf;
use std::sync::Arc;
use std::thread::{self, JoinHandle};

use leasehold_core::{Code, Component, Cti, Finding, Fingerprint, Grant, Policy, Rng, Span, Timestamp};
use leasehold_dashboard::host::data::SettingGroup;
use leasehold_host::activation::Home;
use leasehold_host::{
    Administration, LocalAccess, LocalHost, Operations, Options, RoleSet, Server, admin_openapi, admin_routes,
};
use leasehold_service::access::{Accounts, NewAdmin, NewToken, PasswordHash, SecretText};
use leasehold_service::admin::WrongTokens;
use leasehold_service::{Listener, Rate, Tls};
use leasehold_store_sqlite::host::SqliteHost;
use leasehold_testkit::http::{Reply, post, problem, send};
use leasehold_testkit::need::{Need, find_api_tool, is_missing};
use leasehold_testkit::process::contained;
use leasehold_testkit::vendor::{BEGIN, Vendor};
use leasehold_testkit::{SeededRng, VirtualClock, wait};
use leasehold_wire::{Keypair, Request, envelope};
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::sync::oneshot;

#[test]
fn nothing_is_reached_without_signing_in_but_health_and_on_this_machine_metrics() {
    let host = Running::start(Policy::default());
    for (path, status) in [("/healthz", 200), ("/metrics", 200), ("/assets/style.css", 200), ("/sign-in", 200)] {
        assert_eq!(host.get(path, &[]).status, status, "{path}");
    }
    for path in ["/", "/clients", "/clients/1", "/events", "/settings", "/nothing/at/all", "/audit?x=1"] {
        let answer = host.get(path, &[]);
        assert_eq!((answer.status, answer.header("location")), (303, Some("/sign-in")), "{path}");
        assert!(answer.body.is_empty());
    }
    for (_, path, _) in
        admin_routes().chain([("GET", "/api/v1/openapi.json", RoleSet::READ), ("GET", "/api/nothing", RoleSet::READ)])
    {
        let answer = host.get(path, &[]);
        assert_eq!((answer.status, problem(&answer.body).as_str()), (401, "token-required"), "{path}");
        let answer = host.get(path, &[("authorization", "Bearer lhh_wrong"), ("x-forwarded-for", "192.0.2.1")]);
        assert!([401, 429].contains(&answer.status), "{path}");
    }
    let live = host.get("/live", &[]);
    assert_eq!((live.status, live.body.len()), (204, 0));
}

#[test]
fn a_token_allows_what_its_roles_say() {
    let host = Running::start(Policy { threshold: 1, ..Policy::default() });
    host.ask(1);
    let (reads, operates) = (host.token("reads", &["read"]), host.token("operates", &["operate"]));
    for (method, path, role) in admin_routes() {
        let path = path.replace("{client}", &client(1));
        let with =
            |token: &str| host.send(&format!("{method} {path}"), &[("authorization", token), JSON], b"{}").status;
        let (wrong, right) = if role.0 == "read" { (&operates, &reads) } else { (&reads, &operates) };
        assert_eq!(with(wrong), 403, "{method} {path}");
        assert!(![401, 403].contains(&with(right)), "{method} {path}");
    }
    Accounts::of(host.folder()).change(|kept| kept.revoke_token(&"reads".parse().unwrap(), BEGIN)).unwrap();
    assert_eq!(host.get("/api/v1/status", &[("authorization", &reads)]).status, 401, "at once");
}

#[test]
fn programs_are_told_of_clients_events_and_seals_page_by_page() {
    let host = Running::start(Policy { threshold: 3, ..Policy::default() });
    (1..=5).for_each(|n| host.ask(n));
    let token = host.token("desk", &["read"]);
    let get = |path: &str| host.get(path, &[("authorization", &token)]).json();
    let status = get("/api/v1/status");
    let family = &status["families"][0];
    assert_eq!((&family["clients"], &family["live"], &family["threshold"]), (&json!(5), &json!(3), &json!(3)));
    assert_eq!(family["ends"].as_array().unwrap().iter().map(|ends| ends["leases"].as_u64().unwrap()).sum::<u64>(), 3);
    assert_eq!(family["hours"].as_array().unwrap().last().unwrap()["refused"], 2);
    for (path, expected, key) in
        [("/api/v1/clients", 5, "client"), ("/api/v1/events", 5, "number"), ("/api/v1/seals", 5, "number")]
    {
        let (mut seen, mut query) = (Vec::new(), "limit=2".to_owned());
        loop {
            let page = get(&format!("{path}?{query}"));
            seen.extend(page["items"].as_array().unwrap().iter().map(|item| item[key].to_string()));
            let word = if path.ends_with("clients") { "after" } else { "before" };
            match &page["next"] {
                Value::Null => break,
                next => query = format!("limit=2&{word}={}", next.to_string().trim_matches('"')),
            }
        }
        seen.sort();
        seen.dedup();
        assert_eq!(seen.len(), expected, "{path}");
    }
    let count = |query: &str| get(&format!("/api/v1/clients?{query}"))["items"].as_array().unwrap().len();
    assert_eq!([count("state=licensed"), count("state=unlicensed"), count("state=twins")], [3, 2, 0]);
    assert_eq!(
        [count("search=MACHINE-4"), count("search=machine"), count("search=127.0.0"), count("search=nothing")],
        [1, 5, 5, 0]
    );
    assert_eq!(count(&format!("search={}", &client(2)[..13])), 1, "by the first digits of its key");
    assert_eq!([count("product=acme-cad"), count("product=other"), count("family=acme")], [5, 0, 5]);
    let seals = get("/api/v1/seals");
    assert!(seals["items"].as_array().unwrap().iter().all(|seal| seal["holds"] == true));
    for (query, code) in
        [("limit=0", "malformed"), ("limti=1", "malformed"), ("state=good", "malformed"), ("after=x", "malformed")]
    {
        let answer = host.get(&format!("/api/v1/clients?{query}"), &[("authorization", &token)]);
        assert_eq!((answer.status, problem(&answer.body).as_str()), (400, code), "{query}");
    }
}

#[test]
fn why_a_client_is_not_activated_is_told_in_a_sentence() {
    let host = Running::start(Policy { threshold: 2, capacity: Some(2), ..Policy::default() });
    let token = host.token("desk", &["read", "operate"]);
    let life = |n: u64| host.get(&format!("/api/v1/clients/{}", client(n)), &[("authorization", &token)]).json();
    let why = |n: u64| life(n)["rows"][0]["why"].as_str().unwrap().to_owned();
    host.ask(1);
    assert!(why(1).starts_with("Too few machines have asked: 1 of the 2 that are needed"), "{}", why(1));
    host.ask(2);
    assert!(why(2).starts_with("It is activated for acme-cad until"), "{}", why(2));
    assert!(why(1).contains("2 have asked now, so it is activated when it next tries"), "{}", why(1));
    host.ask(3);
    host.ask(4);
    assert!(why(4).starts_with("All 2 leases are out."), "{}", why(4));
    let lease = life(3)["rows"][0]["leases"][0]["lease"].as_str().unwrap().to_owned();
    let body = json!({ "family": "acme", "product": "acme-cad", "lease": lease }).to_string();
    let end = |body: &str| {
        let headers = [("authorization", token.as_str()), JSON];
        host.send(&format!("POST /api/v1/clients/{}/end", client(3)), &headers, body.as_bytes())
    };
    let ended = end(&body);
    assert_eq!((ended.status, &ended.json()["done"]), (200, &json!(true)));
    assert_eq!(end(&body).status, 404, "it has ended");
    assert!(why(3).starts_with("desk ended its lease"), "{}", why(3));
    assert!(why(4).contains("There is room now"), "{}", why(4));
    let kinds: Vec<Value> =
        life(3)["events"].as_array().unwrap().iter().map(|event| event["decision"].clone()).collect();
    assert_eq!(kinds, ["ended", "granted"]);
    let audited = host.get("/api/v1/audit", &[("authorization", &token)]).json();
    let newest = &audited["items"][0];
    assert_eq!((&newest["actor"], &newest["action"]), (&json!("token:desk"), &json!("lease-ended")));
    host.clock.set(BEGIN.plus(Span::days(20)));
    assert!(why(2).contains("It should have asked again by"), "{}", why(2));
}

#[test]
fn people_sign_in_act_by_forms_of_their_own_session_and_sign_out() {
    let host = Running::start(Policy { threshold: 1, ..Policy::default() });
    host.ask(1);
    host.admin("ann", &["read", "operate"]);
    let wrong = host.sign_in("name=ann&password=wrong+horse+battery");
    assert_eq!((wrong.status, wrong.header("set-cookie")), (403, None));
    assert_eq!(host.sign_in("name=nobody&password=correct+horse+battery").status, 403);
    let cookie = session(&host.sign_in("name=ann&password=correct+horse+battery"));
    let page = |path: &str| host.get(path, &[("cookie", &cookie)]);
    let overview = page("/");
    assert_eq!(overview.status, 200);
    for (name, value) in
        [("content-security-policy", "default-src 'none'"), ("cache-control", "no-store"), ("x-frame-options", "DENY")]
    {
        assert!(overview.header(name).is_some_and(|found| found.contains(value)), "{name}");
    }
    for path in ["/clients", "/events", "/copies", "/seals", "/settings", "/settings?doctor=yes", "/audit", "/renew"] {
        assert_eq!(page(path).status, 200, "{path}");
    }
    assert_eq!(
        [page("/nothing").status, page("/clients/1").status, page(&format!("/clients/{}/x", client(1))).status],
        [404; 3]
    );
    let form = token_of(&text(&overview));
    let forget = |token: &str, cookie: &str| {
        let body = format!("form={token}&family=acme");
        host.send(&format!("POST /clients/{}/forget", client(1)), &[("cookie", cookie)], body.as_bytes())
    };
    assert_eq!(forget("", &cookie).status, 403, "another site knows no token");
    assert_eq!(forget("wrong", &cookie).status, 403);
    assert_eq!(forget(&form, "").status, 303, "nor has it the cookie");
    let done = forget(&form, &cookie);
    assert!(done.status == 200 && text(&done).contains("the client is forgotten"), "{}", text(&done));
    assert!(text(&page("/audit")).contains("client-forgotten"));
    assert_eq!(host.send("POST /sign-out", &[("cookie", &cookie)], format!("form={form}").as_bytes()).status, 303);
    assert_eq!(page("/").status, 303, "the session has ended");
    let actions: Vec<String> = host.audited().iter().map(|line| line["action"].as_str().unwrap().to_owned()).collect();
    assert_eq!(actions, ["sign-in-refused", "sign-in-refused", "signed-in", "client-forgotten", "signed-out"]);
}

#[test]
fn one_who_may_only_read_changes_nothing_and_one_who_was_removed_is_out_at_once() {
    let host = Running::start(Policy { threshold: 1, ..Policy::default() });
    host.ask(1);
    host.admin("bob", &["read"]);
    let cookie = session(&host.sign_in("name=bob&password=correct+horse+battery"));
    let form = token_of(&text(&host.get("/", &[("cookie", &cookie)])));
    let body = format!("form={form}&family=acme");
    let answer = host.send(&format!("POST /clients/{}/forget", client(1)), &[("cookie", &cookie)], body.as_bytes());
    let asked = host.get(&format!("/clients/{}/forget?family=acme", client(1)), &[("cookie", &cookie)]);
    for answer in [answer, asked] {
        let page = text(&answer);
        assert_eq!(answer.status, 403, "{page}");
        assert!(page.contains("needs the role <code>operate</code>") && page.contains("Sign out"), "{page}");
    }
    Accounts::of(host.folder()).change(|kept| kept.remove_admin(&"bob".parse().unwrap())).unwrap();
    assert_eq!(host.get("/", &[("cookie", &cookie)]).status, 303);
}

#[test]
fn a_one_time_link_signs_in_once_and_only_when_it_is_used() {
    let host = Running::start(Policy::default());
    host.admin("ann", &["read"]);
    let ends = BEGIN.plus(Accounts::LINK_LIFE);
    let link =
        |n| Accounts::of(host.folder()).add_link(&"ann".parse().unwrap(), (BEGIN, ends), &SeededRng::new(n)).unwrap();
    let secret = link(1);
    assert_eq!(host.get(&format!("/sign-in?link={}", secret.expose()), &[]).status, 200, "looking uses nothing up");
    let cookie = session(&host.sign_in(&format!("link={}", secret.expose())));
    assert_eq!(host.get("/", &[("cookie", &cookie)]).status, 200);
    assert_eq!(host.sign_in(&format!("link={}", secret.expose())).status, 403, "once");
    let late = link(2);
    host.clock.set(ends);
    assert_eq!(host.sign_in(&format!("link={}", late.expose())).status, 403, "a quarter of an hour");
    assert_eq!(host.get("/", &[("cookie", &cookie)]).status, 200);
    host.clock.set(BEGIN.plus(Span::days(1)));
    assert_eq!(host.get("/", &[("cookie", &cookie)]).status, 303, "a session ends by itself");
}

#[test]
fn who_guesses_is_slowed_down_and_the_right_person_in_a_known_browser_is_not() {
    let host = Running::start(Policy::default());
    host.admin("ann", &["read"]);
    let first = host.sign_in("name=ann&password=correct+horse+battery");
    let device = cookies(&first).into_iter().find(|cookie| cookie.contains("device")).expect("a cookie of the browser");
    let guess = || host.sign_in("name=ann&password=wrong+horse+battery").status;
    assert_eq!((0..10).map(|_| guess()).collect::<Vec<_>>(), [403; 10]);
    assert_eq!(guess(), 429);
    let stranger = host.sign_in("name=ann&password=correct+horse+battery");
    assert_eq!(
        (stranger.status, stranger.header("retry-after").is_some()),
        (429, true),
        "guesses are not told from the right one"
    );
    let known = host.send("POST /sign-in", &[("cookie", &device)], b"name=ann&password=correct+horse+battery");
    assert_eq!(known.status, 303);
}

#[test]
fn commands_of_this_machine_are_let_in_by_a_file_and_named_in_journal_and_audit() {
    let host = Running::start(Policy { threshold: 1, ..Policy::default() });
    host.ask(1);
    let access = LocalAccess::read(host.folder()).expect("the file");
    assert_eq!(access.url, format!("http://{}", host.admin));
    let bearer = format!("Bearer {}", access.token);
    let headers = [("authorization", bearer.as_str()), (LocalAccess::OPERATOR, "Jörg"), JSON];
    let forgotten =
        host.send(&format!("POST /api/v1/clients/{}/forget", client(1)), &headers, b"{\"family\":\"acme\"}");
    assert_eq!(forgotten.status, 200);
    let events = host.get("/api/v1/events?decision=forgotten", &headers[..1]).json();
    assert_eq!(events["items"][0]["text"], "by Jörg");
    assert_eq!(host.audited()[0]["actor"], "cli:Jörg");
    let folder = host.stop();
    assert!(LocalAccess::read(folder.path()).is_none(), "it goes with the host");
}

#[cfg(unix)] // the socket is of Unix; elsewhere commands come with the token
#[test]
fn commands_of_this_machine_need_no_token_at_the_socket_and_it_goes_with_the_host() {
    let host = Running::start(Policy { threshold: 1, ..Policy::default() });
    host.ask(1);
    let local = LocalHost::of(host.folder()).expect("a host that serves");
    let by = "Jörg".parse().expect("a text");
    let status = local.ask("GET /api/v1/status", Some(&by), None).expect("an answer");
    assert_eq!(status.0, 200);
    let body = json!({ "family": "acme" });
    let path = format!("POST /api/v1/clients/{}/forget", client(1));
    assert_eq!(local.ask(&path, Some(&by), Some(&body)).expect("an answer").0, 200);
    assert_eq!(host.audited()[0]["actor"], "cli:Jörg");
    for path in ["GET /", "GET /sign-in", "GET /metrics", "GET /local/nothing", "GET /local/counts?family=acme"] {
        let (status, body) = local.ask(path, Some(&by), None).expect("an answer");
        assert!([400, 404].contains(&status), "{path}: {status} {}", String::from_utf8_lossy(&body));
    }
    assert_eq!(host.get("/local/clients", &[]).status, 303, "nothing of it is at the address");
    let folder = host.stop();
    assert!(LocalHost::of(folder.path()).is_none() && !folder.path().join("admin.sock").exists());
}

#[cfg(unix)] // the socket is of Unix; elsewhere commands come with the token
#[test]
fn a_host_that_serves_tells_what_its_store_holds() {
    use leasehold_host::ServedStore;
    use leasehold_store::host::{Family, HostStore};

    let host = Running::start(Policy { threshold: 3, ..Policy::default() });
    (1..=40).for_each(|n| host.ask(n));
    let now = host.clock_now();
    let mut served = ServedStore::of(LocalHost::of(host.folder()).expect("a host that serves"));
    let family = Family { id: "acme".parse().expect("an id"), window: Span::days(30) };
    let host_id = Vendor::from_seed(1).host(1, vec![Vendor::grant()]).pair().id();
    let all = |store: &mut dyn HostStore| {
        let clients = store.clients(None, 1_000).expect("clients");
        let after = clients[9].client;
        (
            store.counts(&family, now).expect("counts"),
            store.clients(Some(after), 7).expect("a page"),
            store.events(25).expect("events"),
            store.events(1_000).expect("all events"),
            store.seals(host_id, 5).expect("seals"),
            store.seal_at(host_id, 2).expect("a seal"),
            store.newest_batch().expect("a number"),
            clients,
        )
    };
    let told = all(&mut served);
    assert_eq!((told.0.clients, told.3.len(), told.4.len()), (40, 40, 5));
    for change in [served.probe(), served.prune(now).map(drop), served.introduce(&machine(1).public())] {
        assert!(change.is_err(), "it is for reading");
    }
    let folder = host.stop();
    let mut store = SqliteHost::open(folder.path()).expect("the store");
    let kept = all(&mut store);
    assert_eq!(told, kept);
}

#[test]
fn the_admin_side_speaks_tls_where_it_is_given_and_its_cookies_are_for_tls_alone() {
    let folder = tempfile::tempdir().expect("a folder");
    let signed = rcgen::generate_simple_self_signed(["localhost".to_owned()]).expect("a certificate");
    let (certificate, key) = (folder.path().join("tls.crt"), folder.path().join("tls.key"));
    fs::write(&certificate, signed.cert.pem()).expect("a file");
    fs::write(&key, signed.signing_key.serialize_pem()).expect("a file");
    let tls = Tls::from_pem_files(&certificate, &key).expect("TLS");
    let host = Running::start_with(Policy::default(), Some(tls), Some(WrongTokens::USUAL));
    host.admin("ann", &["read"]);
    let access = LocalAccess::read(host.folder()).expect("the file");
    assert_eq!(access.url, format!("https://{}", host.admin));
    let trusted = ureq::tls::Certificate::from_pem(signed.cert.pem().as_bytes()).expect("a certificate").to_owned();
    let tls = ureq::tls::TlsConfig::builder().root_certs(ureq::tls::RootCerts::from(vec![trusted])).build();
    let config = ureq::Agent::config_builder().tls_config(tls).http_status_as_error(false).max_redirects(0);
    let agent: ureq::Agent = config.max_redirects_will_error(false).proxy(None).build().into();
    let url = format!("https://localhost:{}", host.admin.rsplit_once(':').expect("a port").1);
    let reply = agent.get(format!("{url}/")).call().expect("an answer");
    assert_eq!((reply.status().as_u16(), reply.headers()["location"].as_bytes()), (303, &b"/sign-in"[..]));
    let form = [("name", "ann"), ("password", "correct horse battery")];
    let reply = agent.post(format!("{url}/sign-in")).send_form(form).expect("an answer");
    let cookies: Vec<_> =
        reply.headers().get_all("set-cookie").iter().filter_map(|value| value.to_str().ok()).collect();
    assert_eq!((reply.status().as_u16(), cookies.len()), (303, 2), "{cookies:?}");
    assert!(cookies.iter().all(|cookie| cookie.starts_with("__Host-") && cookie.contains("; Secure;")), "{cookies:?}");
    // The socket is for this machine alone, and needs none.
    #[cfg(unix)]
    {
        let local = LocalHost::of(host.folder()).expect("a host that serves");
        assert_eq!(local.ask("GET /api/v1/status", None, None).expect("an answer").0, 200);
    }
}

#[test]
fn a_fuzzer_that_knows_the_description_finds_no_disagreement() {
    if is_missing(&[Need::ApiTools]) {
        return;
    }
    let host = Running::start_with(Policy { threshold: 3, ..Policy::default() }, None, None);
    (1..=8).for_each(|n| host.ask(n));
    let token = host.token("all", &["read", "operate"]);
    let folder = tempfile::tempdir().expect("a folder");
    // What is not there (404) and what cannot be done (409) no description can say.
    let configuration = "[checks]\npositive_data_acceptance.expected-statuses = [\"2xx\", 404, 409]\n";
    fs::write(folder.path().join("schemathesis.toml"), configuration).expect("a file");
    let document = serde_json::to_string(&admin_openapi()).expect("JSON");
    fs::write(folder.path().join("openapi.json"), document).expect("a file");
    let mut fuzzer = contained(find_api_tool("schemathesis").expect("it was looked for"));
    fuzzer.args([
        "--config-file",
        "schemathesis.toml",
        "run",
        "openapi.json",
        "--url",
        &format!("http://{}", host.admin),
    ]);
    fuzzer.args([
        "--header",
        &format!("Authorization: {token}"),
        "--phases",
        "coverage,fuzzing",
        "--max-examples",
        "20",
    ]);
    fuzzer.args(["--seed", "1", "--no-color", "--continue-on-failure"]);
    let output = fuzzer.current_dir(folder.path()).output().expect("a program that runs");
    let said = [output.stdout, output.stderr].map(|bytes| String::from_utf8_lossy(&bytes).into_owned());
    assert!(output.status.success(), "{}\n{}", said[0], said[1]);
}

#[test]
fn metrics_are_told_in_both_formats() {
    let host = Running::start(Policy { threshold: 2, capacity: Some(9), ..Policy::default() });
    host.ask(1);
    host.ask(2);
    // Another machine with that key has got a lease meanwhile.
    host.ask_as(2, 3, Some(Cti([77; 16])));
    let plain = text(&host.get("/metrics", &[]));
    for line in [
        "leasehold_requests_total{outcome=\"granted\"} 2",
        "leasehold_forks_total{family=\"acme\"} 1",
        "leasehold_requests_total{outcome=\"threshold-not-met\"} 1",
        "leasehold_clients{family=\"acme\"} 2",
        "leasehold_capacity{family=\"acme\"} 9",
        "leasehold_seal 3",
        "leasehold_store_works 1",
    ] {
        assert!(plain.lines().any(|own| own == line), "{line}:\n{plain}");
    }
    assert!(plain.contains("leasehold_stage_seconds_bucket{") && plain.contains("stage=\"commit\""), "{plain}");
    let open = host.get("/metrics", &[("accept", "application/openmetrics-text; version=1.0.0")]);
    assert!(text(&open).ends_with("# EOF\n"));
    assert!(open.header("content-type").is_some_and(|value| value.starts_with("application/openmetrics-text")));
}

#[test]
fn the_description_names_every_call_and_is_the_one_that_is_checked_in() {
    let described = serde_json::to_value(admin_openapi()).expect("JSON");
    assert_eq!(described["openapi"], "3.1.0");
    let paths = described["paths"].as_object().expect("paths");
    let operations: usize = paths.values().map(|path| path.as_object().expect("an object").len()).sum();
    assert_eq!(operations, admin_routes().count());
    for (method, path, role) in admin_routes() {
        let operation = &paths[path][method.to_lowercase()];
        assert_eq!(operation["security"][0]["token"], json!([role.0]), "{method} {path}");
    }
    let file = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../docs/openapi/host.json");
    let text = format!("{described:#}\n");
    if std::env::var_os("LEASEHOLD_WRITE_DOCS").is_some() {
        fs::write(&file, &text).expect("it can be written");
    }
    assert_eq!(fs::read_to_string(&file).expect("the description"), text, "LEASEHOLD_WRITE_DOCS=1 writes it");
}

/// A host that serves clients and administrators.
struct Running {
    address: String,
    admin: String,
    clock: Arc<VirtualClock>,
    folder: Option<TempDir>,
    serving: Option<(oneshot::Sender<()>, JoinHandle<()>)>,
}

impl Running {
    fn start(policy: Policy) -> Self {
        Self::start_with(policy, None, Some(WrongTokens::USUAL))
    }

    fn start_with(policy: Policy, tls: Option<Tls>, wrong_token_rate: Option<Rate>) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let certified = Vendor::from_seed(1).host(1, vec![Grant { policy, ..Vendor::grant() }]);
        fs::write(folder.path().join("host.key"), certified.pair().to_pem()).expect("a file");
        fs::write(folder.path().join("host.lh"), certified.certificate()).expect("a file");
        let clock = Arc::new(VirtualClock::new(BEGIN));
        let store = Box::new(SqliteHost::open(folder.path()).expect("a store"));
        let rng = Arc::new(SeededRng::new(7));
        let server =
            Server::start(Home::new(folder.path()), store, clock.clone(), rng, Options::default()).expect("a host");
        let (stop, stopped) = oneshot::channel();
        let (told, tells) = std::sync::mpsc::channel();
        let thread = thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build();
            runtime.expect("a runtime").block_on(async {
                let bind = || Listener::bind((Ipv4Addr::LOCALHOST, 0).into()).expect("a port");
                let (listener, admin) = (bind(), bind());
                told.send((listener.address().to_string(), admin.address().to_string())).expect("who waits");
                let operations = Arc::new(NoOperations);
                let listens = Some(admin);
                let admin = Administration { listener: listens, tls, operations, sign_in: None, wrong_token_rate };
                let server = server.with_admin(admin);
                server.serve(listener, async { drop(stopped.await) }).await;
            });
        });
        let (address, admin) = tells.recv().expect("addresses");
        let running = Self { address, admin, clock, folder: Some(folder), serving: Some((stop, thread)) };
        // The file is written right before administrators are let in; where there is a socket, it is bound about then.
        let folder = running.folder();
        let is_open = || LocalAccess::read(folder).is_some() && (cfg!(windows) || LocalHost::of(folder).is_some());
        assert!(wait::until(is_open), "the admin side is open");
        running
    }

    fn folder(&self) -> &std::path::Path {
        self.folder.as_ref().expect("a folder").path()
    }

    /// The machine of this number asks for a lease.
    fn ask(&self, n: u64) {
        self.ask_as(n, n, None);
    }

    /// A machine asks for the `turn`th time; it names a lease of this host as its last one.
    fn ask_as(&self, n: u64, turn: u64, holds: Option<Cti>) {
        let machine = machine(n);
        let host = Home::new(self.folder()).keypair().expect("a key pair").id();
        let request = Request {
            issued: Timestamp::from_unix(self.clock_now().unix() + turn),
            cti: Cti((u128::from(turn) + 1).to_be_bytes()),
            key: machine.public(),
            product: "acme-cad".parse().expect("an id"),
            number: 1_001.try_into().expect("a number"),
            fingerprint: Fingerprint::new(Component::ALL[..3].iter().map(|part| (*part, (n << 8).to_be_bytes())))
                .expect("components"),
            client_version: "test".parse().expect("a text"),
            host_name: Some(format!("machine-{n}").parse().expect("a text")),
            chain_of: holds.map(|_| host),
            holds,
        };
        let (status, _) =
            post(&self.address, "/v1/leases", &envelope::sign(&request, &machine, &[])).expect("an answer");
        assert!([200, 409].contains(&status), "{status}");
    }

    fn clock_now(&self) -> Timestamp {
        leasehold_core::Clock::now(&*self.clock)
    }

    fn get(&self, path: &str, headers: &[(&str, &str)]) -> Reply {
        self.send(&format!("GET {path}"), headers, b"")
    }

    fn send(&self, what: &str, headers: &[(&str, &str)], body: &[u8]) -> Reply {
        send(&self.admin, what, headers, body).expect("an answer")
    }

    fn sign_in(&self, form: &str) -> Reply {
        self.send("POST /sign-in", &[], form.as_bytes())
    }

    /// Makes a token; the header that shows it.
    fn token(&self, name: &str, roles: &[&str]) -> String {
        let text = SecretText::new("lhh_", &SeededRng::new(name.len() as u64));
        let roles = roles.iter().map(|role| (*role).to_owned()).collect();
        let new = NewToken { name: name.parse().expect("a name"), roles, expires: None };
        Accounts::of(self.folder()).change(|kept| kept.add_token(&new, &text, BEGIN)).expect("a token");
        format!("Bearer {}", text.expose())
    }

    fn admin(&self, name: &str, roles: &[&str]) {
        let rng: &dyn Rng = &SeededRng::new(3);
        let password = Some(PasswordHash::new("correct horse battery", rng).expect("a password"));
        let roles = roles.iter().map(|role| (*role).to_owned()).collect();
        let new = NewAdmin { name: name.parse().expect("a name"), roles, password };
        Accounts::of(self.folder()).change(|kept| kept.add_admin(new, BEGIN)).expect("an administrator");
    }

    /// The audit, oldest first.
    fn audited(&self) -> Vec<Value> {
        let text = fs::read_to_string(self.folder().join("audit.jsonl")).expect("an audit");
        text.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect()
    }

    fn stop(mut self) -> TempDir {
        self.end();
        self.folder.take().expect("a folder")
    }

    fn end(&mut self) {
        if let Some((stop, thread)) = self.serving.take() {
            let _ = stop.send(());
            thread.join().expect("the host ends well");
        }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.end();
    }
}

/// What the program around a host does, where there is none.
#[derive(Debug)]
struct NoOperations;

impl Operations for NoOperations {
    fn examine(&self) -> Vec<Finding> {
        vec![Finding::ok("store", "it works")]
    }

    fn back_up(&self) -> Result<PathBuf, (Code, String)> {
        Err((Code::BadConfiguration, "no folder is set".to_owned()))
    }

    fn started(&self) -> SettingGroup {
        SettingGroup::default()
    }
}

fn machine(n: u64) -> Keypair {
    let mut seed = [9; 32];
    seed[..8].copy_from_slice(&n.to_be_bytes());
    Keypair::from_seed(&seed)
}

fn client(n: u64) -> String {
    machine(n).id().to_string()
}

fn text(reply: &Reply) -> String {
    String::from_utf8(reply.body.clone()).expect("text")
}

/// The cookies that are set, as a browser sends them back.
fn cookies(reply: &Reply) -> Vec<String> {
    let all = reply.headers("set-cookie");
    all.iter().map(|cookie| cookie.split(';').next().expect("a pair").to_owned()).collect()
}

/// The session of one who has just signed in.
fn session(reply: &Reply) -> String {
    assert_eq!(reply.status, 303, "{}", text(reply));
    let all = reply.headers("set-cookie");
    assert!(all.iter().all(|cookie| cookie.contains("HttpOnly") && cookie.contains("SameSite=Strict")), "{all:?}");
    cookies(reply).into_iter().find(|cookie| cookie.contains("session")).expect("a session")
}

/// The token that the forms of a page carry.
fn token_of(page: &str) -> String {
    let (_, rest) = page.split_once("name=\"form\" value=\"").expect("a form");
    rest.split('"').next().expect("a value").to_owned()
}

const JSON: (&str, &str) = ("content-type", "application/json");
