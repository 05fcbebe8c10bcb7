//! What the system's answers about disks and addresses say, byte by byte.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, SocketAddrV6};

/// The serial number in a `STORAGE_DEVICE_DESCRIPTOR`.
pub fn disk_serial(descriptor: &[u8]) -> Option<String> {
    const OFFSET_AT: usize = 24;
    let offset = usize::try_from(number(descriptor, OFFSET_AT)?).ok().filter(|offset| *offset > OFFSET_AT)?;
    let text = descriptor.get(offset..)?.split(|byte| *byte == 0).next()?;
    Some(String::from_utf8_lossy(text).trim().to_owned()).filter(|serial| !serial.is_empty())
}

/// The number of the first disk in `VOLUME_DISK_EXTENTS`.
pub fn first_disk(extents: &[u8]) -> Option<u32> {
    (number(extents, 0)? > 0).then(|| number(extents, 8))?
}

/// The address in a `SOCKADDR_IN` or `SOCKADDR_IN6`, with `port` in the place of its own.
pub fn socket_address(bytes: &[u8], port: u16) -> Option<SocketAddr> {
    const V4: u16 = 2;
    const V6: u16 = 23;
    let family = u16::from_le_bytes(bytes.get(..2)?.try_into().ok()?);
    match family {
        V4 => {
            let ip: [u8; 4] = bytes.get(4..8)?.try_into().ok()?;
            Some((IpAddr::V4(Ipv4Addr::from(ip)), port).into())
        }
        V6 => {
            let ip: [u8; 16] = bytes.get(8..24)?.try_into().ok()?;
            Some(SocketAddrV6::new(Ipv6Addr::from(ip), port, 0, number(bytes, 24)?).into())
        }
        _ => None,
    }
}

fn number(bytes: &[u8], at: usize) -> Option<u32> {
    Some(u32::from_le_bytes(bytes.get(at..at.checked_add(4)?)?.try_into().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_serial_of_a_disk_is_found_where_its_descriptor_says() {
        let mut descriptor = vec![0; 40];
        descriptor[24] = 40;
        descriptor.extend(b"  S3Z9NB0K \0after");
        assert_eq!(disk_serial(&descriptor).as_deref(), Some("S3Z9NB0K"));
        for offset in [0, 4, 200, 255] {
            descriptor[24] = offset;
            assert_eq!(disk_serial(&descriptor), None, "{offset}");
        }
        descriptor[24..28].fill(0xff);
        assert_eq!(disk_serial(&descriptor), None, "no serial number is shown as -1");
        assert_eq!(disk_serial(&[]), None);
    }

    #[test]
    fn the_first_disk_of_a_volume_counts() {
        let mut extents = vec![2, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0];
        assert_eq!(first_disk(&extents), Some(1));
        extents[0] = 0;
        assert_eq!((first_disk(&extents), first_disk(&extents[..9])), (None, None));
    }

    #[test]
    fn addresses_of_both_kinds_are_read_and_others_are_not() {
        let v4 = [2, 0, 0, 0, 10, 0, 0, 53, 0, 0, 0, 0, 0, 0, 0, 0];
        assert_eq!(socket_address(&v4, 53), Some("10.0.0.53:53".parse().unwrap()));
        let mut v6 = vec![23, 0, 0, 0, 0, 0, 0, 0, 0xfe, 0x80];
        v6.extend([0; 13]);
        v6.extend([1, 12, 0, 0, 0]);
        assert_eq!(socket_address(&v6, 53), Some("[fe80::1%12]:53".parse().unwrap()));
        assert_eq!(socket_address(&v6[..20], 53), None);
        assert_eq!(socket_address(&[1, 0, 0, 0], 53), None);
    }
}
