//! What a file is that is no document: people inspect what they find.

use std::path::Path;

/// Something else than a document: what it is, and what to do with it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Other {
    /// One word for programs.
    pub(super) kind: &'static str,
    /// What it is, for people.
    pub(super) words: &'static str,
    /// What reads it.
    pub(super) hint: &'static str,
}

/// What the folder is, by the names in it.
pub(super) fn folder(path: &Path) -> Other {
    let has = |name: &str| path.join(name).exists();
    let other = |kind, words, hint| Other { kind, words, hint };
    if has("authority.db") || has("root.pub") && has("authority.lh") {
        other("vendor-folder", "a vendor's folder", "`leasehold vendor --dir FOLDER key list` shows what was sold")
    } else if has("host.key") {
        other("host-folder", "a host's folder", "`leasehold host status --data FOLDER` shows how it stands")
    } else if has("device.key") || has("device.json") {
        other("state-folder", "a client's state folder", "`leasehold client status` shows how the machine stands")
    } else {
        other("folder", "a folder", "name a file in it")
    }
}

/// What lies where a folder of the kind `wanted` was named, if that is told by sight: a file, or the folder of another part of Leasehold.
pub(crate) fn mistaken(path: &Path, wanted: &str) -> Option<String> {
    let words = if path.is_file() {
        "a file"
    } else {
        Some(folder(path)).filter(|found| ![wanted, "folder"].contains(&found.kind))?.words
    };
    Some(format!("{}: it is {words}", path.display()))
}

/// What the bytes are; `name` helps where they alone do not tell.
pub(super) fn file(bytes: &[u8], name: &str) -> Option<Other> {
    let other = |kind, words, hint| Some(Other { kind, words, hint });
    let starts = |with: &[u8]| bytes.starts_with(with);
    if bytes.is_empty() {
        return other("empty", "an empty file", "the program that should have filled it has failed, or it is a lock");
    }
    if bytes.get(257..262) == Some(b"ustar") && starts(b"backup.json\0") {
        return other("backup", "a host's backup, with its secret key", "`leasehold host restore FILE` puts it back");
    }
    if starts(b"SQLite format 3\0") {
        return other(
            "store",
            "a store of a host or an authority",
            "`leasehold store check FOLDER` reads it, with its folder",
        );
    }
    if starts(b"\x89PNG") || starts(b"\xff\xd8\xff") || starts(b"GIF8") || starts(b"RIFF") {
        return other("picture", "a picture", "of pictures, PNG and JPEG are read: save it as one of these");
    }
    text(str::from_utf8(bytes).ok()?.trim_start_matches('\u{feff}').trim(), name)
}

fn text(text: &str, name: &str) -> Option<Other> {
    let other = |kind, words, hint| Some(Other { kind, words, hint });
    let label = text.find("-----BEGIN ").and_then(|at| text[at + 11..].split("-----").next()).unwrap_or_default();
    match label {
        "ENCRYPTED PRIVATE KEY" => {
            return other(
                "key-file",
                "a private key under a passphrase, as a vendor's root and authority have",
                "`leasehold vendor` uses it from the vendor's folder; keep it secret, and its passphrase elsewhere",
            );
        }
        "PRIVATE KEY" | "EC PRIVATE KEY" | "RSA PRIVATE KEY" => {
            return other(
                "key-file",
                "a private key without a passphrase, as hosts and TLS servers have",
                "leave it where it is: who has the file is the host",
            );
        }
        "PUBLIC KEY" => {
            return other("public-key", "a public key, as a vendor's root.pub", "give it to commands with --root FILE");
        }
        "CERTIFICATE" => {
            return other(
                "tls-certificate",
                "a certificate for TLS",
                "give it with --tls-cert, or look at it with `openssl x509 -text`",
            );
        }
        _ => {}
    }
    if text.parse::<leasehold_core::ProductKey>().is_ok() {
        return other("product-key", "a product key", "`leasehold inspect --key - < FILE` says what it is for");
    }
    if text.starts_with("<svg") || text.starts_with("<?xml") && text.contains("<svg") {
        return other("picture", "a picture", "of pictures, PNG and JPEG are read: save it as one of these");
    }
    if text.starts_with("key ") && text.contains("algorithm") {
        return other(
            "dns-key",
            "a key for DNS updates (TSIG)",
            "give it to `leasehold host dns publish` with --tsig-key-file",
        );
    }
    match name {
        "device.key" => other(
            "state-file",
            "a client's device key, a secret",
            "leave it where it is; `leasehold client status` uses it",
        ),
        _ if text.starts_with('{') => other(
            "state-file",
            "a file in JSON, as hosts and clients keep beside their documents",
            "`leasehold host status` or `leasehold client status` shows what it holds",
        ),
        _ if Path::new(name).extension().is_some_and(|extension| extension == "toml") => other(
            "configuration",
            "a file in TOML, as a host's configuration",
            "`leasehold host check-config FILE` checks it",
        ),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_that_is_no_document_is_known_by_what_it_holds() {
        let mut tar = vec![0; 512];
        tar[..12].copy_from_slice(b"backup.json\0");
        tar[257..262].copy_from_slice(b"ustar");
        for (bytes, name, kind) in [
            (tar.as_slice(), "x", Some("backup")),
            (b"", "x", Some("empty")),
            (b"SQLite format 3\0...", "x", Some("store")),
            (b"\x89PNG\r\n", "x", Some("picture")),
            (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "x", Some("picture")),
            (b"-----BEGIN ENCRYPTED PRIVATE KEY-----\nMIG", "x", Some("key-file")),
            (b"\xef\xbb\xbf-----BEGIN PRIVATE KEY-----\nMC4", "x", Some("key-file")),
            (b"-----BEGIN PUBLIC KEY-----\nMCo", "x", Some("public-key")),
            (b"-----BEGIN CERTIFICATE-----\nMII", "x", Some("tls-certificate")),
            (b"key \"host1\" {\n algorithm hmac-sha256;", "x", Some("dns-key")),
            (b"{\"version\": 1}", "time.json", Some("state-file")),
            (b"not much", "device.key", Some("state-file")),
            (b"listen = \"[::]:16880\"", "host.toml", Some("configuration")),
            (b"listen", "x", None),
            (b"\xff\xfe\x00", "x", None),
        ] {
            assert_eq!(file(bytes, name).map(|other| other.kind), kind, "{}", String::from_utf8_lossy(bytes));
        }
    }
}
