//! Product keys: 25 characters that carry a kind, a number and a payload (DESIGN section 3, "Product keys").

use core::fmt;

use bech32::primitives::checksum::{Checksum, Engine};
use bech32::{Bech32m, Fe32, Hrp};
use sha2::{Digest, Sha256};
use zeroize::ZeroizeOnDrop;

use crate::id::KeyId;
use crate::text::ProductNumber;

/// A well-formed product key. Host and multiple keys are secrets: `Debug` shows the last five characters only, and what is
/// dropped is overwritten.
#[derive(Clone, PartialEq, Eq, Hash, ZeroizeOnDrop)]
pub struct ProductKey {
    characters: [u8; LENGTH],
    #[zeroize(skip)]
    kind: KeyKind,
    #[zeroize(skip)]
    number: ProductNumber,
    payload: u128,
}

/// What a product key is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum KeyKind {
    /// Public, the same in every copy of a product.
    Generic,
    /// Secret; activates hosts.
    Host,
    /// Secret; activates machines directly.
    Multiple,
}

/// Why a text is no product key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum KeyError {
    /// A key has 25 characters, spaces and hyphens apart.
    #[error("a product key has 25 characters, this has {0}")]
    Length(usize),
    /// Five characters: they tell keys apart, and are no key.
    #[error("a product key has 25 characters, this has 5: the last five name a key and do not stand for it")]
    LastFive,
    /// A character that is in no key.
    #[error("{character:?} at position {position} is in no product key")]
    Character {
        /// The character as typed.
        character: char,
        /// Counted from 1, spaces and hyphens apart.
        position: usize,
    },
    /// The characters do not belong together.
    #[error("the characters do not belong together: one of them is mistyped")]
    Checksum,
    /// A version that this program does not know.
    #[error("the key is of version {0}, this program knows version 0")]
    Version(u8),
    /// A kind that this program does not know.
    #[error("the key is of a kind that this program does not know ({0})")]
    Kind(u8),
}

impl KeyError {
    /// The one word for it.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Length(_) | Self::LastFive => "length",
            Self::Character { .. } => "character",
            Self::Checksum => "checksum",
            Self::Version(_) => "version",
            Self::Kind(_) => "kind",
        }
    }
}

impl ProductKey {
    /// The generic key of a product: public, derived from the vendor's name and the product's number.
    pub fn generic(vendor: KeyId, product: ProductNumber) -> Self {
        Self::assemble(KeyKind::Generic, product, u128::from_be_bytes(vendor.0) >> (128 - PAYLOAD_BITS))
    }

    /// A secret key for `family` from 70 of 72 random bits.
    pub fn secret(kind: KeyKind, family: ProductNumber, random: [u8; 9]) -> Self {
        let payload = random.iter().fold(0, |bits, byte| bits << 8 | u128::from(*byte));
        Self::assemble(kind, family, payload & PAYLOAD_MASK)
    }

    /// What it is for.
    pub const fn kind(&self) -> KeyKind {
        self.kind
    }

    /// The product's number in a generic key, the family's in the others.
    pub const fn number(&self) -> ProductNumber {
        self.number
    }

    /// The lowest 70 bits are the payload.
    pub const fn payload(&self) -> u128 {
        self.payload
    }

    /// The last five characters, which may be shown to tell keys apart.
    pub fn last_five(&self) -> &str {
        ascii(&self.characters[LENGTH - GROUP..])
    }

    /// The seed of the key's Ed25519 pair (host and multiple keys); as secret as the key.
    pub fn seed(&self) -> [u8; 32] {
        Sha256::new().chain_update(b"leasehold product key 1\0").chain_update(self.characters).finalize().into()
    }

    pub(crate) fn from_symbols(symbols: [Fe32; LENGTH]) -> Result<Self, KeyError> {
        if !checks_out(&symbols) {
            return Err(KeyError::Checksum);
        }
        let bits = symbols[..DATA].iter().fold(0, |bits, symbol| bits << 5 | u128::from(symbol.to_u8()));
        let field = |shift: u32, width: u32| {
            u64::try_from(bits >> shift & ((1 << width) - 1)).expect("a field has at most 20 bits")
        };
        let small = |value: u64| u8::try_from(value).expect("version and kind have at most 3 bits");
        let version = small(field(93, 2));
        if version != 0 {
            return Err(KeyError::Version(version));
        }
        let kind = small(field(90, 3));
        Ok(Self {
            characters: symbols.map(|symbol| symbol.to_char().to_ascii_uppercase() as u8),
            kind: KeyKind::from_number(kind).ok_or(KeyError::Kind(kind))?,
            number: field(PAYLOAD_BITS, 20).try_into().expect("20 bits are a product number"),
            payload: bits & PAYLOAD_MASK,
        })
    }

    fn assemble(kind: KeyKind, number: ProductNumber, payload: u128) -> Self {
        let bits = u128::from(kind.number()) << 90 | u128::from(number.value()) << PAYLOAD_BITS | payload;
        let mut symbols = [Fe32::Q; LENGTH];
        for (at, symbol) in symbols[..DATA].iter_mut().enumerate() {
            *symbol = symbol_of(bits >> (5 * (DATA - 1 - at)) & 31);
        }
        let mut engine = engine();
        symbols[..DATA].iter().for_each(|symbol| engine.input_fe(*symbol));
        engine.input_target_residue();
        let residue = u128::from(*engine.residue());
        for (at, symbol) in symbols[DATA..].iter_mut().enumerate() {
            *symbol = symbol_of(residue >> (5 * (LENGTH - DATA - 1 - at)) & 31);
        }
        Self::from_symbols(symbols).expect("an assembled key is well-formed")
    }
}

impl fmt::Display for ProductKey {
    /// All 25 characters in five groups: for secret keys, a secret.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (i, group) in self.characters.chunks(GROUP).enumerate() {
            write!(f, "{}{}", if i > 0 { "-" } else { "" }, ascii(group))?;
        }
        Ok(())
    }
}

impl fmt::Debug for ProductKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ProductKey({:?} …{})", self.kind, self.last_five())
    }
}

impl KeyKind {
    /// The word for it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Generic => "generic",
            Self::Host => "host",
            Self::Multiple => "multiple",
        }
    }

    /// Its number in a key.
    pub const fn number(self) -> u8 {
        match self {
            Self::Generic => 0,
            Self::Host => 1,
            Self::Multiple => 2,
        }
    }

    const fn from_number(number: u8) -> Option<Self> {
        match number {
            0 => Some(Self::Generic),
            1 => Some(Self::Host),
            2 => Some(Self::Multiple),
            _ => None,
        }
    }
}

fn checks_out(symbols: &[Fe32; LENGTH]) -> bool {
    let mut engine = engine();
    for symbol in symbols {
        engine.input_fe(*symbol);
    }
    *engine.residue() == Bech32m::TARGET_RESIDUE
}

fn engine() -> Engine<Bech32m> {
    let mut engine = Engine::new();
    engine.input_hrp(Hrp::parse_unchecked("lh"));
    engine
}

fn symbol_of(five_bits: u128) -> Fe32 {
    Fe32::try_from(u8::try_from(five_bits).expect("five bits are a byte")).expect("five bits are a symbol")
}

fn ascii(bytes: &[u8]) -> &str {
    core::str::from_utf8(bytes).expect("a key is ASCII")
}

/// Characters of a key.
pub(crate) const LENGTH: usize = 25;
/// Of these, characters before the checksum.
const DATA: usize = 19;
/// Characters of a group.
pub(crate) const GROUP: usize = 5;
const PAYLOAD_BITS: u32 = 70;
const PAYLOAD_MASK: u128 = (1 << PAYLOAD_BITS) - 1;
