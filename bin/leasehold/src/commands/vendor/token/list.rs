//! `leasehold vendor token list`.

use clap::{Args, ValueEnum};
use leasehold_authority::tokens;
use leasehold_core::Span;
use leasehold_store::authority::Token;

use crate::commands::listing::{self, Limit, newest, soonest};
use crate::commands::vendor::{VendorContext, failed};
use crate::failure::Failure;
use crate::input;
use crate::output::{self, Column, Output, Table};
use crate::values;

/// The tokens with what they allow and when they were last used.
#[derive(Debug, Args)]
pub(crate) struct List {
    /// Those whose name has this in it; upper and lower case are the same.
    #[arg(long, value_name = "TEXT")]
    name: Option<String>,
    /// Those that end within this time.
    #[arg(long, value_name = "TIME", value_parser = values::span)]
    expiring: Option<Span>,
    /// The order in which they are shown.
    #[arg(long, value_enum, default_value_t, value_name = "ORDER")]
    sort: TokenOrder,
    #[command(flatten)]
    limit: Limit,
}

/// The order of the tokens.
#[derive(Clone, Copy, Debug, Default, ValueEnum)]
enum TokenOrder {
    /// By name.
    #[default]
    Name,
    /// Those made last, first.
    Newest,
    /// Those used last, first.
    Used,
    /// By their end, the nearest first.
    Expires,
}

impl List {
    pub(super) fn run(self, context: &VendorContext, output: Output) -> Result<(), Failure> {
        let (tokens, now) = (tokens::list(&*context.store).map_err(|error| failed(&error))?, input::now());
        let shows = |token: &Token| {
            listing::contains(self.name.as_ref(), token.name.as_str())
                && listing::ends_within(self.expiring, token.expires, now)
        };
        let listed = self.limit.first(tokens, shows, |token| self.sort.of(token));
        listed.show(output, "no tokens yet", super::value, print);
        Ok(())
    }
}

impl TokenOrder {
    fn of(self, token: &Token) -> Vec<u8> {
        match self {
            Self::Name => token.name.as_str().to_lowercase().into(),
            Self::Newest => newest(Some(token.made)),
            Self::Used => newest(token.used),
            Self::Expires => soonest(token.expires),
        }
    }
}

fn print(tokens: &[Token]) {
    let mut table = Table::new([
        Column::new("NAME"),
        Column::prose("ROLES"),
        Column::new("MADE").rank(1),
        Column::new("LAST USED").rank(2),
        Column::new("STATUS"),
    ]);
    for token in tokens {
        table.row([
            token.name.to_string(),
            super::roles(token),
            output::time(token.made),
            token.used.map_or_else(|| "never".to_owned(), output::time),
            status(token),
        ]);
    }
    table.print();
}

fn status(token: &Token) -> String {
    match (token.revoked, token.expires) {
        (Some(at), _) => format!("revoked {}", output::time(at)),
        (None, Some(end)) if end <= input::now() => format!("ended {}", output::time(end)),
        (None, Some(end)) => format!("valid until {}", output::time(end)),
        (None, None) => "valid".to_owned(),
    }
}
