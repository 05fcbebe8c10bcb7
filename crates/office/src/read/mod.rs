//! What administrators collect, read into values: the outputs of status scripts, lookups, tests and event logs.
//!
//! [`read`] recognises what a text holds and passes on one [`Item`] after the other. Nothing is guessed: what is not
//! recognised is passed on as such, with its lines.

mod block;
mod class;
mod code_page;
mod command;
mod dns;
mod dress;
mod encoding;
mod event;
mod event_text;
mod evtx;
mod failure;
mod foreign;
mod form;
mod frame;
mod halves;
mod heading;
mod item;
mod joined;
mod key;
mod labels;
mod machine;
mod mask;
mod net;
mod open;
pub mod own;
mod port;
mod reader;
mod record;
mod script;
pub mod text;
mod value;
mod vnext;
mod xml;

pub use self::block::{Block, Channel, Counted, Unrecognised};
pub use self::dns::{Lookup, Record};
pub use self::event::{ANSWER, Event, HANDLED, NOT_PUBLISHED, PUBLISHED, REQUEST, sharing};
pub use self::evtx::LogError;
pub(crate) use self::evtx::records;
pub use self::failure::Failure;
pub use self::foreign::foreign;
pub(crate) use self::halves::Unbroken;
pub use self::item::{Content, Item, Unknown};
pub use self::machine::{NamedBy, from_path};
pub use self::mask::masked;
pub(crate) use self::mask::parted;
pub use self::net::{Connection, UNREACHED};
pub use self::reader::{Reader, read};
pub use self::value::{MAX_VALUE, State, Value};
pub use self::vnext::{Licence, Licences, Owner, Token};
pub use self::xml::read_log;
