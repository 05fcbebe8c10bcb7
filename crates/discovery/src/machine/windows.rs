//! Windows: what the system holds of its interfaces, and the registry. No program is started.

use leasehold_windows::network::{self, Interface};

use super::Settings;
use crate::error::LookupError;

pub(crate) fn read() -> Result<Settings, LookupError> {
    let interfaces = network::interfaces().map_err(|source| LookupError::Settings { path: PLACE.into(), source })?;
    Ok(settings(network::machine_suffixes(), interfaces))
}

/// The machine's own suffixes, then servers and suffixes of what is connected.
fn settings(suffixes: Vec<String>, interfaces: Vec<Interface>) -> Settings {
    let mut settings = Settings { place: PLACE.into(), suffixes, ..Settings::default() };
    for interface in interfaces.into_iter().filter(|interface| interface.connected) {
        settings.suffixes.extend(interface.suffix);
        settings.servers.extend(interface.name_servers.into_iter().filter(|server| !is_site_local(server)));
    }
    settings
}

/// The old site-local addresses stand where no server was set; nothing listens there.
fn is_site_local(server: &std::net::SocketAddr) -> bool {
    matches!(server.ip(), std::net::IpAddr::V6(ip) if ip.segments()[0] & 0xffc0 == 0xfec0)
}

const PLACE: &str = "the network settings of Windows";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn servers_and_suffixes_of_what_is_connected_count() {
        let interface = |name: &str, connected, suffix: &str, servers: &[&str]| Interface {
            name: name.to_owned(),
            hardware: None,
            connected,
            suffix: Some(suffix.to_owned()),
            name_servers: servers.iter().map(|server| server.parse().unwrap()).collect(),
        };
        let interfaces = vec![
            interface("Ethernet", true, "lab.example", &["10.0.0.53:53", "[fec0:0:0:ffff::1%1]:53"]),
            interface("Tunnel", false, "away.example", &["10.9.9.9:53"]),
        ];
        let settings = settings(vec!["corp.example".to_owned()], interfaces);
        assert_eq!(settings.servers, ["10.0.0.53:53".parse().unwrap()]);
        assert_eq!(settings.suffixes, ["corp.example", "lab.example"]);
    }

    #[test]
    fn this_machine_is_read() {
        read().unwrap();
    }
}
