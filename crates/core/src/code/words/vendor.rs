//! The vendor's commands.

use super::{Code, Words};

words! {
    UnknownProduct: "the vendor has no such product",
        "its id is mistyped, or it was never added",
        "see `leasehold vendor product list`; add it with `leasehold vendor product add`";
    UnknownFamily: "the vendor has no such family of products",
        "its id is mistyped, or no product of it was added yet",
        "see `leasehold vendor product list`; a family begins with its first product";
    Withdrawn: "the product or family is withdrawn",
        "the vendor grants it no more; what was granted before holds to its end",
        "use another, or bring it back with `leasehold vendor product restore` or `leasehold vendor family restore`";
    AmbiguousKey: "several product keys end in these five characters",
        "the last five characters are random, and a vendor has many keys",
        "name the key by its id: the message lists them, `leasehold vendor key list` says whose they are";
    AmbiguousId: "several ids begin with these digits",
        "an id was shortened to its first digits, and another begins with the same digits",
        "give more digits: the message names the ids, and `--full-ids` shows them whole in every list";
    UnknownHost: "no product key has activated a host or machine of this name",
        "the name is another vendor's, or a client's; those are hosts' to know",
        "compare it with `leasehold vendor host list`; a client's key is revoked by `leasehold vendor revoke --device ID`";
    UnknownAuthority: "the root has certified no authority of this name",
        "the name is mistyped, or another vendor's",
        "compare it with `leasehold vendor authority list`";
    OwnAuthority: "an authority cannot revoke itself",
        "it would have to sign the list that revokes it, and no verifier accepts such a list",
        "make its successor first: `leasehold vendor authority rotate`";
    AuthorityFollowed: "the authority that should sign the list has been superseded by another",
        "the key was rotated while a service ran, or a rotation was cut short",
        "restart `leasehold vendor serve`; a rotation that was cut short is completed by `leasehold vendor authority rotate`";
    RevocationListFull: "the revocation list has no room left",
        "very many hosts, machines or documents were revoked one by one; a list has room for about 61,000 entries",
        "revoke what is above them instead: `docs/rotation.md` says how an authority is replaced";
    NoRevocations: "nothing has been revoked yet",
        "a vendor's first list is made when something is revoked",
        "nothing: hosts and clients need no list until there is one";
    BadPolicy: "no host or client could follow such a policy",
        "two of its values contradict each other, or one is out of range",
        "correct the values that are named: `leasehold vendor key issue --help` says what each is for and which there may be";
    GrantTooLarge: "the grant does not fit into a host certificate",
        "the family has very many products, or the features have long names",
        "begin another family, or shorten the names";
    NotAKeyFile: "the file is no encrypted key of Leasehold's",
        "it is another file, was cut, or is encrypted in another way",
        "`leasehold inspect FILE` says what it is; restore the key from a backup";
}
