//! A real host process, and machines with keys of their own that ask it over real sockets.
#![allow(dead_code, reason = "each test uses a part of it")]

pub(crate) mod busy_vendor;
pub(crate) mod history;
pub(crate) mod pair;

use std::io::{BufRead, BufReader, Read};
use std::path::Path;
use std::process::{Child, ChildStdout, Command, Stdio};
use std::time::{SystemTime, UNIX_EPOCH};

use leasehold_core::{
    Component, Cti, Fingerprint, Grant, KeyId, KeyKind, Policy, ProductId, ProductKey, ProductNumber, PublicKey, Span,
    Text, Timestamp,
};
use leasehold_host::activation::{Home, Inquiry};
use leasehold_host::report::Report;
use leasehold_testkit::process::contained;
use leasehold_wire::{Authority, HostCertificate, Keypair, Lease, Manifest, Release, Request, envelope, verify};

/// The program under test.
pub(crate) fn program() -> Command {
    contained(env!("CARGO_BIN_EXE_leasehold"))
}

/// The time now, as the host process sees it.
#[expect(clippy::disallowed_methods, reason = "the process under test reads the real clock")]
pub(crate) fn now() -> Timestamp {
    Timestamp::from_unix(SystemTime::now().duration_since(UNIX_EPOCH).expect("a clock after 1970").as_secs())
}

/// A running host; killed when dropped.
pub(crate) struct Host {
    child: Child,
    stdout: BufReader<ChildStdout>,
    pub(crate) address: String,
    /// All that it said when it listened.
    pub(crate) said: serde_json::Value,
}

impl Host {
    /// Starts `leasehold host serve` on `data` at a free port and waits until it listens.
    pub(crate) fn start(data: &Path) -> Self {
        let mut command = program();
        command.args(["--json", "host", "serve", "--listen", "127.0.0.1:0", "--data"]).arg(data);
        Self::spawn(command)
    }

    /// The same with the store in a database.
    pub(crate) fn start_on(data: &Path, store: &str) -> Self {
        let mut command = program();
        command.args(["--json", "host", "serve", "--listen", "127.0.0.1:0", "--store", store, "--data"]).arg(data);
        Self::spawn(command)
    }

    /// Waits until `command`, which starts a host with `--json`, listens.
    pub(crate) fn spawn(command: Command) -> Self {
        Self::try_spawn(command).unwrap_or_else(|talk| panic!("the host says where it listens: {talk}"))
    }

    /// The same; what it says where it does not start.
    pub(crate) fn try_spawn(mut command: Command) -> Result<Self, String> {
        let mut child = command.stdout(Stdio::piped()).spawn().expect("a host process");
        let mut stdout = BufReader::new(child.stdout.take().expect("a pipe"));
        let mut line = String::new();
        stdout.read_line(&mut line).expect("a line");
        let Ok(value) = serde_json::from_str::<serde_json::Value>(&line) else {
            return Err(format!("{line}{}", child.wait().expect("its end")));
        };
        let address =
            value["address"].as_str().expect("an address").rsplit('/').next().expect("host and port").to_owned();
        Ok(Self { child, stdout, address, said: value })
    }

    /// SIGKILL: no last words.
    pub(crate) fn kill(mut self) {
        self.child.kill().expect("a process to kill");
        self.child.wait().expect("its end");
    }

    /// SIGHUP: it reads its files again.
    #[cfg(unix)]
    pub(crate) fn reload(&self) {
        let pid = self.child.id().to_string();
        assert!(Command::new("kill").args(["-HUP", &pid]).status().expect("kill").success());
    }

    /// SIGTERM.
    #[cfg(unix)]
    pub(crate) fn ask_to_stop(&self) {
        let pid = self.child.id().to_string();
        assert!(Command::new("kill").args(["-TERM", &pid]).status().expect("kill").success());
    }

    /// SIGTERM, and what it printed last; it must end well.
    #[cfg(unix)]
    pub(crate) fn stop(self) -> String {
        self.ask_to_stop();
        self.ended()
    }

    /// Its end, which must be a good one, and what it printed last.
    #[cfg(unix)]
    pub(crate) fn ended(mut self) -> String {
        let mut rest = String::new();
        self.stdout.read_to_string(&mut rest).expect("its last words");
        assert!(self.child.wait().expect("its end").success());
        rest
    }

    /// Its end, and what it printed last. A program without a console can be asked to stop on Windows as a service alone
    /// (`host_service.rs`), so that this is no good end.
    #[cfg(windows)]
    pub(crate) fn stop(mut self) -> String {
        self.child.kill().expect("a process to kill");
        let mut rest = String::new();
        self.stdout.read_to_string(&mut rest).expect("its last words");
        self.child.wait().expect("its end");
        rest
    }
}

impl Drop for Host {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A vendor of the moment.
pub(crate) struct Vendor {
    root: Keypair,
}

impl Vendor {
    pub(crate) fn new() -> Self {
        Self { root: Keypair::from_seed(&[1; 32]) }
    }

    pub(crate) fn root(&self) -> PublicKey {
        self.root.public()
    }

    /// Activates the host of `data` for `acme-cad` with this policy.
    pub(crate) fn activate(&self, data: &Path, policy: Policy) -> KeyId {
        self.activate_as(5, data, policy)
    }

    /// The same for the host of this number, whose key is its own.
    pub(crate) fn activate_as(&self, number_of_host: u8, data: &Path, policy: Policy) -> KeyId {
        let now = now();
        let home = Home::new(data);
        let key = ProductKey::secret(KeyKind::Host, number(), [3; 9]);
        let host_name = "test".parse().expect("a name");
        let inquiry =
            Inquiry { key: &key, host_name, fingerprint: machine(0), cti: Cti([4; 16]), seed: [number_of_host; 32] };
        home.request(&inquiry, &Report::default(), now).expect("a request");
        let host = home.keypair().expect("a key pair");
        let presented = self.certificate(host.public(), policy, now.plus(Span::days(700)));
        home.install(&presented, Some(&self.root()), now).expect("the certificate is installed");
        host.id()
    }

    /// The certificate of a host with this key, until `expires`, for `acme-cad`, with its chain.
    pub(crate) fn certificate(&self, key: PublicKey, policy: Policy, expires: Timestamp) -> Vec<u8> {
        let certificate = HostCertificate {
            issued: now().minus(Span::DAY),
            expires,
            cti: Cti([6; 16]),
            key,
            vendor: "Acme".parse().expect("a name"),
            grants: vec![Grant {
                family: "acme".parse().expect("an id"),
                products: vec![(product(), number())],
                policy,
            }],
            host_ordinal: 1,
            activation_ordinal: 1,
            fingerprint: machine(0),
        };
        envelope::sign(&certificate, &authority(), &[&self.above()])
    }

    /// The manifest of `acme-cad`, changed before it is signed.
    pub(crate) fn manifest(&self, change: impl FnOnce(&mut Manifest)) -> Vec<u8> {
        let mut manifest = Manifest {
            issued: now().minus(Span::HOUR),
            cti: Cti([8; 16]),
            product: product(),
            number: number(),
            family: "acme".parse().expect("an id"),
            title: "Acme CAD".parse().expect("a title"),
            generic_key: ProductKey::generic(self.root().id(), number()),
            initial_grace: Span::days(30),
            root: self.root(),
            service: None,
            drift: 2,
            mode: None,
        };
        change(&mut manifest);
        envelope::sign(&manifest, &authority(), &[&self.above()])
    }

    fn above(&self) -> Vec<u8> {
        let (begins, ends) = (now().minus(Span::days(2)), now().plus(Span::days(700)));
        let vendor = "Acme".parse().expect("a name");
        let document = Authority { not_before: begins, expires: ends, key: authority().public(), vendor };
        envelope::sign(&document, &self.root, &[])
    }

    /// The lease in `answer`, verified down from the root.
    pub(crate) fn lease(&self, answer: &[u8]) -> leasehold_wire::Opened<Lease> {
        verify::<Lease>(answer, &self.root(), now(), None).expect("a lease that verifies")
    }
}

/// A machine of this number, always with the same key.
pub(crate) struct Machine {
    pub(crate) pair: Keypair,
    fingerprint: Fingerprint,
    asked: u64,
    issued: Timestamp,
    lease: Cti,
    name: Option<Text>,
}

impl Machine {
    pub(crate) fn new(n: u64) -> Self {
        let mut seed = [7; 32];
        seed[..8].copy_from_slice(&n.to_be_bytes());
        Self {
            pair: Keypair::from_seed(&seed),
            fingerprint: machine(n),
            asked: 0,
            issued: Timestamp::from_unix(0),
            lease: Cti([0; 16]),
            name: None,
        }
    }

    /// This machine, which says what it is called.
    pub(crate) fn named(self, name: &str) -> Self {
        Self { name: Some(name.parse().expect("a name")), ..self }
    }

    /// A machine with a key of its own and the hardware of machine `n`.
    pub(crate) fn imaged_from(n: u64, own: u64) -> Self {
        Self { fingerprint: machine(n), ..Self::new(own) }
    }

    /// A new request; never the same twice, and each newer than the one before.
    pub(crate) fn request(&mut self) -> Vec<u8> {
        self.issued = now().max(self.issued.plus(Span::seconds(1)));
        let request = Request {
            issued: self.issued,
            cti: self.cti(),
            key: self.pair.public(),
            product: product(),
            number: number(),
            fingerprint: self.fingerprint,
            client_version: "test".parse().expect("a text"),
            host_name: self.name.clone(),
            chain_of: None,
            holds: None,
        };
        envelope::sign(&request, &self.pair, &[])
    }

    /// Takes the lease that a host has answered.
    pub(crate) fn take(&mut self, answer: &[u8]) {
        let envelope = envelope::Envelope::parse(answer).expect("a document");
        self.lease = envelope.document::<Lease>().expect("a lease").cti;
    }

    /// A new release of the lease that it took last.
    pub(crate) fn release(&mut self) -> Vec<u8> {
        let (key, lease) = (self.pair.public(), self.lease);
        let release = Release { issued: now(), cti: self.cti(), key, product: product(), lease };
        envelope::sign(&release, &self.pair, &[])
    }

    fn cti(&mut self) -> Cti {
        self.asked += 1;
        let mut cti = self.pair.id().0;
        let stamp = u64::from(std::process::id()) << 32 | self.asked;
        cti[8..].copy_from_slice(&stamp.to_be_bytes());
        Cti(cti)
    }
}

fn authority() -> Keypair {
    Keypair::from_seed(&[2; 32])
}

fn machine(n: u64) -> Fingerprint {
    Fingerprint::new([(Component::MachineId, n.to_be_bytes()), (Component::SystemUuid, n.to_be_bytes())])
        .expect("components")
}

fn product() -> ProductId {
    "acme-cad".parse().expect("an id")
}

fn number() -> ProductNumber {
    4_711.try_into().expect("a number")
}
