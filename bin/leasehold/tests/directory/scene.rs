//! A vendor outside and the program inside a directory's namespaces.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Stdio;

use leasehold_testkit::ldap::LdapServer;
use serde_json::Value;

use crate::schema;
use crate::vendor_folder::{Ended, VendorFolder};

/// A vendor with a host key, whose files lie where the program runs inside.
pub(crate) struct Scene<'s> {
    pub(crate) server: &'s LdapServer,
    pub(crate) vendor: VendorFolder,
}

impl<'s> Scene<'s> {
    /// A vendor with the product `acme-cad`, its manifest, and a host key.
    pub(crate) fn new(server: &'s LdapServer) -> Self {
        let vendor = VendorFolder::open();
        let manifest = ["manifest", "acme-cad", "--passphrase-file", "pass", "-o", "acme-cad.lh"];
        vendor.run(&manifest).done();
        let key = vendor.issue(&["--kind", "host"]);
        fs::write(vendor.path("host.key"), key.to_string()).expect("a file");
        Self { server, vendor }
    }

    /// The program inside, in the vendor's folder, with the words of `line`.
    pub(crate) fn run(&self, line: &str) -> Ended {
        self.run_with(line, &[])
    }

    /// The same with variables.
    pub(crate) fn run_with(&self, line: &str, variables: &[(&str, &str)]) -> Ended {
        let mut command = self.server.command(env!("CARGO_BIN_EXE_leasehold"), self.vendor.folder());
        command.args(line.split_whitespace()).stdin(Stdio::null());
        command.env("LEASEHOLD_STATE", self.path("state")).envs(variables.iter().copied());
        Ended::of(&command.output().expect("a process"))
    }

    /// What a command prints as JSON, which is as its schema says.
    pub(crate) fn json(&self, name: &str, line: &str) -> Value {
        let value: Value = serde_json::from_str(&self.run(&format!("--json {line}")).done()).expect("JSON");
        assert_eq!(schema::differs(&value, name), None, "{value}");
        value
    }

    /// Asks for an object with `options` to reach the directory, and has the vendor answer it: the file with the answer.
    pub(crate) fn object(&self, options: &str) -> &'static str {
        self.run(&format!("directory request --key-file host.key -o request.txt --force {options}")).done();
        self.vendor.run(&["approve", "request.txt", "--passphrase-file", "pass", "-o", "object.txt", "--force"]).done();
        "object.txt"
    }

    /// Starts from a machine that was never activated.
    pub(crate) fn forget(&self) {
        drop(fs::remove_dir_all(self.path("state")));
    }

    /// `client activate` of `acme-cad` by the directory that `options` name, and by nothing else.
    pub(crate) fn activate(&self, options: &str) -> Ended {
        self.run(&format!("client activate --manifest acme-cad.lh --no-dns {options}"))
    }

    pub(crate) fn status(&self) -> Value {
        self.json("client-status", "client status --manifest acme-cad.lh")
    }

    /// The code and the outcome of what the doctor finds of the directory.
    pub(crate) fn diagnosed(&self, options: &str) -> (String, String) {
        let ended = self.run(&format!("--json doctor --manifest acme-cad.lh --no-dns --timeout 100 {options}"));
        let value: Value = serde_json::from_str(&ended.out).unwrap_or_else(|error| panic!("{error}: {}", ended.talk));
        let findings = value["checks"].as_array().expect("checks");
        let found = findings.iter().find(|finding| finding["name"] == "directory").unwrap_or_else(|| panic!("{value}"));
        let word = |name: &str| found[name].as_str().unwrap_or_default().to_owned();
        (word("outcome"), word("code"))
    }

    /// Imports LDIF with `ldapadd`; a container that is there already is passed over.
    pub(crate) fn import(&self, file: &str, server_and_user: &[&str]) {
        let mut command = self.server.command("ldapadd", self.vendor.folder());
        let output = command.arg("-c").args(server_and_user).args(["-f", file]).output().expect("ldapadd");
        let done = output.status.success() || output.status.code() == Some(ALREADY_EXISTS);
        assert!(done, "{}", String::from_utf8_lossy(&output.stderr));
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.vendor.path(name)
    }

    /// The options of a user with the password of all users.
    pub(crate) fn as_user(&self, url: &str, user: &str) -> String {
        format!("--url {url} --user {user} --password-file {} --ca-file {}", self.password(), self.ca())
    }

    /// The same for a machine that reads.
    pub(crate) fn reading_as(&self, url: &str, user: &str) -> String {
        let (password, ca) = (self.password(), self.ca());
        format!("--directory {url} --directory-user {user} --directory-password-file {password} --ca {ca}")
    }

    pub(crate) fn ca(&self) -> String {
        shown(&self.server.file("ca.pem"))
    }

    pub(crate) fn password(&self) -> String {
        shown(&self.server.file("password"))
    }
}

/// The result of a server that has an entry of this name.
const ALREADY_EXISTS: i32 = 68;

fn shown(path: &Path) -> String {
    path.to_str().expect("a path of the test's own").to_owned()
}
