//! `… token`: what programs show to the admin API.

use clap::{Args, Subcommand};
use leasehold_client::SystemRng;
use leasehold_core::{Code, Timestamp, TokenName};
use leasehold_service::access::{NewToken, SecretText, TokenRow};
use serde_json::{Value, json};

use super::AccessContext;
use crate::commands::secret::SecretOutput;
use crate::failure::Failure;
use crate::input;
use crate::output::{self, Column, Output, Table};
use crate::values;

#[derive(Debug, Subcommand)]
pub(crate) enum Token {
    /// Make a token; it is shown this once.
    Add(Add),
    /// The tokens, and what they allow.
    List,
    /// Revoke a token at once and for ever.
    Revoke(Revoke),
}

#[derive(Debug, Args)]
pub(crate) struct Add {
    /// What it is called: the audit names it.
    name: TokenName,
    /// What it allows; several between commas.
    #[arg(long = "role", value_name = "ROLE", value_delimiter = ',', default_value = "read")]
    roles: Vec<String>,
    /// When it ends; without, it does not.
    #[arg(long, value_name = "DATE", value_parser = values::time)]
    expires: Option<Timestamp>,
    #[command(flatten)]
    out: SecretOutput,
}

#[derive(Debug, Args)]
pub(crate) struct Revoke {
    /// The token.
    name: TokenName,
}

impl Token {
    pub(crate) fn run(self, context: &AccessContext<'_>, output: Output) -> Result<(), Failure> {
        match self {
            Self::Add(command) => command.run(context, output),
            Self::List => list(context, output),
            Self::Revoke(Revoke { name }) => {
                let now = input::now();
                context
                    .accounts()
                    .change(|kept| kept.revoke_token(&name, now))
                    .map_err(|error| context.failed(&error))?;
                context.note("token-revoked", name.as_str())?;
                match output {
                    Output::Json => output::json(&json!({ "name": name.as_str(), "revoked": now.unix() })),
                    Output::Human => errln!("token {name} is revoked"),
                }
                Ok(())
            }
        }
    }
}

impl Add {
    fn run(self, context: &AccessContext<'_>, output: Output) -> Result<(), Failure> {
        let Self { name, roles, expires, out } = self;
        let roles = context.roles(&roles)?;
        if expires.is_some_and(|end| end <= input::now()) {
            let message = format!("token {name}: its end must lie in the future");
            return Err(Failure::failed(Code::Usage, message)
                .hint("give a later --expires, or leave it out: then it has no end"));
        }
        let text = SecretText::new(context.token_prefix, &SystemRng);
        let about = json!({ "name": name.as_str(), "roles": roles, "expires": expires.map(Timestamp::unix) });
        let new = NewToken { name, roles, expires };
        out.write(("token", text.expose()), about, output, || {
            context.note("token-added", name.as_str())?;
            context
                .accounts()
                .change(|kept| kept.add_token(&new, &text, input::now()))
                .map_err(|error| context.failed(&error))
        })?;
        errln!("token {name}: {}", new.roles.join(", "));
        errln!("the token is shown this once and kept nowhere: store it safely");
        Ok(())
    }
}

fn list(context: &AccessContext<'_>, output: Output) -> Result<(), Failure> {
    let kept = context.accounts().read().map_err(|error| context.failed(&error))?;
    match output {
        Output::Json => output::json(&kept.tokens.iter().map(value).collect()),
        Output::Human if kept.tokens.is_empty() => {
            errln!("there are none yet: `{} token add NAME` makes one", context.command);
        }
        Output::Human => {
            let mut table = Table::new(["NAME", "ROLES", "MADE", "STATUS"].map(Column::new));
            for token in &kept.tokens {
                let made = output::time(Timestamp::from_unix(token.made));
                table.row([token.name.clone(), token.roles.join(", "), made, status(token)]);
            }
            table.print();
        }
    }
    Ok(())
}

fn status(token: &TokenRow) -> String {
    let time = |at: u64| output::time(Timestamp::from_unix(at));
    match (token.revoked, token.expires) {
        (Some(revoked), _) => format!("revoked {}", time(revoked)),
        (None, Some(end)) if end <= input::now().unix() => format!("ended {}", time(end)),
        (None, Some(end)) => format!("valid until {}", time(end)),
        (None, None) => "valid".to_owned(),
    }
}

/// A token in JSON, without its secret.
fn value(token: &TokenRow) -> Value {
    json!({
        "name": token.name, "roles": token.roles, "made": token.made, "expires": token.expires, "revoked": token.revoked,
    })
}
