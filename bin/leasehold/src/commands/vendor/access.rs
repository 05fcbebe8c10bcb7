//! `leasehold vendor admin`.

use leasehold_authority::serve::dashboard_of;
use leasehold_core::Text;
use leasehold_service::admin::RoleName;
use leasehold_store::authority::{Actor, Role};

use super::VendorContext;
use crate::commands::access::AccessContext;
use crate::commands::access::admin::Admin;
use crate::failure::Failure;
use crate::output::Output;

/// Carries the command out on the accounts in the vendor's folder.
pub(super) fn run(command: Admin, context: &VendorContext, output: Output) -> Result<(), Failure> {
    let folder = context.home.folder();
    let url = dashboard_of(folder).unwrap_or_else(|| DEFAULT_URL.to_owned());
    // Tokens of the authority lie in its store.
    command.run(
        &AccessContext {
            folder,
            command: "leasehold vendor",
            roles: &ROLES,
            url,
            token_prefix: "",
            by: operator(context.actor),
        },
        output,
    )
}

/// Who gives the command.
fn operator(actor: Actor) -> Text {
    let name = match actor {
        Actor::Person(person) => person.to_string(),
        Actor::Cli | Actor::Service | Actor::Token(_) | Actor::SignedIn(_) => "unknown".to_owned(),
    };
    name.parse().unwrap_or_else(|_| "unknown".parse().expect("a text"))
}

/// What administrators may do: the same as tokens.
pub(super) const ROLES: [RoleName; 3] =
    [RoleName(Role::Read.name()), RoleName(Role::Issue.name()), RoleName(Role::Revoke.name())];
/// Where the dashboard is, unless it serves elsewhere.
const DEFAULT_URL: &str = "http://127.0.0.1:16891";
