//! Journals as files: exported from a host's store, read again, verified, counted, compared. What a byte of them means is
//! `wire::journal`'s to say.

mod certificates;
mod compare;
mod contained;
mod count;
mod export;
mod in_step;
mod months;
mod proof;
mod read;
mod replay;

pub use compare::{Extends, Former};
pub use contained::{Contained, Sought};
pub use count::{Counter, MonthlyCount, Peak, UsageCount};
pub use export::{Exported, after_seal, export};
pub use in_step::in_step;
pub use months::Month;
pub use proof::Proof;
pub use read::{Appendable, appendable};
pub use replay::{Misplaced, Reading, Replay, Replaying, replay};
