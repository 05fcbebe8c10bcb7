//! The Office workbench.

use super::{Code, Words};

words! {
    NotAPlan: "the file describes no groups of machines",
        "it is not TOML, or has an unknown word",
        "docs/office/plan.md shows one; the message names the line";
    PlanIncomplete: "not every group of machines has a method, or a count or key does not suffice",
        "a fact is missing or contradicts another, too few machines ask a host, or the MAK has too few activations left",
        "answer the questions, correct the facts, and plan again";
    ConfigRefused: "no deployment file is written for these choices",
        "a product, channel, language, plan or key does not go with the others",
        "the rules that were named say what goes together; `leasehold office config --list products` shows what there is";
    KmsNoRecord: "the domain has no SRV record of a KMS host",
        "the host publishes in its own domain alone, or may not write to this one (event 12293)",
        "on the host add the domain to DnsDomainPublishList, or enter the record by hand";
    KmsForeignRecord: "a record names a KMS host that is not one of your own",
        "a KMS host key (CSVLK) was typed on a client, a laboratory host was forgotten, an emulator registered itself, or your list is out of date",
        "find out whose machine it is; remove the key (`slmgr /upk`) and the record, or add the host to the list";
    KmsTargetAlias: "a record names an alias instead of a host",
        "the service name of a host was entered as the record's target",
        "let the record name the host itself: RFC 2782 forbids aliases, and some clients do not follow them";
    KmsTargetPlace: "a record leads to an address where none of your hosts can be",
        "an emulator or a test entered it, or the host's address is wrong",
        "remove the record, or mend the address of its target; list a public network of your own with `--own`";
    KmsStaleRecord: "a record leads nowhere",
        "its host was removed or renamed, and the record stayed",
        "remove the record: clients that draw it wait before they go on";
    KmsPortUnusual: "a record names another port than the usual one",
        "the port was changed with `slmgr /sprt`, or another program entered the record",
        "compare it with `slmgr /dlv` on the host; list the host with its port: `--own HOST:PORT`";
    KmsPortRefused: "the machine answers, but nothing listens at the port",
        "it is no KMS host any more, or its Software Protection service is stopped",
        "on it: `slmgr /dlv` has to say that the Key Management Service is enabled; else remove the record";
    KmsPortFiltered: "no answer from the port",
        "a firewall drops the connection, or the machine is off",
        "on the host allow the rule SPPSVC-In-TCP, on the way TCP 1688; or remove the record of a machine that is gone";
    KmsPortUnreachable: "there is no way to the address from here",
        "the network is not routed from this machine, or IPv6 is published and does not work",
        "try it from a client's network; remove addresses that no client reaches";
    KmsMoreRecords: "the domain has more records than you have hosts",
        "records of old or foreign hosts have stayed",
        "remove all that are not on your list";
    KmsOwnWithoutRecord: "one of your own hosts has no record",
        "it does not publish (`slmgr /cdns`), may not (event 12293), or is set on clients by hand",
        "on the host: `slmgr /sdns`, and rights on the record where another host has made it";
    LintFindings: "a deployment file breaks rules",
        "an option, product, channel, language or key in it does not go with the others, or is written wrongly",
        "each finding says what to do; `leasehold office lint --fix` makes the changes that are sure to be right";
    HuntFindings: "there is a strong sign of an unofficial activator or of a rogue KMS host",
        "each finding names its rule, the line, and what else could explain it",
        "follow what each finding says; list your own hosts with `--own` and hunt again";
    UnknownCode: "it is in none of the workbench's tables",
        "it is mistyped, or nothing reliable was found about it",
        "`leasehold office explain` lists what is known; search Microsoft's support pages for the code itself";
    NeedsAttention: "a product on a collected machine needs attention, or its output is not recognised",
        "its licence is missing, has ended or failed to be renewed, or a host does not answer",
        "the column NEXT says what to do; `leasehold office explain CODE` says more about a code";
    NothingRead: "nothing was recognised in what was given",
        "the files are of something else, are empty, or the folder is the wrong one",
        "collect `cscript ospp.vbs /dstatus` or `cscript slmgr.vbs /dlv` of each machine into a file named after it";
}
