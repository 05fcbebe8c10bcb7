//! The names of the files in a host's folder.

/// All files of a host but its store, the key pair first.
pub(crate) const STATE_FILES: [&str; 12] =
    [KEY, REQUEST, RENEWAL, PENDING, CERTIFICATE, CERTIFICATES, REVOCATIONS, ROOT, AUTHORITY, RECORD, PEAKS, PUBLISHED];
/// The key pair.
pub(crate) const KEY: &str = "host.key";
/// The request made last.
pub(crate) const REQUEST: &str = "request.lh";
/// The request that the certificate answers.
pub(crate) const RENEWAL: &str = "renewal.lh";
/// Locked by the process that speaks with the authority.
pub(crate) const ASKING: &str = "asking.lock";
/// The certificate.
pub(crate) const CERTIFICATE: &str = "host.lh";
/// All certificates that the host has had, of former key pairs as well.
pub(crate) const CERTIFICATES: &str = "certificates.cbor";
/// The vendor's revocation list.
pub(crate) const REVOCATIONS: &str = "revocations.lh";
/// The vendor's root key.
pub(crate) const ROOT: &str = "root.pub";
/// The authority that the host is renewed by.
pub(crate) const AUTHORITY: &str = "authority.json";
/// What came of asking the authority.
pub(crate) const RECORD: &str = "renewal.json";
/// The records that the host published last.
pub(crate) const PUBLISHED: &str = "published.zone";

/// A renewal that was sent and not answered yet: it is sent again as it is.
pub(crate) const PENDING: &str = "pending.lh";
/// The most live leases at once since the last answered request.
pub(crate) const PEAKS: &str = "peaks.json";
/// How large the folder was during the last day.
pub(crate) const GROWTH: &str = "growth.json";
/// What was decided in each hour.
pub(crate) const HISTORY: &str = "history.json";
/// The folder of what the host is told to do with its store.
pub(crate) const ORDERS: &str = "orders";
/// The folder of requests that were carried here, and of their answers.
pub(crate) const CARRIED: &str = "carried";
/// The newest seal of the host, beside its store.
pub(crate) const MARK: &str = "store.mark";
/// The newest batch of the store, written after each commit.
pub(crate) const NEWEST: &str = "store.newest";

/// More than any of these files has: a revocation list is the largest.
pub(crate) const MAX_STATE_FILE: u64 = 2 * 1_024 * 1_024;
