//! `… admin`: who may sign in to the dashboard.

use std::path::{Path, PathBuf};

use clap::{Args, Subcommand};
use leasehold_client::SystemRng;
use leasehold_core::{AdminName, Code, Timestamp};
use leasehold_service::access::{Accounts, NewAdmin, PasswordHash};
use serde_json::json;
use zeroize::Zeroizing;

use super::AccessContext;
use crate::failure::Failure;
use crate::input;
use crate::output::{self, Column, Output, Table};

#[derive(Debug, Subcommand)]
pub(crate) enum Admin {
    /// Add an administrator, who signs in to the dashboard with a password.
    Add(Add),
    /// The administrators, and what they may do.
    List,
    /// Set an administrator's password anew.
    Password(Password),
    /// Print a link that signs an administrator in once.
    Link(Name),
    /// Remove an administrator, whose sessions end at once.
    Remove(Name),
}

#[derive(Debug, Args)]
pub(crate) struct Add {
    /// What they sign in as.
    name: AdminName,
    /// What they may do; several between commas [default: all of it].
    #[arg(long = "role", value_name = "ROLE", value_delimiter = ',')]
    roles: Vec<String>,
    /// The password, of 12 characters or more, is the first line of this file (- for standard input), instead of asking.
    #[arg(long, value_name = "FILE")]
    password_file: Option<PathBuf>,
    /// Without a password: they sign in by one-time links alone.
    #[arg(long, conflicts_with = "password_file")]
    no_password: bool,
}

#[derive(Debug, Args)]
pub(crate) struct Password {
    /// Whose.
    name: AdminName,
    /// The password is the first line of this file (- for standard input), instead of asking.
    #[arg(long, value_name = "FILE")]
    password_file: Option<PathBuf>,
}

#[derive(Debug, Args)]
pub(crate) struct Name {
    /// Who.
    name: AdminName,
}

impl Admin {
    pub(crate) fn run(self, context: &AccessContext<'_>, output: Output) -> Result<(), Failure> {
        match self {
            Self::Add(command) => command.run(context, output),
            Self::List => list(context, output),
            Self::Password(command) => command.run(context, output),
            Self::Link(Name { name }) => link(context, &name, output),
            Self::Remove(Name { name }) => {
                context.accounts().change(|kept| kept.remove_admin(&name)).map_err(|error| context.failed(&error))?;
                context.note("admin-removed", name.as_str())?;
                done(&name, "removed", output);
                Ok(())
            }
        }
    }
}

impl Add {
    fn run(self, context: &AccessContext<'_>, output: Output) -> Result<(), Failure> {
        let Self { name, roles, password_file, no_password } = self;
        let roles = if roles.is_empty() {
            context.roles.iter().map(|role| role.0.to_owned()).collect()
        } else {
            context.roles(&roles)?
        };
        let known = context.accounts().read().map_err(|error| context.failed(&error))?;
        if known.admin(name.as_str()).is_some() {
            let message = format!("administrator {name}: there is one already");
            let hint = format!("`{} admin password {name}` sets the password anew", context.command);
            return Err(Failure::refused(Code::AlreadyExists, message).hint(hint));
        }
        let password = if no_password { None } else { Some(password(context, password_file.as_deref(), &name)?) };
        let new = NewAdmin { name, roles, password };
        context.note("admin-added", name.as_str())?;
        context.accounts().change(|kept| kept.add_admin(new, input::now())).map_err(|error| context.failed(&error))?;
        done(&name, "added", output);
        if output == Output::Human {
            errln!("the dashboard is at {}", context.url);
        }
        Ok(())
    }
}

impl Password {
    fn run(self, context: &AccessContext<'_>, output: Output) -> Result<(), Failure> {
        let Self { name, password_file } = self;
        let hash = password(context, password_file.as_deref(), &name)?;
        context.accounts().change(|kept| kept.set_password(&name, hash)).map_err(|error| context.failed(&error))?;
        context.note("password-set", name.as_str())?;
        done(&name, "has a new password", output);
        Ok(())
    }
}

/// A password, asked for twice on a terminal.
fn password(context: &AccessContext<'_>, file: Option<&Path>, name: &AdminName) -> Result<PasswordHash, Failure> {
    let password = Zeroizing::new(input::secret(file, &format!("password of {name}"))?);
    if file.is_none() {
        let again = Zeroizing::new(input::secret(None, "the same again")?);
        if *again != *password {
            return Err(Failure::failed(Code::Usage, "the two passwords differ: nothing was changed"));
        }
    }
    PasswordHash::new(&password, &SystemRng)
        .map_err(|error| context.failed(&error).hint("a few words in a row make a good one"))
}

fn link(context: &AccessContext<'_>, name: &AdminName, output: Output) -> Result<(), Failure> {
    let now = input::now();
    let ends = now.plus(Accounts::LINK_LIFE);
    let secret = context.accounts().add_link(name, (now, ends), &SystemRng).map_err(|error| context.failed(&error))?;
    context.note("link-made", name.as_str())?;
    let url = format!("{}/sign-in?link={}", context.url.trim_end_matches('/'), secret.expose());
    match output {
        Output::Json => output::json(&json!({ "link": url, "expires": ends.unix() })),
        Output::Human => {
            outln!("{url}");
            errln!("it signs {name} in once, until {}", output::time(ends));
        }
    }
    Ok(())
}

fn list(context: &AccessContext<'_>, output: Output) -> Result<(), Failure> {
    let kept = context.accounts().read().map_err(|error| context.failed(&error))?;
    match output {
        Output::Json => {
            let admins = kept.admins.iter().map(|admin| {
                json!({ "name": admin.name, "roles": admin.roles, "made": admin.made, "password": admin.password.is_some() })
            });
            output::json(&admins.collect());
        }
        Output::Human if kept.admins.is_empty() => {
            errln!("there are none yet: `{} admin add NAME` adds one", context.command);
        }
        Output::Human => {
            let mut table = Table::new(["NAME", "ROLES", "ADDED", "SIGNS IN BY"].map(Column::new));
            for admin in &kept.admins {
                let by = if admin.password.is_some() { "password" } else { "link" };
                let made = output::time(Timestamp::from_unix(admin.made));
                table.row([admin.name.clone(), admin.roles.join(", "), made, by.to_owned()]);
            }
            table.print();
        }
    }
    Ok(())
}

fn done(name: &AdminName, what: &str, output: Output) {
    match output {
        Output::Json => output::json(&json!({ "name": name.as_str(), "done": what })),
        Output::Human => errln!("administrator {name}: {what}"),
    }
}
