//! Every code that Leasehold prints: what it means, why it comes about, what to do next. Messages, problem documents and
//! `leasehold explain` take their words from here.

mod words;

use core::fmt;
use core::str::FromStr;

impl Code {
    /// The code as it is printed and as it stands in problem types.
    pub const fn name(self) -> &'static str {
        NAMES[self as usize]
    }

    /// What it means, in one line.
    pub const fn meaning(self) -> &'static str {
        words::of(self).meaning
    }

    /// The likeliest cause.
    pub const fn cause(self) -> &'static str {
        words::of(self).cause
    }

    /// What to do next.
    pub const fn hint(self) -> &'static str {
        words::of(self).hint
    }
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

impl FromStr for Code {
    type Err = UnknownCode;

    /// Reads a code in any case, also with the prefix that it has as the type of a problem document.
    fn from_str(text: &str) -> Result<Self, UnknownCode> {
        let text = text.trim();
        let prefixed = text.get(..URN.len()).is_some_and(|start| start.eq_ignore_ascii_case(URN));
        let name = if prefixed { &text[URN.len()..] } else { text };
        Self::ALL.iter().copied().find(|code| code.name().eq_ignore_ascii_case(name)).ok_or(UnknownCode)
    }
}

/// The text is no code of this release.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("no such code")]
pub struct UnknownCode;

/// The prefix of a code in the type of a problem document.
const URN: &str = "urn:leasehold:problem:";

macro_rules! codes {
    ($($variant:ident = $name:literal,)*) => {
        /// A stable code with its explanation.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[non_exhaustive]
        pub enum Code {
            $(#[doc = concat!("`", $name, "`")] $variant,)*
        }

        impl Code {
            /// All codes, each once.
            pub const ALL: &[Self] = &[$(Self::$variant,)*];
        }

        const NAMES: [&str; Code::ALL.len()] = [$($name,)*];
    };
}

codes! {
    // Documents and what refuses them: hosts and authorities (DESIGN sections 4 and 7), verification (section 2), standing (section 6).
    Malformed = "malformed",
    BadSignature = "bad-signature",
    HostNotActivated = "host-not-activated",
    ClockBehind = "clock-behind",
    ProductNotGranted = "product-not-granted",
    KeyMismatch = "key-mismatch",
    GrantEnded = "grant-ended",
    ClockSkew = "clock-skew",
    Revoked = "revoked",
    Replayed = "replayed",
    CloneSuspected = "clone-suspected",
    ThresholdNotMet = "threshold-not-met",
    CapacityReached = "capacity-reached",
    SignInNeeded = "sign-in-needed",
    NotSubscribed = "not-subscribed",
    DevicesReached = "devices-reached",
    UnknownKey = "unknown-key",
    HostsExhausted = "hosts-exhausted",
    ActivationsExhausted = "activations-exhausted",
    HostForked = "host-forked",
    AuthorityCertificateEnded = "authority-certificate-ended",
    TooManyRequests = "too-many-requests",
    TokenRequired = "token-required",
    TokenUnknown = "token-unknown",
    TokenNotAllowed = "token-not-allowed",
    ExportTooLarge = "export-too-large",
    UnknownSigner = "unknown-signer",
    NotAuthorised = "not-authorised",
    NotYetValid = "not-yet-valid",
    Expired = "expired",
    NeverActivated = "never-activated",
    AnotherMachine = "another-machine",
    // Servers, their stores and what is installed there.
    Busy = "busy",
    NotFound = "not-found",
    MethodNotAllowed = "method-not-allowed",
    UnsupportedMediaType = "unsupported-media-type",
    Timeout = "timeout",
    Internal = "internal",
    StoreUnavailable = "store-unavailable",
    StoreDenied = "store-denied",
    StorePooled = "store-pooled",
    StoreInUse = "store-in-use",
    StoreNotEmpty = "store-not-empty",
    StoreNewer = "store-newer",
    StoreOlder = "store-older",
    StoreDamaged = "store-damaged",
    StoreReplaced = "store-replaced",
    StoreMissing = "store-missing",
    StoreBehind = "store-behind",
    AnotherStore = "another-store",
    AnotherHost = "another-host",
    OlderList = "older-list",
    OlderCertificate = "older-certificate",
    // Journals as files.
    JournalAltered = "journal-altered",
    JournalCut = "journal-cut",
    JournalForked = "journal-forked",
    SealMissing = "seal-missing",
    SealOutOfOrder = "seal-out-of-order",
    NotInJournal = "not-in-journal",
    JournalUnrelated = "journal-unrelated",
    // The vendor's commands.
    UnknownProduct = "unknown-product",
    UnknownFamily = "unknown-family",
    Withdrawn = "withdrawn",
    AmbiguousKey = "ambiguous-key",
    AmbiguousId = "ambiguous-id",
    UnknownHost = "unknown-host",
    UnknownAuthority = "unknown-authority",
    OwnAuthority = "own-authority",
    AuthorityFollowed = "authority-followed",
    RevocationListFull = "revocation-list-full",
    NoRevocations = "no-revocations",
    BadPolicy = "bad-policy",
    GrantTooLarge = "grant-too-large",
    NotAKeyFile = "not-a-key-file",
    // Users who sign in.
    SignInInsecure = "sign-in-insecure",
    SignInUnavailable = "sign-in-unavailable",
    NoSignIn = "no-sign-in",
    SignInDeclined = "sign-in-declined",
    SignInTimeout = "sign-in-timeout",
    ProviderUnreachable = "provider-unreachable",
    ProviderUnusable = "provider-unusable",
    // Finding hosts by DNS, and publishing them there.
    DnsDeclined = "dns-declined",
    DnsNoSuchName = "dns-no-such-name",
    DnsNoRecord = "dns-no-record",
    DnsServerFailed = "dns-server-failed",
    DnsRefused = "dns-refused",
    DnsNonsense = "dns-nonsense",
    DnsNoAnswer = "dns-no-answer",
    DnsAliasLoop = "dns-alias-loop",
    DnsOutOfTime = "dns-out-of-time",
    DnsSettings = "dns-settings",
    NoNameServer = "no-name-server",
    NotADomainName = "not-a-domain-name",
    NotADnsKey = "not-a-dns-key",
    DnsOutsideZone = "dns-outside-zone",
    DnsKeyRefused = "dns-key-refused",
    DnsClockApart = "dns-clock-apart",
    DnsNotPermitted = "dns-not-permitted",
    DnsNotTheZones = "dns-not-the-zones",
    DnsAlias = "dns-alias",
    DnsNoUpdates = "dns-no-updates",
    MdnsUnavailable = "mdns-unavailable",
    // Directories: read by machines, published in by administrators.
    NoDirectory = "no-directory",
    DirectoryUnreachable = "directory-unreachable",
    DirectorySilent = "directory-silent",
    UntrustedDirectory = "untrusted-directory",
    NotADirectory = "not-a-directory",
    DirectoryDenied = "directory-denied",
    DirectoryNoRight = "directory-no-right",
    DirectoryReferred = "directory-referred",
    DirectoryRefused = "directory-refused",
    KerberosUnusable = "kerberos-unusable",
    NoObject = "no-object",
    AnotherDirectory = "another-directory",
    UnknownDirectory = "unknown-directory",
    // The command line: files, keys, TLS, and reaching hosts and authorities.
    Usage = "usage",
    File = "file",
    FileDamaged = "file-damaged",
    NotAProductKey = "not-a-product-key",
    PictureUnreadable = "picture-unreadable",
    NoQrCode = "no-qr-code",
    PartsMissing = "parts-missing",
    NoRoomForQr = "no-room-for-qr",
    NotAllAnswered = "not-all-answered",
    Length = "length",
    Character = "character",
    Checksum = "checksum",
    Version = "version",
    Kind = "kind",
    WrongKindOfKey = "wrong-kind-of-key",
    WrongPassphrase = "wrong-passphrase",
    UnknownToken = "unknown-token",
    AlreadyExists = "already-exists",
    NotInitialised = "not-initialised",
    AddressInUse = "address-in-use",
    AddressDenied = "address-denied",
    AddressUnknown = "address-unknown",
    ListenFailed = "listen-failed",
    FileUnreadable = "file-unreadable",
    PemMalformed = "pem-malformed",
    CertificateMissing = "certificate-missing",
    CertificateUnusable = "certificate-unusable",
    PrivateKeyMissing = "private-key-missing",
    PrivateKeyUnusable = "private-key-unusable",
    PrivateKeyMismatch = "private-key-mismatch",
    TlsUnavailable = "tls-unavailable",
    TlsCertificateEnded = "tls-certificate-ended",
    TlsCertificateEndsSoon = "tls-certificate-ends-soon",
    TlsCertificateNotYetValid = "tls-certificate-not-yet-valid",
    TlsCertificateOtherName = "tls-certificate-other-name",
    TlsCertificateUnsuitable = "tls-certificate-unsuitable",
    TlsChainIncomplete = "tls-chain-incomplete",
    HostUnreachable = "host-unreachable",
    NoAuthority = "no-authority",
    AuthorityUnreachable = "authority-unreachable",
    AuthoritySilent = "authority-silent",
    UntrustedAuthority = "untrusted-authority",
    NotAnAuthority = "not-an-authority",
    ProxyRefused = "proxy-refused",
    ProxyUnreachable = "proxy-unreachable",
    GatewayFailed = "gateway-failed",
    PlainHttp = "plain-http",
    NotABackup = "not-a-backup",
    NotRenewable = "not-renewable",
    NotRenewed = "not-renewed",
    NotAHost = "not-a-host",
    UntrustedHost = "untrusted-host",
    NoHost = "no-host",
    HostSilent = "host-silent",
    AgentSilent = "agent-silent",
    AgentLacksProduct = "agent-lacks-product",
    NameNotFound = "name-not-found",
    Refused = "refused",
    WrongAnswer = "wrong-answer",
    NoFingerprint = "no-fingerprint",
    ForeignManifest = "foreign-manifest",
    NoLease = "no-lease",
    StateUnusable = "state-unusable",
    StateFull = "state-full",
    StateDamaged = "state-damaged",
    NoService = "no-service",
    ServiceRefused = "service-refused",
    TestClockRefused = "test-clock-refused",
    BorrowedLess = "borrowed-less",
    // What the doctors find, as far as not above, and running a host.
    NoSuffix = "no-suffix",
    NoServiceRecord = "no-service-record",
    ConnectionRefused = "connection-refused",
    ConnectionTimeout = "connection-timeout",
    RogueRecord = "rogue-record",
    HostCertificateEnded = "host-certificate-ended",
    HostCertificateEndsSoon = "host-certificate-ends-soon",
    ClockWrong = "clock-wrong",
    ClockSetBack = "clock-set-back",
    ClockDiffers = "clock-differs",
    BadConfiguration = "bad-configuration",
    NoFullName = "no-full-name",
    HostClockBehind = "host-clock-behind",
    DiskFull = "disk-full",
    NotServing = "not-serving",
    DnsNoOwnRecord = "dns-no-own-record",
    DnsWrongPort = "dns-wrong-port",
    DnsStaleRecord = "dns-stale-record",
    DnsTargetWithoutAddress = "dns-target-without-address",
    DnsTargetElsewhere = "dns-target-elsewhere",
    CopyOfThisHost = "copy-of-this-host",
    FolderNotWritable = "folder-not-writable",
    Duplicates = "duplicates",
    Forks = "forks",
    // The Office workbench.
    NotAPlan = "not-a-plan",
    PlanIncomplete = "plan-incomplete",
    ConfigRefused = "config-refused",
    KmsNoRecord = "kms-no-record",
    KmsForeignRecord = "kms-foreign-record",
    KmsTargetAlias = "kms-target-alias",
    KmsTargetPlace = "kms-target-place",
    KmsStaleRecord = "kms-stale-record",
    KmsPortUnusual = "kms-port-unusual",
    KmsPortRefused = "kms-port-refused",
    KmsPortFiltered = "kms-port-filtered",
    KmsPortUnreachable = "kms-port-unreachable",
    KmsMoreRecords = "kms-more-records",
    KmsOwnWithoutRecord = "kms-own-without-record",
    LintFindings = "lint-findings",
    HuntFindings = "hunt-findings",
    UnknownCode = "unknown-code",
    NeedsAttention = "needs-attention",
    NothingRead = "nothing-read",
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_name_stands_twice() {
        for (at, code) in Code::ALL.iter().enumerate() {
            assert!(Code::ALL[at + 1..].iter().all(|other| other.name() != code.name()), "{code}");
        }
    }

    #[test]
    fn a_code_is_read_in_any_case_and_as_a_problem_type() {
        for text in ["threshold-not-met", " Threshold-Not-Met\n", "urn:leasehold:problem:threshold-not-met"] {
            assert_eq!(text.parse(), Ok(Code::ThresholdNotMet), "{text}");
        }
        for text in ["", "threshold", "about:blank", "urn:another:problem:threshold-not-met"] {
            assert_eq!(text.parse::<Code>(), Err(UnknownCode), "{text}");
        }
    }

    #[test]
    fn no_words_are_empty_of_content() {
        const EMPTY: &[&str] = &[
            "the message names it",
            "says why",
            "the message says which",
            "the message gives",
            "follow the message",
            "the command that the message names",
            "the system's words",
            "see the documentation",
            "see its log",
            "something went wrong",
            "contact",
        ];
        const ALONE: &[&str] =
            &["try again", "ask the vendor", "see `--help`", "restore it from a backup", "update this program"];
        for code in Code::ALL {
            let [meaning, cause, hint] = [code.meaning(), code.cause(), code.hint()];
            for text in [meaning, cause, hint] {
                assert!(EMPTY.iter().all(|empty| !text.contains(empty)), "{code}: {text}");
                assert!(text.split(' ').count() >= 3 || text.contains('`'), "{code}: {text}");
            }
            assert!(meaning != cause && cause != hint && !ALONE.contains(&hint), "{code}: {hint}");
        }
    }

    #[test]
    fn words_are_one_line_in_lower_case_without_a_full_stop() {
        for code in Code::ALL {
            for text in [code.meaning(), code.cause(), code.hint()] {
                assert!(!text.is_empty() && !text.ends_with('.') && !text.contains('\n'), "{code}: {text}");
            }
        }
    }
}
