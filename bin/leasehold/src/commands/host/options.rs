//! Options that several commands of a host share: which authority it speaks with (by option, by configuration, or as its folder
//! remembers), and where it listens.

use std::net::SocketAddr;
use std::path::PathBuf;

use clap::Args;
use leasehold_client::{AuthorityAddress, AuthorityLink};
use leasehold_core::{Code, PublicKey};
use leasehold_host::activation::Home;
use leasehold_host::authority::Authority;

use super::config::Config;
use super::failed;
use crate::failure::Failure;
use crate::values;

/// Which authority, and what is believed of it.
#[derive(Args, Clone, Debug, Default)]
#[command(next_help_heading = "Authority")]
pub(crate) struct AuthorityOptions {
    /// The vendor's authority: NAME, NAME:PORT, https://… or http://…; plain HTTP at port 16890 unless said otherwise, as `vendor serve`
    /// listens [default: as configured, else the one that activated this host].
    #[arg(long, value_name = "URL")]
    authority: Option<AuthorityAddress>,
    /// Trust it with a TLS certificate of the authorities in this PEM file, and no other.
    #[arg(long, visible_alias = "ca-file", value_name = "FILE")]
    ca: Option<PathBuf>,
    /// Also check its answers against the vendor's root key (64 hexadecimal digits).
    #[arg(long, value_name = "HEX")]
    root: Option<PublicKey>,
}

/// With what a host that is looked at serves.
#[derive(Args, Clone, Debug)]
pub(crate) struct ServedWith {
    /// The host's configuration; options given here win.
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
    /// Certificate chain that the host shows by TLS (PEM).
    #[arg(long, value_name = "FILE")]
    tls_cert: Option<PathBuf>,
}

impl ServedWith {
    /// The configuration, with the certificate that is named here.
    pub(crate) fn read(self) -> Result<Config, Failure> {
        let config = Config::read(self.config.as_deref())?;
        Ok(Config { tls_cert: self.tls_cert.or(config.tls_cert), ..config })
    }
}

/// Where a host that is asked, or looked at, listens.
#[derive(Args, Clone, Copy, Debug)]
pub(crate) struct ListensAt {
    #[arg(
        help = "Address at which the host listens [default: [::]:16880]",
        long, visible_alias = "address", value_name = "ADDRESS", value_parser = values::listen
    )]
    listen: Option<SocketAddr>,
}

impl ListensAt {
    /// As this option or `config` says.
    pub(crate) fn address(self, config: &Config) -> SocketAddr {
        self.listen.unwrap_or(config.address())
    }
}

impl AuthorityOptions {
    /// Whether none is given.
    pub(crate) fn is_empty(&self) -> bool {
        self.authority.is_none() && self.ca.is_none() && self.root.is_none()
    }

    /// The authority that these options or `config` name; what they leave open is as `home` remembers it.
    pub(crate) fn set(&self, config: &Config, home: &Home) -> Result<Option<Authority>, Failure> {
        let remembered = home.authority().map_err(|error| failed(&error))?;
        let address = self.authority.clone().or_else(|| config.authority.clone());
        let sets_more = self.ca.is_some() || self.root.is_some() || config.authority_ca.is_some();
        if address.is_none() && !sets_more && config.authority_root.is_none() {
            return Ok(None);
        }
        let Some(address) = address.or_else(|| remembered.as_ref().map(|known| known.address.clone())) else {
            return Ok(None);
        };
        let same = remembered.filter(|known| known.address == address);
        let ca = self.ca.clone().or_else(|| config.authority_ca.clone()).or(same.and_then(|known| known.ca));
        Ok(Some(Authority { address, ca, root: self.root.or(config.authority_root) }))
    }

    /// As [`Self::set`], or the one that is remembered; fails where there is none.
    pub(crate) fn known(&self, config: &Config, home: &Home) -> Result<Authority, Failure> {
        let known = match self.set(config, home)? {
            Some(set) => Some(set),
            None => home.authority().map_err(|error| failed(&error))?,
        };
        known.ok_or_else(|| {
            Failure::failed(Code::NoAuthority, "authority: none is set and none is remembered")
                .hint("give the vendor's with `--authority URL`; without a network, use `leasehold host request`")
        })
    }
}

/// The way to `authority`.
pub(crate) fn link(authority: &Authority) -> Result<AuthorityLink, Failure> {
    authority.link().map_err(|error| failed(&error))
}
