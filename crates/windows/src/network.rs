//! Network interfaces, name servers and suffixes, as the system holds them; no question goes to the network.

use std::io;
use std::net::SocketAddr;
use std::slice;

use windows_sys::Win32::Foundation::{ERROR_BUFFER_OVERFLOW, ERROR_NO_DATA, ERROR_SUCCESS};
use windows_sys::Win32::NetworkManagement::IpHelper::{
    GAA_FLAG_SKIP_ANYCAST, GAA_FLAG_SKIP_MULTICAST, GetAdaptersAddresses, GetIfEntry2, IP_ADAPTER_ADDRESSES_LH,
    IP_ADAPTER_DNS_SERVER_ADDRESS_XP, MIB_IF_ROW2,
};
use windows_sys::Win32::NetworkManagement::Ndis::{IfOperStatusUp, NET_LUID_LH};
use windows_sys::Win32::Networking::WinSock::AF_UNSPEC;

use crate::{descriptor, registry, wide};

/// One network interface.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Interface {
    /// What the user sees: `Ethernet`.
    pub name: String,
    /// The address that its maker gave it, `aa:bb:…`; `None` where there is no hardware under it.
    pub hardware: Option<String>,
    /// Whether it is connected.
    pub connected: bool,
    /// The domain that its network names.
    pub suffix: Option<String>,
    /// Its name servers, in order.
    pub name_servers: Vec<SocketAddr>,
}

/// All interfaces, in the order of their names.
///
/// # Errors
/// As the system's.
pub fn interfaces() -> io::Result<Vec<Interface>> {
    // What is connected can change between two calls, so the room that was enough may be so no more.
    let mut bytes = 16 * 1024_u32;
    for _ in 0..TRIES {
        // Numbers of 64 bits, so that the structures in it lie where they may.
        let mut room = vec![0_u64; usize::try_from(bytes).unwrap_or(0).div_ceil(8)];
        let first = room.as_mut_ptr().cast::<IP_ADAPTER_ADDRESSES_LH>();
        let flags = GAA_FLAG_SKIP_ANYCAST | GAA_FLAG_SKIP_MULTICAST;
        // SAFETY: `first` is the start of at least `bytes` bytes that may be written, aligned for the structure.
        match unsafe { GetAdaptersAddresses(AF_UNSPEC.into(), flags, std::ptr::null(), first, &raw mut bytes) } {
            ERROR_SUCCESS => {
                // SAFETY: the system filled `room` with a list that begins at its start and points into itself alone.
                let mut interfaces = unsafe { read(first) };
                interfaces.sort_by(|one, other| one.name.cmp(&other.name));
                return Ok(interfaces);
            }
            ERROR_NO_DATA => return Ok(Vec::new()),
            ERROR_BUFFER_OVERFLOW if bytes <= MAX_BYTES => {}
            code => return Err(io::Error::from_raw_os_error(code.cast_signed())),
        }
    }
    Err(io::Error::from(io::ErrorKind::Interrupted))
}

/// The suffixes of the machine itself: those of our own group policy, the search list, as policy or an administrator set it, then the
/// machine's domain.
pub fn machine_suffixes() -> Vec<String> {
    let ours = registry::texts(OUR_POLICY, "DnsSuffixes");
    let lists = [registry::text(POLICY, "SearchList"), registry::text(PARAMETERS, "SearchList")];
    let list = lists.into_iter().flatten().find(|list| !list.trim().is_empty()).unwrap_or_default();
    let listed = list.split([',', ' ']).map(str::trim).filter(|name| !name.is_empty()).map(str::to_owned);
    let own = ["Domain", "DhcpDomain"].into_iter().filter_map(|name| registry::text(PARAMETERS, name));
    ours.into_iter().chain(listed).chain(own).filter(|name| !name.trim().is_empty()).collect()
}

/// # Safety
/// `first` is null or points to a list as `GetAdaptersAddresses` fills it, which outlives the call.
unsafe fn read(first: *const IP_ADAPTER_ADDRESSES_LH) -> Vec<Interface> {
    let mut interfaces = Vec::new();
    let mut next = first;
    // SAFETY: by the caller's promise each entry of the list may be read, and the last one's `Next` is null.
    while let Some(adapter) = unsafe { next.as_ref() } {
        // SAFETY: texts of the list end with a zero.
        let name = unsafe { wide::text_at(adapter.FriendlyName) };
        // SAFETY: as above.
        let suffix = unsafe { wide::text_at(adapter.DnsSuffix) };
        // SAFETY: the servers are a list of the same kind.
        let name_servers = unsafe { servers(adapter.FirstDnsServerAddress) };
        interfaces.push(Interface {
            name,
            hardware: hardware(adapter.Luid),
            connected: adapter.OperStatus == IfOperStatusUp,
            suffix: Some(suffix).filter(|suffix| !suffix.is_empty()),
            name_servers,
        });
        next = adapter.Next;
    }
    interfaces
}

/// # Safety
/// As [`read`].
unsafe fn servers(first: *const IP_ADAPTER_DNS_SERVER_ADDRESS_XP) -> Vec<SocketAddr> {
    let mut found = Vec::new();
    let mut next = first;
    // SAFETY: by the caller's promise each entry of the list may be read, and the last one's `Next` is null.
    while let Some(server) = unsafe { next.as_ref() } {
        let (start, length) = (server.Address.lpSockaddr.cast::<u8>(), server.Address.iSockaddrLength);
        if let (false, Ok(length)) = (start.is_null(), usize::try_from(length)) {
            // SAFETY: the system says that the address has so many bytes.
            let bytes = unsafe { slice::from_raw_parts(start, length) };
            found.extend(descriptor::socket_address(bytes, DNS_PORT));
        }
        next = server.Next;
    }
    found
}

/// The address that the maker of the interface gave it.
fn hardware(luid: NET_LUID_LH) -> Option<String> {
    const HARDWARE: u8 = 1;
    let mut row = MIB_IF_ROW2 { InterfaceLuid: luid, ..MIB_IF_ROW2::default() };
    // SAFETY: the row may be written, and it names an interface.
    let status = unsafe { GetIfEntry2(&raw mut row) };
    if status != ERROR_SUCCESS || row.InterfaceAndOperStatusFlags._bitfield & HARDWARE == 0 {
        return None;
    }
    let length = usize::try_from(row.PhysicalAddressLength).ok()?;
    let address = row.PermanentPhysicalAddress.get(..length).filter(|address| address.iter().any(|byte| *byte != 0))?;
    Some(address.iter().map(|byte| format!("{byte:02x}")).collect::<Vec<_>>().join(":"))
}

const TRIES: usize = 5;
const MAX_BYTES: u32 = 4 << 20;
const DNS_PORT: u16 = 53;
const PARAMETERS: &str = r"SYSTEM\CurrentControlSet\Services\Tcpip\Parameters";
const OUR_POLICY: &str = r"SOFTWARE\Policies\Leasehold";
const POLICY: &str = r"SOFTWARE\Policies\Microsoft\Windows NT\DNSClient";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn interfaces_have_names_and_come_in_their_order() {
        let interfaces = interfaces().unwrap();
        assert!(
            !interfaces.is_empty() && interfaces.iter().all(|interface| !interface.name.is_empty()),
            "{interfaces:?}"
        );
        assert!(interfaces.is_sorted_by_key(|interface| interface.name.clone()));
        let address = |text: &str| text.len() == 17 && text.split(':').count() == 6;
        assert!(interfaces.iter().filter_map(|found| found.hardware.as_deref()).all(address), "{interfaces:?}");
    }
}
