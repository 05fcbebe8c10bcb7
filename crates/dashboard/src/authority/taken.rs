//! How much of what was sold is used up.

use maud::{Markup, html};

use crate::chart::meter;
use crate::parts::{count, number};

/// How much of something is used up.
#[derive(Clone, Copy, Debug, Default)]
pub struct Taken {
    /// What is used up.
    pub taken: u64,
    /// Of what was sold.
    pub of: u64,
}

/// How much is used up, in numbers and as a bar; with the words for one of what was sold and for more.
pub(super) fn taken(taken: Taken, (one, more): (&str, &str)) -> Markup {
    let Taken { taken, of } = taken;
    let label = format!("{} of {} used up", number(taken), count(of, one, more));
    html! {
        @if of == 0 { "-" } @else {
            (number(taken)) " of " (number(of)) (meter(taken, of, if taken >= of { "bad" } else { "good" }, &label))
        }
    }
}
