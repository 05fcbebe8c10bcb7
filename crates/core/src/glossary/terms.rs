//! The table of terms, by name: what each means, what Microsoft's KMS calls it, other words for it, and terms that belong to it.

use super::Term;

macro_rules! terms {
    ($($name:literal: $meaning:literal, $in_kms:expr, [$($also:literal),*], [$($see:literal),*];)*) => {
        &[$(Term { name: $name, meaning: $meaning, in_kms: $in_kms, also: &[$($also),*], see: &[$($see),*] },)*]
    };
}

/// All terms.
pub const TERMS: &[Term] = terms! {
    "activation": "Making a host or a machine able to do its work: a host gets a certificate from the vendor, a machine gets \
        a lease.",
        None, ["activate"], ["host certificate", "lease"];
    "activation object": "A signed grant that is kept in a directory (LDAP, Active Directory). Machines of that directory activate \
        by reading it.",
        Some("ADBA object"), ["adba", "object", "lh-object"], ["directory id", "grant"];
    "activation ordinal": "Counts the activations of one host: 1 for the first, one more each time the same host is activated with a \
        new key pair. A host key allows 10 of each host unless the vendor says otherwise.",
        None, ["ordinal"], ["host key", "host ordinal"];
    "armour": "A document as text that survives mail: base64 between `-----BEGIN LEASEHOLD …-----` and `-----END \
        LEASEHOLD …-----`. Commands read either, this or the raw bytes.",
        None, ["armor", "pem"], ["document"];
    "authority": "The vendor's service, and the key with which it signs. The root key certifies it. It activates hosts, and \
        machines with multiple keys.",
        Some("activation servers"), ["authority key", "lh-authority"], ["root key", "vendor"];
    "batch": "The requests that a host decides together, in one transaction and under one seal: one request when the \
        host is idle, up to 1,024 under load.",
        None, [], ["seal"];
    "capacity": "The highest number of live leases at once on one host's store. No capacity means any number.",
        None, [], ["live lease", "policy"];
    "certificate chain": "The certificates between a document and the root key, nearest signer first. With it a document is verified \
        offline.",
        None, ["chain"], ["host certificate", "root key"];
    "client": "A machine that runs a product. Hosts know it by its device key.",
        Some("KMS client"), ["machine"], ["device key", "product"];
    "clone": "A machine that was imaged from another and still uses its device key. A host notices it by the \
        fingerprint; the clone then makes a key of its own.",
        None, ["clone-suspected"], ["fingerprint", "fork", "twins"];
    "component": "One part of a fingerprint: machine id, system UUID, system disk, network address, processor or board \
        serial. Only a salted hash of its value leaves the machine.",
        None, [], ["drift", "fingerprint"];
    "count": "How many clients of a family have asked within the window, this one included. A host compares it with the \
        threshold.",
        Some("current count"), ["clients"], ["threshold", "twins", "window"];
    "cti": "The number of one document: 16 random bytes that no other document has (CWT id, RFC 8392).",
        None, ["cwt id"], ["document", "typ"];
    "device key": "The key pair that a client makes for itself and that never leaves it. Leases are bound to it, and its \
        KeyId names the client.",
        Some("client machine id (CMID)"), ["cmid", "client id"], ["client", "keyid"];
    "devices": "The highest number of machines on which one signed-in user may hold a lease at once.",
        None, [], ["policy", "user"];
    "directory id": "Tells one directory from another. An activation object that was copied to another directory activates no \
        machine there.",
        None, ["directory"], ["activation object"];
    "document": "A file or message that is signed: a lease, a request, a certificate, a manifest. `leasehold inspect FILE` \
        decodes and verifies it.",
        None, ["envelope", "cose"], ["armour", "cti", "typ"];
    "drift": "How many components of a fingerprint may change before a machine counts as another one (2 by default).",
        None, [], ["component", "fingerprint"];
    "end": "When a grant ends: a subscription, a trial. No lease lasts beyond it.",
        None, ["grant end"], ["grant", "policy"];
    "family": "The products whose clients are counted together.",
        Some("application id"), ["product family"], ["product", "threshold"];
    "features": "Names of options that a policy gives and that leases carry to the application.",
        None, ["feature"], ["lease", "policy"];
    "fingerprint": "What a client tells about its hardware: hashes of up to six components, salted by vendor, so that two \
        vendors cannot join their customers' machines.",
        Some("hardware id"), ["hwid"], ["component", "drift"];
    "fork": "One device key on two machines, or one host's key on two hosts. Each goes on from a history that the other \
        does not have, and that shows it.",
        None, ["forked", "forks"], ["clone", "seal", "tip"];
    "generic key": "The public product key of a product, the same in every copy. It carries no entitlement.",
        Some("GVLK"), ["gvlk"], ["manifest", "product key"];
    "grace": "The time after a lease has ended in which everything still works, with warnings. The initial grace is the \
        time before the first lease.",
        Some("grace period"), ["initial grace", "grace period"], ["lease", "standing"];
    "grant": "What a host certificate lets a host give: a family, its products and a policy. To grant is to give a lease.",
        None, ["granted"], ["host certificate", "policy"];
    "host": "The customer's activation service. It grants leases to the machines of the customer's network.",
        Some("KMS host"), [], ["host certificate", "lease"];
    "host certificate": "The authority's signed grant to one host: its key, grants and ordinals. It lasts 2 years (90 days with a \
        capacity) and is renewed before.",
        Some("activation of a KMS host"), ["certificate", "lh-host"], ["authority", "grant", "host ordinal"];
    "host key": "The secret product key that a customer buys. It activates up to 6 hosts, each up to 10 times, unless the \
        vendor says otherwise.",
        Some("KMS host key (CSVLK)"), ["csvlk", "kms host key"], ["host certificate", "product key"];
    "host ordinal": "Counts the hosts of one host key: the first host that was activated with it is 1.",
        None, [], ["activation ordinal", "host key"];
    "journal": "The host's record of every decision, sealed batch by batch. It cannot be rewritten without contradicting \
        leases that were given out. As a file (`leasehold journal export`) it can be verified by anybody who has \
        the vendor's root key.",
        None, ["events"], ["seal"];
    "keyid": "The name of a key: the first 16 bytes of the SHA-256 of its public half, written like a UUID. It names \
        vendors, authorities, hosts and clients.",
        None, ["kid", "key id", "signer", "subject"], ["device key", "document"];
    "lease": "The host's signed activation of one client for one product, for a limited time (180 days by default).",
        Some("activation"), ["lh-lease"], ["grace", "renewal", "validity"];
    "live lease": "A lease that has not ended and was not given back. Only live leases count towards the capacity.",
        None, ["leases", "live"], ["capacity", "release"];
    "manifest": "The signed file that a vendor ships inside its application: product, generic key, root key, defaults.",
        Some("built into the product"), ["lh-manifest"], ["product", "root key"];
    "mark": "A small file beside a host's store that names the newest seal. By it a host notices a store that is \
        missing, older or another one.",
        None, ["store mark", "store.mark"], ["seal", "store"];
    "method": "How a lease was got: from a host, with a multiple key, or by a subscription.",
        None, [], ["lease", "multiple key"];
    "mode": "What an application does with its standing: `enforce`; `advise`, which is never reduced; `observe`, which \
        is never reduced and stays silent.",
        None, ["enforce", "advise", "observe"], ["manifest", "standing"];
    "multiple key": "A secret product key that activates a number of machines with the authority directly, without a host and \
        without end.",
        Some("MAK"), ["mak", "multiple activation key"], ["authority", "product key"];
    "place": "One of the hosts that a host key may activate, one of the machines that a multiple key may activate, or \
        one of the leases that a capacity allows.",
        None, ["places", "seat"], ["capacity", "host key", "multiple key"];
    "policy": "The numbers by which a host decides: threshold, window, validity, renewal, retry, grace, capacity, drift, \
        end, features, devices. They are signed, so a customer cannot loosen them.",
        None, [], ["grant", "threshold", "validity"];
    "product": "What is licensed: an id such as `acme-cad`, a number, a family.",
        Some("product or edition"), ["product number", "product id"], ["family", "manifest"];
    "product key": "25 characters in five groups. Any error in up to 4 characters is detected. There are generic keys, host \
        keys and multiple keys.",
        Some("product key"), ["key"], ["generic key", "host key", "multiple key"];
    "proof": "A signature that shows that the sender of a request holds a product key. The key itself never travels.",
        None, ["proof key"], ["product key", "request"];
    "reduced": "The standing of a client that was never activated, whose grace is over or that was revoked. The \
        application is read-only then, or does what its vendor has decided.",
        Some("notification state"), [], ["grace", "standing"];
    "refusal": "The answer no, with its reason as a code and the time of the next attempt. From the sighting on, the host \
        signs it.",
        None, ["refused", "lh-refusal"], ["request", "sighting"];
    "release": "A client gives its lease back before its end, so that another client can have the place.",
        None, ["released", "lh-release"], ["capacity", "live lease"];
    "renewal": "How long after a lease was issued its client asks for the next one (7 days by default).",
        Some("renewal interval"), ["renew", "renewal interval"], ["lease", "retry"];
    "request": "What a client or a host asks with: a document that it signs with its own key.",
        Some("activation request"), ["lh-request", "lh-host-request", "lh-machine-request"], ["proof", "refusal"];
    "retry": "How long after a refusal a client asks again (2 hours by default).",
        Some("activation interval"), ["activation interval", "next attempt"], ["refusal", "renewal"];
    "revocation list": "The authority's numbered list of keys and documents that hold no more. Only a higher number replaces a \
        lower one.",
        None, ["revocations", "revoked", "lh-revocations"], ["keyid", "withdrawn"];
    "root key": "The vendor's key, kept offline. Its public half is in every application, and everything is verified down \
        from it.",
        None, ["root"], ["authority", "certificate chain"];
    "seal": "A host's signature over one batch of decisions. Each seal contains the one before, so the host's history \
        is a chain that cannot be rewritten unnoticed. Seals are numbered from 1.",
        None, ["seals", "seal number", "sealed"], ["batch", "fork", "journal"];
    "sighting": "A client that was seen asking. From then on it counts, whether it is granted a lease or refused one.",
        None, ["seen"], ["count", "request"];
    "standing": "What a client may do now: unactivated, licensed, grace or reduced.",
        Some("license state"), ["licensed", "unactivated"], ["grace", "reduced"];
    "store": "Where a host or an authority keeps what it has decided: SQLite in its folder, or PostgreSQL.",
        None, [], ["journal", "mark"];
    "threshold": "How many clients of a family must have asked within the window before any of them gets a lease (5 by \
        default).",
        Some("n-count"), ["n-count", "minimum count"], ["count", "window"];
    "tip": "The newest seal of a host. The host names it when it renews its certificate, so that the vendor notices a \
        copy of the host.",
        None, ["former tip"], ["fork", "seal"];
    "twins": "Two clients with equal fingerprints: one machine whose state was lost, or a copy. They count once for the \
        threshold; each needs a place.",
        None, ["twin"], ["clone", "count", "place"];
    "typ": "The type of a document, such as `lh-lease`. It is signed with the document, so one type never passes for \
        another.",
        None, ["type"], ["cti", "document"];
    "user": "A person who signs in with the identity provider of the organisation, where a product is sold to people. The host \
        keeps a hash of provider and person, never a name.",
        None, ["users", "subscription"], ["devices"];
    "validity": "How long a lease lasts (180 days by default).",
        Some("activation validity interval"), [], ["lease", "renewal"];
    "vendor": "The maker of the software, who owns the root key.",
        Some("Microsoft"), [], ["authority", "root key"];
    "window": "How long a client counts after it last asked (30 days by default).",
        None, [], ["count", "threshold"];
    "withdrawn": "No longer granted from now on. What was granted holds to its end; revoke it to end that too.",
        None, ["withdraw"], ["revocation list"];
};
