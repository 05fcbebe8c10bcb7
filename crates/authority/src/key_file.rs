//! Private keys at rest: PKCS#8 version 1 in PEM, encrypted by PBES2 (scrypt, AES-256-CBC), as `openssl pkey` reads it.

use std::path::Path;

use leasehold_core::{Rng, random_bytes};
use leasehold_wire::Keypair;
use pkcs8::der::Decode;
use pkcs8::der::asn1::OctetStringRef;
use pkcs8::der::pem::PemLabel;
use pkcs8::pkcs5::{self, pbes2, scrypt};
use pkcs8::spki::AlgorithmIdentifierRef;
use pkcs8::{EncryptedPrivateKeyInfoRef, LineEnding, ObjectIdentifier, PrivateKeyInfoRef, SecretDocument};
use zeroize::Zeroizing;

use crate::error::Error;
use crate::file;
use crate::secret::Secret;

/// Writes the pair to a new file.
pub(crate) fn write(path: &Path, pair: &Keypair, passphrase: &Secret, rng: &dyn Rng) -> Result<(), Error> {
    file::create(path, seal(pair, passphrase, rng).as_bytes())
}

/// The pair in the file; `None` where there is no file.
pub(crate) fn read(path: &Path, passphrase: &Secret) -> Result<Option<Keypair>, Error> {
    let Some(bytes) = file::read(path)?.map(Zeroizing::new) else {
        return Ok(None);
    };
    let text = std::str::from_utf8(&bytes).map_err(|_| Error::NotAKeyFile(path.to_owned()))?;
    open(text, passphrase).map(Some).map_err(|fault| match fault {
        Fault::Passphrase => Error::WrongPassphrase(path.to_owned()),
        Fault::File => Error::NotAKeyFile(path.to_owned()),
    })
}

#[derive(Debug, PartialEq, Eq)]
enum Fault {
    Passphrase,
    File,
}

fn seal(pair: &Keypair, passphrase: &Secret, rng: &dyn Rng) -> Zeroizing<String> {
    // Ed25519 keys are an octet string in an octet string (RFC 8410 section 7).
    let mut private = Zeroizing::new([0; 34]);
    private[..2].copy_from_slice(&WRAPPED);
    private[2..].copy_from_slice(Zeroizing::new(pair.seed()).as_slice());
    let inner = OctetStringRef::new(private.as_slice()).expect("34 bytes are an octet string");
    let info = PrivateKeyInfoRef::new(AlgorithmIdentifierRef { oid: ED25519, parameters: None }, inner);
    let work = scrypt::Params::new(LOG_N, R, P).expect("the numbers are in range");
    let (salt, iv) = (random_bytes::<16>(rng), random_bytes::<16>(rng));
    let scheme = pbes2::Parameters::generate_scrypt_aes256cbc(work, &salt, iv).expect("scrypt and AES-256 go together");
    let sealed = info.encrypt_with_params(scheme, passphrase.expose()).expect("48 bytes can be encrypted");
    sealed.to_pem(EncryptedPrivateKeyInfoRef::PEM_LABEL, LineEnding::LF).expect("a label and bytes make PEM")
}

fn open(pem: &str, passphrase: &Secret) -> Result<Keypair, Fault> {
    let (label, sealed) = SecretDocument::from_pem(pem.trim()).map_err(|_| Fault::File)?;
    if label != EncryptedPrivateKeyInfoRef::PEM_LABEL {
        return Err(Fault::File);
    }
    let sealed = EncryptedPrivateKeyInfoRef::from_der(sealed.as_bytes()).map_err(|_| Fault::File)?;
    let opened = sealed.decrypt(passphrase.expose()).map_err(|error| match error {
        pkcs8::Error::EncryptedPrivateKey(
            pkcs5::Error::AlgorithmParametersInvalid { .. } | pkcs5::Error::UnsupportedAlgorithm { .. },
        ) => Fault::File,
        // A wrong passphrase gives bytes that are no key; now and then even well-padded ones.
        _ => Fault::Passphrase,
    })?;
    let info = PrivateKeyInfoRef::from_der(opened.as_bytes()).map_err(|_| Fault::Passphrase)?;
    match info.private_key.as_bytes() {
        [0x04, 0x20, seed @ ..] if info.algorithm.oid == ED25519 => {
            let seed = Zeroizing::new(seed.try_into().map_err(|_| Fault::File)?);
            Ok(Keypair::from_seed(&seed))
        }
        _ => Err(Fault::File),
    }
}

/// `id-Ed25519` (RFC 8410 section 3).
const ED25519: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.101.112");
/// The head of an octet string of 32 bytes.
const WRAPPED: [u8; 2] = [0x04, 0x20];
/// 16 MiB and about 50 ms for each guess; the most that OpenSSL opens without being told to (32 MiB) is twice that.
const LOG_N: u8 = 14;
const R: u32 = 8;
const P: u32 = 1;

#[cfg(test)]
mod tests {
    use std::io::Write;
    use std::process::{Command, Stdio};

    use leasehold_testkit::need::{Need, is_missing};
    use leasehold_testkit::rng::SeededRng;

    use super::*;

    fn secret(text: &str) -> Secret {
        Secret::new(text.to_owned())
    }

    #[test]
    fn a_key_comes_back_with_its_passphrase_alone() {
        let pair = Keypair::from_seed(&[7; 32]);
        let pem = seal(&pair, &secret("correct horse"), &SeededRng::new(1));
        assert!(pem.starts_with("-----BEGIN ENCRYPTED PRIVATE KEY-----\n"));
        assert_eq!(open(&pem, &secret("correct horse")).unwrap().seed(), pair.seed());
        assert_eq!(open(&pem, &secret("correct house")).unwrap_err(), Fault::Passphrase);
    }

    #[test]
    fn what_is_no_key_file_is_told_from_a_wrong_passphrase() {
        let pem = seal(&Keypair::from_seed(&[7; 32]), &secret("x"), &SeededRng::new(1));
        for other in ["", "hello", &pem[..120], &pem.replace("ENCRYPTED PRIVATE", "PUBLIC")] {
            assert_eq!(open(other, &secret("x")).unwrap_err(), Fault::File, "{other}");
        }
    }

    #[test]
    fn openssl_reads_what_is_written_and_what_it_writes_is_read() {
        if is_missing(&[Need::OpenSsl]) {
            return;
        }
        let pair = Keypair::from_seed(&[9; 32]);
        let pem = seal(&pair, &secret("correct horse"), &SeededRng::new(1));
        let shown = openssl(&["pkey", "-passin", "pass:correct horse", "-noout", "-text_pub"], &pem);
        let digits: String = shown.chars().filter(char::is_ascii_hexdigit).collect();
        assert!(digits.ends_with(&pair.public().to_string()), "{shown}");
        let other = openssl(&["pkey", "-passin", "pass:correct horse", "-aes256", "-passout", "pass:battery"], &pem);
        assert_eq!(open(&other, &secret("battery")).unwrap().seed(), pair.seed());
    }

    fn openssl(arguments: &[&str], input: &str) -> String {
        let piped = (Stdio::piped(), Stdio::piped());
        let mut child = Command::new("openssl").args(arguments).stdin(piped.0).stdout(piped.1).spawn().unwrap();
        child.stdin.take().unwrap().write_all(input.as_bytes()).unwrap();
        let output = child.wait_with_output().unwrap();
        assert!(output.status.success());
        String::from_utf8(output.stdout).unwrap()
    }
}
