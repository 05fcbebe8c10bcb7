//! What a program may set about a client.

use std::ffi::c_char;
use std::mem::offset_of;
use std::path::{Path, PathBuf};
use std::time::Duration;

use leasehold_client::{
    Directories, DirectoryAccount, EnvironmentError, HostName, Lookup, Machine, Options as ClientOptions, read_file,
};
use leasehold_core::Text;

use crate::fault::Fault;
use crate::input::{optional_text, sized};

/// What a program may set about a client. Set all to zero, then `size`, then what is wanted; texts are UTF-8 and are copied. What
/// is not set is taken from the environment (`LEASEHOLD_HOST`, `LEASEHOLD_STATE` …) unless `LH_NO_ENVIRONMENT` is among the flags.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct Options {
    /// The size of this struct: `sizeof(lh_options)`.
    pub size: usize,
    /// `LH_NO_ENVIRONMENT`, `LH_NO_DNS`; several are joined by `|`.
    pub flags: u32,
    /// How long one address may take to accept a connection, in milliseconds; zero for the default of three seconds.
    pub connect_timeout_ms: u32,
    /// The state folder.
    pub state: *const c_char,
    /// Addresses of hosts, by commas, in the order in which they are tried.
    pub hosts: *const c_char,
    /// The root key that the manifest must have, 64 hexadecimal digits.
    pub root: *const c_char,
    /// A file in PEM form: the certificates trusted for `https` hosts, and no others.
    pub ca_file: *const c_char,
    /// The id by which a container is recognised in the place of the hardware below it.
    pub instance: *const c_char,
    /// The name that hosts get to know; an empty text for none.
    pub host_name: *const c_char,
    /// The servers of a directory by commas (`ldaps://…`), `domain` for that of this machine, or `off`.
    pub directory: *const c_char,
    /// As whom the directory is read.
    pub directory_user: *const c_char,
    /// The password of that user.
    pub directory_password: *const c_char,
    /// The base of a directory that is not Active Directory.
    pub directory_base: *const c_char,
    /// For tests: seconds that are added to the clock (`+2592000`, `-60`), or a file that holds them. A manifest that is not marked as a
    /// test manifest refuses it (`test-clock-refused`).
    pub test_clock: *const c_char,
}

/// Take nothing from the environment.
pub const NO_ENVIRONMENT: u32 = 1;
/// Look for no hosts in DNS.
pub const NO_DNS: u32 = 2;

/// The client's options as the caller set them; its defaults where `options` is null.
///
/// # Safety
/// `options` is null or points to a [`Options`] of the size that it says, with texts that are null or end with a zero.
pub(crate) unsafe fn client_options(options: *const Options) -> Result<ClientOptions, Fault> {
    if options.is_null() {
        return environment();
    }
    // SAFETY: it is not null, and as the caller promises; null pointers and zeros are an `Options`.
    let given = unsafe { sized(options, offset_of!(Options, state), "options") }?;
    if given.flags & !(NO_ENVIRONMENT | NO_DNS) != 0 {
        return Err(Fault::argument("options.flags has a flag that this library does not know"));
    }
    // SAFETY: as the caller promises, for each of the texts.
    let text = |text, name: &str| unsafe { optional_text(text, &format!("options.{name}")) };
    let set = Set {
        state: text(given.state, "state")?,
        hosts: text(given.hosts, "hosts")?,
        root: text(given.root, "root")?,
        ca_file: text(given.ca_file, "ca_file")?,
        instance: text(given.instance, "instance")?,
        host_name: text(given.host_name, "host_name")?,
        directory: text(given.directory, "directory")?,
        directory_user: text(given.directory_user, "directory_user")?,
        directory_password: text(given.directory_password, "directory_password")?,
        directory_base: text(given.directory_base, "directory_base")?,
        test_clock: text(given.test_clock, "test_clock")?,
    };
    let base = if given.flags & NO_ENVIRONMENT == 0 { environment()? } else { ClientOptions::default() };
    let base = match given.connect_timeout_ms {
        0 => base,
        timeout => ClientOptions { connect_timeout: Duration::from_millis(timeout.into()), ..base },
    };
    let base = if given.flags & NO_DNS == 0 { base } else { ClientOptions { lookup: Lookup::Off, ..base } };
    set.over(base)
}

fn environment() -> Result<ClientOptions, Fault> {
    ClientOptions::from_environment().map_err(|error: EnvironmentError| Fault::of(error.code(), error.to_string()))
}

/// The texts of the options.
struct Set<'t> {
    state: Option<&'t str>,
    hosts: Option<&'t str>,
    root: Option<&'t str>,
    ca_file: Option<&'t str>,
    instance: Option<&'t str>,
    host_name: Option<&'t str>,
    directory: Option<&'t str>,
    directory_user: Option<&'t str>,
    directory_password: Option<&'t str>,
    directory_base: Option<&'t str>,
    test_clock: Option<&'t str>,
}

impl Set<'_> {
    /// `base` with what is set.
    fn over(&self, base: ClientOptions) -> Result<ClientOptions, Fault> {
        let hosts = self.hosts.map(|hosts| {
            let hosts = hosts.split(',').filter(|host| !host.trim().is_empty()).map(str::parse);
            hosts.collect::<Result<_, _>>().map_err(|error| wrong("hosts", &error))
        });
        let root = self.root.map(|root| root.parse().map_err(|error| wrong("root", &error))).transpose()?;
        let instance = self.instance.map(|id| Machine::instance(id).ok_or_else(not_an_instance)).transpose()?;
        let authorities = self.ca_file.map(|path| read_file(Path::new(path), MAX_CA_BYTES)).transpose()?;
        let test_clock = self.test_clock.map(|text| text.parse().map_err(|error| wrong("test_clock", &error)));
        let host_name = match self.host_name {
            None => base.host_name,
            Some("") => HostName::Withheld,
            Some(name) => HostName::Given(name.parse::<Text>().map_err(|error| wrong("host_name", &error))?),
        };
        Ok(ClientOptions {
            state: self.state.map(PathBuf::from).or(base.state),
            hosts: hosts.transpose()?.unwrap_or(base.hosts),
            root: root.or(base.root),
            machine: instance.or(base.machine),
            authorities: authorities.or(base.authorities),
            test_clock: test_clock.transpose()?.or(base.test_clock),
            directories: self.directories(base.directories)?,
            host_name,
            ..base
        })
    }

    fn directories(&self, base: Directories) -> Result<Directories, Fault> {
        let source = self.directory.map(|text| text.parse().map_err(|error| wrong("directory", &error)));
        let account = self.directory_user.map(|name| DirectoryAccount {
            name: name.to_owned(),
            password: self.directory_password.unwrap_or_default().to_owned().into(),
        });
        Ok(Directories {
            source: source.transpose()?.unwrap_or(base.source),
            account: account.or(base.account),
            base: self.directory_base.map(str::to_owned).or(base.base),
        })
    }
}

fn wrong(name: &str, error: &impl std::fmt::Display) -> Fault {
    Fault::argument(format!("options.{name}: {error}"))
}

fn not_an_instance() -> Fault {
    Fault::argument("options.instance: an id has 1 to 200 characters, none of them a control character")
}

/// More than the certificates of any platform have.
const MAX_CA_BYTES: u64 = 4 * 1_024 * 1_024;
