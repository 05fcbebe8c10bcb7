//! The words of Leasehold's programs and documentation, each explained in a sentence or two. `leasehold explain WORD` answers from
//! this table, and `docs/glossary.md` is [`page`].

mod terms;

use alloc::borrow::ToOwned;
use alloc::string::{String, ToString};
use core::{fmt, iter};

pub use terms::TERMS;

/// A word and what it means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Term {
    /// The word, in lower case.
    pub name: &'static str,
    /// What it means, in whole sentences.
    pub meaning: &'static str,
    /// What Microsoft's KMS calls it, where it has such a thing.
    pub in_kms: Option<&'static str>,
    /// Other words under which it is found.
    pub also: &'static [&'static str],
    /// Terms that belong to it.
    pub see: &'static [&'static str],
}

/// The term that `word` names, in whatever case, its parts divided by spaces, hyphens or underscores.
pub fn find(word: &str) -> Option<&'static Term> {
    TERMS.iter().find(|term| [term.name].iter().chain(term.also).any(|name| same(name, word)))
}

/// The page of the documentation that explains all terms, in Markdown.
pub fn page() -> String {
    iter::once(INTRODUCTION.to_owned()).chain(TERMS.iter().map(ToString::to_string)).collect()
}

/// As a section of the page.
impl fmt::Display for Term {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "\n## {}\n\n{}", self.name, self.meaning)?;
        if let Some(name) = self.in_kms {
            writeln!(f, "In Microsoft's KMS: {name}.")?;
        }
        for (index, name) in self.see.iter().enumerate() {
            let before = if index == 0 { "See " } else { ", " };
            write!(f, "{before}[{name}](#{})", name.replace(' ', "-"))?;
        }
        if self.see.is_empty() { Ok(()) } else { f.write_str(".\n") }
    }
}

fn same(name: &str, word: &str) -> bool {
    let plain = |character: char| if matches!(character, '-' | '_') { ' ' } else { character.to_ascii_lowercase() };
    name.chars().map(plain).eq(word.trim().chars().map(plain))
}

const INTRODUCTION: &str = "\
# Glossary

The words of Leasehold's programs and documentation. `leasehold explain WORD` says the same in a terminal; it explains codes too.
";

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn a_word_is_found_in_any_spelling_and_as_other_systems_call_it() {
        for (word, name) in [(" Host-Key", "host key"), ("HOST_KEY", "host key"), ("GVLK", "generic key")] {
            assert_eq!(find(word).map(|term| term.name), Some(name), "{word}");
        }
        assert!(find("").is_none() && find("sea").is_none());
    }

    #[test]
    fn every_word_names_one_term_and_every_term_points_at_others() {
        let mut words = HashSet::new();
        for term in TERMS {
            for word in [term.name].iter().chain(term.also) {
                assert!(words.insert(word.replace('-', " ")), "{word} stands twice");
            }
            assert!(term.meaning.ends_with('.') && term.name == term.name.to_lowercase(), "{}", term.name);
            for name in term.see {
                let there = TERMS.iter().any(|other| other.name == *name && name != &term.name);
                assert!(there, "{} points at {name}", term.name);
            }
        }
        assert!(TERMS.is_sorted_by_key(|term| term.name));
    }

    #[test]
    fn the_page_in_the_documentation_is_this_table() {
        let path = [env!("CARGO_MANIFEST_DIR"), "/../../docs/glossary.md"].concat();
        if std::env::var_os("LEASEHOLD_WRITE_DOCS").is_some() {
            std::fs::write(&path, page()).unwrap();
        }
        let written = std::fs::read_to_string(&path).unwrap();
        assert!(
            written == page(),
            "docs/glossary.md is old: LEASEHOLD_WRITE_DOCS=1 cargo test -p leasehold-core glossary"
        );
    }
}
