//! Finding hosts by DNS, and publishing them there.

use super::{Code, Words};

words! {
    DnsDeclined: "a DNS record says that there is no host here",
        "an administrator has published an SRV record with the target `.`",
        "set the host's address with `--host ADDRESS`, or ask the administrator of the zone";
    DnsNoSuchName: "DNS knows no such name",
        "no host has published its record in this zone, or the suffix or target is mistyped",
        "`leasehold host dns publish` on the host, or give its record line to the administrator of the zone";
    DnsNoRecord: "DNS knows the name, but no record of this kind",
        "the record was removed, or something else was published under the name",
        "`leasehold host dns publish` on the host, or give its record line to the administrator of the zone";
    DnsServerFailed: "the name servers failed to answer",
        "a zone that does not load, or a server further on that does not answer",
        "the name server's log says which zone or server failed; meanwhile set the host's address with `--host ADDRESS`";
    DnsRefused: "the name servers refuse to answer this machine",
        "the server holds zones but does not resolve names, or its rules exclude this machine",
        "set the name servers that serve this network";
    DnsNonsense: "the name servers' answers are malformed or not trustworthy",
        "a server or firewall that changes answers, or forged answers",
        "ask the name server from another machine, and compare";
    DnsNoAnswer: "no name server answers",
        "the servers are down, their addresses are wrong, or a firewall blocks port 53 (UDP and TCP)",
        "check their addresses and that they run";
    DnsAliasLoop: "aliases (CNAME) form a loop or too long a chain",
        "two zones point at each other",
        "correct the CNAME records";
    DnsOutOfTime: "looking up hosts took too long",
        "name servers are silent or slow, or there are very many suffixes",
        "remove servers that are gone from the machine's settings";
    DnsSettings: "the machine's settings for DNS cannot be read",
        "a file or program of the system is missing or cannot be read",
        "let this user read the file of the message (`ls -l`; Windows: `icacls`), or set the host's address with `--host ADDRESS`";
    NoNameServer: "the machine has no name server",
        "it is not connected, or was set up without",
        "connect it, or set the host's address with `--host ADDRESS`";
    NotADomainName: "the text is no domain name or service label",
        "a character is mistyped, or a part between dots is missing or too long",
        "names have letters, digits, hyphens and dots; others are written in their xn-- form";
    NotADnsKey: "the file holds no key for DNS updates",
        "it is another file, holds several keys, or one of an algorithm that is too weak",
        "make one with `tsig-keygen -a hmac-sha256 NAME`, and give the same to the name server";
    DnsOutsideZone: "the name is not in the zone",
        "the suffix belongs to another zone",
        "name the zone that the suffix is in";
    DnsKeyRefused: "the name server refuses the key",
        "it has another secret, name or algorithm for it, or gives it no rights in this zone",
        "compare the key file with the name server's configuration";
    DnsClockApart: "the clocks of this machine and the name server are too far apart for signatures",
        "one of them is set wrongly",
        "set both clocks by NTP";
    DnsNotPermitted: "the name server does not permit the update",
        "its rules for the zone exclude this key or machine, or no key was given",
        "allow the key to change SRV records of the zone, or give the record line to the administrator of the zone";
    DnsNotTheZones: "the name server does not hold the zone",
        "the zone or the server is mistyped, or the server only resolves names",
        "name the zone as its SOA record does, and the server that is its primary";
    DnsAlias: "the record's name is an alias of another",
        "a CNAME record stands where the SRV record belongs",
        "publish in the zone that the alias leads to, or remove it";
    DnsNoUpdates: "the name server takes no updates",
        "it was built or set up without them",
        "give the record line to the administrator of the zone";
    MdnsUnavailable: "multicast DNS cannot be used here",
        "the system or its firewall allows no multicast",
        "use DNS, or set the host's address with `--host ADDRESS`";
}
