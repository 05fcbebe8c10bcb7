//! What administrators collect: the outputs of status scripts, lookups, tests and event logs, read into values.
//!
//! [`read`] recognises what a text holds and passes on one [`Item`] after the other. Nothing is guessed: what is not
//! recognised is passed on as such, with its lines.

mod block;
mod chart;
mod dns;
mod event;
mod event_text;
mod fleet;
mod forecast;
mod item;
mod judge;
mod labels;
mod machine;
mod net;
mod reader;
mod report;
mod row;
mod script;
mod table;
mod value;
mod vnext;
mod wmi;
mod xml;

pub use self::block::{Block, Channel, Counted, Unrecognised};
pub use self::dns::{Lookup, Record};
pub use self::event::{ANSWER, Event, HANDLED, NOT_PUBLISHED, PUBLISHED, REQUEST, sharing};
pub use self::fleet::{Duplicate, Fleet, HostUse, Summary};
pub use self::forecast::{HostForecast, WEEKS, Week, reminds_from};
pub use self::item::{Content, Item, Unknown};
pub use self::judge::{Advice, Health, MINUTES_A_DAY, advice, since_renewal, sources, verdict};
pub use self::machine::{NamedBy, from_path};
pub use self::net::{Connection, UNREACHED};
pub use self::reader::{Reader, read};
pub use self::report::{falls, report};
pub use self::row::{HostBy, Origin, Row};
pub use self::table::{COLUMNS, write_csv};
pub use self::value::{MOST_VALUE, State, Value};
pub use self::vnext::{Licence, Licences, Owner, Token};
pub use self::xml::read_log;
