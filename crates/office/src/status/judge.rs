//! What a status means for the one who has to act on it.

use super::block::{Block, Counted};
use super::value::State;
use crate::data::outputs::Field;

/// What a block comes to, where its state alone would mislead.
pub fn verdict(block: &Block) -> Option<String> {
    if block.is_subscription() && block.is_product() && block.state() != Some(State::Licensed) {
        return Some("not-a-failure: ask vnextdiag".to_owned());
    }
    if !block.is_host() {
        return None;
    }
    if block.state().is_some_and(|state| state != State::Licensed) {
        return Some("0xC004F041 expected: the host itself is not activated".to_owned());
    }
    let count = block.number(Field::Count)?;
    let counted = block.counted();
    let threshold = counted.threshold();
    Some(if count >= u64::from(threshold) {
        format!("host ready, count at least {threshold}")
    } else if count == 0 {
        format!("host ready, count below {}", lowest(counted))
    } else {
        format!("0xC004F038 expected for {} clients", counted.word())
    })
}

/// The lowest threshold among the products of a host: a Windows host serves servers before it serves clients.
fn lowest(counted: Counted) -> u32 {
    match counted {
        Counted::Office => Counted::Office.threshold(),
        Counted::WindowsClient | Counted::WindowsServer => Counted::WindowsServer.threshold(),
    }
}
