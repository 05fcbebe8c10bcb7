//! Linux and its kin: `resolv.conf`, and the domain of the machine's own name.

use std::fs;
use std::net::{SocketAddr, SocketAddrV6};
use std::path::Path;
use std::time::Duration;

use resolv_conf::ScopedIp;

use super::{DNS_PORT, Settings};
use crate::error::LookupError;

pub(crate) fn read() -> Result<Settings, LookupError> {
    read_below(Path::new("/"))
}

/// The settings of the system whose files are below `root`.
fn read_below(root: &Path) -> Result<Settings, LookupError> {
    let path = root.join("etc/resolv.conf");
    let text = fs::read(&path).map_err(|source| LookupError::Settings { path: path.clone(), source })?;
    // A line that cannot be read is passed over, as every resolver does.
    let (parsed, _) = resolv_conf::Config::parse_with_errors(&text);
    let servers = parsed.nameservers.iter().map(|server| address(server, root)).collect();
    let mut suffixes: Vec<String> = parsed.get_search().into_iter().flatten().cloned().collect();
    suffixes.extend(parsed.get_domain().cloned());
    suffixes.extend(own_domain(root));
    Ok(Settings {
        place: path,
        servers,
        suffixes,
        timeout: Some(Duration::from_secs(parsed.timeout.into())),
        attempts: Some(parsed.attempts),
    })
}

fn address(server: &ScopedIp, root: &Path) -> SocketAddr {
    match server {
        ScopedIp::V4(ip) => (*ip, DNS_PORT).into(),
        ScopedIp::V6(ip, scope) => {
            let scope = scope.as_deref().map_or(0, |scope| interface(scope, root));
            SocketAddrV6::new(*ip, DNS_PORT, 0, scope).into()
        }
    }
}

/// The number of the interface that a link-local address is behind; 0 where it is not known.
fn interface(scope: &str, root: &Path) -> u32 {
    let number = |text: &str| text.trim().parse().ok();
    let named = || {
        let plain = !scope.contains('/') && !scope.starts_with('.');
        let path = plain.then(|| root.join("sys/class/net").join(scope).join("ifindex"))?;
        number(&fs::read_to_string(path).ok()?)
    };
    number(scope).or_else(named).unwrap_or(0)
}

/// The domain of the machine's own name: from the name itself, or from its line in the hosts file.
fn own_domain(root: &Path) -> Option<String> {
    let name = name(root);
    let name = name.trim();
    if let Some((_, domain)) = name.split_once('.') {
        return Some(domain.to_owned());
    }
    let hosts = fs::read_to_string(root.join("etc/hosts")).ok()?;
    let full = |line: &str| {
        let names = line.split('#').next()?.split_whitespace().skip(1);
        let mut domains = names.filter_map(|other| other.strip_prefix(name)?.strip_prefix('.'));
        domains.next().map(str::to_owned)
    };
    if name.is_empty() { None } else { hosts.lines().find_map(full) }
}

#[cfg(any(target_os = "linux", test))]
fn name(root: &Path) -> String {
    fs::read_to_string(root.join("proc/sys/kernel/hostname")).unwrap_or_default()
}

#[cfg(not(any(target_os = "linux", test)))]
fn name(_root: &Path) -> String {
    super::printed("hostname", &[]).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use tempfile::TempDir;

    use super::*;

    fn system(files: &[(&str, &str)]) -> TempDir {
        let root = TempDir::new().unwrap();
        for (path, text) in files {
            let path = root.path().join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        }
        root
    }

    #[test]
    fn servers_suffixes_and_times_are_read_and_what_is_not_understood_is_passed_over() {
        let text = "# by hand\nnameserver 10.0.0.53\nnameserver fe80::1%eth7\nbanana\nsearch corp.example lab.example\n\
                    options timeout:1 attempts:3 ndots:2 rotate banana:2\n";
        let root = system(&[
            ("etc/resolv.conf", text),
            ("proc/sys/kernel/hostname", "pc1.office.example\n"),
            ("sys/class/net/eth7/ifindex", "7\n"),
        ]);
        let settings = read_below(root.path()).unwrap();
        let expected: Vec<SocketAddr> = ["10.0.0.53:53", "[fe80::1%7]:53"].map(|a| a.parse().unwrap()).to_vec();
        assert_eq!(settings.servers, expected);
        assert_eq!(settings.suffixes, ["corp.example", "lab.example", "office.example"]);
        let config = settings.into_config().unwrap();
        assert_eq!((config.timeout, config.attempts), (Duration::from_secs(1), 3));
    }

    #[test]
    fn the_domain_of_a_short_name_stands_in_the_hosts_file() {
        let hosts = "127.0.0.1 localhost\n# 10.0.0.8 pc1.old.example pc1\n127.0.1.1 pc1.corp.example pc1 # own\n";
        let files =
            [("etc/resolv.conf", "nameserver ::1"), ("proc/sys/kernel/hostname", "pc1\n"), ("etc/hosts", hosts)];
        assert_eq!(read_below(system(&files).path()).unwrap().suffixes, ["corp.example"]);
        assert_eq!(read_below(system(&files[..2]).path()).unwrap().suffixes, [""; 0]);
    }

    #[test]
    fn a_missing_file_is_named() {
        let error = read_below(system(&[]).path()).unwrap_err();
        assert!(error.to_string().contains("etc/resolv.conf: "), "{error}");
    }

    #[test]
    fn this_machine_is_read() {
        let _: fn() -> Result<Settings, LookupError> = read;
    }
}
