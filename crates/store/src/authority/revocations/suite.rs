//! Cases about revocations.
#![expect(clippy::missing_panics_doc, reason = "cases are tests: to panic is how they fail")]

use leasehold_core::{Cti, KeyId, Span};

use crate::authority::suite::{Fixture, Outcome, sample};
use crate::authority::{Revocation, RevocationList, Revoked};

/// Entries are added once, with the list that first named them.
///
/// # Errors
/// Where the store fails.
pub fn the_revocation_list_grows_and_its_newest_stays(fixture: &dyn Fixture) -> Outcome {
    let (key, document) = (Revoked::Key(KeyId([1; 16])), Revoked::Document(Cti([1; 16])));
    let list = |number: u64| RevocationList {
        number,
        issued: sample::AT.at,
        document: vec![0xd2; usize::try_from(number).expect("a small number")],
    };
    fixture.open().transact("revoke", |tx| {
        tx.revoke(&[key], &list(1), sample::AT)?;
        assert!(tx.is_revoked(key)? && !tx.is_revoked(document)?);
        tx.revoke(&[key, document], &list(2), sample::later(Span::DAY))
    })?;
    fixture.open().transact("read", |tx| {
        let first = Revocation { what: key, at: sample::AT.at, list: 1 };
        let second = Revocation { what: document, at: sample::later(Span::DAY).at, list: 2 };
        assert_eq!(tx.revocations()?, [first, second]);
        assert_eq!(tx.revocation_list()?, Some(list(2)));
        assert!(tx.is_revoked(document)?);
        tx.revoke(&[], &list(3), sample::AT)?;
        assert_eq!(tx.revocation_list()?, Some(list(3)));
        let rows = tx.audit(None, 9)?;
        let words: Vec<_> = rows.iter().rev().map(|row| (row.action.as_str(), row.detail.as_str())).collect();
        let expected = [
            ("revoked-key", "list=1"),
            ("list-signed", "entries=1"),
            ("revoked-document", "list=2"),
            ("list-signed", "entries=2"),
            ("list-signed", "entries=2"),
        ];
        assert_eq!(words, expected);
        Ok(())
    })
}
