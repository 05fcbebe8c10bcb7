//! `leasehold host admin` and `leasehold host token`.

use std::path::PathBuf;

use clap::Args;
use leasehold_core::{Code, Text};
use leasehold_host::{LocalAccess, RoleSet};

use super::{default_data, failed, new_home};
use crate::commands::access::AccessContext;
use crate::commands::access::admin::Admin;
use crate::commands::access::token::Token;
use crate::failure::Failure;
use crate::operator::Operator;
use crate::output::Output;

/// Who may sign in to the host's dashboard.
#[derive(Debug, Args)]
pub(crate) struct HostAdmin {
    #[command(flatten)]
    of: OfHost,
    #[command(subcommand)]
    command: Admin,
}

/// What programs show to the host's admin API.
#[derive(Debug, Args)]
pub(crate) struct HostToken {
    #[command(flatten)]
    of: OfHost,
    #[command(subcommand)]
    command: Token,
}

#[derive(Debug, Args)]
struct OfHost {
    /// The host's folder.
    #[arg(long = "data", global = true, value_name = "DIR", env = "LEASEHOLD_HOST_DATA", default_value = default_data())]
    folder: Option<PathBuf>,
    /// Who orders it, for the audit [default: the user of the operating system].
    #[arg(long = "as", global = true, value_name = "NAME")]
    operator: Option<Text>,
}

impl HostAdmin {
    pub(crate) fn run(self, output: Output) -> Result<(), Failure> {
        self.command.run(&self.of.context()?, output)
    }
}

impl HostToken {
    pub(crate) fn run(self, output: Output) -> Result<(), Failure> {
        self.command.run(&self.of.context()?, output)
    }
}

impl OfHost {
    /// For whom it is; the folder is made, since the first administrator may be added before anything else.
    fn context(&self) -> Result<AccessContext<'_>, Failure> {
        // An option that is global cannot be required.
        let Some(folder) = self.folder.as_deref() else {
            return Err(Failure::failed(Code::Usage, "missing: --data <DIR>").hint("name the host's folder"));
        };
        new_home(folder)?.make().map_err(|error| failed(&error))?;
        let by = Operator::new(self.operator.clone()).name();
        let url = LocalAccess::read(folder).map_or_else(|| DEFAULT_URL.to_owned(), |access| access.url);
        Ok(AccessContext { folder, command: "leasehold host", roles: &RoleSet::ALL, url, token_prefix: "lhh_", by })
    }
}

/// Where a host's dashboard is, unless it serves elsewhere.
const DEFAULT_URL: &str = "http://127.0.0.1:16881";
