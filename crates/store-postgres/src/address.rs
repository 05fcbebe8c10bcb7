//! Where a database is: `postgres://` URLs as libpq reads them, with what the environment adds to them.

use std::fmt;
use std::time::Duration;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};
use tokio::task::JoinHandle;
use tokio_postgres::config::{Host, SslMode};
use tokio_postgres::{Client, Config};

use crate::address_error::AddressError;
use crate::environment::Environment;
use crate::failure::Fault;
use crate::pass_file;
use crate::tls::{self, Mode, Tls};

/// A database and how to reach it. What it shows of itself has no password.
#[derive(Clone)]
pub struct Address {
    pub(crate) config: Config,
    pub(crate) tls: Tls,
    shown: String,
}

impl Address {
    /// Whether a text means a database rather than a folder.
    pub fn is_meant_by(text: &str) -> bool {
        text.starts_with("postgres://") || text.starts_with("postgresql://")
    }

    /// Whether a URL has a password in it, which others could read where it stands on a command line.
    pub fn names_password(url: &str) -> bool {
        url.parse::<Config>().is_ok_and(|config| config.get_password().is_some())
            || split(url).1.iter().any(|(name, _)| name == "password")
    }

    /// Reads a URL; what it leaves out is taken from `environment` (`PGPASSWORD`, `PGPASSFILE`, `PGUSER`, `PGSSLMODE`,
    /// `PGSSLROOTCERT`, `PGSSLCERT`, `PGSSLKEY`) and from the password file (`~/.pgpass`).
    ///
    /// # Errors
    /// [`AddressError`].
    pub fn parse(url: &str, environment: &Environment<'_>) -> Result<Self, AddressError> {
        let (bare, parameters) = split(url);
        let mut options = tls::Options::default();
        let mut rest = Vec::new();
        for (name, value) in parameters {
            match name.as_str() {
                "sslmode" => options.mode = Some(value),
                "sslrootcert" => options.roots = Some(value),
                "sslcert" => options.certificate = Some(value),
                "sslkey" => options.key = Some(value),
                _ => rest.push(format!("{name}={}", encoded(&value))),
            }
        }
        let plain = if rest.is_empty() { bare } else { format!("{bare}?{}", rest.join("&")) };
        let mut config: Config = plain.parse().map_err(AddressError::Url)?;
        if let (None, Some(user)) = (config.get_user(), environment("PGUSER")) {
            config.user(user);
        }
        let (mode, tls) = Tls::new(options.or(environment), environment)?;
        let sockets = config.get_hosts().iter().all(is_socket) && !config.get_hosts().is_empty();
        config.ssl_mode(match mode {
            // A socket of this machine cannot be overheard, and servers offer no TLS there.
            _ if sockets => SslMode::Disable,
            Mode::Disable => SslMode::Disable,
            Mode::Prefer => SslMode::Prefer,
            Mode::Require | Mode::VerifyCa | Mode::VerifyFull => SslMode::Require,
        });
        apply_defaults(&mut config);
        let shown = shown(&config);
        if config.get_password().is_none()
            && let Some(password) = environment("PGPASSWORD").or_else(|| pass_file::password(&config, environment))
        {
            config.password(password);
        }
        Ok(Self { config, tls, shown })
    }

    /// A connection, and the task that moves its bytes.
    pub(crate) async fn connect(&self) -> Result<(Client, JoinHandle<()>), Fault> {
        let (client, connection) = self.config.connect(self.tls.connector()).await?;
        let connection = tokio::spawn(async move {
            if let Err(error) = connection.await {
                tracing::debug!(%error, "connection to the database lost");
            }
        });
        Ok((client, connection))
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.shown)
    }
}

impl fmt::Debug for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Address").field(&self.shown).finish()
    }
}

/// Nothing may hang for ever: a server or network that is gone is noticed within seconds.
fn apply_defaults(config: &mut Config) {
    config.connect_timeout(config.get_connect_timeout().copied().unwrap_or(CONNECT));
    config.tcp_user_timeout(config.get_tcp_user_timeout().copied().unwrap_or(UNACKNOWLEDGED));
    config.keepalives_idle(KEEPALIVE).keepalives_interval(KEEPALIVE / 3).keepalives_retries(3);
    if config.get_application_name().is_none() {
        config.application_name("leasehold");
    }
}

fn is_socket(host: &Host) -> bool {
    match host {
        Host::Tcp(_) => false,
        #[cfg(unix)]
        Host::Unix(_) => true,
    }
}

fn shown(config: &Config) -> String {
    let port = |at: usize| config.get_ports().get(at).or(config.get_ports().first()).copied().unwrap_or(5_432);
    let host = |(at, host): (usize, &Host)| match host {
        Host::Tcp(name) if name.contains(':') => format!("[{name}]:{}", port(at)),
        Host::Tcp(name) => format!("{name}:{}", port(at)),
        #[cfg(unix)]
        Host::Unix(path) => format!("{}:{}", path.display(), port(at)),
    };
    let hosts: Vec<String> = config.get_hosts().iter().enumerate().map(host).collect();
    let user = config.get_user().map(|user| format!("{user}@")).unwrap_or_default();
    format!("postgres://{user}{}/{}", hosts.join(","), config.get_dbname().unwrap_or_default())
}

/// A URL without its parameters, and these, decoded.
fn split(url: &str) -> (String, Vec<(String, String)>) {
    let Some((bare, query)) = url.split_once('?') else { return (url.to_owned(), Vec::new()) };
    let pairs = query.split('&').filter(|pair| !pair.is_empty());
    let parameters = pairs.map(|pair| {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        (decoded(name), decoded(value))
    });
    (bare.to_owned(), parameters.collect())
}

fn decoded(text: &str) -> String {
    percent_decode_str(text).decode_utf8_lossy().into_owned()
}

fn encoded(text: &str) -> String {
    utf8_percent_encode(text, ESCAPED).to_string()
}

/// What an address may show of itself as it is: letters, digits and these.
const ESCAPED: &AsciiSet =
    &NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.').remove(b'~').remove(b'/').remove(b',').remove(b':');
const CONNECT: Duration = Duration::from_secs(3);
const UNACKNOWLEDGED: Duration = Duration::from_secs(8);
const KEEPALIVE: Duration = Duration::from_secs(9);

#[cfg(test)]
mod tests;
