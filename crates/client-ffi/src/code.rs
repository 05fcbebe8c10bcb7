//! Result codes: a number for each stable code of Leasehold and for what only a C interface can get wrong. The list is a file;
//! a line of it never changes and none is taken away, so that no number is ever used for something else.

use std::collections::HashMap;
use std::sync::LazyLock;

use leasehold_core::Code;

/// A number and its name on each line.
pub const NUMBERS: &str = include_str!("../codes.txt");

pub(crate) const OK: i32 = 0;
pub(crate) const INVALID_ARGUMENT: i32 = 1;
pub(crate) const BAD_HANDLE: i32 = 2;
pub(crate) const ABI_MISMATCH: i32 = 3;
pub(crate) const ALREADY_RENEWING: i32 = 4;

/// The number of a code.
pub(crate) fn number(code: Code) -> i32 {
    BY_NAME.get(code.name()).or_else(|| BY_NAME.get(Code::Internal.name())).copied().unwrap_or(INVALID_ARGUMENT)
}

/// The name of a result code; `None` where this release does not know the number.
pub fn name_of(number: i32) -> Option<&'static str> {
    lines().find(|(known, _)| *known == number).map(|(_, name)| name)
}

fn lines() -> impl Iterator<Item = (i32, &'static str)> {
    NUMBERS.lines().filter_map(|line| {
        let (number, name) = line.split_once(' ')?;
        Some((number.parse().ok()?, name))
    })
}

static BY_NAME: LazyLock<HashMap<&'static str, i32>> =
    LazyLock::new(|| lines().map(|(number, name)| (name, number)).collect());

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_code_has_a_number_of_its_own() {
        let mut seen = HashMap::new();
        for code in Code::ALL {
            let number = number(*code);
            assert_eq!(
                name_of(number),
                Some(code.name()),
                "{code}: LEASEHOLD_WRITE_HEADER=1 cargo test -p leasehold-client-ffi"
            );
            assert_eq!(seen.insert(number, code), None, "{code}");
        }
    }

    #[test]
    fn the_numbers_of_the_interface_itself_stay_what_they_are() {
        for (number, name) in [
            (OK, "ok"),
            (INVALID_ARGUMENT, "invalid-argument"),
            (BAD_HANDLE, "bad-handle"),
            (ABI_MISMATCH, "abi-mismatch"),
            (ALREADY_RENEWING, "already-renewing"),
        ] {
            assert_eq!(name_of(number), Some(name));
        }
    }

    #[test]
    fn the_list_is_in_order_and_names_nothing_twice() {
        let all: Vec<_> = lines().collect();
        assert_eq!(all.len(), NUMBERS.lines().count(), "each line is a number and a name");
        assert!(all.is_sorted_by(|a, b| a.0 < b.0));
        assert_eq!(all.iter().map(|line| line.1).collect::<std::collections::HashSet<_>>().len(), all.len());
    }
}
