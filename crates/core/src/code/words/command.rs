//! The command line: files, keys, TLS, and reaching hosts and authorities.

use super::{Code, Words};

words! {
    Usage: "the command's words are wrong",
        "an option is missing or mistyped",
        "`leasehold COMMAND --help` shows what it takes, with examples";
    File: "a file or folder cannot be read or written",
        "the path is mistyped, the file belongs to another user, or its disk is full or read-only",
        "`ls -l` (Windows: `icacls`) shows whether it is there and who may read and write it; see whether its disk has room";
    FileDamaged: "a file in the host's folder has changed since the host wrote it",
        "the disk failed, or another program wrote there",
        "restore it from a backup; where it is host.lh, install the vendor's answer again";
    PictureUnreadable: "the file is no picture that this program reads",
        "it is of another format (HEIC, WebP, PDF, SVG), is cut, or is larger than pictures of telephones are",
        "save or share it as JPEG or PNG, in its own size or smaller";
    NoQrCode: "no QR code of a document could be read in the picture",
        "it is blurred, taken from far off or from the side, too dark, or shows a part of the code only",
        "take it again straight from the front, with the whole code and the light around it sharp and filling the picture";
    PartsMissing: "a document came in parts, and not all of them are there",
        "a part was not photographed, or its picture could not be read",
        "photograph the missing parts and name all pictures together: `--image FILE FILE`, in any order";
    NoRoomForQr: "there is no room for the QR code",
        "the terminal is smaller than the code, or the document is too large for a picture of codes",
        "write a picture with `-o FILE.png`; or make the terminal larger, or its letters smaller";
    NotAllAnswered: "some of the requests were not answered as asked",
        "files among them were damaged or of another kind, or their requests were refused",
        "mend what each line above names and run the command again: nothing is granted twice";
    NotAProductKey: "the text is no product key",
        "a character is mistyped, or some are missing",
        "compare it with the original, character by character; product keys have no B, I, O and 1";
    Length: "a product key has 25 characters, and this has more or fewer",
        "some are missing, or stand twice",
        "compare it with the original";
    Character: "a character is in no product key",
        "it is mistyped: product keys have no B, I, O and 1",
        "compare it with the original at that position; 8 and B, 0 and O are easily mistaken";
    Checksum: "the characters of the product key do not belong together",
        "one of them is mistyped, or two stand in each other's place",
        "compare it with the original, character by character; where only one repair fits, it is proposed";
    Version: "the product key is of a version that this program does not know",
        "it was issued by a later release",
        "update this program: `leasehold --version` shows which it is";
    Kind: "the product key is of a kind that this program does not know",
        "it was issued by a later release",
        "update this program: `leasehold --version` shows which it is";
    WrongKindOfKey: "the product key is of another kind",
        "a generic key, host key or multiple key was given where another belongs",
        "name the key that belongs there: a host key activates hosts and directories, a multiple key machines; `leasehold inspect --key -` says what a key is for";
    WrongPassphrase: "the passphrase does not open the key file",
        "it is mistyped, or the file is another one",
        "type it again, or name the right file with `--passphrase-file`; without it the key is lost: restore one from a backup";
    UnknownToken: "there is no token of this name",
        "it is mistyped, or was never made",
        "see `leasehold vendor token list`";
    AlreadyExists: "there is something already",
        "the command was run before",
        "use what is there, or choose another folder or name; nothing was changed";
    NotInitialised: "there is nothing here yet",
        "the folder is another one, or the first command was never run",
        "name the right folder; a vendor's begins with `leasehold vendor init`, a host's with `leasehold host activate` or `host request`";
    AddressInUse: "another program listens at this address",
        "a second server, or an earlier one that still runs",
        "stop the other program (`ss -ltnp` names it; on Windows `netstat -ano`), or choose another address (`--listen`, or `listen` in the configuration)";
    AddressDenied: "this user may not listen at the address",
        "ports below 1024 are for privileged users",
        "choose another port (`--listen`, or `listen` in the configuration), or give the service the right to this one";
    AddressUnknown: "the address is none of this machine",
        "it is mistyped, or belongs to a network that is not up yet",
        "choose another address (`--listen`, or `listen` in the configuration); 0.0.0.0 is all of them";
    ListenFailed: "the server cannot listen at the address",
        "IPv6 is turned off here and the address is one, or the system has no room for another connection",
        "give an IPv4 address with `--listen 0.0.0.0:PORT`; or raise the limit of open files (`ulimit -n`, where there is one)";
    FileUnreadable: "a file for TLS cannot be read",
        "it is missing, or belongs to another user",
        "check the path, and let the service's user read the file: `ls -l` (Windows: `icacls`) shows its owner and rights";
    PemMalformed: "a file for TLS is not PEM",
        "it is in another form (DER, PKCS#12), or was cut",
        "convert it: `openssl x509 -inform der -in FILE` for a certificate, `openssl pkcs12 -nodes -in FILE` for PKCS#12";
    CertificateMissing: "there is no certificate in the file",
        "the file is the private key, or another one",
        "name the file with the certificate chain: `--tls-cert`, or `tls_cert` in the configuration";
    CertificateUnusable: "the certificate cannot be used for TLS",
        "it was damaged, or is of a kind that is not supported",
        "look at it with `openssl x509 -text`; ask its issuer for another";
    PrivateKeyMissing: "there is no private key without a passphrase in the file",
        "the file is the certificate, or the key is encrypted",
        "name the key's file: `--tls-key`, or `tls_key` in the configuration; take off its passphrase with `openssl pkey`";
    PrivateKeyUnusable: "the private key cannot be used for TLS",
        "it was damaged, or is of a kind that is not supported",
        "make another, and have its certificate issued";
    PrivateKeyMismatch: "the private key does not belong to the certificate",
        "the files of two certificates were mixed up",
        "give the key that the certificate was issued for";
    TlsUnavailable: "TLS cannot be set up",
        "the key is of a kind that TLS 1.2 and 1.3 do not take, or too short",
        "have the certificate issued for an ECDSA key, or an RSA key of 2048 bits or more";
    TlsCertificateEnded: "the TLS certificate has ended",
        "it was not renewed with its issuer in time",
        "put the renewed certificate in its place: a server that runs takes it on by itself within seconds";
    TlsCertificateEndsSoon: "the TLS certificate ends within 30 days",
        "it is due to be renewed with its issuer",
        "put the renewed certificate in its place: a server that runs takes it on by itself within seconds";
    TlsCertificateNotYetValid: "the TLS certificate is not valid yet",
        "it was issued for later, or this machine's clock is behind",
        "check the clock, or use the certificate before it until then";
    TlsCertificateOtherName: "the TLS certificate is for another name",
        "it was issued before the host had its name, or machines use another name",
        "use a name that the certificate is for, have one issued for the name that machines use, or give that name as `target` in `[dns]`";
    TlsCertificateUnsuitable: "clients refuse the TLS certificate",
        "it is a certificate authority's own, as `openssl req -x509` makes it, or not for servers",
        "have one issued for a server; with OpenSSL 3: `openssl req -x509 -addext basicConstraints=CA:FALSE`";
    TlsChainIncomplete: "the chain of the TLS certificate has a gap",
        "the file holds the certificate alone, without the intermediate ones of its issuer",
        "append the issuer's certificates to the file, nearest first (`fullchain.pem`); where machines know the issuer (LEASEHOLD_CA_FILE), nothing";
    HostUnreachable: "no host answers",
        "the address is wrong, the host is down, or a firewall is between",
        "check the address and that `leasehold host serve` runs there; the client tries again by itself";
    NoAuthority: "nothing says where the vendor's authority is",
        "no address was given, and none is remembered",
        "give it with `--authority URL`; without a network, a request is carried to the vendor as a file";
    AuthorityUnreachable: "the vendor's authority does not answer",
        "this machine has no way to it, or the address is wrong; a proxy is taken from HTTPS_PROXY, HTTP_PROXY or ALL_PROXY",
        "check address, network and proxy, and try again: nothing is lost. Without a network, carry the request as a file";
    AuthoritySilent: "the vendor's authority takes the connection and does not answer in time",
        "it is overloaded, or something between holds the answer back",
        "try again: the same request is answered once more, and nothing more is used up";
    UntrustedAuthority: "the TLS certificate of the vendor's authority is not trusted here",
        "it was issued by an authority that this machine does not know, the server does not send the certificates between, or a \
         proxy looks into TLS",
        "give the issuing authority's certificate with `--ca FILE` or LEASEHOLD_CA_FILE; where it is a public one, the server must send \
         its whole chain";
    NotAnAuthority: "what answers at the address is no authority of Leasehold's",
        "another server, or a proxy's page, answers there",
        "check the address with the vendor, and what the proxy says";
    ProxyRefused: "the proxy does not let the connection through",
        "it wants a name and password, or does not allow the address",
        "name the host in NO_PROXY where no proxy is needed; else set HTTP_PROXY or HTTPS_PROXY with name and password, or have the \
         address allowed";
    ProxyUnreachable: "the proxy that is set does not answer",
        "HTTP_PROXY, HTTPS_PROXY or ALL_PROXY names one that is gone or cannot be reached from here; the host was never asked",
        "name the host in NO_PROXY where no proxy is needed; else correct that variable";
    GatewayFailed: "a gateway on the way answers in the place of the server",
        "a reverse proxy or load balancer runs, and does not reach the server behind it",
        "start the server behind the gateway, or correct where the gateway sends its requests; its log says more";
    PlainHttp: "TLS was spoken to a server that does not speak it",
        "the address begins with https://, and the server listens for plain HTTP",
        "write http:// before the address, or give the server a certificate";
    NotABackup: "the file is no whole backup of a host",
        "it is another file, or was cut or changed on its way",
        "restore another backup file; `leasehold inspect FILE` says what this one is. Nothing was changed";
    NotRenewable: "no request is kept by which the authority would know the host again",
        "the host's folder was restored without it, or its key pair was made anew",
        "run `leasehold host activate --authority URL` once with the host key; nothing more is used up";
    NotRenewed: "the host's certificate could not be renewed",
        "the vendor's authority did not answer, or refused",
        "`leasehold host doctor` looks for the reason, `leasehold host renew` tries again at once; the host serves until its certificate ends";
    NotAHost: "what answers at the address is no Leasehold host",
        "another server, or a proxy, answers there",
        "check the address and port (16880 unless set otherwise)";
    UntrustedHost: "the host's TLS certificate is not trusted here",
        "it was issued by an authority that this machine does not know, or the host does not send the certificates between",
        "give the issuing authority's certificate with `--ca FILE` or LEASEHOLD_CA_FILE; where it is a public one, the host must send its \
         whole chain";
    NoHost: "nothing says where a host is",
        "no address was given, none has granted a lease before, and DNS names none",
        "give `--host ADDRESS`, or set LEASEHOLD_HOST; `leasehold doctor` shows what was looked for";
    HostSilent: "the host takes the connection and does not answer in time",
        "it is overloaded or hangs, or something between holds the answer back",
        "look at the host's log; restart it if it hangs";
    AgentSilent: "the agent's socket is there, and the agent does not answer",
        "it has ended without removing its socket, hangs, or something else listens there",
        "`systemctl status leasehold-agent`, on Windows `leasehold client agent service status`, shows whether it runs; LEASEHOLD_AGENT=off \
         does without it";
    AgentLacksProduct: "the agent of this machine does not renew for this product",
        "the product's manifest is not in the agent's folder, or cannot be used",
        "put the manifest into /etc/leasehold/products, on Windows %ProgramData%\\Leasehold\\Products; `leasehold doctor` shows what the \
         agent says";
    NameNotFound: "the host's name leads to no address",
        "the name is mistyped, or DNS has a record of the service for a host whose own name is not there",
        "check the name, and ask DNS for it (`getent hosts NAME`); where a record names it, correct the record, or add an address for the name";
    Refused: "the host refused for a reason that this program does not know",
        "the host is newer than this program",
        "update this program to the host's version or later; until then the host's own words stand in the message";
    WrongAnswer: "the host's lease is not the one that was asked for",
        "the host is faulty, or something between answers with what it has stored",
        "try again; if it lasts, look at the host's log. The lease in hand stays";
    NoFingerprint: "nothing tells this machine from others",
        "no machine id, disk, network or processor can be read, or all of them are filler",
        "give the machine an id: `systemd-machine-id-setup`";
    ForeignManifest: "the manifest is from another vendor than this state or host",
        "a manifest was mixed up",
        "use the manifest that belongs to the application";
    NoLease: "there is no lease here",
        "the product was not activated on this machine, or the lease was released",
        "`leasehold client activate`";
    StateUnusable: "the state directory cannot be read or written",
        "it belongs to another user, or the disk is read-only",
        "run as its owner, or name another with `--state DIR` or LEASEHOLD_STATE";
    StateFull: "the disk with the state directory is full",
        "other files fill it; a client's state takes a few kilobytes",
        "make room on that disk, or name another folder with `--state DIR` or LEASEHOLD_STATE; nothing was lost";
    StateDamaged: "a state file was damaged and set aside",
        "the disk failed, or another program wrote there",
        "nothing: the client asks for a new lease by itself; the old file is kept beside it";
    NoService: "there is no such service on this system",
        "it was not installed, or this system is not Windows and has no service manager of that kind",
        "on Windows install it: `leasehold host service install`, `leasehold vendor service install` or `leasehold client agent service install`; on Linux let systemd run it (docs/systemd.md)";
    ServiceRefused: "the service manager of Windows refused",
        "the command was not run as administrator, the account does not exist, or the service is in a state that does not allow it",
        "open a terminal with *Run as administrator*; `… service status` and the event log say how it stands";
    TestClockRefused: "a clock for tests is set, and the manifest is not for tests",
        "LEASEHOLD_TEST_CLOCK is left over from a test, or it is set to move the clock of a product that was sold",
        "unset LEASEHOLD_TEST_CLOCK; to test with a clock that moves, use the manifest that `leasehold testhost` writes";
    BorrowedLess: "the lease ends before the time for which it was to be borrowed",
        "the licence lets none last longer, or ends itself; or the host was not told that the lease is borrowed",
        "it holds until the end that is told: come back to the network before, or ask the vendor for a longer validity";
}
