//! What the doctors find, as far as not above, and running a host.

use super::{Code, Words};

words! {
    NoSuffix: "this machine has no DNS suffix under which to look for a host",
        "the network hands out no search domain, and the machine's own name has no domain",
        "set a search domain, or give the machine a full name; or give `--host ADDRESS`";
    NoServiceRecord: "DNS has no record of the service under any suffix of this machine",
        "no host has published its record, or this machine's suffixes are not the one where it did",
        "on the host: `leasehold host dns publish`; or set a search domain where the record is; or give `--host ADDRESS`";
    ConnectionRefused: "the machine is there, and nothing listens at the port",
        "the host is stopped, or the record or address has a wrong port",
        "start `leasehold host serve` there; compare its port with the record's";
    ConnectionTimeout: "no answer from the address, not even a refusal",
        "a firewall drops the connection, or no machine has that address",
        "allow TCP to the host's port (16880 unless set otherwise) from this machine; check the address";
    RogueRecord: "a DNS record names a host that is not this vendor's",
        "the record is left over, belongs to another product, or was forged",
        "have the record removed; it only costs clients time";
    HostCertificateEnded: "the host's certificate has ended",
        "it was not renewed with the vendor in time",
        "on the host: `leasehold host renew`; or `leasehold host request`, have it approved, then `leasehold host install`";
    HostCertificateEndsSoon: "the host's certificate nears its end",
        "it is due to be renewed with the vendor",
        "on the host: `leasehold host renew`; or `leasehold host request`, have it approved, then `leasehold host install`";
    ClockWrong: "this machine's clock and the host's are more than 4 hours apart",
        "one of them is set wrongly, or to another time zone",
        "set both clocks by NTP";
    ClockSetBack: "this machine's clock is behind the time that its lease proves",
        "the clock was set back, or its battery is empty",
        "set the clock by NTP";
    ClockDiffers: "this machine's clock and the host's differ by more than 5 minutes",
        "one of them is not kept by NTP",
        "set both clocks by NTP; up to 4 hours change nothing";
    BadConfiguration: "the configuration file cannot be used",
        "a key or value is mistyped",
        "correct that key or value; docs/host.toml shows all keys, `leasehold host check-config FILE` checks it";
    NoFullName: "this machine has no name with a domain",
        "the system was set up without a domain",
        "give the name that leads to this host: `--target NAME`, or `target` in the configuration's `[dns]`";
    HostClockBehind: "the host's clock is behind what was signed already",
        "it was set back, or it was ahead when that was signed",
        "set it by NTP";
    DiskFull: "the store's disk has little room left",
        "the journal grows with every decision, or something else fills the disk",
        "make room; nothing is granted once it is full";
    NotServing: "no host serves from this folder",
        "it was not started, or has ended; or it serves from another folder",
        "`leasehold host serve`, or name the folder with `--data DIR`";
    DnsNoOwnRecord: "DNS has no record of this host",
        "the host never published, or is known there by another name",
        "`leasehold host dns publish`, or give its record line to the administrator of the zone";
    DnsWrongPort: "the host's record names another port",
        "the host was moved to another port after its record was published",
        "`leasehold host dns publish`, and remove the old record";
    DnsStaleRecord: "DNS has records of this host at other ports",
        "the host was moved to another port; or another host runs on this machine, and all is well",
        "remove each old one: `leasehold host dns withdraw --port PORT`";
    DnsTargetWithoutAddress: "the name in the host's record has no address",
        "it is mistyped, or was never entered in DNS",
        "enter an A or AAAA record for it, or publish with `--target NAME` that has one";
    DnsTargetElsewhere: "the name in the host's record leads to another machine",
        "it is mistyped or out of date; or something forwards to this host, and all is well",
        "compare the address with this machine's";
    CopyOfThisHost: "a copy of this host serves on the network",
        "its folder was copied, or a backup was restored, while the host went on; each seals a history of its own",
        "stop the copy and remove its folder; the vendor sees the host as forked at the next renewal";
    FolderNotWritable: "the folder cannot be written to by this user",
        "it belongs to another user, or its disk is read-only",
        "give it to the user that the host runs as (`chown`; Windows: `icacls`), or name another with `--data DIR`";
    Duplicates: "machines cannot be told apart",
        "they were imaged from one disk and show too little hardware of their own; each counts by its device key",
        "`leasehold host clients` shows them; `leasehold client generalize` before the next image";
    Forks: "two machines were seen with one device key",
        "a machine was imaged after it was activated",
        "`leasehold host clients` shows which; `leasehold client generalize` before the next image";
}
