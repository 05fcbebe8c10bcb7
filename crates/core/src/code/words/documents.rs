//! Documents and their refusals by hosts and authorities (DESIGN sections 4 and 7), verification (2), standing (6).

use super::{Code, Words};

words! {
    Malformed: "the bytes are not a Leasehold document of the expected kind",
        "the file was cut, pasted incompletely or is of another kind; or a proxy has changed the request",
        "look at the file with `leasehold inspect`; ask for it again";
    BadSignature: "a signature does not verify",
        "the document, or a certificate above it, was changed on its way, or signed with another key",
        "fetch the document again from where it was made; if it stays so, tell the vendor";
    HostNotActivated: "the host has no certificate that is valid now",
        "the host was never activated, or its certificate has ended",
        "on the host: `leasehold host status`, then `leasehold host activate`, or `leasehold host request` and `install`";
    ClockBehind: "the host's clock is more than 4 hours behind its newest seal",
        "it was set back, or it was ahead when the seal was made",
        "on the host: set the clock by NTP; it grants again once its clock is right";
    ProductNotGranted: "the host has no grant for this product",
        "the host was activated with a key for another product family, or the product is newer than the host's certificate",
        "compare `leasehold host status` with the product; ask the vendor for a grant that covers it";
    KeyMismatch: "the product's number differs from the host's",
        "the manifest is of another release or vendor than the host's certificate",
        "install the manifest that belongs to the application, or activate the host anew";
    GrantEnded: "the grant for this product has ended",
        "the subscription or trial is over",
        "renew it with the vendor, then activate the host anew";
    ClockSkew: "the clocks of client and host are more than 4 hours apart",
        "one of them is set wrongly, or to another time zone",
        "set both clocks by NTP; the answer names both times";
    Revoked: "the vendor has revoked the document, its subject or a key above it",
        "the key was lost, copied or refunded",
        "ask the vendor for another key or certificate; `leasehold inspect FILE` says whose document it is";
    Replayed: "the request is not newer than the last one recorded for this client and product",
        "an earlier request arrived again, or the client's clock was set back since",
        "nothing: the client asks again at once with a later time";
    CloneSuspected: "the device key is known from another machine",
        "the machine was imaged from another without `leasehold client generalize`, or most of its hardware was changed",
        "nothing: the client makes a new device key and asks again by itself";
    ThresholdNotMet: "too few machines have asked so far",
        "the host grants leases once enough different machines have asked within the window",
        "let more machines ask; each tries again by itself";
    CapacityReached: "all leases are in use",
        "more machines run the product than the grant allows at once",
        "release a lease that is not needed, wait for one to end, or buy more";
    SignInNeeded: "the product is for users who sign in, and the request shows none",
        "no user has signed in on this machine, the sign-in has ended, or the account was disabled",
        "sign in with `leasehold client sign-in`; a lease in hand stays valid to its end";
    NotSubscribed: "the user has no right to this product",
        "the user is in none of the groups that the host's configuration names for the product, or was removed from them",
        "ask the administrator of the host for the group; then `leasehold client renew`";
    DevicesReached: "the user holds a lease on as many devices as allowed",
        "the subscription covers a number of devices at a time",
        "give one back: `leasehold client devices` lists them";
    UnknownKey: "the authority has issued no such product key",
        "the key is another vendor's, or mistyped into another valid one; or the request was altered on its way",
        "compare the last five characters with `leasehold vendor key list`";
    HostsExhausted: "the host key has activated as many hosts as it may",
        "each host key is good for six hosts",
        "move an existing host (it keeps its place), or issue another host key";
    ActivationsExhausted: "the key has no activations left",
        "a host was activated ten times, or a multiple key on as many machines as it is for",
        "ask the vendor for another key";
    HostForked: "the host's history does not follow from the one it reported before",
        "the host was copied or restored from a backup",
        "ask the vendor, who sees both histories in `leasehold vendor host show`";
    AuthorityCertificateEnded: "the authority may not sign now",
        "the root's certificate for it has ended, or the clock of its machine is wrong",
        "the vendor: check the machine's clock; an authority whose certificate has ended signs nothing any more";
    TooManyRequests: "too many requests in a short time",
        "very many machines ask from one address or with one product key; or product keys are being guessed",
        "wait as long as the answer says; the vendor may raise the limits of `leasehold vendor serve`";
    TokenRequired: "this needs a token",
        "the request came without one",
        "send `Authorization: Bearer TOKEN`; a host's tokens are made with `leasehold host token add`, an authority's with `leasehold vendor token add`";
    TokenUnknown: "the token is not known, or not any more",
        "it is mistyped, has ended, or was revoked",
        "see `leasehold host token list`, of an authority `leasehold vendor token list`; `token add` makes another";
    TokenNotAllowed: "the token does not allow this",
        "it was made without the role",
        "take a token that has it: `leasehold host token list`, of an authority `leasehold vendor token list`, shows the roles";
    ExportTooLarge: "the export is too large for one answer",
        "there are very many rows",
        "use `leasehold vendor export`, which writes to a file, or read page by page";
    UnknownSigner: "no chain of certificates leads from the signer to the root key",
        "the document is another vendor's, or came without its chain",
        "check whose it is with `leasehold inspect`; give the right `--root` or manifest";
    NotAuthorised: "the signer may not sign what the document says",
        "a host goes beyond its grant, or a certificate above was not valid at the time",
        "activate the host anew; if it stays so, tell the vendor";
    NotYetValid: "the document begins more than 4 hours from now",
        "this machine's clock is slow, or the signer's was fast",
        "set the clock by NTP";
    Expired: "the document has ended",
        "it was not renewed in time",
        "renew the lease (`leasehold client renew`) or the host's certificate (`leasehold host request`)";
    NeverActivated: "the initial grace is over and no lease was ever granted",
        "the machine never reached a host, or the host's threshold was never met",
        "`leasehold client activate --host ADDRESS`";
    AnotherMachine: "the lease was given to another machine",
        "the disk was moved or copied to other hardware",
        "`leasehold client activate`: the client makes a new device key and asks again";
}
