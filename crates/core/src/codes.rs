//! Every code that Leasehold prints: what it means, why it comes about, what to do next. The one table that messages,
//! problem replies and `leasehold explain` take their words from.

/// A stable code with its explanation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Code {
    /// The code as printed and as in problem types.
    pub name: &'static str,
    /// What it means, in one line.
    pub meaning: &'static str,
    /// The likeliest cause.
    pub cause: &'static str,
    /// What to do next.
    pub next: &'static str,
}

/// The entry of `name`, in whatever case; a problem type's URN prefix may stand before it.
pub fn find(name: &str) -> Option<&'static Code> {
    let bare = name.trim().rsplit(':').next()?;
    CODES.iter().find(|code| code.name.eq_ignore_ascii_case(bare))
}

macro_rules! codes {
    ($($name:literal: $meaning:literal, $cause:literal, $next:literal;)*) => {
        /// All codes, each once.
        pub const CODES: &[Code] = &[$(Code { name: $name, meaning: $meaning, cause: $cause, next: $next }),*];
    };
}

codes! {
    // Refusals of a host (DESIGN section 4) and of an authority (section 7).
    "malformed": "the bytes are not a Leasehold document of the expected kind",
        "the file was cut, pasted incompletely or is of another kind; or a proxy has changed the request",
        "look at the file with `leasehold inspect`; ask for it again";
    "bad-signature": "a signature does not verify",
        "the document, or a certificate above it, was altered on its way, or signed with another key",
        "fetch the document again from where it was made; if it stays so, tell the vendor";
    "host-not-activated": "the host has no certificate that is valid now",
        "the host was never activated, or its certificate has ended",
        "on the host: `leasehold host status`, then `leasehold host activate`, or `leasehold host request` and `install`";
    "product-not-granted": "the host has no grant for this product",
        "the host was activated with a key for another product family, or the product is newer than the host's certificate",
        "compare `leasehold host status` with the product; ask the vendor for a grant that covers it";
    "key-mismatch": "the product's number differs from the host's",
        "the manifest is of another release or vendor than the host's certificate",
        "install the manifest that belongs to the application, or activate the host anew";
    "grant-ended": "the grant for this product has ended",
        "the subscription or trial is over",
        "renew it with the vendor, then activate the host anew";
    "clock-skew": "the clocks of client and host are more than 4 hours apart",
        "one of them is set wrongly, or to another time zone",
        "set both clocks by NTP; the answer names both times";
    "revoked": "the vendor has withdrawn the document, its subject or a key above it",
        "the key was lost, copied or refunded",
        "ask the vendor";
    "clone-suspected": "the device key is known from another machine",
        "the machine was imaged from another without `leasehold client generalize`, or most of its hardware was changed",
        "nothing: the client makes a new device key and asks again by itself";
    "threshold-not-met": "too few machines have asked so far",
        "the host grants leases once enough different machines have asked within the window",
        "let more machines ask; each tries again by itself";
    "capacity-reached": "all leases are out",
        "more machines run the product than the grant allows at once",
        "release a lease that is not needed, wait for one to end, or buy more";
    "unknown-key": "the authority has issued no such product key",
        "the key is another vendor's, or mistyped into another valid one; or the request was altered on its way",
        "compare the last five characters with `leasehold vendor key list`";
    "hosts-exhausted": "the host key has activated as many hosts as it may",
        "each host key is good for six hosts",
        "move an existing host (it keeps its place), or issue another host key";
    "activations-exhausted": "the key has no activations left",
        "a host was activated ten times, or a multiple key on as many machines as it is for",
        "ask the vendor for another key";
    "authority-certificate-ended": "the authority may not sign now",
        "the root's certificate for it has ended, or the clock of its machine is wrong",
        "the vendor's: check the machine's clock; an authority whose certificate has ended signs nothing any more";
    "too-many-requests": "too many requests in a short time",
        "very many machines ask from one address or with one product key, or somebody tries keys",
        "wait as long as the answer says; the vendor may raise the limits of `leasehold vendor serve`";
    "token-required": "this needs a token",
        "the request came without one",
        "send `Authorization: Bearer TOKEN`; the vendor makes tokens with `leasehold vendor token add`";
    "token-unknown": "the token is not known, or not any more",
        "it is mistyped, has ended, or was withdrawn",
        "see `leasehold vendor token list`; make another with `leasehold vendor token add`";
    "token-not-allowed": "the token does not allow this",
        "it was made without the role",
        "take a token that has it: `leasehold vendor token list` shows the roles";
    "export-too-large": "the export is too large for one answer",
        "there are very many rows",
        "use `leasehold vendor export`, which writes to a file, or read page by page";
    // Verification (section 2), as far as not above.
    "unknown-signer": "no chain of certificates leads from the signer to the root key",
        "the document is another vendor's, or came without its chain",
        "check whose it is with `leasehold inspect`; give the right `--root` or manifest";
    "not-authorised": "the signer may not sign what the document says",
        "a host goes beyond its grant, or a certificate above was not valid at the time",
        "activate the host anew; if it stays so, tell the vendor";
    "not-yet-valid": "the document begins more than 4 hours from now",
        "this machine's clock is slow, or the signer's was fast",
        "set the clock by NTP";
    "expired": "the document has ended",
        "it was not renewed in time",
        "renew the lease (`leasehold client renew`) or the host's certificate (`leasehold host request`)";
    // Standing (section 6), as far as not above.
    "never-activated": "the initial grace is over and no lease was ever granted",
        "the machine never reached a host, or the host's threshold was never met",
        "`leasehold client activate --host ADDRESS`";
    "another-machine": "the lease was given to another machine",
        "the disk was moved or copied to other hardware",
        "`leasehold client activate`: the client makes a new device key and asks again";
    // The servers' plumbing.
    "busy": "the server has more requests waiting than it takes on",
        "very many machines ask at once",
        "nothing: clients try again by themselves; if it lasts, see `leasehold bench`";
    "not-found": "there is nothing at this address",
        "the URL is mistyped, or the server is another one",
        "the client API starts with /v1/";
    "method-not-allowed": "this address takes another HTTP method",
        "the URL or method is mistyped",
        "see the documentation of the API";
    "unsupported-media-type": "the body is not of the type that this address takes",
        "the Content-Type header is missing or wrong",
        "send documents as application/cose";
    "timeout": "the request did not arrive in time",
        "a slow or broken connection",
        "try again";
    "internal": "the server failed to answer",
        "a fault of the server's own, or of its store",
        "see its log; nothing was granted";
    "store-unavailable": "the store cannot be read or written now",
        "the disk is full or read-only, or the database is away or another than the one named",
        "see that there is room, and that the database runs where it is said to be; nothing is answered before it is recorded";
    "store-in-use": "another process has the store open for writing",
        "a second `host serve` on the same folder",
        "stop the other one, or give each host a folder of its own with `--data`";
    "store-not-empty": "the store that is to be filled holds something already",
        "it is the wrong one, or it was filled before",
        "give an empty one: a new folder, or a new database; nothing was changed";
    "store-newer": "the store was written by a later release",
        "the program was set back to an older release",
        "run the release that wrote it, or a later one; nothing was changed";
    "store-older": "the store was made by an earlier release",
        "no host of this release has served from it yet",
        "bring it up to date with `leasehold store migrate`; nothing was changed";
    "store-damaged": "the store holds what no release has written",
        "a disk that fails, or something else wrote there",
        "restore it from a backup; check the disk";
    "another-host": "the certificate was made for another host",
        "answers to several requests were mixed up",
        "install the answer to this host's own request (`leasehold host request`)";
    "older-list": "the revocation list is older than the one installed",
        "an earlier list of the vendor was installed again",
        "use the newest list; nothing was changed";
    "older-certificate": "the certificate is older than the one installed",
        "an earlier answer of the vendor was installed again",
        "use the newest answer; nothing was changed";
    // The vendor's side.
    "unknown-product": "the vendor has no such product",
        "its id is mistyped, or it was never added",
        "see `leasehold vendor product list`; add it with `leasehold vendor product add`";
    "unknown-family": "the vendor has no such family of products",
        "its id is mistyped, or no product of it was added yet",
        "see `leasehold vendor product list`; a family begins with its first product";
    "withdrawn": "the product or family has been withdrawn",
        "the vendor grants it no more; what was granted before holds to its end",
        "use another, or bring it back with `leasehold vendor product restore` or `leasehold vendor family restore`";
    "ambiguous-key": "several product keys end in these five characters",
        "the last five characters are chance, and a vendor has many keys",
        "name the key by its id: the message lists them, `leasehold vendor key list` says whose they are";
    "unknown-host": "no product key has activated a host or machine of this name",
        "the name is another vendor's, or a client's; those are hosts' to know",
        "compare it with `leasehold vendor host list`; a client's key is revoked by `leasehold vendor revoke --device ID`";
    "unknown-authority": "the root has certified no authority of this name",
        "the name is mistyped, or another vendor's",
        "compare it with `leasehold vendor authority list`";
    "own-authority": "an authority cannot revoke itself",
        "the list that revokes it would be signed by it, and nobody could believe that",
        "make its successor first: `leasehold vendor authority rotate`";
    "authority-followed": "another authority has followed the one that is to sign the list",
        "the key was rotated while a service ran, or a rotation was cut short",
        "restart `leasehold vendor serve`; a rotation that was cut short is completed by `leasehold vendor authority rotate`";
    "revocation-list-full": "the revocation list has no room left",
        "very many hosts, machines or documents were revoked one by one; a list has room for about 61,000 entries",
        "revoke what is above them instead: `docs/rotation.md` says how an authority is replaced";
    "no-revocations": "nothing has been revoked yet",
        "a vendor's first list is made when something is revoked",
        "nothing: hosts and clients need no list until there is one";
    "bad-policy": "no host or client could follow such a policy",
        "two of its values contradict each other, or one is out of range",
        "the message names the values; `leasehold vendor key issue --help` says what each is for";
    "grant-too-large": "the grant does not fit into a host certificate",
        "the family has very many products, or the features have long names",
        "begin another family, or shorten the names";
    "not-a-key-file": "the file is no encrypted key of Leasehold's",
        "it is another file, was cut, or is encrypted in another way",
        "restore it from a backup";
    // Finding hosts by DNS.
    "dns-declined": "DNS says that there is decidedly no host here",
        "an administrator has published an SRV record with the target `.`",
        "set the host's address with `--host ADDRESS`, or ask who looks after the zone";
    "dns-no-such-name": "DNS knows no such name",
        "no host has published its record in this zone, or the suffix or target is mistyped",
        "`leasehold host dns publish` on the host, or hand its record line to who looks after the zone";
    "dns-no-record": "DNS knows the name, but no record of this kind",
        "the record was removed, or something else was published under the name",
        "`leasehold host dns publish` on the host, or hand its record line to who looks after the zone";
    "dns-server-failed": "the name servers failed to answer",
        "a zone that does not load, or servers further on that are away",
        "look at the name server's log";
    "dns-refused": "the name servers refuse to answer this machine",
        "a server that holds zones but looks nothing up, or whose rules leave this machine out",
        "set the name servers that are meant for this network";
    "dns-nonsense": "the name servers' answers cannot be understood or believed",
        "a server or firewall that bends answers, or somebody forges them",
        "ask the name server from another machine, and compare";
    "dns-no-answer": "no name server answers",
        "the servers are down, their addresses wrong, or a firewall is between (port 53, UDP and TCP)",
        "check their addresses and that they run";
    "dns-alias-loop": "aliases (CNAME) lead in a circle, or on and on",
        "two zones point at each other",
        "correct the CNAME records";
    "dns-out-of-time": "looking up hosts took too long",
        "name servers that are silent or slow, or very many suffixes",
        "take servers that are gone out of the machine's settings";
    "dns-settings": "the machine's settings for DNS cannot be read",
        "a file or program of the system's is missing, or may not be read",
        "the message names it; or set the host's address with `--host ADDRESS`";
    "no-name-server": "the machine has no name server",
        "it is not connected, or was set up without",
        "connect it, or set the host's address with `--host ADDRESS`";
    "not-a-domain-name": "the text is no domain name or service label",
        "a character is mistyped, or a part between dots is missing or too long",
        "names have letters, digits, hyphens and dots; others are written in their xn-- form";
    // Publishing a host in DNS.
    "not-a-dns-key": "the file holds no key for DNS updates",
        "it is another file, holds several keys, or one of an algorithm that is too weak",
        "make one with `tsig-keygen -a hmac-sha256 NAME`, and give the same to the name server";
    "dns-outside-zone": "the name is not in the zone",
        "the suffix belongs to another zone",
        "name the zone that the suffix is in";
    "dns-key-refused": "the name server refuses the key",
        "it has another secret, name or algorithm for it, or gives it no rights in this zone",
        "compare the key file with the name server's configuration";
    "dns-clock-apart": "the clocks of this machine and the name server are too far apart for signatures",
        "one of them is set wrongly",
        "set both clocks by NTP";
    "dns-not-permitted": "the name server does not permit the update",
        "its rules for the zone leave this key or machine out, or no key was given",
        "allow the key to change SRV records of the zone, or hand the record line to who looks after it";
    "dns-not-the-zones": "the name server does not hold the zone",
        "the zone or the server is mistyped, or the server only looks things up",
        "name the zone as its SOA record does, and the server that is its primary";
    "dns-alias": "the record's name is an alias of another",
        "a CNAME record stands where the SRV record belongs",
        "publish in the zone that the alias leads to, or remove it";
    "dns-no-updates": "the name server takes no updates",
        "it was built or set up without them",
        "hand the record line to who looks after the zone";
    "mdns-unavailable": "multicast DNS cannot be used here",
        "the system or its firewall allows no multicast",
        "use DNS, or set the host's address with `--host ADDRESS`";
    // The command line.
    "usage": "the command's words are wrong",
        "an option is missing or mistyped",
        "see `--help`";
    "file": "a file or folder cannot be read or written",
        "it is missing, or belongs to another user",
        "the message names it and says why";
    "file-damaged": "a file of the host's folder is not what the host has written",
        "a disk that fails, or something else wrote there",
        "restore it from a backup; where it is host.lh, install the vendor's answer again";
    "not-a-product-key": "the text is no product key",
        "a character is mistyped, or some are missing",
        "compare it with the original; the message says which character where one repair fits";
    "length": "a product key has 25 characters, and this has more or fewer",
        "some are missing, or stand twice",
        "compare it with the original";
    "character": "a character is in no product key",
        "it is mistyped: product keys have no B, I, O and 1",
        "compare it with the original at the position that the message names";
    "checksum": "the characters of the product key do not belong together",
        "one of them is mistyped, or two stand in each other's place",
        "compare it with the original; where one repair fits, the message names it";
    "version": "the product key is of a version that this program does not know",
        "it was issued by a later release",
        "update this program";
    "kind": "the product key is of a kind that this program does not know",
        "it was issued by a later release",
        "update this program";
    "wrong-kind-of-key": "the product key is of another kind",
        "a generic key, host key or multiple key was given where another belongs",
        "`leasehold inspect --key -` says what a key is for";
    "wrong-passphrase": "the passphrase does not open the key file",
        "it is mistyped, or the file is another one",
        "try again";
    "unknown-token": "there is no token of this name",
        "it is mistyped, or was never made",
        "see `leasehold vendor token list`";
    "already-exists": "there is something already",
        "the command was run before",
        "use what is there, or choose another folder or name; nothing was changed";
    "not-initialised": "there is nothing here yet",
        "the folder is another one, or the first command was never run",
        "run the command that the message names";
    "address-in-use": "another program listens at this address",
        "a second server, or an earlier one that still runs",
        "stop it, or choose another address with `--listen`";
    "address-denied": "this user may not listen at the address",
        "ports below 1024 are for privileged users",
        "choose another address with `--listen`, or give the service the right to the port";
    "address-unknown": "the address is none of this machine",
        "it is mistyped, or belongs to a network that is not up yet",
        "choose another address with `--listen`; 0.0.0.0 is all of them";
    "listen-failed": "the server cannot listen at the address",
        "the system does not allow it now",
        "the message gives the system's words";
    "file-unreadable": "a file for TLS cannot be read",
        "it is missing, or belongs to another user",
        "the message names it; the service's user must be able to read it";
    "pem-malformed": "a file for TLS is not PEM",
        "it is in another form (DER, PKCS#12), or was cut",
        "convert it with `openssl`";
    "certificate-missing": "there is no certificate in the file",
        "the file is the private key, or another one",
        "give the certificate chain with `--tls-cert`";
    "certificate-unusable": "the certificate cannot be used for TLS",
        "it was damaged, or is of a kind that is not supported",
        "look at it with `openssl x509 -text`; ask its issuer for another";
    "private-key-missing": "there is no private key without a passphrase in the file",
        "the file is the certificate, or the key is encrypted",
        "give the key with `--tls-key`; take off its passphrase with `openssl pkey`";
    "private-key-unusable": "the private key cannot be used for TLS",
        "it was damaged, or is of a kind that is not supported",
        "make another, and have its certificate issued";
    "private-key-mismatch": "the private key does not belong to the certificate",
        "the files of two certificates were mixed up",
        "give the key that the certificate was issued for";
    "tls-unavailable": "TLS cannot be set up",
        "certificate and key do not suit what this program speaks",
        "the message gives the reason";
    "host-unreachable": "no host answers",
        "the address is wrong, the host is down, or a firewall is between",
        "check the address and that `leasehold host serve` runs there; the client tries again by itself";
    "no-authority": "nothing says where the vendor's authority is",
        "no address was given, and none is remembered",
        "give it with `--authority URL`; without a network, a request is carried to the vendor as a file";
    "authority-unreachable": "the vendor's authority does not answer",
        "this machine has no way to it, or the address is wrong; a proxy is taken from HTTPS_PROXY or HTTP_PROXY",
        "check address, network and proxy, and try again: nothing is lost. Without a network, carry the request as a file";
    "authority-silent": "the vendor's authority takes the connection and does not answer in time",
        "it is overloaded, or something between holds the answer back",
        "try again: the same request is answered once more, and nothing more is used up";
    "untrusted-authority": "the TLS certificate of the vendor's authority is not trusted here",
        "it was issued by an authority that this machine does not know, or for another name; or a proxy looks into TLS",
        "give the issuing authority's certificate with `--ca FILE`, or the name that the certificate is for";
    "not-an-authority": "what answers at the address is no authority of Leasehold's",
        "another server, or a proxy's page, answers there",
        "check the address with the vendor, and what the proxy says";
    "proxy-refused": "the proxy does not let the connection through",
        "it wants a name and password, or does not allow the address",
        "set HTTPS_PROXY with what it asks for, or have the address allowed; or carry the request as a file";
    "not-a-backup": "the file is no whole backup of a host",
        "it is another file, or was cut or altered on its way",
        "take another backup; nothing was changed";
    "not-renewable": "no request is kept by which the authority would know the host again",
        "the host's folder was restored without it, or its key pair was made anew",
        "run `leasehold host activate --authority URL` once with the host key; nothing more is used up";
    "not-renewed": "the host's certificate could not be renewed",
        "the vendor's authority did not answer, or said no; the message says which",
        "see to what the message says; `leasehold host renew` tries again at once. The host serves to its certificate's end";
    "not-a-host": "what answers at the address is no Leasehold host",
        "another server, or a proxy, answers there",
        "check the address and port (16880 unless set otherwise)";
    "untrusted-host": "the host's TLS certificate is not trusted here",
        "it was issued by an authority that this machine does not know, or for another name",
        "give the issuing authority's certificate with `--ca FILE`, or the name that the certificate is for";
    "no-host": "nothing says where a host is",
        "no address was given, none has granted a lease before, and DNS names none",
        "`leasehold doctor` shows what was looked for; or give `--host ADDRESS`, or set LEASEHOLD_HOST";
    "host-silent": "the host takes the connection and does not answer in time",
        "it is overloaded or hangs, or something between holds the answer back",
        "look at the host's log; restart it if it hangs";
    "name-not-found": "the host's name leads to no address",
        "the name is mistyped, or DNS has a record of the service for a host whose own name is not there",
        "ask DNS for the name (`getent hosts NAME`); correct the record's target, or add an address for it";
    "refused": "the host has said no for a reason that this program does not know",
        "the host is newer than this program",
        "the message gives the host's own words; update this program";
    "wrong-answer": "the host's lease is not the one that was asked for",
        "the host is faulty, or something between answers with what it has stored",
        "try again; if it lasts, look at the host's log. The lease in hand stays";
    "no-fingerprint": "nothing tells this machine from others",
        "no machine id, disk, network or processor can be read, or all of them are filler",
        "give the machine an id: `systemd-machine-id-setup`";
    "foreign-manifest": "the manifest is another vendor's than the one this state or host belongs to",
        "a manifest was mixed up",
        "use the manifest that belongs to the application";
    "no-lease": "there is no lease here",
        "the product was not activated on this machine, or the lease was released",
        "`leasehold client activate`";
    "state-unusable": "the state directory cannot be read or written",
        "it belongs to another user, or the disk is full or read-only",
        "run as its owner, or name another with `--state DIR` or LEASEHOLD_STATE";
    "state-damaged": "a state file was damaged and set aside",
        "a crash of the disk, or something else wrote there",
        "nothing: the client asks for a new lease by itself; the old file is kept beside it";
    // What the doctor finds, as far as not above.
    "no-suffix": "this machine has no DNS suffix under which to look for a host",
        "the network hands out no search domain, and the machine's own name has no domain",
        "set a search domain, or give the machine a full name; or give `--host ADDRESS`";
    "no-service-record": "DNS has no record of the service under any suffix of this machine",
        "no host has published its record, or this machine's suffixes are not the one where it did",
        "on the host: `leasehold host dns publish`; or set a search domain where the record is; or give `--host ADDRESS`";
    "connection-refused": "the machine is there, and nothing listens at the port",
        "the host is stopped, or the record or address has a wrong port",
        "start `leasehold host serve` there; compare its port with the record's";
    "connection-timeout": "nothing answers at the address, not even with a no",
        "a firewall drops the connection, or no machine has that address",
        "allow TCP to the host's port (16880 unless set otherwise) from this machine; check the address";
    "rogue-record": "a DNS record names a host that is not this vendor's",
        "the record is left over, belongs to another product, or somebody forged it",
        "have the record removed; clients pass it over and lose time only";
    "host-certificate-ended": "the host's certificate has ended",
        "it was not renewed with the vendor in time",
        "on the host: `leasehold host renew`; or `leasehold host request`, have it approved, then `leasehold host install`";
    "host-certificate-ends-soon": "the host's certificate nears its end",
        "it is due to be renewed with the vendor",
        "on the host: `leasehold host renew`; or `leasehold host request`, have it approved, then `leasehold host install`";
    "clock-wrong": "this machine's clock and the host's are more than 4 hours apart",
        "one of them is set wrongly, or to another time zone",
        "set both clocks by NTP";
    "clock-set-back": "this machine's clock is behind the time that its lease proves",
        "the clock was set back, or its battery is empty",
        "set the clock by NTP";
    "clock-differs": "this machine's clock and the host's differ by more than 5 minutes",
        "one of them is not kept by NTP",
        "set both clocks by NTP; up to 4 hours change nothing";
    // Running a host.
    "bad-configuration": "the configuration file cannot be used",
        "a key or value is mistyped",
        "correct what the message names; docs/host.toml shows all keys, `leasehold host check-config FILE` checks it";
    "no-full-name": "this machine has no name with a domain",
        "the system was set up without a domain",
        "give the name that leads to this host: `--target NAME`";
    "host-clock-behind": "the host's clock is behind what was signed already",
        "it was set back, or it was ahead when that was signed",
        "set it by NTP";
    "disk-full": "the store's disk has little room left",
        "the journal grows with every decision, or something else fills the disk",
        "make room; nothing is granted once it is full";
    "not-serving": "no host serves from this folder",
        "it was not started, or has ended; or it serves from another folder",
        "`leasehold host serve`, or name the folder with `--data DIR`";
    "dns-no-own-record": "DNS has no record of this host",
        "the host never published, or is known there by another name",
        "`leasehold host dns publish`, or hand its record line to who looks after the zone";
    "dns-wrong-port": "the host's record names another port",
        "the host was moved to another port after its record was published",
        "`leasehold host dns publish`, and remove the old record";
    "dns-stale-record": "DNS has records of this host at other ports",
        "the host was moved to another port; or another host runs on this machine, and all is well",
        "remove each old one: `leasehold host dns withdraw --port PORT`";
    "dns-target-without-address": "the name in the host's record has no address",
        "it is mistyped, or was never entered in DNS",
        "enter an A or AAAA record for it, or publish with `--target NAME` that has one";
    "dns-target-elsewhere": "the name in the host's record leads to another machine",
        "it is mistyped or out of date; or something forwards to this host, and all is well",
        "compare the address with this machine's";
    "duplicates": "machines cannot be told apart",
        "they were imaged from one disk and show too little hardware of their own; each counts by its device key",
        "`leasehold host clients` shows them; `leasehold client generalize` before the next image";
    "forks": "two machines were seen with one device key",
        "a machine was imaged after it was activated",
        "`leasehold host clients` shows which; `leasehold client generalize` before the next image";

    // The Office workbench.
    "not-a-plan": "the file tells no groups of machines",
        "it is not TOML, or has a word that is not known",
        "docs/office/plan.md shows one; the message names the line";
    "plan-incomplete": "not every group of machines has a method, or a count or key does not suffice",
        "a fact is missing or contradicts another, too few machines ask a host, or the MAK has too few activations left",
        "answer what is asked, mend what is told, and plan again";
    "config-refused": "no deployment file is written for these choices",
        "a product, channel, language, plan or key does not go with the others",
        "the rules that were named say what goes together; `leasehold office config --list products` shows what there is";
    "kms-no-record": "the domain has no SRV record of a KMS host",
        "the host publishes in its own domain alone, or may not write to this one (event 12293)",
        "on the host add the domain to DnsDomainPublishList, or enter the record by hand";
    "kms-foreign-record": "a record names a KMS host that is not one of your own",
        "a KMS host key (CSVLK) was typed on a client, a laboratory host was forgotten, an emulator registered itself, or your \
         list is out of date",
        "find out whose machine it is; remove the key (`slmgr /upk`) and the record, or add the host to the list";
    "kms-target-alias": "a record names an alias instead of a host",
        "somebody entered the service name of a host as the record's target",
        "let the record name the host itself: RFC 2782 forbids aliases, and some clients do not follow them";
    "kms-target-place": "a record leads to a place where no host of yours can be",
        "an emulator or a test entered it, or the host's address is wrong",
        "remove the record, or mend the address of its target; list a public network of your own with `--own`";
    "kms-stale-record": "a record leads nowhere",
        "its host was removed or renamed, and the record stayed",
        "remove the record: clients that draw it wait before they go on";
    "kms-port-unusual": "a record names another port than the usual one",
        "the port was changed with `slmgr /sprt`, or somebody else's program entered the record",
        "compare it with `slmgr /dlv` on the host; list the host with its port: `--own HOST:PORT`";
    "kms-port-refused": "the machine answers, and nobody listens at the port",
        "it is no KMS host any more, or its Software Protection service is stopped",
        "on it: `slmgr /dlv` has to say that the Key Management Service is enabled; else remove the record";
    "kms-port-filtered": "no answer from the port",
        "a firewall swallows the connection, or the machine is off",
        "on the host allow the rule SPPSVC-In-TCP, on the way TCP 1688; or remove the record of a machine that is gone";
    "kms-port-unreachable": "there is no way to the address from here",
        "the network is not routed from this machine, or IPv6 is published and does not work",
        "try it from a client's network; remove addresses that nobody reaches";
    "kms-more-records": "the domain has more records than you have hosts",
        "records of old or foreign hosts have stayed",
        "remove all that are not on your list";
    "kms-own-without-record": "one of your own hosts has no record",
        "it does not publish (`slmgr /cdns`), may not (event 12293), or is set on clients by hand",
        "on the host: `slmgr /sdns`, and rights on the record where another host has made it";
    "lint-findings": "a deployment file breaks rules",
        "an option, product, channel, language or key in it does not go with the others, or is written wrongly",
        "each finding says what to do; `leasehold office lint --fix` makes the changes that are sure to be right";
    "hunt-findings": "there is a strong sign of an unofficial activator or of a rogue KMS host",
        "each finding names its rule, the line, and what else could explain it",
        "follow what each finding says; list what is your own with `--own` and hunt again";
    "unknown-code": "it is in none of the workbench's tables",
        "it is mistyped, or nothing reliable was found about it",
        "`leasehold office explain` lists what is known; search Microsoft's support pages for the code itself";
    "needs-attention": "a product on a collected machine needs somebody, or its output is not recognised",
        "its licence is missing, has ended or failed to be renewed, or a host does not answer",
        "the column NEXT says what to do; `leasehold office explain CODE` says more about a code";
    "nothing-read": "nothing was recognised in what was given",
        "the files are of something else, are empty, or the folder is the wrong one",
        "collect `cscript ospp.vbs /dstatus` or `cscript slmgr.vbs /dlv` of each machine into a file named after it";
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::admission::Refusal;
    use crate::time::{Span, Timestamp};

    #[test]
    fn every_code_stands_once() {
        for (at, code) in CODES.iter().enumerate() {
            assert!(CODES[at + 1..].iter().all(|other| other.name != code.name), "{} stands twice", code.name);
        }
    }

    #[test]
    fn every_refusal_has_an_entry() {
        let (time, retry) = (Timestamp::from_unix(0), Span::HOUR);
        for refusal in [
            Refusal::HostNotActivated,
            Refusal::ProductNotGranted,
            Refusal::KeyMismatch,
            Refusal::GrantEnded { end: time },
            Refusal::ClockSkew { client: time, host: time },
            Refusal::Revoked,
            Refusal::CloneSuspected,
            Refusal::ThresholdNotMet { count: 0, required: 1, retry },
            Refusal::CapacityReached { capacity: 1, retry },
        ] {
            assert!(find(refusal.code()).is_some(), "{}", refusal.code());
        }
        assert!(find("urn:leasehold:problem:Threshold-Not-Met").is_some());
    }
}
