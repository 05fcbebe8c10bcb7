//! The table of codes as it was before [`Code`]; it goes when its last user has moved.

use crate::code;

/// A stable code with its explanation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Code {
    /// The code as printed and as in problem types.
    pub name: &'static str,
    /// What it means, in one line.
    pub meaning: &'static str,
    /// The likeliest cause.
    pub cause: &'static str,
    /// What to do next.
    pub next: &'static str,
}

/// The entry of `name`, in any case; a problem type's URN prefix may stand before it.
pub fn find(name: &str) -> Option<&'static Code> {
    let code: code::Code = name.parse().ok()?;
    CODES.get(code as usize)
}

/// All codes, each once.
pub const CODES: &[Code] = &TABLE;

const TABLE: [Code; code::Code::ALL.len()] = {
    let mut table = [Code { name: "", meaning: "", cause: "", next: "" }; code::Code::ALL.len()];
    let mut at = 0;
    while at < table.len() {
        let code = code::Code::ALL[at];
        table[at] = Code { name: code.name(), meaning: code.meaning(), cause: code.cause(), next: code.hint() };
        at += 1;
    }
    table
};
