//! Kerberos by the system's own programs: `ldapsearch` and its kin speak SASL (GSSAPI) with the tickets at hand or the machine's
//! keytab, so that no library in C is linked here.

use std::env;
use std::fmt::Write as _;
use std::io::{Read, Write};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use base64ct::{Base64, Encoding};
use leasehold_core::Clock;

use crate::address::{DirectoryAddress, Scheme};
use crate::connection::FoundEntries;
use crate::error::Failure;
use crate::message::{Done, RawEntry, Scope, Search, readable};

/// The system's programs for one directory. Each run of one ends within what is left of the conversation's time.
#[derive(Debug)]
pub(crate) struct Tools<'c> {
    address: DirectoryAddress,
    tickets: Tickets,
    clock: &'c dyn Clock,
    ends: Duration,
}

/// Whose tickets are used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Tickets {
    /// Those of the user, as `kinit` has fetched them.
    AtHand,
    /// The machine's own, fetched with its keytab and kept nowhere.
    OfTheMachine,
}

impl<'c> Tools<'c> {
    pub(crate) fn new(address: &DirectoryAddress, tickets: Tickets, clock: &'c dyn Clock) -> Self {
        Self { address: address.clone(), tickets, clock, ends: clock.running().since.saturating_add(TIMEOUT) }
    }

    /// Whether there is a program, and a keytab to prove with that the machine asks.
    pub(crate) fn are_usable() -> bool {
        let named = |name: &str| env::var_os(name).is_some_and(|value| !value.is_empty());
        let keytab = || std::fs::File::open(KEYTAB).is_ok();
        program("ldapsearch").is_some() && (named("KRB5_CLIENT_KTNAME") || keytab())
    }

    pub(crate) fn search(&mut self, search: &Search<'_>) -> Result<(FoundEntries, Done), Failure> {
        let scope = match search.scope {
            Scope::Base => "base",
            Scope::OneLevel => "one",
        };
        let mut filter = String::new();
        for (name, value) in search.equal {
            write!(filter, "({name}={value})").expect("memory takes what is written");
        }
        let filter = if filter.is_empty() { "(objectClass=*)".to_owned() } else { format!("(&{filter})") };
        let mut arguments = vec!["-LLL", "-o", "ldif-wrap=no", "-s", scope, "-b", search.base];
        if search.page.is_some() {
            arguments.extend(["-E", "pr=50/noprompt"]);
        }
        arguments.push(&filter);
        arguments.extend(search.attributes);
        let (output, done) = self.run("ldapsearch", &arguments, "")?;
        Ok((FoundEntries { entries: entries(&output).ok_or(Failure::Malformed("its LDIF"))?, references: 0 }, done))
    }

    #[cfg(feature = "publish")]
    pub(crate) fn add(&mut self, dn: &str, attributes: &crate::layout::Attributes) -> Result<Done, Failure> {
        let record = crate::ldif::record(dn, attributes);
        self.run("ldapmodify", &["-a"], &record).map(|(_, done)| done)
    }

    #[cfg(feature = "publish")]
    pub(crate) fn delete(&mut self, dn: &str) -> Result<Done, Failure> {
        // The name is the server's: it is no option, whatever it begins with.
        self.run("ldapdelete", &["--", dn], "").map(|(_, done)| done)
    }

    /// Runs a program to its end or to that of the conversation; what it has printed, and the result that it names.
    fn run(&self, name: &str, arguments: &[&str], input: &str) -> Result<(String, Done), Failure> {
        let program = program(name).ok_or_else(|| Failure::Kerberos(format!("{name}: no such program here")))?;
        let mut command = Command::new(program);
        // The server by the name that was set (`-N`): what reverse DNS calls it could be forged.
        command.args(["-Q", "-N", "-Y", "GSSAPI", "-o", "nettimeout=10", "-H", &self.address.to_string()]);
        if self.address.scheme() == Scheme::Ldaps {
            // Within TLS a server wants no second layer.
            command.args(["-O", "maxssf=0"]);
        }
        if self.tickets == Tickets::OfTheMachine {
            command.env("KRB5CCNAME", "MEMORY:leasehold");
            if env::var_os("KRB5_CLIENT_KTNAME").is_none() {
                command.env("KRB5_CLIENT_KTNAME", KEYTAB);
            }
        }
        command.args(arguments).env("LC_ALL", "C").env_remove("LDAPRC");
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let unusable = |error: std::io::Error| Failure::Kerberos(format!("{name}: {error}"));
        let mut child = command.spawn().map_err(unusable)?;
        if let Some(mut stdin) = child.stdin.take() {
            // One that has ended already says why on its standard error.
            drop(stdin.write_all(input.as_bytes()));
        }
        let (output, error) = self.read_within(&mut child)?;
        let status = child.wait().map_err(unusable)?;
        match status.code() {
            Some(code) => {
                let done = result(u64::from(code.unsigned_abs()), &error);
                Ok((output, done.map_err(|failure| self.with_other_way(failure, code))?))
            }
            None => Err(unreached(&error)),
        }
    }

    /// Many servers take Kerberos within TLS only with channel bindings, which the tools do not send.
    fn with_other_way(&self, failure: Failure, code: i32) -> Failure {
        match failure {
            Failure::Denied(words) if self.address.scheme() == Scheme::Ldaps && code == STRONGER_WANTED => {
                Failure::Denied(format!("{words}; over ldap:// Kerberos signs and encrypts by itself"))
            }
            other => other,
        }
    }

    /// What a child prints, until it ends; it is ended where the time or the size is used up.
    fn read_within(&self, child: &mut Child) -> Result<(String, String), Failure> {
        let (sender, receiver) = mpsc::channel();
        let streams: [Option<Box<dyn Read + Send>>; 2] = [
            child.stdout.take().map(|stream| Box::new(stream) as Box<dyn Read + Send>),
            child.stderr.take().map(|stream| Box::new(stream) as Box<dyn Read + Send>),
        ];
        for (at, stream) in streams.into_iter().enumerate() {
            let (sender, Some(stream)) = (sender.clone(), stream) else { continue };
            thread::spawn(move || {
                let mut bytes = Vec::new();
                let read = stream.take(MAX_BYTES + 1).read_to_end(&mut bytes);
                drop(sender.send((at, read.map(|_| bytes))));
            });
        }
        let mut texts = [String::new(), String::new()];
        for _ in 0..texts.len() {
            let left = self.ends.saturating_sub(self.clock.running().since);
            let Ok((at, read)) = receiver.recv_timeout(left) else {
                end(child);
                return Err(Failure::Silent);
            };
            let bytes = read.unwrap_or_default();
            if bytes.len() as u64 > MAX_BYTES {
                end(child);
                return Err(Failure::TooLarge("more than a megabyte"));
            }
            texts[at] = String::from_utf8_lossy(&bytes).into_owned();
        }
        let [output, error] = texts;
        Ok((output, error))
    }
}

fn end(child: &mut Child) {
    drop(child.kill());
    drop(child.wait());
}

/// What a program that has ended with `code` says of the server's result.
fn result(code: u64, error: &str) -> Result<Done, Failure> {
    let words = error.lines().map(str::trim).filter(|line| !line.is_empty()).collect::<Vec<_>>().join("; ");
    let message = readable(words.as_bytes());
    if code >= OWN_FAILURE || error.contains("ldap_sasl_interactive_bind") {
        let unreached = error.contains("Can't contact LDAP server") || error.contains("Timed out");
        return Err(if unreached { self::unreached(error) } else { Failure::Denied(message) });
    }
    let is_address = |line: &&str| line.starts_with("ldap") && line.contains("://");
    let referral = error.lines().map(str::trim).find(is_address).map(|line| readable(line.as_bytes()));
    Ok(Done { code, message, referral, cookie: Vec::new() })
}

fn unreached(error: &str) -> Failure {
    let first = readable(error.lines().next().unwrap_or_default().as_bytes());
    Failure::Unreachable(std::io::Error::other(first))
}

/// The program of this name in the folders where programs of the system are.
fn program(name: &str) -> Option<PathBuf> {
    let path = env::var_os("PATH").unwrap_or_default();
    let folders = env::split_paths(&path).chain(["/usr/bin", "/usr/local/bin"].map(PathBuf::from));
    folders.filter(|folder| folder.is_absolute()).map(|folder| folder.join(name)).find(|program| program.is_file())
}

/// The entries in LDIF whose lines are not folded; `None` where it is none.
pub(crate) fn entries(ldif: &str) -> Option<Vec<RawEntry>> {
    let mut entries: Vec<RawEntry> = Vec::new();
    let mut open = false;
    for line in ldif.lines() {
        if line.is_empty() {
            open = false;
            continue;
        }
        if line.starts_with('#') {
            continue;
        }
        let (name, value) = line.split_once(':')?;
        let value = match value.strip_prefix(':') {
            Some(encoded) => Base64::decode_vec(encoded.trim()).ok()?,
            None => value.trim_start().as_bytes().to_vec(),
        };
        match (name, open) {
            ("dn", false) => {
                entries.push(RawEntry::at(String::from_utf8(value).ok()?));
                open = true;
            }
            // Where more may be found; it is not followed.
            ("ref", false) => {}
            (_, true) => entries.last_mut()?.push(name, value),
            (_, false) => return None,
        }
    }
    Some(entries)
}

/// The result of a server that wants another way to bind (RFC 4511 section 4.1.9).
const STRONGER_WANTED: i32 = 8;
/// From here on a status is the program's own failure, such as no ticket, and no result of the server.
const OWN_FAILURE: u64 = 81;
/// The machine's keytab.
const KEYTAB: &str = "/etc/krb5.keytab";
/// How long a conversation may take: longer than one over a connection of our own, since tickets are fetched first.
const TIMEOUT: Duration = Duration::from_secs(30);
const MAX_BYTES: u64 = 1_024 * 1_024;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn entries_of_ldif_are_read() {
        let text = "dn: cn=a,dc=example\nkeywords: leasehold\nkeywords:: w6Q=\n\n# refldap://b\n\ndn:: Y249Yg==\n\n";
        let read = entries(text).unwrap();
        assert_eq!(read.iter().map(|entry| entry.dn.as_str()).collect::<Vec<_>>(), ["cn=a,dc=example", "cn=b"]);
        assert_eq!(read[0].values("keywords").collect::<Vec<_>>(), [b"leasehold".as_slice(), "ä".as_bytes()]);
        assert_eq!(entries("words\n"), None);
    }
}
