//! Windows: one call of PowerShell.

use std::net::{IpAddr, SocketAddr, SocketAddrV6};

use super::{DNS_PORT, Settings, printed};
use crate::error::LookupError;

pub(crate) fn read() -> Result<Settings, LookupError> {
    Ok(settings(&printed(POWERSHELL, &["-NoProfile", "-NonInteractive", "-Command", SCRIPT])?))
}

fn settings(text: &str) -> Settings {
    let values = |label: &'static str| text.lines().filter_map(move |line| line.trim().strip_prefix(label));
    let suffixes = values("suffix=").map(str::trim).filter(|suffix| !suffix.is_empty()).map(str::to_owned).collect();
    let servers = values("server=").filter_map(address).collect();
    Settings { place: POWERSHELL.into(), servers, suffixes, ..Settings::default() }
}

fn address(text: &str) -> Option<SocketAddr> {
    let (ip, scope) = text.trim().split_once('%').unwrap_or((text.trim(), "0"));
    match ip.parse().ok()? {
        IpAddr::V4(ip) => Some((ip, DNS_PORT).into()),
        // The old site-local addresses stand where no server was set; nothing listens there.
        IpAddr::V6(ip) if ip.segments()[0] & 0xffc0 == 0xfec0 => None,
        IpAddr::V6(ip) => Some(SocketAddrV6::new(ip, DNS_PORT, 0, scope.parse().ok()?).into()),
    }
}

const POWERSHELL: &str = "powershell.exe";
/// The search list, the machine's own domain, then servers and suffixes of what is connected.
const SCRIPT: &str = "\
    (Get-DnsClientGlobalSetting).SuffixSearchList | ForEach-Object { 'suffix=' + $_ }; \
    $network = [System.Net.NetworkInformation.IPGlobalProperties]::GetIPGlobalProperties(); \
    'suffix=' + $network.DomainName; \
    [System.Net.NetworkInformation.NetworkInterface]::GetAllNetworkInterfaces() | \
    Where-Object { $_.OperationalStatus -eq 'Up' } | ForEach-Object { $own = $_.GetIPProperties(); \
    'suffix=' + $own.DnsSuffix; $own.DnsAddresses | ForEach-Object { 'server=' + $_ } }";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_script_prints_is_read() {
        let _: fn() -> Result<Settings, LookupError> = read;
        let text = "suffix=corp.example\r\nsuffix=\r\nsuffix=lab.example\r\nserver=10.0.0.53\r\n\
                    server=fe80::1%12\r\nserver=fec0:0:0:ffff::1%1\r\n";
        let settings = settings(text);
        let expected: Vec<SocketAddr> = ["10.0.0.53:53", "[fe80::1%12]:53"].map(|a| a.parse().unwrap()).to_vec();
        assert_eq!(settings.servers, expected);
        assert_eq!(settings.suffixes, ["corp.example", "lab.example"]);
    }
}
