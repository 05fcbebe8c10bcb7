//! Servers, their stores and what is installed there.

use super::{Code, Words};

words! {
    Busy: "the server has too many requests waiting",
        "very many machines ask at once",
        "nothing: clients try again by themselves; if it lasts, the host needs more processors or a faster disk (docs/bench.md)";
    NotFound: "there is nothing at this address",
        "the URL is mistyped, or the server is another one",
        "check the name or path that was asked for: the API of clients starts with /v1/";
    MethodNotAllowed: "this address takes another HTTP method",
        "the URL or method is mistyped",
        "the reply's Allow header names the methods it takes; docs/authority.md and `/api/v1/openapi.json` describe all calls";
    UnsupportedMediaType: "the body is not of the type that this address takes",
        "the Content-Type header is missing or wrong",
        "send documents as application/cose";
    Timeout: "the request did not arrive in time",
        "a slow or broken connection",
        "ask again; if it lasts, look for a slow link, a proxy or a firewall on the way to the server";
    Internal: "the server failed to answer",
        "a fault of the server or of its store",
        "the server's log says what failed; nothing was granted, and clients ask again by themselves";
    StoreUnavailable: "the store cannot be read or written now",
        "the disk is full or read-only; or the database is down, or there is none of that name",
        "see that this user may read and write it and its disk has room, or that the database runs at the address given; no request is answered before it is recorded";
    StoreDenied: "the database refuses this user",
        "a password is wrong or missing, or the role lacks a right",
        "set PGPASSWORD, or write the password into ~/.pgpass (mode 0600) of the user who runs this; grant the role what docs/stores.md lists";
    StorePooled: "the database gives each transaction another connection",
        "a pooler in transaction or statement mode stands before the database (PgBouncer's `pool_mode`): the settings that make commits durable, and prepared statements, would get lost between two transactions",
        "set `pool_mode = session` in the pooler for this database, or name the database's own address; nothing was changed";
    StoreInUse: "another process has the store open for writing",
        "a second `host serve` on the same folder",
        "stop the other one, or give each host a folder of its own with `--data`";
    StoreNotEmpty: "the store that is to be filled holds something already",
        "it is the wrong one, or it was filled before",
        "give an empty one: a new folder, or a new database; nothing was changed";
    StoreNewer: "the store was written by a later release",
        "the program was set back to an older release",
        "run the release that wrote it, or a later one; to stay with the earlier one, put back the copy made before the upgrade (docs/upgrade.md). Nothing was changed";
    StoreOlder: "the store was made by an earlier release",
        "no host of this release has served from it yet",
        "migrate it with `leasehold store migrate`; nothing was changed";
    StoreDamaged: "the store holds data that no release has written",
        "the disk failed, or another program wrote there",
        "restore it from a backup; check the disk";
    StoreReplaced: "the files of the store were removed or replaced while a host served from it",
        "they were removed, or a copy was put in their place, without stopping the host",
        "stop the host; restore a backup (`leasehold host restore`), or put the files back, then start it again";
    StoreMissing: "the store that this host served from is not there",
        "its files were removed, or the folder or database is another one",
        "name the right folder or database, or restore a backup (`leasehold host restore`); `leasehold host serve --new-store` starts counting anew, and the vendor sees the host as forked";
    StoreBehind: "the store is older than the one that this host served from",
        "it was replaced by an earlier copy, or the disk has lost what was written last",
        "put the newest store back, or restore the newest backup (`leasehold host restore`); `leasehold host serve --new-store` goes on from this one, and the vendor sees the host as forked";
    AnotherStore: "the store is not the one that this host served from",
        "two copies of one host have sealed apart from each other, or the folder or database is another one",
        "name the right folder or database; `leasehold host serve --new-store` goes on from this one, and the vendor sees the host as forked";
    AnotherHost: "the certificate was made for another host",
        "answers to several requests were mixed up",
        "install the answer to this host's own request (`leasehold host request`)";
    OlderList: "the revocation list is older than the one installed",
        "an earlier list of the vendor was installed again",
        "use the newest list; nothing was changed";
    OlderCertificate: "the certificate is older than the one installed",
        "an earlier answer of the vendor was installed again",
        "use the newest answer; nothing was changed";
}
