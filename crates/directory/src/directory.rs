//! A directory as a machine or an administrator sees it: its id, and the activation objects in it.

use std::fmt;

use leasehold_core::{Clock, DirectoryId, KeyId};
use zeroize::Zeroizing;

use crate::address::{DirectoryAddress, Scheme};
use crate::connection::{Connection, FoundEntries, describe};
use crate::error::{DirectoryError, Failure};
use crate::kerberos::{Tickets, Tools};
pub use crate::layout::Entry;
use crate::layout::{Layout, is_name};
use crate::message::{Done, Operation, Scope, Search};
use crate::tls::Trust;

/// How a directory is reached.
#[derive(Clone, Debug)]
pub struct Connector {
    /// Its server.
    pub address: DirectoryAddress,
    /// As whom.
    pub bind: Bind,
    /// Whose certificates are trusted for TLS.
    pub trust: Trust,
    /// The base of a directory that is not Active Directory; its first naming context unless set.
    pub base: Option<String>,
}

/// As whom a directory is asked.
#[derive(Clone, Default)]
pub enum Bind {
    /// As no user in particular.
    #[default]
    Anonymous,
    /// With a name and password, under TLS alone.
    Simple {
        /// The user: a DN, or what the directory takes in its place, such as `machine$@corp.example`.
        name: String,
        /// The password.
        password: Zeroizing<String>,
    },
    /// With Kerberos and the tickets at hand. It is spoken by the system's `ldapsearch`.
    Kerberos,
    /// With Kerberos as the machine itself, by its keytab.
    Machine,
}

/// A directory that is open for a few seconds.
#[derive(Debug)]
pub struct Directory<'c> {
    server: String,
    pub(crate) session: Session<'c>,
    pub(crate) layout: Layout,
    /// The configuration of Active Directory, else the base.
    base: String,
    name: String,
    id: DirectoryId,
}

#[derive(Debug)]
pub(crate) enum Session<'c> {
    Own(Connection<'c>),
    Tools(Tools<'c>),
}

/// What a server says of itself.
struct Root {
    layout: Layout,
    base: String,
    /// The entry whose id is the directory's.
    top: String,
}

impl Bind {
    /// As the machine itself: with Kerberos where it has a keytab and the programs for it, else as no user.
    pub fn of_this_machine() -> Self {
        if Tools::are_usable() { Self::Machine } else { Self::Anonymous }
    }
}

impl<'c> Directory<'c> {
    /// Connects, binds, and asks the directory for its id. All that is asked of it together ends within ten seconds.
    ///
    /// # Errors
    /// [`DirectoryError`].
    pub fn open(connector: &Connector, clock: &'c dyn Clock) -> Result<Self, DirectoryError> {
        let server = connector.address.to_string();
        let failed = |failure| DirectoryError { server: server.clone(), failure };
        let mut session = Session::open(connector, clock).map_err(failed)?;
        let root = root(&mut session, connector.base.as_deref()).map_err(failed)?;
        let id = id(&mut session, &root).map_err(failed)?;
        let Root { layout, base, top } = root;
        Ok(Self { server, session, layout, base, name: dotted(&top), id })
    }

    /// The id that its activation objects must have.
    pub fn id(&self) -> DirectoryId {
        self.id
    }

    /// The server, as it was addressed.
    pub fn server(&self) -> &str {
        &self.server
    }

    /// Below what the container of activation objects lies: the configuration of Active Directory, else the base.
    pub fn base(&self) -> &str {
        &self.base
    }

    /// Its name for people: `corp.example`.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// How it keeps activation objects.
    pub fn layout(&self) -> Layout {
        self.layout
    }

    /// Below which entry they lie.
    pub fn container(&self) -> String {
        self.layout.container(&self.base)
    }

    /// The activation objects of `vendor`, or of all vendors, in the order of their names. What is no document is left out.
    ///
    /// # Errors
    /// [`DirectoryError`]; a container that is not there is none: nothing was published yet.
    pub fn entries(&mut self, vendor: Option<KeyId>) -> Result<Vec<Entry>, DirectoryError> {
        let found = self.find(vendor);
        found.map_err(|failure| self.failed(failure))
    }

    pub(crate) fn find(&mut self, vendor: Option<KeyId>) -> Result<Vec<Entry>, Failure> {
        let (container, filter) = (self.container(), self.layout.filter(vendor));
        let search = Search {
            base: &container,
            scope: Scope::OneLevel,
            equal: &filter,
            attributes: self.layout.attributes(),
            page: Some(Vec::new()),
        };
        let (found, done) = self.session.search(&search)?;
        match done.code {
            SUCCESS => {}
            // A server that gives no more has given some: one object is enough.
            SIZE_LIMIT if !found.entries.is_empty() => {}
            NO_SUCH_OBJECT => return Ok(Vec::new()),
            _ => return Err(refusal(&done)),
        }
        let mut entries: Vec<Entry> = found.entries.iter().flat_map(|raw| self.layout.read(raw)).collect();
        // A server need not mind the filter.
        entries.retain(|entry| vendor.is_none_or(|vendor| vendor == entry.vendor));
        entries.sort_by(|one, other| one.dn.cmp(&other.dn));
        Ok(entries)
    }

    pub(crate) fn failed(&self, failure: Failure) -> DirectoryError {
        DirectoryError { server: self.server.clone(), failure }
    }
}

impl<'c> Session<'c> {
    fn open(connector: &Connector, clock: &'c dyn Clock) -> Result<Self, Failure> {
        let Connector { address, bind, trust, .. } = connector;
        let (name, password) = match bind {
            Bind::Kerberos => return Ok(Self::Tools(Tools::new(address, Tickets::AtHand, clock))),
            Bind::Machine => return Ok(Self::Tools(Tools::new(address, Tickets::OfTheMachine, clock))),
            Bind::Anonymous => ("", ""),
            Bind::Simple { name, password } if name.is_empty() || password.is_empty() => {
                // A server would take it for an anonymous one (RFC 4513 section 5.1.2).
                return Err(Failure::Denied("the name or the password is empty".to_owned()));
            }
            Bind::Simple { name, password } => (name.as_str(), password.as_str()),
        };
        let mut connection = Connection::open(address, trust, clock)?;
        if !password.is_empty() && address.scheme() == Scheme::Ldap {
            connection.start_tls(address, trust)?;
        }
        let done = connection.ask(Operation::Bind { name, password })?;
        match done.code {
            SUCCESS => Ok(Self::Own(connection)),
            BUSY | UNAVAILABLE => Err(Failure::Refused(describe(&done))),
            _ => Err(Failure::Denied(describe(&done))),
        }
    }

    pub(crate) fn search(&mut self, search: &Search<'_>) -> Result<(FoundEntries, Done), Failure> {
        match self {
            Self::Own(connection) => connection.search(search),
            Self::Tools(tools) => tools.search(search),
        }
    }

    /// The one entry `dn` with some attributes; `None` where there is none that this user may see.
    fn entry(&mut self, dn: &str, attributes: &[&'static str]) -> Result<Option<crate::message::RawEntry>, Failure> {
        let search = Search { base: dn, scope: Scope::Base, equal: &[], attributes, page: None };
        let (found, done) = self.search(&search)?;
        match done.code {
            SUCCESS => Ok(found.entries.into_iter().next()),
            NO_SUCH_OBJECT => Ok(None),
            _ => Err(refusal(&done)),
        }
    }
}

/// What the server says of itself.
fn root(session: &mut Session<'_>, base: Option<&str>) -> Result<Root, Failure> {
    let asked = ["configurationNamingContext", "rootDomainNamingContext", "namingContexts"];
    let root = session.entry("", &asked)?.ok_or(Failure::NoId("naming contexts"))?;
    let named = |attribute| root.text(attribute).filter(|dn| is_name(dn));
    if let (Some(base), Some(top)) = (named(asked[0]), named(asked[1])) {
        return Ok(Root { layout: Layout::ActiveDirectory, base, top });
    }
    let base = base.map(str::to_owned).or_else(|| named(asked[2]).filter(|base| !base.is_empty()));
    let base = base.ok_or(Failure::NoId("naming contexts: set a base"))?;
    Ok(Root { layout: Layout::Ldap, top: base.clone(), base })
}

/// The id of the directory: what its server keeps the topmost entry by.
fn id(session: &mut Session<'_>, root: &Root) -> Result<DirectoryId, Failure> {
    let name = match root.layout {
        Layout::ActiveDirectory => "objectGUID",
        Layout::Ldap => "entryUUID",
    };
    let entry = session.entry(&root.top, &[name])?.ok_or(Failure::NoId("id: this user may not see its base"))?;
    let id = match root.layout {
        Layout::ActiveDirectory => entry.values(name).next().and_then(|guid| Some(DirectoryId(guid.try_into().ok()?))),
        Layout::Ldap => entry.text(name).and_then(|uuid| uuid.parse().ok()),
    };
    id.ok_or(Failure::NoId("id"))
}

/// A result other than success, by what it means for reading.
pub(crate) fn refusal(done: &Done) -> Failure {
    match done.code {
        REFERRAL => Failure::Referred(done.referral.clone().unwrap_or_else(|| describe(done))),
        // Active Directory answers 1 to those who have not bound.
        1 | 8 | 13 | 48 | 49 | 50 => Failure::Denied(describe(done)),
        _ => Failure::Refused(describe(done)),
    }
}

/// `corp.example` for `DC=corp,DC=example`; another DN as it is.
fn dotted(dn: &str) -> String {
    let labels = dn.split(',').map(|part| {
        let (kind, value) = part.trim().split_once('=')?;
        kind.eq_ignore_ascii_case("dc").then(|| value.to_owned())
    });
    labels.collect::<Option<Vec<_>>>().map_or_else(|| dn.to_owned(), |labels| labels.join("."))
}

impl fmt::Debug for Bind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Anonymous => f.write_str("Anonymous"),
            Self::Simple { name, .. } => write!(f, "Simple {{ name: {name:?}, password: [redacted] }}"),
            Self::Kerberos => f.write_str("Kerberos"),
            Self::Machine => f.write_str("Machine"),
        }
    }
}

pub(crate) const SUCCESS: u64 = 0;
const SIZE_LIMIT: u64 = 4;
const REFERRAL: u64 = 10;
pub(crate) const NO_SUCH_OBJECT: u64 = 32;
const BUSY: u64 = 51;
const UNAVAILABLE: u64 = 52;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_base_of_domain_components_is_shown_as_a_domain() {
        assert_eq!(dotted("DC=corp, dc=example"), "corp.example");
        assert_eq!(dotted("o=Example Corporation"), "o=Example Corporation");
    }

    #[test]
    fn a_password_is_not_shown() {
        let bind = Bind::Simple { name: "cn=a".to_owned(), password: "secret".to_owned().into() };
        assert!(!format!("{bind:?}").contains("secret"));
    }
}
