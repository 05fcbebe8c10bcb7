//! Active Directory, as Samba's domain controller serves it: set up once, since that takes seconds.

use std::sync::OnceLock;

use leasehold_testkit::ldap::{LdapServer, PASSWORD};
use leasehold_testkit::need::{Need, is_missing};

use crate::scene::Scene;

fn domain() -> &'static LdapServer {
    static DOMAIN: OnceLock<LdapServer> = OnceLock::new();
    DOMAIN.get_or_init(LdapServer::samba)
}

const LDAPS: &str = "ldaps://dc1.corp.example";
const LDAP: &str = "ldap://dc1.corp.example";
const ADMINISTRATOR: &[&str] = &["-x", "-H", LDAPS, "-D", "administrator@corp.example", "-w", PASSWORD];
const CONFIGURATION: &str = "CN=Configuration,DC=corp,DC=example";

/// All of it in one test: what is published in the one domain is there for every client.
#[test]
fn machines_of_a_domain_activate_by_what_an_administrator_publishes() {
    if is_missing(&[Need::Samba]) {
        return;
    }
    let elsewhere = LdapServer::slapd();
    let mut scene = Scene::new(domain());
    let admin = scene.as_user(LDAPS, "administrator@corp.example");
    let reading = scene.reading_as(LDAPS, "reader@corp.example");
    nothing_is_published(&scene, &admin, &reading);
    an_ordinary_user_may_not_publish(&scene, &admin);
    an_administrator_publishes(&scene, &admin);
    machines_read_it_in_each_way(&scene, &reading);
    a_machine_of_the_domain_finds_it_by_itself(&scene);
    tickets_are_enough(&scene, &admin);
    another_vendor_is_left_alone(&scene, &admin);
    scene.server = &elsewhere;
    let foreign = scene.object(&scene.as_user("ldap://ldap.example.org", "cn=admin,dc=example,dc=org"));
    scene.server = domain();
    a_copy_from_another_directory_activates_no_machine(&scene, foreign, &admin, &reading);
    what_is_imported_activates_too(&scene, &admin, &reading);
    a_revoked_directory_activates_no_machine(&scene, &reading);
}

fn nothing_is_published(scene: &Scene<'_>, admin: &str, reading: &str) {
    let shown = scene.json("directory-show", &format!("directory show {admin}"));
    assert_eq!((shown["name"].as_str(), shown["objects"].as_array().map(Vec::len)), (Some("corp.example"), Some(0)));
    scene.activate(reading).fails(1, "no-object");
    assert_eq!(scene.diagnosed(reading), ("failure".to_owned(), "no-object".to_owned()));
    assert_eq!(scene.status()["last_failure"]["code"], "no-object", "and what it was is remembered");
    let wrong = reading.replace(&scene.password(), &scene.ca());
    scene.activate(&wrong).fails(1, "directory-denied");
    assert_eq!(scene.diagnosed(&wrong).1, "directory-denied");
    scene
        .run(&format!("directory show --url {LDAPS} --anonymous --ca-file {}", scene.ca()))
        .fails(1, "directory-denied");
    // Without the organisation's own authority its certificate is not trusted, and no password is sent.
    scene
        .run(&admin.split(" --ca-file").next().map(|admin| format!("directory show {admin}")).unwrap_or_default())
        .fails(2, "untrusted-directory");
    scene
        .run(&format!("directory show {}", admin.replace("dc1.corp.example", "localhost")))
        .fails(2, "untrusted-directory");
}

fn an_ordinary_user_may_not_publish(scene: &Scene<'_>, admin: &str) {
    let object = scene.object(&scene.as_user(LDAPS, "reader@corp.example"));
    let reader = scene.as_user(LDAPS, "reader@corp.example");
    scene.run(&format!("directory publish {object} {reader}")).fails(1, "directory-no-right");
    let shown = scene.json("directory-show", &format!("directory show {admin}"));
    assert_eq!(shown["objects"], serde_json::json!([]));
}

fn an_administrator_publishes(scene: &Scene<'_>, admin: &str) {
    let request = format!("directory request --key-file host.key {admin}");
    scene.json("directory-request", &request);
    let first = scene.json("directory-publish", &format!("directory publish {} {admin}", scene.object(admin)));
    assert_eq!(first["replaced"], serde_json::json!([]));
    let object = scene.object(admin);
    let again = scene.json("directory-publish", &format!("directory publish {object} {admin}"));
    assert_eq!(again["replaced"], serde_json::json!([first["dn"]]), "the vendor's former object makes way");
    assert!(again["dn"].as_str().is_some_and(|dn| dn.ends_with(&format!("CN=Leasehold,CN=Services,{CONFIGURATION}"))));
    let shown = scene.json("directory-show", &format!("directory show {admin} --root {}", scene.vendor.root()));
    assert_eq!(
        (shown["objects"].as_array().map(Vec::len), &shown["objects"][0]["status"]),
        (Some(1), &"usable".into())
    );
    let listed = scene.json("vendor-directory-list", "vendor directory list");
    assert_eq!((&listed[0]["name"], &listed[0]["ordinal"]), (&"corp.example".into(), &1.into()));
    assert_eq!(listed.as_array().map(Vec::len), Some(1), "asked for three times, it is one place");
}

fn machines_read_it_in_each_way(scene: &Scene<'_>, reading: &str) {
    let start_tls = scene.reading_as(LDAP, "reader@corp.example");
    for options in [reading, &start_tls, &scene.reading_as(LDAPS, "PC1$@corp.example")] {
        scene.forget();
        let said = scene.activate(options).done();
        assert!(said.contains("by the directory corp.example, read now"), "{said}");
        let status = scene.status();
        assert_eq!((&status["standing"], &status["method"]), (&"licensed".into(), &"directory".into()));
        assert_eq!(scene.diagnosed(options).0, "ok");
    }
    let status = scene.status();
    let (read, until) = (status["directory"]["read"].as_u64(), status["until"].as_u64());
    assert_eq!(until.zip(read).map(|(until, read)| until - read), Some(180 * 86_400), "reading and validity");
    // A server that is away changes nothing before the end, and is told.
    let before = scene.status()["directory"].clone();
    scene.activate("--directory ldaps://dc1.corp.example:1").fails(2, "directory-unreachable");
    assert_eq!(scene.status()["directory"], before);
    let released = scene.run("client release --no-dns").done();
    assert!(released.contains("may read it again"), "{released}");
    assert_eq!(scene.status()["standing"], "unactivated");
}

/// With the machine's keytab alone, the domain's controllers by DNS.
fn a_machine_of_the_domain_finds_it_by_itself(scene: &Scene<'_>) {
    scene.forget();
    let keytab = scene.server.file("pc1.keytab");
    let machine = [("KRB5_CLIENT_KTNAME", keytab.to_str().expect("a path"))];
    let said = scene.run_with("client activate --manifest acme-cad.lh", &machine);
    assert!(said.out.contains("by the directory corp.example"), "{}{}", said.out, said.talk);
}

/// With tickets and no password: a machine's by its keytab, and an administrator's.
fn tickets_are_enough(scene: &Scene<'_>, admin: &str) {
    let tickets = |name: &str, kinit: &str| {
        let cache = scene.server.file(name).to_str().expect("a path").to_owned();
        scene.server.run("bash", &["-c", &format!("kinit -c {cache} {kinit}")]);
        cache
    };
    let with = |line: &str, cache: &str| scene.run_with(line, &[("KRB5CCNAME", cache)]);
    let machine = tickets("machine", "-k -t pc1.keytab 'PC1$'");
    let administrator = tickets("administrator", "administrator < password");
    let kerberos = format!("--url {LDAP} --kerberos");
    let shown = with(&format!("directory show {kerberos}"), &machine).done();
    assert!(shown.contains("usable"), "{shown}");
    with(&format!("directory publish object.txt {kerberos}"), &machine).fails(1, "directory-no-right");
    let object = scene.object(admin);
    let published = with(&format!("directory publish {object} {kerberos}"), &administrator).done();
    assert!(published.contains("\nreplaces  CN="), "{published}");
    with("directory show --kerberos", "FILE:/nowhere/tickets").fails(2, "no-directory");
    with(&format!("directory show {kerberos}"), "FILE:/nowhere/tickets").fails(1, "directory-denied");
    // Within TLS this server takes no tickets; the other way is named.
    let within = with(&format!("directory show --url {LDAPS} --kerberos"), &machine);
    within.fails(1, "directory-denied");
    assert!(within.talk.contains("ldap://"), "{}", within.talk);
}

fn another_vendor_is_left_alone(scene: &Scene<'_>, admin: &str) {
    let other = Scene::new(scene.server);
    other.run(&format!("directory publish {} {admin}", other.object(admin))).done();
    scene.run(&format!("directory publish {} {admin}", scene.object(admin))).done();
    let objects =
        |scene: &Scene<'_>| scene.json("directory-show", &format!("directory show {admin}"))["objects"].clone();
    assert_eq!(objects(scene).as_array().map(Vec::len), Some(2));
    let withdraw = |scene: &Scene<'_>| format!("directory withdraw --vendor {} {admin}", scene.vendor.root().id());
    let withdrawn = scene.json("directory-withdraw", &withdraw(scene));
    assert_eq!(withdrawn["withdrawn"].as_array().map(Vec::len), Some(1));
    let left = objects(scene);
    let vendor = other.vendor.root().id().to_string();
    assert_eq!((left.as_array().map(Vec::len), &left[0]["vendor"]), (Some(1), &vendor.into()));
    other.run(&withdraw(&other)).done();
}

fn a_copy_from_another_directory_activates_no_machine(scene: &Scene<'_>, foreign: &str, admin: &str, reading: &str) {
    scene.forget();
    scene.run(&format!("directory publish {foreign} {admin}")).fails(1, "another-directory");
    scene.run(&format!("directory publish {foreign} --ldif --base {CONFIGURATION} -o foreign.ldif")).done();
    scene.import("foreign.ldif", ADMINISTRATOR);
    scene.activate(reading).fails(1, "another-directory");
    assert_eq!(scene.diagnosed(reading), ("failure".to_owned(), "another-directory".to_owned()));
    assert_eq!(scene.status()["standing"], "unactivated");
    let shown = scene.json("directory-show", &format!("directory show {admin}"));
    assert_eq!(shown["objects"][0]["status"], "for another directory");
    // It is the vendor's: the next one that is published takes its place.
    let published = scene.json("directory-publish", &format!("directory publish {} {admin}", scene.object(admin)));
    assert_eq!(published["replaced"].as_array().map(Vec::len), Some(1));
    scene.activate(reading).done();
    scene.run(&format!("directory withdraw --vendor {} {admin}", scene.vendor.root().id())).done();
}

/// As an administrator imports LDIF: with `OpenLDAP`'s tools from afar, with Samba's own on the controller.
fn what_is_imported_activates_too(scene: &Scene<'_>, admin: &str, reading: &str) {
    scene.forget();
    let object = scene.object(admin);
    scene.run(&format!("directory publish {object} --ldif {admin} -o object.ldif")).done();
    scene.import("object.ldif", ADMINISTRATOR);
    scene.activate(reading).done();
    scene.run(&format!("directory withdraw --vendor {} {admin}", scene.vendor.root().id())).done();
    scene.forget();
    scene.activate(reading).fails(1, "no-object");
    // It stops at what is there already, which a domain's first object is not.
    let file = |name: &str| scene.server.file(name).to_str().expect("a path").to_owned();
    let sam = file("ad/private/sam.ldb");
    scene.server.run("ldbdel", &["-H", &sam, &format!("CN=Leasehold,CN=Services,{CONFIGURATION}")]);
    let ldif = scene.path("object.ldif");
    scene.server.run("ldbadd", &["-H", &sam, ldif.to_str().expect("a path")]);
    scene.activate(reading).done();
}

/// The vendor's list names every object that was ever signed for it.
fn a_revoked_directory_activates_no_machine(scene: &Scene<'_>, reading: &str) {
    let listed = scene.json("vendor-directory-list", "vendor directory list");
    let domain = listed.as_array().expect("directories").iter().find(|one| one["name"] == "corp.example");
    let id = domain.expect("the domain")["directory"].as_str().expect("an id");
    scene.vendor.run(&["directory", "revoke", id, "--passphrase-file", "pass"]).done();
    let refused = scene.vendor.run(&["approve", "request.txt", "--passphrase-file", "pass"]);
    assert_eq!((refused.status, refused.talk.contains("[revoked]")), (1, true), "{}", refused.talk);
    assert_eq!(scene.status()["standing"], "licensed", "the list has not come here yet");
    scene.vendor.run(&["revocations", "-o", "list.lh"]).done();
    let said = scene.run("client install list.lh");
    assert_eq!((said.status, said.talk.contains("revocation list 1 is installed")), (0, true), "{}", said.talk);
    let status = scene.run("client status --manifest acme-cad.lh");
    assert_eq!((status.status, status.talk.contains("[revoked]")), (1, true), "{}", status.talk);
    assert!(status.out.contains("reduced: the vendor has revoked"), "{}", status.out);
    // Read again, it is no better.
    scene.activate(reading).fails(1, "revoked");
    assert_eq!(scene.diagnosed(reading), ("failure".to_owned(), "revoked".to_owned()));
}
