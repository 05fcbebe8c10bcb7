//! LDIF (RFC 2849): what an administrator imports with the directory's own tools.

use base64ct::{Base64, Encoding};
use leasehold_core::KeyId;
use leasehold_wire::ActivationObject;

use crate::layout::{Attributes, Layout, Publication, families};

/// The LDIF that adds an activation object of `vendor` below `base`: the configuration of Active Directory
/// (`CN=Configuration,…`), else the base of the directory. The container comes first; where it is there already, the tools pass
/// over it (`ldapadd -c`, `ldifde -k`). It names no version of LDIF: Samba's tools take none.
pub fn ldif(base: &str, vendor: KeyId, object: &ActivationObject, document: &[u8]) -> String {
    let layout = Layout::of_base(base);
    let container = layout.container(base);
    let families = families(object);
    let (dn, attributes) =
        layout.of_entry(&container, &Publication { cti: object.cti, vendor, families: &families, document });
    let container = record(&container, &layout.of_container());
    format!("{container}\n{}", record(&dn, &attributes))
}

/// One entry to add.
pub(crate) fn record(dn: &str, attributes: &Attributes) -> String {
    let mut text = line("dn", dn.as_bytes());
    text.push_str("changetype: add\n");
    for (name, values) in attributes {
        for value in values {
            text.push_str(&line(name, value));
        }
    }
    text
}

/// One value, in base64 where it is not safe as it is, in lines of 76 characters.
fn line(name: &str, value: &[u8]) -> String {
    let safe = value.iter().all(|byte| (b' '..=b'~').contains(byte))
        && !matches!(value.first(), Some(b' ' | b':' | b'<'))
        && value.last() != Some(&b' ');
    let whole = match str::from_utf8(value) {
        Ok(text) if safe => format!("{name}: {text}"),
        Ok(_) | Err(_) => format!("{name}:: {}", Base64::encode_string(value)),
    };
    let mut folded = String::with_capacity(whole.len() + whole.len() / 60 + 1);
    for (at, byte) in whole.chars().enumerate() {
        if at > 0 && (at == WIDTH || at > WIDTH && (at - WIDTH).is_multiple_of(WIDTH - 1)) {
            folded.push_str("\n ");
        }
        folded.push(byte);
    }
    folded.push('\n');
    folded
}

const WIDTH: usize = 76;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_values_are_folded_and_unsafe_ones_encoded() {
        let long = line("cn", &[b'a'; 200]);
        assert!(long.lines().all(|line| line.len() <= WIDTH), "{long}");
        assert_eq!(long.replace("\n ", ""), format!("cn: {}\n", "a".repeat(200)));
        assert_eq!(line("cn", "ä".as_bytes()), "cn:: w6Q=\n");
        assert_eq!(line("cn", b" a"), "cn:: IGE=\n");
    }
}
