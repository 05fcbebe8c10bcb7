//! Active Directory, as Samba's domain controller serves it: set up once, since that takes seconds.

use std::sync::OnceLock;

use leasehold_testkit::ldap::LdapServer;
use leasehold_testkit::need::{Need, is_missing};

use crate::scene::Scene;

fn domain() -> &'static LdapServer {
    static DOMAIN: OnceLock<LdapServer> = OnceLock::new();
    DOMAIN.get_or_init(LdapServer::samba)
}

const LDAPS: &str = "ldaps://dc1.corp.example";
const LDAP: &str = "ldap://dc1.corp.example";
const CONFIGURATION: &str = "CN=Configuration,DC=corp,DC=example";

/// All of it in one test: what is published in the one domain is there for every client.
#[test]
fn machines_of_a_domain_activate_by_what_an_administrator_publishes() {
    if is_missing(&[Need::Samba]) {
        return;
    }
    let scene = Scene::new(domain());
    let admin = scene.as_user(LDAPS, "administrator@corp.example");
    let reading = scene.reading_as(LDAPS, "reader@corp.example");
    nothing_is_published(&scene, &admin, &reading);
    an_ordinary_user_may_not_publish(&scene, &admin);
    an_administrator_publishes(&scene, &admin);
    machines_read_it_in_each_way(&scene, &reading);
    a_machine_of_the_domain_finds_it_by_itself(&scene);
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
