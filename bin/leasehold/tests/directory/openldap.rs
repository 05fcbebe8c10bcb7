//! OpenLDAP, with the schema that is shipped.

use std::fs;
use std::sync::OnceLock;

use leasehold_testkit::ldap::{LdapServer, PASSWORD};
use leasehold_testkit::need::{Need, is_missing};

use crate::scene::Scene;

fn server() -> &'static LdapServer {
    static SERVER: OnceLock<LdapServer> = OnceLock::new();
    SERVER.get_or_init(LdapServer::slapd)
}

const LDAPS: &str = "ldaps://ldap.example.org";
const LDAP: &str = "ldap://ldap.example.org";
const ADMIN: &str = "cn=admin,dc=example,dc=org";
const READER: &str = "cn=reader,dc=example,dc=org";

#[test]
fn machines_activate_by_an_openldap_server_over_ldaps_and_start_tls() {
    if is_missing(&[Need::OpenLdap]) {
        return;
    }
    let scene = Scene::new(server());
    let admin = scene.as_user(LDAPS, ADMIN);
    let published = scene.run(&format!("directory publish {} {admin}", scene.object(&admin))).done();
    assert!(published.contains("ou=leasehold,dc=example,dc=org"), "{published}");
    for url in [LDAPS, LDAP] {
        scene.forget();
        let said = scene.activate(&scene.reading_as(url, READER)).done();
        assert!(said.contains("by the directory example.org, read now"), "{said}");
    }
    // This base is for users alone.
    scene.forget();
    let anonymous = scene.activate(&format!("--directory {LDAP}"));
    assert_eq!((anonymous.status, anonymous.talk.contains("not-a-directory")), (2, true), "{}", anonymous.talk);
    let reader = scene.as_user(LDAP, READER);
    let withdraw = format!("directory withdraw --vendor {}", scene.vendor.root().id());
    scene.run(&format!("{withdraw} {reader}")).fails(1, "directory-no-right");
    scene.run(&format!("{withdraw} --family other {admin}")).done();
    assert!(scene.run(&format!("{withdraw} --family acme {admin}")).done().contains("withdrawn cn="));
}

#[test]
fn an_open_directory_is_read_anonymously_and_many_entries_page_by_page() {
    if is_missing(&[Need::OpenLdap]) {
        return;
    }
    let scene = Scene::new(server());
    let admin = format!("{} --base dc=open", scene.as_user(LDAPS, "cn=admin,dc=open"));
    let object = scene.object(&admin);
    scene.run(&format!("directory publish {object} --ldif --base dc=open -o object.ldif")).done();
    // The server gives twenty at once: ours is among sixty of others, which are no documents.
    let mut ldif = fs::read_to_string(scene.path("object.ldif")).expect("LDIF");
    let vendor = scene.vendor.root().id();
    for n in 0..60 {
        let entry = format!(
            "\ndn: cn=a{n},ou=leasehold,dc=open\nchangetype: add\nobjectClass: leaseholdActivationObject\ncn: a{n}\n\
             leaseholdVendor: {vendor}\nleaseholdDocument: no document {n}\n"
        );
        ldif.push_str(&entry);
    }
    fs::write(scene.path("many.ldif"), ldif).expect("a file");
    scene.import("many.ldif", &["-x", "-H", LDAPS, "-D", "cn=admin,dc=open", "-w", PASSWORD]);
    let anonymous = format!("--directory {LDAP} --directory-base dc=open");
    let said = scene.activate(&anonymous);
    assert_eq!(said.status, 0, "{}", said.talk);
    let shown = scene.json("directory-show", &format!("directory show --url {LDAP} --anonymous --base dc=open"));
    let objects = shown["objects"].as_array().expect("objects");
    assert_eq!(objects.iter().filter(|object| object["status"] == "usable").count(), 1);
}

#[test]
fn a_referral_is_told_and_not_followed() {
    if is_missing(&[Need::OpenLdap]) {
        return;
    }
    let scene = Scene::new(server());
    let options = format!("--directory {LDAP} --directory-base dc=moved");
    let ended = scene.activate(&options);
    ended.fails(1, "directory-referred");
    assert!(ended.talk.contains("elsewhere.example.org"), "{}", ended.talk);
    assert_eq!(scene.diagnosed(&options).1, "directory-referred");
}

#[test]
fn a_server_that_is_killed_leaves_what_was_read_before() {
    if is_missing(&[Need::OpenLdap]) {
        return;
    }
    let server = LdapServer::slapd();
    let scene = Scene::new(&server);
    let admin = format!("{} --base dc=open", scene.as_user(LDAPS, "cn=admin,dc=open"));
    scene.run(&format!("directory publish {} {admin}", scene.object(&admin))).done();
    let anonymous = format!("--directory {LDAP} --directory-base dc=open");
    scene.activate(&anonymous).done();
    let before = scene.status();
    let pid = fs::read_to_string(server.file("slapd.pid")).expect("its pid");
    let stop = |signal: &str| server.run("bash", &["-c", &format!("kill -{signal} {}", pid.trim())]);
    stop("STOP");
    scene.activate(&anonymous).fails(2, "directory-silent");
    stop("KILL");
    scene.activate(&anonymous).fails(2, "directory-unreachable");
    let after = scene.status();
    assert_eq!((&after["directory"], &after["standing"]), (&before["directory"], &before["standing"]));
}
