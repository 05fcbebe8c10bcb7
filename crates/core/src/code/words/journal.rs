//! Journals as files: exported, verified, explained.

use super::{Code, Words};

words! {
    JournalAltered: "a byte of the journal was changed, or an item added, taken away or moved",
        "the file was damaged on its way, or was altered by hand",
        "compare it with another copy; export it again from the host: `leasehold journal export`";
    JournalCut: "the journal ends before its last part does",
        "the export was broken off, or the file was not copied whole",
        "copy it again; or go on with it on the host: `leasehold journal export --append FILE`";
    JournalForked: "one host key has two seals of one number",
        "the host was copied, or its store was set back and went on; or one of the journals is not its own",
        "keep both files and the leases: they prove it; ask the customer which machine is the host";
    SealMissing: "a seal is missing from the journal",
        "it was taken away; or a part of the export was left out",
        "export the journal again from the host: `leasehold journal export`";
    SealOutOfOrder: "the seals of the journal do not stand in their order",
        "items were moved or stand twice; or parts of the export were joined in the wrong order",
        "join the parts in the order in which they were exported, or export the journal again";
    NotInJournal: "the lease or refusal is not in the journal",
        "it is of another host, or of a time before or after the journal",
        "verify it against a journal of its host that reaches its seal";
    JournalUnrelated: "the two journals do not continue each other",
        "they are of different hosts, or there is a gap between them, or the one is older than the other",
        "name the earlier export of the same host with `--previous`";
}
