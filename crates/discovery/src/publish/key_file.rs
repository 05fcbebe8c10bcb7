//! Key files as BIND's `tsig-keygen` writes them: `key "name" { algorithm hmac-sha256; secret "…"; };`.

use std::fs;
use std::path::Path;
use std::str::FromStr;

use base64ct::{Base64, Encoding};
use zeroize::Zeroizing;

use super::error::{KeyFault, PublishError};
use super::key::{Algorithm, TsigKey};
use crate::name::DomainName;

impl TsigKey {
    /// Reads a key file.
    ///
    /// # Errors
    /// [`PublishError::KeyFile`] where it cannot be read, [`PublishError::Key`] where it holds no usable key.
    pub fn read(path: &Path) -> Result<Self, PublishError> {
        let text = fs::read_to_string(path).map(Zeroizing::new);
        let text = text.map_err(|source| PublishError::KeyFile { path: path.to_owned(), source })?;
        text.parse().map_err(|source| PublishError::Key { path: path.to_owned(), source })
    }
}

impl FromStr for TsigKey {
    type Err = KeyFault;

    fn from_str(text: &str) -> Result<Self, KeyFault> {
        let (mut algorithm, mut secret) = (None, None);
        let words = words(text).ok_or(KeyFault::Form)?;
        let ["key", name, "{", members @ .., "}"] = words.strip_suffix(&[";"]).unwrap_or(&words) else {
            return Err(KeyFault::Form);
        };
        for member in members.chunks(3) {
            match member {
                ["algorithm", value, ";"] if algorithm.is_none() => algorithm = Some(*value),
                ["secret", value, ";"] if secret.is_none() => secret = Some(*value),
                // Anything else, or the same again.
                _ => return Err(KeyFault::Form),
            }
        }
        let (algorithm, secret) = algorithm.zip(secret).ok_or(KeyFault::Form)?;
        let named = |known: &Algorithm| known.name().eq_ignore_ascii_case(algorithm.trim_end_matches('.'));
        let algorithm = Algorithm::ALL.into_iter().find(named).ok_or(KeyFault::Algorithm)?;
        let secret = Base64::decode_vec(secret).map(Zeroizing::new).map_err(|_| KeyFault::Secret)?;
        if secret.is_empty() {
            return Err(KeyFault::Secret);
        }
        Ok(Self::new(name.parse::<DomainName>().map_err(KeyFault::Name)?, algorithm, secret))
    }
}

/// Words, strings without their quotes, and the marks `{`, `}` and `;`; comments left out. `None` where a string or
/// comment does not end.
fn words(mut rest: &str) -> Option<Vec<&str>> {
    let mut words = Vec::new();
    loop {
        rest = rest.trim_start();
        let Some(first) = rest.chars().next() else { return Some(words) };
        if rest.starts_with("/*") {
            rest = rest.split_once("*/")?.1;
        } else if first == '#' || rest.starts_with("//") {
            rest = rest.split_once('\n').map_or("", |(_, after)| after);
        } else if first == '"' {
            let (string, after) = rest[1..].split_once('"')?;
            words.push(string);
            rest = after;
        } else {
            let ends = |c: char| c.is_whitespace() || "{};\"".contains(c);
            let length = if ends(first) { 1 } else { rest.find(ends).unwrap_or(rest.len()) };
            words.push(&rest[..length]);
            rest = &rest[length..];
        }
    }
}

#[cfg(test)]
mod tests {
    use leasehold_core::Code;

    use super::*;
    use crate::name::NameError;

    #[test]
    fn key_files_are_read_as_bind_reads_them() {
        for text in [
            "key \"leasehold\" {\n\talgorithm hmac-sha256;\n\tsecret \"c2VjcmV0\";\n};\n",
            "# ours\nkey leasehold { secret c2VjcmV0; algorithm HMAC-SHA256; } // no more\n/* none */",
            "key Leasehold.{algorithm hmac-sha256.;secret\"c2VjcmV0\";};",
        ] {
            let key: TsigKey = text.parse().unwrap();
            assert_eq!((key.name().as_str(), key.algorithm()), ("leasehold", Algorithm::HmacSha256), "{text}");
            assert_eq!(format!("{key:?}"), "TsigKey(hmac-sha256 leasehold [redacted])");
        }
    }

    #[test]
    fn what_is_no_key_says_what_is_wrong() {
        for (text, fault) in [
            ("", KeyFault::Form),
            ("key a { algorithm hmac-sha256; };", KeyFault::Form),
            ("key a { algorithm hmac-sha256; secret c2VjcmV0; }; key b { };", KeyFault::Form),
            ("key a { algorithm hmac-sha256; secret c2VjcmV0; secret c2VjcmV0; };", KeyFault::Form),
            ("key \"a { algorithm hmac-sha256; };", KeyFault::Form),
            ("/* key a { algorithm hmac-sha256; secret c2VjcmV0; };", KeyFault::Form),
            ("key a { algorithm hmac-md5; secret c2VjcmV0; };", KeyFault::Algorithm),
            ("key a { algorithm hmac-sha256; secret \"!\"; };", KeyFault::Secret),
            ("key a { algorithm hmac-sha256; secret \"\"; };", KeyFault::Secret),
            ("key \"a b\" { algorithm hmac-sha256; secret c2VjcmV0; };", KeyFault::Name(NameError::Character)),
        ] {
            assert_eq!(text.parse::<TsigKey>().err(), Some(fault), "{text}");
        }
    }

    #[test]
    fn a_file_that_cannot_be_read_is_named() {
        let error = TsigKey::read(Path::new("/nonexistent/tsig.key")).unwrap_err();
        assert_eq!(error.code(), Code::File);
        assert!(error.to_string().starts_with("key file /nonexistent/tsig.key: "), "{error}");
    }
}
