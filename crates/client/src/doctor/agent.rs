//! The agent of this machine: whether one is there, and renews for the product.

use leasehold_core::{Code, Finding, Timestamp};

use crate::courier::Courier;
use crate::courier::protocol::ProductState;

/// What each agent that is there says; nothing where none is.
pub(super) fn checks(courier: &Courier) -> Vec<Finding> {
    let finding = |(socket, products): (std::path::PathBuf, Result<Vec<ProductState>, _>)| {
        let at = format!("at {}", socket.display());
        match products {
            Err(fault) => Finding::warning(NAME, Code::AgentSilent, format!("{at}: {fault}")),
            Ok(products) => {
                let own = products.iter().find(|state| courier.is_own(state));
                own.map_or_else(
                    || lacks(&at, products.len()),
                    |state| Finding::ok(NAME, format!("{at}: {}", words(state))),
                )
            }
        }
    };
    courier.look().into_iter().map(finding).collect()
}

fn lacks(at: &str, products: usize) -> Finding {
    let renews = leasehold_core::count(products as u64, "product", "products");
    Finding::warning(NAME, Code::AgentLacksProduct, format!("{at}: it knows {renews}, not this one"))
}

fn words(state: &ProductState) -> String {
    let standing = state.standing.as_deref().unwrap_or("not in use");
    let next = state.next_attempt.map(Timestamp::from_unix);
    let next = next.map_or_else(String::new, |next| format!("; it asks a host again at {next}"));
    format!("it renews for this product, {standing} there{next}")
}

const NAME: &str = "agent";
