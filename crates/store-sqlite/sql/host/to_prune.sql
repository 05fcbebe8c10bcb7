-- to_prune: the first batches that are folded and not pruned.
SELECT journal.batch, journal.at, journal.entries, journal.seals FROM journal, folded
WHERE journal.batch > folded.pruned AND journal.batch <= folded.batch ORDER BY journal.batch LIMIT ?1
