//! Runs a target on a stable compiler: over its committed corpus, and over changes of it that are the same in every run.

use std::fs;
use std::io::{self, Write};
use std::path::Path;

/// Runs `target` over its corpus and over `rounds` changed inputs.
///
/// # Panics
/// Where the corpus is missing, and where the target finds a fault.
pub fn replay(name: &str, rounds: u64, target: impl Fn(&[u8])) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().map(|above| above.join("fuzz/corpus").join(name));
    let folder = folder.filter(|folder| folder.is_dir()).last().unwrap_or_else(|| panic!("{name} has no corpus"));
    let mut paths: Vec<_> =
        fs::read_dir(&folder).expect("a corpus").map(|entry| entry.expect("an input").path()).collect();
    paths.sort();
    let inputs: Vec<Vec<u8>> = paths.iter().map(|path| fs::read(path).expect("an input")).collect();
    assert!(!inputs.is_empty(), "{} is empty", folder.display());
    for (path, input) in paths.iter().zip(&inputs) {
        let _shown = Shown { what: path.display().to_string(), input };
        target(input);
    }
    for round in 0..rounds {
        let mut change = Change(round.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1);
        let mut input = inputs[change.below(inputs.len())].clone();
        for _ in 0..=change.below(4) {
            change.apply(&mut input, &inputs);
        }
        let _shown = Shown { what: format!("round {round}"), input: &input };
        target(&input);
    }
}

/// Shown where the target fails: the input that did it.
struct Shown<'i> {
    what: String,
    input: &'i [u8],
}

impl Drop for Shown<'_> {
    fn drop(&mut self) {
        if std::thread::panicking() {
            let _ = writeln!(io::stderr(), "{}: {}", self.what, self.input.escape_ascii());
        }
    }
}

/// Xorshift: which change comes next.
struct Change(u64);

impl Change {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }

    fn below(&mut self, end: usize) -> usize {
        usize::try_from(self.next() % end.max(1) as u64).expect("below a length")
    }

    fn apply(&mut self, input: &mut Vec<u8>, others: &[Vec<u8>]) {
        let at = self.below(input.len() + 1);
        match self.below(6) {
            0 => input.iter_mut().skip(at).take(1).for_each(|byte| *byte ^= 1 << (self.next() % 8)),
            1 => input.iter_mut().skip(at).take(1).for_each(|byte| *byte = self.next().to_be_bytes()[0]),
            2 => input.insert(at, self.next().to_be_bytes()[0]),
            3 => input.truncate(at),
            4 => {
                let end = (at + self.below(16)).min(input.len());
                input.drain(at..end);
            }
            _ => {
                let other = &others[self.below(others.len())];
                let from = self.below(other.len() + 1);
                let part: Vec<u8> = other[from..].iter().take(64).copied().collect();
                input.splice(at..at, part);
            }
        }
    }
}
