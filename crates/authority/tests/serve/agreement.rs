//! That the admin API and its description agree, as others see it: a fuzzer that makes requests from the description and
//! judges the answers, and a client that is generated from it.

use std::fs;
use std::path::Path;
use std::process::Command;

use leasehold_authority::serve::Options;
use leasehold_authority::tokens::{self, NewToken};
use leasehold_core::activation::Allowance;
use leasehold_store::authority::{Role, Roles};
use leasehold_testkit::need::{Need, find_api_tool, is_missing};
use leasehold_testkit::process::contained;
use tempfile::TempDir;

use crate::common::{AT, TestVendor, host_request, machine, seeded};
use crate::running::Running;

/// What a vendor's rules refuse (422), what is not there (404) and what conflicts (409) no description can say.
const CONFIGURATION: &str = "[checks]\npositive_data_acceptance.expected-statuses = [\"2xx\", 404, 409, 422]\n";

/// An authority with a host, which takes any number of wrong tokens; and a token for it.
fn served(acme: &TestVendor) -> (Running, String) {
    let key = acme.issue(Allowance::HOST_KEY, None, 3);
    let new = NewToken { name: "all".parse().expect("a name"), roles: Roles::from_iter(Role::ALL), expires: None };
    let (token, _) = tokens::add(&*acme.store, &new, AT, &seeded(4)).expect("a token");
    let running = Running::start(acme, Options { wrong_token_rate: None, ..Options::default() });
    assert_eq!(running.post("/v1/hosts", &host_request(&key, 1, machine(1))).status, 200);
    (running, token.to_string())
}

fn run(command: &mut Command, folder: &Path) {
    let output = command.current_dir(folder).output().expect("a program that runs");
    let said = [output.stdout, output.stderr].map(|bytes| String::from_utf8_lossy(&bytes).into_owned());
    assert!(output.status.success(), "{}\n{}", said[0], said[1]);
}

#[test]
fn a_fuzzer_that_knows_the_description_finds_no_disagreement() {
    if is_missing(&[Need::ApiTools]) {
        return;
    }
    let acme = TestVendor::open();
    let (running, token) = served(&acme);
    let folder = TempDir::new().expect("a folder");
    fs::write(folder.path().join("schemathesis.toml"), CONFIGURATION).expect("a file");
    let address = format!("http://{}", running.admin);
    let mut fuzzer = contained(find_api_tool("schemathesis").expect("it was looked for"));
    fuzzer.args(["--config-file", "schemathesis.toml", "run", &format!("{address}/api/v1/openapi.json")]);
    fuzzer.args(["--url", &address, "--header", &format!("Authorization: Bearer {token}")]);
    fuzzer.args(["--phases", "coverage,fuzzing", "--max-examples", "20", "--seed", "1", "--no-color"]);
    run(fuzzer.arg("--continue-on-failure"), folder.path());
}

#[test]
fn a_generated_client_understands_the_answers() {
    if is_missing(&[Need::ApiTools]) {
        return;
    }
    let acme = TestVendor::open();
    let (running, token) = served(&acme);
    let folder = TempDir::new().expect("a folder");
    let document = serde_json::to_string(&leasehold_authority::serve::admin::openapi()).expect("JSON");
    fs::write(folder.path().join("openapi.json"), document).expect("a file");
    let generator = find_api_tool("openapi-python-client").expect("it was looked for");
    let mut generate = contained(&generator);
    generate.args(["generate", "--path", "openapi.json", "--meta", "none", "--output-path", "vendor_api"]);
    run(&mut generate, folder.path());
    fs::write(folder.path().join("use.py"), CLIENT).expect("a file");
    let mut python = contained(generator.with_file_name("python3"));
    run(python.arg("use.py").arg(format!("http://{}", running.admin)).arg(token), folder.path());
}

/// Reads, issues, changes and revokes with the generated client.
const CLIENT: &str = r#"
import sys
from vendor_api import AuthenticatedClient
from vendor_api.api.catalogue import list_products, show_vendor
from vendor_api.api.keys import change_key, issue_key, list_keys, revoke_key, withdraw_key
from vendor_api.api.places import list_places
from vendor_api.models import KeyInput, Kind, NewKey, Policy, PolicyInput

client = AuthenticatedClient(base_url=sys.argv[1], token=sys.argv[2], raise_on_unexpected_status=True)
assert show_vendor.sync(client=client).name == "Acme"
assert [product.id for product in list_products.sync(client=client)][:2] == ["acme-cad", "acme-cam"]
held = list_keys.sync(client=client).items[0]
assert list_places.sync(held.id, client=client).items[0].ordinal == 1
new = NewKey(family="acme", kind=Kind.HOST, customer="Example AG", policy=PolicyInput(capacity=50))
issued = issue_key.sync(client=client, body=new)
assert issued.key.endswith(issued.issued.last_five) and issued.issued.places == 1
changed = change_key.sync(issued.issued.id, client=client, body=KeyInput(customer=None, places=2))
assert changed.customer is None and changed.places == 2 and isinstance(changed.policy, Policy)
assert revoke_key.sync(issued.issued.id, client=client).added == []
"#;
