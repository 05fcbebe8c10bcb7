//! Directories: read by machines, published in by administrators.

use super::{Code, Words};

words! {
    NoDirectory: "no server of a directory was found",
        "the machine is in no domain, or DNS does not know the domain's controllers",
        "set the server with `--directory ldaps://SERVER` or `LEASEHOLD_DIRECTORY`";
    DirectoryUnreachable: "the directory's server cannot be reached",
        "it is down, its name or port is wrong, or a firewall is between",
        "`ldapsearch -x -H ADDRESS -s base -b ''` from this machine shows whether the server answers at all";
    DirectorySilent: "the directory's server accepts the connection and does not answer in time",
        "it is overloaded, or a firewall drops what follows",
        "ask another server of the directory";
    UntrustedDirectory: "TLS with the directory's server cannot be had",
        "its certificate is from the organisation's own authority, or for another name",
        "name the authority's certificate (`--ca-file FILE`, `LEASEHOLD_CA_FILE`), and the server as its certificate does";
    NotADirectory: "what answers is no directory that tells its id, or its answer is malformed or too large",
        "another service listens there, or the user may not see the base of the directory",
        "compare the address; give the user the right to read the base, or set it with `--base DN`";
    DirectoryDenied: "the directory refuses the bind, or this user's reading",
        "a wrong name or password, a disabled account, or a directory that anonymous users may not read",
        "check name and password (`--directory-user` on machines, `--user` of an administrator), or use Kerberos (`/etc/krb5.keytab`)";
    DirectoryNoRight: "the directory allows this user no such change",
        "writing below the configuration of Active Directory takes an enterprise administrator",
        "give this user the right, or let an administrator import `leasehold directory publish --ldif`";
    DirectoryReferred: "the directory refers to another server, which is not asked",
        "this server holds another part of the directory",
        "name the server of the message";
    DirectoryRefused: "the directory answers with an error",
        "it is busy, read-only, or lacks the schema of Leasehold",
        "the server's log says more; on OpenLDAP import the schema of `contrib/openldap` first";
    KerberosUnusable: "Kerberos cannot be spoken here",
        "`ldapsearch` (package ldap-utils) or its module for GSSAPI (libsasl2-modules-gssapi-mit) is missing",
        "install them, or set an account with `--user` and `--password-file`";
    NoObject: "the directory has no activation object of this vendor",
        "none was published yet, or this user may not read it",
        "`leasehold directory show` as an administrator says what is there; `leasehold directory publish` writes one";
    AnotherDirectory: "the activation object is for another directory",
        "it was copied from another forest, or the directory was set up anew and has another id",
        "ask the vendor for an object of this directory: `leasehold directory request`";
    UnknownDirectory: "no product key has activated a directory of this id or key",
        "the id is mistyped, or the directory is another vendor's",
        "`leasehold vendor directory list` shows all";
}
