//! What a mistyped product key should have been: one wrong character, or two neighbours swapped.

use core::fmt;

use bech32::Fe32;

use crate::key::{LENGTH, ProductKey};
use crate::pasted;

/// One change that makes a mistyped key a well-formed one. Positions count from 1, spaces and hyphens apart.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Repair {
    /// The key it gives.
    pub key: ProductKey,
    /// What was wrong.
    pub slip: Slip,
}

/// A slip of the hand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Slip {
    /// One character is another.
    Wrong {
        /// Where.
        position: usize,
        /// What was typed.
        typed: char,
        /// What it should be.
        meant: char,
    },
    /// This character and the next are in each other's place.
    Swapped {
        /// Where the first of them is.
        position: usize,
    },
}

/// The one repair that fits, `None` when none or several do or when the length is wrong.
pub fn repair(text: &str) -> Option<Repair> {
    let mut characters = ['Q'; LENGTH];
    let mut length = 0;
    for character in pasted::characters(pasted::key_in(text)) {
        *characters.get_mut(length)? = character.to_ascii_uppercase();
        length += 1;
    }
    if length != LENGTH {
        return None;
    }
    let mut fitting = substitutions(&characters).chain(swaps(&characters));
    let found = fitting.next()?;
    fitting.next().is_none().then_some(found)
}

fn substitutions(characters: &[char; LENGTH]) -> impl Iterator<Item = Repair> {
    (0..LENGTH).flat_map(move |at| {
        (0..32).filter_map(move |value| {
            let meant = Fe32::try_from(value).ok()?.to_char().to_ascii_uppercase();
            let mut changed = *characters;
            let typed = core::mem::replace(&mut changed[at], meant);
            let key = (typed != meant).then(|| read(&changed)).flatten()?;
            Some(Repair { key, slip: Slip::Wrong { position: at + 1, typed, meant } })
        })
    })
}

fn swaps(characters: &[char; LENGTH]) -> impl Iterator<Item = Repair> {
    (0..LENGTH - 1).filter_map(move |at| {
        let mut changed = *characters;
        changed.swap(at, at + 1);
        let key = (changed != *characters).then(|| read(&changed)).flatten()?;
        Some(Repair { key, slip: Slip::Swapped { position: at + 1 } })
    })
}

fn read(characters: &[char; LENGTH]) -> Option<ProductKey> {
    let mut symbols = [Fe32::Q; LENGTH];
    for (symbol, character) in symbols.iter_mut().zip(characters) {
        *symbol = Fe32::from_char(*character).ok()?;
    }
    ProductKey::from_symbols(symbols).ok()
}

impl fmt::Display for Slip {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Wrong { position, typed, meant } => {
                write!(f, "character {position} ({typed}) should be {meant}")
            }
            Self::Swapped { position } => write!(f, "characters {position} and {} are swapped", position + 1),
        }
    }
}
