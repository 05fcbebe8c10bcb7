//! What the first start of this release would change in a store: `host serve --check-upgrade`, `vendor serve --check-upgrade`.

use serde_json::json;

use crate::commands::store::nothing;
use crate::failure::Failure;
use crate::output::{self, Output};
use crate::stores::{StoreKind, StoreLocation};

/// Says what this release would change in the store, and changes nothing.
///
/// # Errors
/// There is no store; or a later release has changed it, so that this one cannot use it.
pub(crate) fn check(kind: StoreKind, location: &StoreLocation, output: Output) -> Result<(), Failure> {
    let (found, known) = location.versions(kind)?.ok_or_else(|| nothing(location))?;
    let pending = usize::try_from(found).unwrap_or(usize::MAX);
    let steps: Vec<(u64, String)> = (found + 1..).zip(location.migrations(kind).into_iter().skip(pending)).collect();
    match output {
        Output::Json => {
            let steps: Vec<_> =
                steps.iter().map(|(version, change)| json!({ "version": version, "change": change })).collect();
            output::json(&json!({
                "program": env!("CARGO_PKG_VERSION"), "store": location.to_string(),
                "found": found, "known": known, "steps": steps,
            }));
        }
        Output::Human => print(kind, location, (found, known), &steps),
    }
    Ok(())
}

fn print(kind: StoreKind, location: &StoreLocation, (found, known): (u64, u64), steps: &[(u64, String)]) {
    output::rows(&[
        ("program".to_owned(), env!("CARGO_PKG_VERSION").to_owned()),
        ("store".to_owned(), format!("{location}: version {found}, this program works with version {known}")),
    ]);
    if steps.is_empty() {
        outln!("nothing would change");
        return;
    }
    outln!("\nthe first start would make these changes, all or none of them:");
    for (version, change) in steps {
        outln!("  {version:<3}{change}");
    }
    let copy = match kind {
        StoreKind::Host => "leasehold host backup",
        StoreKind::Authority => "leasehold store copy",
    };
    outln!("\nafterwards an earlier release refuses the store; for a way back, make a copy first with `{copy}`");
    if location.is_shared() {
        outln!("all that share this database need this release: stop them before the first one starts");
    }
}
