//! `leasehold host activate`.

use std::path::PathBuf;

use clap::Args;
use leasehold_core::Text;
use leasehold_host::asking::{Answered, AuthorityTrust};

use super::config::Config;
use super::options::{AuthorityOptions, link};
use super::request::inquiry;
use super::{Data, failed, install};
use crate::commands::authority::refused;
use crate::failure::Failure;
use crate::input;
use crate::output::Output;

/// Activate this host with the vendor's authority over the network.
///
/// The host key is asked for; it is neither stored nor sent: the request proves that you hold it. Where an answer is lost,
/// run the command again: it asks with the same request, and nothing more is used up.
#[derive(Debug, Args)]
pub(crate) struct Activate {
    #[command(flatten)]
    data: Data,
    /// Read the host key from a file instead of asking for it; `-` is standard input.
    #[arg(long, value_name = "FILE")]
    key_file: Option<PathBuf>,
    /// What the host is called [default: this machine's name].
    #[arg(long, value_name = "NAME")]
    name: Option<Text>,
    /// The host's configuration; options given here win.
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
    #[command(flatten)]
    authority: AuthorityOptions,
}

impl Activate {
    pub(crate) fn run(self, output: Output) -> Result<(), Failure> {
        let config = Config::read(self.config.as_deref())?;
        let home = self.data.new_home()?;
        let authority = self.authority.known(&config, &home)?;
        let link = link(&authority)?;
        let key = input::product_key(self.key_file.as_deref(), "host key")?;
        let trust = AuthorityTrust { link: &link, root: authority.root.as_ref() };
        let now = input::now();
        let usage = config.usage();
        let report = self.data.configured(config.store).report(usage, now)?;
        let answered = home.activate(&inquiry(&key, self.name)?, &report, &trust, now);
        match answered.map_err(|error| failed(&error))? {
            Answered::Certified(certified) => {
                home.remember_authority(&authority).map_err(|error| failed(&error))?;
                install::print(&certified, Some(&authority), output);
                Ok(())
            }
            Answered::Refused(no) => Err(refused(&authority.address, &no)),
        }
    }
}
