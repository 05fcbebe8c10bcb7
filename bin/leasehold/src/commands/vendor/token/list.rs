//! `leasehold vendor token list`.

use leasehold_authority::tokens;
use leasehold_store::authority::Token;

use crate::commands::vendor::{VendorContext, failed};
use crate::failure::Failure;
use crate::input;
use crate::output::{self, Column, Output, Table};

pub(super) fn run(context: &VendorContext, output: Output) -> Result<(), Failure> {
    let tokens = tokens::list(&*context.store).map_err(|error| failed(&error))?;
    match output {
        Output::Json => output::json(&tokens.iter().map(super::value).collect()),
        Output::Human if tokens.is_empty() => errln!("no tokens yet"),
        Output::Human => print(&tokens),
    }
    Ok(())
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
