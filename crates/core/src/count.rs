//! Numbers with what they count, in words.

use alloc::format;
use alloc::string::String;

/// How many there are: `1 entry`, `2 entries`.
pub fn count(count: impl TryInto<u64>, one: &str, more: &str) -> String {
    let count = count.try_into().unwrap_or(u64::MAX);
    format!("{count} {}", if count == 1 { one } else { more })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_is_singular_and_all_else_is_plural() {
        let counted = [0, 1, 2].map(|number: usize| count(number, "entry", "entries"));
        assert_eq!(counted, ["0 entries", "1 entry", "2 entries"]);
    }
}
