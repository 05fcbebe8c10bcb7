//! Every code is provoked with the built program: here, or by the test that is named, or it is said why it cannot be.

mod support;

use std::collections::BTreeSet;
use std::fs;
use std::net::TcpListener;
use std::path::Path;
use std::time::Duration;

use leasehold_core::{Code, Span};
use leasehold_testkit::http::send;
use leasehold_testkit::responder::{Outgoing, Responder};
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, Issuer, KeyPair, date_time_ymd};
use support::{Host, now, program};

#[test]
fn every_code_is_provoked_or_it_is_said_why_not() {
    let mut told = BTreeSet::new();
    let lines = LINES.lines().chain(SERVED.lines()).chain(ANSWERED.lines()).chain(TLS.lines());
    told.extend(lines.filter_map(|line| Some(line.split_once(": ")?.0)));
    let tests = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests");
    for line in ELSEWHERE.lines() {
        let (file, codes) = line.split_once(": ").expect("a file and codes");
        let text = fs::read_to_string(tests.join(file)).unwrap_or_else(|error| panic!("{file}: {error}"));
        for code in codes.split(' ') {
            let names = [format!("\"{code}\""), format!("[{code}]"), format!(" {code}")];
            assert!(names.iter().any(|name| text.contains(name.as_str())), "{file} does not provoke {code}");
            told.insert(code);
        }
    }
    told.extend(NEVER.lines().flat_map(|line| line.split_once(": ").expect("codes and a reason").0.split(' ')));
    let missing: Vec<&str> = Code::ALL.iter().map(|code| code.name()).filter(|name| !told.contains(name)).collect();
    assert!(missing.is_empty(), "{missing:?}");
    let unknown: Vec<&&str> = told.iter().filter(|name| **name != "-" && name.parse::<Code>().is_err()).collect();
    assert!(unknown.is_empty(), "{unknown:?}");
}

#[test]
fn commands_end_with_the_code_of_what_is_wrong() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = |name: &str| folder.path().join(name);
    run(folder.path(), "quickstart --once --dir . --clients 2");
    fs::write(path("junk"), "hello\n").expect("a file");
    fs::write(path("host.toml"), "listne = 1\n").expect("a file");
    for line in LINES.lines() {
        if line == "-: the certificate is damaged" {
            fs::write(path("h2/host.lh"), "garbage").expect("a file");
            continue;
        }
        provoke(folder.path(), line);
    }
}

#[test]
fn a_server_that_answers_wrongly_is_told_by_its_code() {
    let folder = tempfile::tempdir().expect("a folder");
    run(folder.path(), "quickstart --once --dir . --clients 1");
    // What connects waits in its queue, and is never answered.
    let silent = TcpListener::bind("127.0.0.1:0").expect("a port");
    let silent = silent.local_addr().expect("a port");
    let empty = Responder::start(|_| Outgoing::empty(200));
    for line in SERVED.lines() {
        let line = line.replace("$SILENT", &silent.to_string()).replace("$EMPTY", &empty.address().to_string());
        provoke(folder.path(), &line);
    }
    let mut command = program();
    command.args(["--json", "host", "serve", "--listen", "127.0.0.1:0", "--data", "host"]).current_dir(folder.path());
    let host = Host::spawn(command);
    for (code, what) in ANSWERED.lines().filter_map(|line| line.split_once(": ")) {
        let reply = send(&host.address, what, &[("content-type", "text/plain")], b"x").expect("an answer");
        assert_eq!(reply.json()["type"], format!("urn:leasehold:problem:{code}"), "{what}");
    }
    host.stop();
}

#[test]
fn each_fault_of_a_tls_certificate_has_a_code() {
    let folder = tempfile::tempdir().expect("a folder");
    let write = |name: &str, text: &str| fs::write(folder.path().join(name), text).expect("a file");
    let own = KeyPair::generate().expect("a key");
    let made = |change: &dyn Fn(&mut CertificateParams)| {
        let mut params = CertificateParams::new(["h.corp.test".to_owned()]).expect("a name");
        change(&mut params);
        params.self_signed(&own).expect("a certificate").pem()
    };
    let in_nine_days = date_time_ymd(1970, 1, 1) + Duration::from_secs(now().plus(Span::days(9)).unix());
    let root = CertifiedIssuer::self_signed(authority(), KeyPair::generate().expect("a key")).expect("a root");
    let child = CertificateParams::new(["h.corp.test".to_owned()]).expect("a name");
    let issuer: &Issuer<'_, KeyPair> = &root;
    write("key", &own.serialize_pem());
    write("ends", &made(&|params| params.not_after = in_nine_days));
    write("later", &made(&|params| params.not_before = in_nine_days));
    write("ca", &made(&|params| params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained)));
    write("gap", &child.signed_by(&own, issuer).expect("a certificate").pem());
    write("good", &made(&|_| ()));
    write("torn", "-----BEGIN CERTIFICATE-----\n!!!\n-----END CERTIFICATE-----\n");
    write("empty-der", "-----BEGIN CERTIFICATE-----\nMAA=\n-----END CERTIFICATE-----\n");
    write("bad-key", "-----BEGIN PRIVATE KEY-----\nMAA=\n-----END PRIVATE KEY-----\n");
    for line in TLS.lines() {
        let (code, files) = line.split_once(": ").expect("a code and files");
        let (certificate, key) = files.split_once(' ').expect("two files");
        write("host.toml", &format!("listen = \"127.0.0.1:0\"\ntls_cert = \"{certificate}\"\ntls_key = \"{key}\"\n"));
        provoke(folder.path(), &format!("{code}: host check-config host.toml --data data"));
    }
}

fn authority() -> CertificateParams {
    let mut params = CertificateParams::default();
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    params
}

/// Runs a line; where it has a code the answer names that one, and says more than the code does, and what to do.
#[track_caller]
fn provoke(folder: &Path, line: &str) {
    let (code, command) = line.split_once(": ").expect("a code and a command");
    let (success, printed) = run(folder, command);
    let Ok(code) = code.parse::<Code>() else {
        assert!(success, "{command}: {printed}");
        return;
    };
    let mark = [format!("[{code}]"), format!("\"{code}\"")];
    assert!(mark.iter().any(|mark| printed.contains(mark.as_str())), "{code}: {command}: {printed}");
    let error = printed.lines().find_map(|line| line.strip_prefix("error: "));
    if let Some(error) = error {
        let said = error.split(" [").next().unwrap_or_default();
        assert!(said.split(' ').count() >= 3, "{command}: {error}");
        let hint = printed.lines().find_map(|line| line.strip_prefix("hint: "));
        assert!(hint.is_some_and(|hint| hint.split(' ').count() >= 3), "{command}: {printed}");
    }
}

fn run(folder: &Path, line: &str) -> (bool, String) {
    let mut command = program();
    command.args(line.split(' ')).current_dir(folder).env("LEASEHOLD_PASSPHRASE_FILE", "vendor/passphrase");
    let output = command.output().expect("a process");
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    (output.status.success(), text(&output.stdout) + &text(&output.stderr))
}

/// The code, `-` where all is well, and a command.
const LINES: &str = "\
usage: host status --nonsense --json
file: inspect no-such-file
malformed: inspect junk
not-yet-valid: inspect acme-cad.lh --at 5 --root vendor/root.pub
unknown-signer: inspect acme-cad.lh --root f012e951a83aa9d609554917e8a58a14f15c3096c0aa089f5f07b5d083501b87
length: inspect --json --key ABC
not-a-product-key: vendor key show --key-file junk
unknown-product: vendor product show nothing
unknown-family: vendor family show nothing
unknown-key: vendor key show XXXXX
unknown-token: vendor token revoke nosuch
unknown-host: vendor host show 00000000
unknown-directory: vendor directory show 00000000
unknown-authority: vendor authority revoke 00000000-0000-0000-0000-000000000001
no-revocations: vendor revocations
bad-policy: vendor product add acme-x --title X --family x --validity 1d --renewal 2d
already-exists: vendor product add acme-cad --title X --family acme
not-initialised: host status --data nosuch
not-a-backup: host restore junk --data again
bad-configuration: host check-config host.toml
no-host: client activate --manifest acme-cad.lh --state new --no-dns
host-unreachable: client activate --manifest acme-cad.lh --state new --no-dns --host 127.0.0.1:1
no-lease: client renew --state new --no-dns
no-service: host service status
dns-no-answer: host dns show --data host --zone corp.test --target l.corp.test --server 127.0.0.1:1
not-a-plan: office plan --from junk
-: vendor key issue --family acme --kind host -o k.txt
-: host request --data h2 --key-file k.txt -o r2.txt
host-not-activated: host status --data h2
-: host request --data h3 --key-file k.txt -o r3.txt
-: vendor approve r2.txt -o a2.txt
-: vendor approve r3.txt -o a3.txt
another-host: host install a3.txt --data h2
-: host install a2.txt --data h2
revoked: vendor approve r2.txt
no-authority: host renew --data h2
authority-unreachable: host renew --data h2 --authority 127.0.0.1:1
-: the certificate is damaged
file-damaged: host status --data h2
wrong-passphrase: vendor manifest acme-cad --passphrase-file junk";

/// The same of servers that answer nothing, or nonsense.
const SERVED: &str = "\
host-silent: doctor --manifest acme-cad.lh --state new --host $SILENT --timeout 100
not-a-host: client activate --manifest acme-cad.lh --state new --no-dns --host $EMPTY
not-an-authority: host activate --data h9 --key-file host-key.txt --authority $EMPTY
plain-http: client activate --manifest acme-cad.lh --state new --no-dns --host https://$EMPTY
connection-refused: host healthcheck --listen 127.0.0.1:1";

/// The code, and what a host is asked.
const ANSWERED: &str = "\
method-not-allowed: POST /healthz
unsupported-media-type: POST /v1/leases
not-found: GET /nothing";

/// The code, and the certificate and key of a configuration.
const TLS: &str = "\
tls-certificate-ends-soon: ends key
tls-certificate-not-yet-valid: later key
tls-certificate-unsuitable: ca key
tls-chain-incomplete: gap key
certificate-missing: key key
private-key-missing: good good
pem-malformed: torn key
certificate-unusable: empty-der key
private-key-unusable: good bad-key
file-unreadable: nothing key";

/// A test of the program, and the codes that it provokes.
const ELSEWHERE: &str = "\
carried.rs: picture-unreadable no-qr-code parts-missing no-room-for-qr not-all-answered
client.rs: name-not-found never-activated bad-signature foreign-manifest gateway-failed proxy-refused proxy-unreachable state-damaged state-unusable threshold-not-met
doctor.rs: clock-wrong connection-timeout dns-declined dns-refused host-certificate-ended host-certificate-ends-soon key-mismatch no-service-record product-not-granted rogue-record
dns.rs: copy-of-this-host dns-key-refused dns-no-own-record dns-not-permitted dns-stale-record dns-target-without-address dns-wrong-port duplicates forks not-serving
config.rs: address-in-use address-unknown folder-not-writable not-a-dns-key private-key-mismatch store-unavailable tls-certificate-ended tls-certificate-other-name
testhost.rs: test-clock-refused
borrowing.rs: borrowed-less
agent.rs: agent-silent agent-lacks-product
online.rs: not-renewed too-many-requests untrusted-authority wrong-kind-of-key
vendor.rs: activations-exhausted hosts-exhausted not-a-key-file
administration.rs: own-authority withdrawn
rotation.rs: older-list
postgres.rs: store-denied store-newer store-pooled
mark.rs: another-store store-behind store-missing
store.rs: store-not-empty
journal.rs: journal-altered journal-cut journal-forked seal-missing seal-out-of-order not-in-journal journal-unrelated
directory/openldap.rs: directory-unreachable directory-silent not-a-directory directory-no-right directory-referred
directory/samba.rs: untrusted-directory directory-denied no-object
crash.rs: capacity-reached store-in-use
inspect.rs: character expired
office_doctor.rs: kms-foreign-record kms-more-records kms-no-record kms-own-without-record kms-port-filtered kms-port-refused kms-port-unusual kms-stale-record kms-target-alias kms-target-place
office_odt.rs: config-refused
office_status.rs: nothing-read
client_disk.rs: state-full
campaign/load.rs: clock-behind clock-skew replayed";

/// Codes, and why no test of the program can provoke them on every machine.
const NEVER: &str = "\
another-machine clone-suspected no-fingerprint wrong-answer: the program makes up no wrong machine or host; tests of `client` do
authority-certificate-ended clock-set-back clock-differs host-clock-behind older-certificate: take another clock; tests of the libraries have one
grant-ended host-forked not-renewable export-too-large grant-too-large revocation-list-full not-authorised: rows of years or of many thousands; tests of `authority` and `wire` make them
token-required token-unknown token-not-allowed: answers of the admin API; `authority/tests/serve/admin.rs`
sign-in-needed not-subscribed sign-in-insecure sign-in-unavailable no-sign-in sign-in-declined sign-in-timeout provider-unreachable provider-unusable: take a provider where people sign in; tests of the subscription
no-directory directory-refused another-directory kerberos-unusable: how the machine and its domain are set up; tests of `directory` and `client`
devices-reached: subscriptions per person alone refuse so; tests of `wire`
busy timeout internal listen-failed: a server at its end or an overload; tests of `service`, and the campaign
store-damaged store-older store-replaced: a disk that fails; `host/tests`, the suite of the stores
ambiguous-key ambiguous-id: ids that begin or end alike by chance, one in many millions; unit tests
authority-followed: an authority key that was put back; tests of `authority`
dns-no-such-name dns-no-record dns-server-failed dns-nonsense dns-alias-loop dns-out-of-time: the client's questions to the machine's own name servers; `discovery/tests`
dns-settings no-name-server no-suffix no-full-name mdns-unavailable not-a-domain-name: how the machine is set up; tests of `discovery` with settings of their own
dns-outside-zone dns-clock-apart dns-not-the-zones dns-alias dns-no-updates dns-target-elsewhere: `discovery/tests/publish` and `host/tests` at name servers
checksum version kind: a key that no release has issued; vectors of `core`
address-denied service-refused: depends on the user that runs the tests
tls-unavailable: keys that no tool of ours makes
authority-silent: waits for the timeout of an exchange; `client/tests`
untrusted-host: `client/tests/client/tls.rs`
refused: a host of a later release; `client/tests`
disk-full: depends on the disk; unit tests of `host`
plan-incomplete lint-findings hunt-findings unknown-code needs-attention: the answer itself says what is wrong, and the exit status is 1
kms-port-unreachable: takes a network without a way";
