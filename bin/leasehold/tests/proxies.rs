//! nginx and `HAProxy` before a host, configured as docs/proxies.md says, which is where the configurations are read.
#![cfg(target_os = "linux")]

mod support;

use std::fs;
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use leasehold_core::Policy;
use leasehold_testkit::need::{Need, find, is_missing};
use leasehold_testkit::process::contained;
use leasehold_testkit::wait;
use support::{Host, Machine, Vendor, program};
use tempfile::TempDir;

/// A host behind a proxy that it trusts.
struct Scene {
    folder: TempDir,
    host: Option<Host>,
}

impl Scene {
    fn new() -> Self {
        let folder = TempDir::new().expect("a folder");
        let data = folder.path().join("data");
        Vendor::new().activate(&data, Policy { threshold: 1, ..Policy::default() });
        let config = folder.path().join("host.toml");
        let trusted = "listen = \"127.0.0.1:0\"\n[limits]\ntrusted_proxies = [\"127.0.0.1\"]\n";
        fs::write(&config, trusted).expect("a file");
        let mut command = program();
        command.args(["--json", "host", "serve", "--config"]).arg(config).arg("--data").arg(data);
        let host = Some(Host::spawn(command));
        Self { folder, host }
    }

    fn host(&self) -> &str {
        &self.host.as_ref().expect("it serves").address
    }

    /// The addresses from which machines have asked, as the host has recorded them.
    fn recorded(&self) -> Vec<String> {
        let data = self.folder.path().join("data");
        let told = program().args(["--json", "host", "events", "--data"]).arg(data).output().expect("a process");
        let events: serde_json::Value = serde_json::from_slice(&told.stdout).expect("JSON");
        let address = |event: &serde_json::Value| event["address"].as_str().expect("an address").to_owned();
        events.as_array().expect("events").iter().map(address).collect()
    }
}

/// A proxy of its own process; killed when dropped.
struct Proxy {
    child: Child,
    address: SocketAddr,
}

impl Proxy {
    /// Starts what `command` makes of a configuration file, at a free port.
    fn start(scene: &Scene, text: &str, command: impl Fn(&Path) -> Command) -> Self {
        // Another process may take the port before the proxy does.
        for _ in 0..8 {
            let free = TcpListener::bind("127.0.0.1:0").and_then(|free| free.local_addr()).expect("a free port");
            let text = text.replace("192.0.2.10:16880", &free.to_string()).replace("127.0.0.1:16882", scene.host());
            let file: PathBuf = scene.folder.path().join("proxy.conf");
            fs::write(&file, text).expect("a configuration");
            let child = command(&file).stdin(Stdio::null()).spawn().expect("the proxy is installed");
            let mut proxy = Self { child, address: free };
            if proxy.listens() {
                return proxy;
            }
        }
        panic!("the proxy does not start");
    }

    /// Whether it listens before it ends.
    fn listens(&mut self) -> bool {
        let listens = wait::find(|| match self.child.try_wait().expect("our own process") {
            None => TcpStream::connect(self.address).is_ok().then_some(true),
            Some(_) => Some(false),
        });
        listens.unwrap_or(false)
    }

    /// What comes of a machine's asking from `source` through the proxy, with these headers.
    fn ask(&self, source: &str, machine: &mut Machine, headers: &str) -> String {
        let body = machine.request();
        let head = format!(
            "POST /v1/leases HTTP/1.1\r\nHost: leasehold\r\nContent-Type: application/cose\r\n{headers}Content-Length: {}\r\n\
             Connection: close\r\n\r\n",
            body.len()
        );
        let mut stream = connect_from(source, self.address);
        stream.write_all(&[head.as_bytes(), &body].concat()).expect("it listens");
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).expect("an answer");
        String::from_utf8_lossy(&answer).lines().next().unwrap_or_default().to_owned()
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        // It has processes of its own, which a kill would leave behind.
        let pid = self.child.id().to_string();
        let _ = Command::new("kill").args(["-TERM", &pid]).status();
        let _ = self.child.wait();
    }
}

/// A connection from another address of this machine.
fn connect_from(source: &str, to: SocketAddr) -> TcpStream {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    let connected = runtime.block_on(async {
        let socket = tokio::net::TcpSocket::new_v4()?;
        socket.bind(SocketAddr::new(source.parse().expect("an address"), 0))?;
        socket.connect(to).await?.into_std()
    });
    let stream = connected.expect("the proxy listens");
    stream.set_nonblocking(false).expect("a socket");
    stream
}

/// The blocks of the page in this language, in their order.
fn blocks(language: &str) -> Vec<String> {
    let page = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/proxies.md");
    let page = fs::read_to_string(page).expect("the page");
    let fence = format!("```{language}\n");
    page.split(&fence).skip(1).map(|rest| rest.split("```").next().expect("its end").to_owned()).collect()
}

/// Machines ask through the proxy, also with headers by which they would hide.
fn each_client_is_seen_as_itself(scene: &Scene, proxy: &Proxy) {
    let forged = "X-Forwarded-For: 10.9.9.9\r\nForwarded: for=10.9.9.8\r\n";
    assert_eq!(proxy.ask("127.0.0.2", &mut Machine::new(1), ""), "HTTP/1.1 200 OK");
    assert_eq!(proxy.ask("127.0.0.3", &mut Machine::new(2), forged), "HTTP/1.1 200 OK");
    assert_eq!(scene.recorded(), ["127.0.0.3", "127.0.0.2"], "newest first");
}

#[test]
fn nginx_tells_the_host_where_its_clients_are() {
    if is_missing(&[Need::Nginx]) {
        return;
    }
    let scene = Scene::new();
    let [block] = blocks("nginx").try_into().expect("one configuration");
    let folder = scene.folder.path().display().to_string();
    let own = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"]
        .map(|what| format!("{what}_temp_path \"{folder}/{what}\";\n"));
    let block = block.replacen("http {\n", &format!("http {{\naccess_log off;\n{}", own.concat()), 1);
    let text = format!("daemon off;\npid \"{folder}/nginx.pid\";\nevents {{}}\n{block}");
    let proxy = Proxy::start(&scene, &text, |file| {
        let mut command = contained(find("nginx").expect("nginx"));
        command.args(["-e", "stderr", "-c"]).arg(file);
        command
    });
    each_client_is_seen_as_itself(&scene, &proxy);
}

#[test]
fn haproxy_tells_the_host_where_its_clients_are_by_header_and_by_the_proxy_protocol() {
    if is_missing(&[Need::Haproxy]) {
        return;
    }
    let both: [String; 2] = blocks("haproxy").try_into().expect("two configurations");
    for text in both {
        let scene = Scene::new();
        let proxy = Proxy::start(&scene, &text, |file| {
            let mut command = contained(find("haproxy").expect("haproxy"));
            command.args(["-db", "-f"]).arg(file);
            command
        });
        each_client_is_seen_as_itself(&scene, &proxy);
    }
}

#[test]
fn a_stranger_is_not_believed() {
    let scene = Scene::new();
    let host = scene.host().parse().expect("an address");
    let direct = |machine: &mut Machine, said: &[u8]| {
        let body = machine.request();
        let head = format!(
            "POST /v1/leases HTTP/1.1\r\nHost: h\r\nContent-Type: application/cose\r\nX-Forwarded-For: 10.9.9.9\r\n\
             Content-Length: {}\r\nConnection: close\r\n\r\n",
            body.len()
        );
        let mut stream = connect_from("127.0.0.2", host);
        stream.write_all(&[said, head.as_bytes(), &body].concat()).expect("it listens");
        let mut answer = Vec::new();
        let _ = stream.read_to_end(&mut answer);
        String::from_utf8_lossy(&answer).lines().next().unwrap_or_default().to_owned()
    };
    assert_eq!(direct(&mut Machine::new(1), b""), "HTTP/1.1 200 OK");
    assert_eq!(scene.recorded(), ["127.0.0.2"]);
    let said = direct(&mut Machine::new(2), b"PROXY TCP4 10.9.9.9 10.0.0.1 1 2\r\n");
    assert!(said.starts_with("HTTP/1.1 400 "), "{said}");
    assert_eq!(scene.recorded(), ["127.0.0.2"]);
}
