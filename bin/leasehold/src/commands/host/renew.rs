//! `leasehold host renew`.

use std::path::PathBuf;

use clap::Args;
use leasehold_client::Machine;
use leasehold_core::Text;
use leasehold_host::asking::{Answered, AuthorityTrust, HostInfo};

use super::config::Config;
use super::options::{AuthorityOptions, link};
use super::{Data, failed, install};
use crate::commands::authority::refused;
use crate::failure::Failure;
use crate::input;
use crate::output::Output;

/// Renew this host's certificate with the trust's authority now, and say what has changed in the grant.
///
/// A host that serves does so by info, once a month. The host key is not needed, and nothing is used up.
#[derive(Debug, Args)]
pub(crate) struct Renew {
    #[command(flatten)]
    data: Data,
    /// What the host is called from now on.
    #[arg(long, value_name = "NAME")]
    name: Option<Text>,
    /// The host's configuration; options given here win.
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
    #[command(flatten)]
    authority: AuthorityOptions,
}

impl Renew {
    pub(crate) fn run(self, output: Output) -> Result<(), Failure> {
        let config = Config::read(self.config.as_deref())?;
        let home = self.data.home();
        // Before an authority is asked for: a folder without a host has none.
        home.keypair().map_err(|error| failed(&error))?;
        let authority = self.authority.known(&config, &home)?;
        let link = link(&authority)?;
        let trust = AuthorityTrust { link: &link, root: authority.root.as_ref() };
        let info = HostInfo { machine: &Machine::read(), name: self.name };
        match home.renew(&info, &trust, input::now()).map_err(|error| failed(&error))? {
            Answered::Certified(certified) => {
                home.remember_authority(&authority).map_err(|error| failed(&error))?;
                install::print(&certified, Some(&authority), output);
                Ok(())
            }
            Answered::Refused(no) => Err(refused(&authority.address, &no)),
        }
    }
}
