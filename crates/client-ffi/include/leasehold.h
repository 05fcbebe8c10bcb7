/* Leasehold: the SDK for C. Made by cbindgen from crates/client-ffi; do not edit.
 *
 * Every function returns a result code: LH_OK, or what went wrong, whose words lh_last_error has. A refusal by a host is such a
 * code too (LH_THRESHOLD_NOT_MET). Functions may be called on any thread. Texts are UTF-8. What a function gives
 * through `char **` or `uint8_t **` is freed with lh_free. A handle that is null, closed or foreign is LH_BAD_HANDLE.
 */

#ifndef LEASEHOLD_H
#define LEASEHOLD_H

#include <stddef.h>
#include <stdint.h>
/**
 * Result codes. A number is never used for something else; later releases have more of them.
 * What each means: lh_last_error, and `leasehold explain NAME`.
 */
enum lh_result {
  LH_OK = 0,
  LH_INVALID_ARGUMENT = 1,
  LH_BAD_HANDLE = 2,
  LH_ABI_MISMATCH = 3,
  LH_ALREADY_RENEWING = 4,
  LH_MALFORMED = 100,
  LH_BAD_SIGNATURE = 101,
  LH_HOST_NOT_ACTIVATED = 102,
  LH_CLOCK_BEHIND = 103,
  LH_PRODUCT_NOT_GRANTED = 104,
  LH_KEY_MISMATCH = 105,
  LH_GRANT_ENDED = 106,
  LH_CLOCK_SKEW = 107,
  LH_REVOKED = 108,
  LH_REPLAYED = 109,
  LH_CLONE_SUSPECTED = 110,
  LH_THRESHOLD_NOT_MET = 111,
  LH_CAPACITY_REACHED = 112,
  LH_SIGN_IN_NEEDED = 113,
  LH_NOT_SUBSCRIBED = 114,
  LH_DEVICES_REACHED = 115,
  LH_UNKNOWN_KEY = 116,
  LH_HOSTS_EXHAUSTED = 117,
  LH_ACTIVATIONS_EXHAUSTED = 118,
  LH_HOST_FORKED = 119,
  LH_AUTHORITY_CERTIFICATE_ENDED = 120,
  LH_TOO_MANY_REQUESTS = 121,
  LH_TOKEN_REQUIRED = 122,
  LH_TOKEN_UNKNOWN = 123,
  LH_TOKEN_NOT_ALLOWED = 124,
  LH_EXPORT_TOO_LARGE = 125,
  LH_UNKNOWN_SIGNER = 126,
  LH_NOT_AUTHORISED = 127,
  LH_NOT_YET_VALID = 128,
  LH_EXPIRED = 129,
  LH_NEVER_ACTIVATED = 130,
  LH_ANOTHER_MACHINE = 131,
  LH_BUSY = 132,
  LH_NOT_FOUND = 133,
  LH_METHOD_NOT_ALLOWED = 134,
  LH_UNSUPPORTED_MEDIA_TYPE = 135,
  LH_TIMEOUT = 136,
  LH_INTERNAL = 137,
  LH_STORE_UNAVAILABLE = 138,
  LH_STORE_DENIED = 139,
  LH_STORE_IN_USE = 140,
  LH_STORE_NOT_EMPTY = 141,
  LH_STORE_NEWER = 142,
  LH_STORE_OLDER = 143,
  LH_STORE_DAMAGED = 144,
  LH_STORE_REPLACED = 145,
  LH_STORE_MISSING = 146,
  LH_STORE_BEHIND = 147,
  LH_ANOTHER_STORE = 148,
  LH_ANOTHER_HOST = 149,
  LH_OLDER_LIST = 150,
  LH_OLDER_CERTIFICATE = 151,
  LH_UNKNOWN_PRODUCT = 152,
  LH_UNKNOWN_FAMILY = 153,
  LH_WITHDRAWN = 154,
  LH_AMBIGUOUS_KEY = 155,
  LH_AMBIGUOUS_ID = 156,
  LH_UNKNOWN_HOST = 157,
  LH_UNKNOWN_AUTHORITY = 158,
  LH_OWN_AUTHORITY = 159,
  LH_AUTHORITY_FOLLOWED = 160,
  LH_REVOCATION_LIST_FULL = 161,
  LH_NO_REVOCATIONS = 162,
  LH_BAD_POLICY = 163,
  LH_GRANT_TOO_LARGE = 164,
  LH_NOT_A_KEY_FILE = 165,
  LH_SIGN_IN_INSECURE = 166,
  LH_SIGN_IN_UNAVAILABLE = 167,
  LH_NO_SIGN_IN = 168,
  LH_SIGN_IN_DECLINED = 169,
  LH_SIGN_IN_TIMEOUT = 170,
  LH_PROVIDER_UNREACHABLE = 171,
  LH_PROVIDER_UNUSABLE = 172,
  LH_DNS_DECLINED = 173,
  LH_DNS_NO_SUCH_NAME = 174,
  LH_DNS_NO_RECORD = 175,
  LH_DNS_SERVER_FAILED = 176,
  LH_DNS_REFUSED = 177,
  LH_DNS_NONSENSE = 178,
  LH_DNS_NO_ANSWER = 179,
  LH_DNS_ALIAS_LOOP = 180,
  LH_DNS_OUT_OF_TIME = 181,
  LH_DNS_SETTINGS = 182,
  LH_NO_NAME_SERVER = 183,
  LH_NOT_A_DOMAIN_NAME = 184,
  LH_NOT_A_DNS_KEY = 185,
  LH_DNS_OUTSIDE_ZONE = 186,
  LH_DNS_KEY_REFUSED = 187,
  LH_DNS_CLOCK_APART = 188,
  LH_DNS_NOT_PERMITTED = 189,
  LH_DNS_NOT_THE_ZONES = 190,
  LH_DNS_ALIAS = 191,
  LH_DNS_NO_UPDATES = 192,
  LH_MDNS_UNAVAILABLE = 193,
  LH_NO_DIRECTORY = 194,
  LH_DIRECTORY_UNREACHABLE = 195,
  LH_DIRECTORY_SILENT = 196,
  LH_UNTRUSTED_DIRECTORY = 197,
  LH_NOT_A_DIRECTORY = 198,
  LH_DIRECTORY_DENIED = 199,
  LH_DIRECTORY_NO_RIGHT = 200,
  LH_DIRECTORY_REFERRED = 201,
  LH_DIRECTORY_REFUSED = 202,
  LH_KERBEROS_UNUSABLE = 203,
  LH_NO_OBJECT = 204,
  LH_ANOTHER_DIRECTORY = 205,
  LH_UNKNOWN_DIRECTORY = 206,
  LH_USAGE = 207,
  LH_FILE = 208,
  LH_FILE_DAMAGED = 209,
  LH_NOT_A_PRODUCT_KEY = 210,
  LH_PICTURE_UNREADABLE = 211,
  LH_NO_QR_CODE = 212,
  LH_PARTS_MISSING = 213,
  LH_NO_ROOM_FOR_QR = 214,
  LH_NOT_ALL_ANSWERED = 215,
  LH_LENGTH = 216,
  LH_CHARACTER = 217,
  LH_CHECKSUM = 218,
  LH_VERSION = 219,
  LH_KIND = 220,
  LH_WRONG_KIND_OF_KEY = 221,
  LH_WRONG_PASSPHRASE = 222,
  LH_UNKNOWN_TOKEN = 223,
  LH_ALREADY_EXISTS = 224,
  LH_NOT_INITIALISED = 225,
  LH_ADDRESS_IN_USE = 226,
  LH_ADDRESS_DENIED = 227,
  LH_ADDRESS_UNKNOWN = 228,
  LH_LISTEN_FAILED = 229,
  LH_FILE_UNREADABLE = 230,
  LH_PEM_MALFORMED = 231,
  LH_CERTIFICATE_MISSING = 232,
  LH_CERTIFICATE_UNUSABLE = 233,
  LH_PRIVATE_KEY_MISSING = 234,
  LH_PRIVATE_KEY_UNUSABLE = 235,
  LH_PRIVATE_KEY_MISMATCH = 236,
  LH_TLS_UNAVAILABLE = 237,
  LH_TLS_CERTIFICATE_ENDED = 238,
  LH_TLS_CERTIFICATE_ENDS_SOON = 239,
  LH_TLS_CERTIFICATE_NOT_YET_VALID = 240,
  LH_TLS_CERTIFICATE_OTHER_NAME = 241,
  LH_TLS_CERTIFICATE_UNSUITABLE = 242,
  LH_TLS_CHAIN_INCOMPLETE = 243,
  LH_HOST_UNREACHABLE = 244,
  LH_NO_AUTHORITY = 245,
  LH_AUTHORITY_UNREACHABLE = 246,
  LH_AUTHORITY_SILENT = 247,
  LH_UNTRUSTED_AUTHORITY = 248,
  LH_NOT_AN_AUTHORITY = 249,
  LH_PROXY_REFUSED = 250,
  LH_PROXY_UNREACHABLE = 251,
  LH_GATEWAY_FAILED = 252,
  LH_PLAIN_HTTP = 253,
  LH_NOT_A_BACKUP = 254,
  LH_NOT_RENEWABLE = 255,
  LH_NOT_RENEWED = 256,
  LH_NOT_A_HOST = 257,
  LH_UNTRUSTED_HOST = 258,
  LH_NO_HOST = 259,
  LH_HOST_SILENT = 260,
  LH_NAME_NOT_FOUND = 261,
  LH_REFUSED = 262,
  LH_WRONG_ANSWER = 263,
  LH_NO_FINGERPRINT = 264,
  LH_FOREIGN_MANIFEST = 265,
  LH_NO_LEASE = 266,
  LH_STATE_UNUSABLE = 267,
  LH_STATE_FULL = 268,
  LH_STATE_DAMAGED = 269,
  LH_TEST_CLOCK_REFUSED = 270,
  LH_NO_SUFFIX = 271,
  LH_NO_SERVICE_RECORD = 272,
  LH_CONNECTION_REFUSED = 273,
  LH_CONNECTION_TIMEOUT = 274,
  LH_ROGUE_RECORD = 275,
  LH_HOST_CERTIFICATE_ENDED = 276,
  LH_HOST_CERTIFICATE_ENDS_SOON = 277,
  LH_CLOCK_WRONG = 278,
  LH_CLOCK_SET_BACK = 279,
  LH_CLOCK_DIFFERS = 280,
  LH_BAD_CONFIGURATION = 281,
  LH_NO_FULL_NAME = 282,
  LH_HOST_CLOCK_BEHIND = 283,
  LH_DISK_FULL = 284,
  LH_NOT_SERVING = 285,
  LH_DNS_NO_OWN_RECORD = 286,
  LH_DNS_WRONG_PORT = 287,
  LH_DNS_STALE_RECORD = 288,
  LH_DNS_TARGET_WITHOUT_ADDRESS = 289,
  LH_DNS_TARGET_ELSEWHERE = 290,
  LH_COPY_OF_THIS_HOST = 291,
  LH_FOLDER_NOT_WRITABLE = 292,
  LH_DUPLICATES = 293,
  LH_FORKS = 294,
  LH_NOT_A_PLAN = 295,
  LH_PLAN_INCOMPLETE = 296,
  LH_CONFIG_REFUSED = 297,
  LH_KMS_NO_RECORD = 298,
  LH_KMS_FOREIGN_RECORD = 299,
  LH_KMS_TARGET_ALIAS = 300,
  LH_KMS_TARGET_PLACE = 301,
  LH_KMS_STALE_RECORD = 302,
  LH_KMS_PORT_UNUSUAL = 303,
  LH_KMS_PORT_REFUSED = 304,
  LH_KMS_PORT_FILTERED = 305,
  LH_KMS_PORT_UNREACHABLE = 306,
  LH_KMS_MORE_RECORDS = 307,
  LH_KMS_OWN_WITHOUT_RECORD = 308,
  LH_LINT_FINDINGS = 309,
  LH_HUNT_FINDINGS = 310,
  LH_UNKNOWN_CODE = 311,
  LH_NEEDS_ATTENTION = 312,
  LH_NOTHING_READ = 313,
  LH_JOURNAL_ALTERED = 314,
  LH_JOURNAL_CUT = 315,
  LH_JOURNAL_FORKED = 316,
  LH_SEAL_MISSING = 317,
  LH_SEAL_OUT_OF_ORDER = 318,
  LH_NOT_IN_JOURNAL = 319,
  LH_JOURNAL_UNRELATED = 320,
  LH_NO_SERVICE = 321,
  LH_SERVICE_REFUSED = 322,
  LH_AGENT_SILENT = 323,
  LH_AGENT_LACKS_PRODUCT = 324,
  LH_STORE_POOLED = 325,
  LH_BORROWED_LESS = 326,
};

#ifndef __cplusplus
typedef enum lh_result lh_result;
#endif

/**
 * Take nothing from the environment.
 */
#define LH_NO_ENVIRONMENT 1

/**
 * Look for no hosts in DNS.
 */
#define LH_NO_DNS 2

/**
 * The client has asked for a lease.
 */
#define LH_EVENT_ATTEMPT 1

/**
 * The standing, or the features, are others than before: by a lease or by the time.
 */
#define LH_EVENT_CHANGED 2

/**
 * On any device, with a code.
 */
#define LH_SIGN_IN_CODE 0

/**
 * With a browser on this machine.
 */
#define LH_SIGN_IN_BROWSER 1

/**
 * No lease yet, within the manifest's initial grace: run, remind.
 */
#define LH_UNACTIVATED 1

/**
 * A valid lease: run.
 */
#define LH_LICENSED 2

/**
 * The lease has ended a short while ago, or the machine has become another one: run, warn.
 */
#define LH_GRACE 3

/**
 * Read-only, or as the vendor decides.
 */
#define LH_REDUCED 4

/**
 * The standing reaches the application as it is.
 */
#define LH_ENFORCE 0

/**
 * The application is never told that it is reduced.
 */
#define LH_ADVISE 1

/**
 * As `LH_ADVISE`, and all that is not licensed passes for licensed.
 */
#define LH_OBSERVE 2

/**
 * In the place of a time or a number of days: there is none.
 */
#define LH_NEVER -1

/**
 * The version of this interface: the first number in the upper 16 bits, the second in the lower. Programs built with a header of
 * the same first number and a second one no higher than the library's work with it.
 */
#define LH_ABI_VERSION (1 << 16)

/**
 * An open client. Zero is none.
 */
typedef uint64_t lh_client;

/**
 * What a program may set about a client. Set all to zero, then `size`, then what is wanted; texts are UTF-8 and are copied. What
 * is not set is taken from the environment (`LEASEHOLD_HOST`, `LEASEHOLD_STATE` …) unless `LH_NO_ENVIRONMENT` is among the flags.
 */
typedef struct lh_options {
  /**
   * The size of this struct: `sizeof(lh_options)`.
   */
  size_t size;
  /**
   * `LH_NO_ENVIRONMENT`, `LH_NO_DNS`; several are joined by `|`.
   */
  uint32_t flags;
  /**
   * How long one address may take to accept a connection, in milliseconds; zero for the default of three seconds.
   */
  uint32_t connect_timeout_ms;
  /**
   * The state folder.
   */
  const char *state;
  /**
   * Addresses of hosts, by commas, in the order in which they are tried.
   */
  const char *hosts;
  /**
   * The root key that the manifest must have, 64 hexadecimal digits.
   */
  const char *root;
  /**
   * A file in PEM form: the certificates trusted for `https` hosts, and no others.
   */
  const char *ca_file;
  /**
   * The id by which a container is recognised in the place of the hardware below it.
   */
  const char *instance;
  /**
   * The name that hosts get to know; an empty text for none.
   */
  const char *host_name;
  /**
   * The servers of a directory by commas (`ldaps://…`), `domain` for that of this machine, or `off`.
   */
  const char *directory;
  /**
   * As whom the directory is read.
   */
  const char *directory_user;
  /**
   * The password of that user.
   */
  const char *directory_password;
  /**
   * The base of a directory that is not Active Directory.
   */
  const char *directory_base;
  /**
   * For tests: seconds that are added to the clock (`+2592000`, `-60`), or a file that holds them. A manifest that is not marked as a
   * test manifest refuses it (`test-clock-refused`).
   */
  const char *test_clock;
} lh_options;

/**
 * What a client may do now. Set `size` before the call.
 */
typedef struct lh_standing {
  /**
   * The size of this struct: `sizeof(lh_standing)`.
   */
  size_t size;
  /**
   * `LH_UNACTIVATED`, `LH_LICENSED`, `LH_GRACE` or `LH_REDUCED`, as the manifest wants the application to go by it.
   */
  int32_t standing;
  /**
   * The same without regard to the manifest's mode, for diagnosis.
   */
  int32_t actual;
  /**
   * Why the client is not licensed, where it is in grace or reduced: a result code such as `LH_EXPIRED`; else `LH_OK`.
   */
  int32_t why;
  /**
   * The manifest's mode: `LH_ENFORCE`, `LH_ADVISE` or `LH_OBSERVE`.
   */
  int32_t mode;
  /**
   * When the standing ends by itself, in seconds since 1970; `LH_NEVER` where it does not.
   */
  int64_t until;
  /**
   * When the client renews next, in seconds since 1970; `LH_NEVER` where there is nothing to renew.
   */
  int64_t renew_at;
  /**
   * Whole days until the standing ends by itself; `LH_NEVER` where it does not.
   */
  int64_t days_left;
  /**
   * The time that this was decided for, in seconds since 1970.
   */
  int64_t now;
  /**
   * 1 where the clock of this machine is set back: `now` is then the time that is proven.
   */
  int32_t clock_set_back;
  /**
   * Zero.
   */
  int32_t reserved;
} lh_standing;

/**
 * Why the last call on this thread failed. The texts live until the next call of this library on the same thread.
 */
typedef struct lh_error {
  /**
   * The result code; `LH_OK` where the last call did not fail.
   */
  int32_t code;
  /**
   * The code's stable name, such as `threshold-not-met`; empty where nothing failed.
   */
  const char *name;
  /**
   * What went wrong, in one line.
   */
  const char *message;
  /**
   * What to do about it, in one line; may be empty.
   */
  const char *hint;
} lh_error;

/**
 * What a callback is told.
 */
typedef struct lh_event {
  /**
   * The size of this struct in this library: later ones may have more members at the end.
   */
  size_t size;
  /**
   * `LH_EVENT_ATTEMPT` or `LH_EVENT_CHANGED`.
   */
  int32_t kind;
  /**
   * Of an attempt: its result code. Of a change: `LH_OK`.
   */
  int32_t result;
  /**
   * What went wrong, in one line; empty where nothing did. It lives as long as the callback runs.
   */
  const char *message;
  /**
   * How the client stands now.
   */
  struct lh_standing standing;
} lh_event;

/**
 * Called on a thread of the library, one call at a time, and never after `lh_client_stop_renewing` or `lh_client_close` has
 * returned. It may call this library.
 */
typedef void (*lh_callback)(void *context, const struct lh_event *event);

/**
 * What the user has to be shown. Its texts live as long as the callback runs; those that there are none of are null.
 */
typedef struct lh_sign_in_prompt {
  /**
   * The size of this struct in this library: later ones may have more members at the end.
   */
  size_t size;
  /**
   * The address to open.
   */
  const char *address;
  /**
   * The code to enter there; null where a browser on this machine is to be opened.
   */
  const char *code;
  /**
   * An address that has the code in it, for a picture to scan; may be null.
   */
  const char *address_with_code;
  /**
   * How long the client waits, in seconds.
   */
  uint64_t seconds;
} lh_sign_in_prompt;

/**
 * Called first with a prompt to show, then without one (null) each time before the provider is asked again. Zero goes on; anything else
 * gives the sign-in up. It is called on the thread that called `lh_client_sign_in`, and must not throw.
 */
typedef int32_t (*lh_sign_in_callback)(void *context, const struct lh_sign_in_prompt *prompt);

#ifdef __cplusplus
extern "C" {
#endif // __cplusplus

/**
 * Asks for a lease now: a directory where one is to be read, else the hosts that are set or found. `LH_OK` where there is one.
 * Waits for the network, 90 seconds at most.
 */
int32_t lh_client_activate(lh_client client);

/**
 * Renews the lease now. Waits for the network, 90 seconds at most.
 */
int32_t lh_client_renew(lh_client client);

/**
 * Borrows: asks a host for a lease that lasts for `seconds` from now on, to be used without a network. Renewals keep it until then;
 * `lh_client_release` gives it back earlier. `LH_BORROWED_LESS` where the lease that was given ends before: it holds until then, and
 * `lh_last_error` says why. Waits for the network, 90 seconds at most.
 */
int32_t lh_client_borrow(lh_client client,
                         uint64_t seconds);

/**
 * Asks for a lease if it is time to; for programs with a loop of their own. `LH_OK` also where it was not time.
 */
int32_t lh_client_tick(lh_client client);

/**
 * Gives the lease back. `LH_OK` also where there was none.
 */
int32_t lh_client_release(lh_client client);

/**
 * Activates the product with a multiple key, at the vendor's authority.
 *
 * Promise:
 * `key` and `authority` end with a zero.
 */
int32_t lh_client_activate_with_key(lh_client client, const char *key, const char *authority);

/**
 * The request for a host, to be carried there as a file where no network leads. Free it with `lh_free`.
 *
 * Promise:
 * `out` points to a pointer, `len` to a length.
 */
int32_t lh_client_request_for_host(lh_client client, uint8_t **out, size_t *len);

/**
 * The request of a machine with a multiple key, to be carried to the vendor. Free it with `lh_free`.
 *
 * Promise:
 * `key` ends with a zero, `out` points to a pointer, `len` to a length.
 */
int32_t lh_client_request_for_vendor(lh_client client, const char *key, uint8_t **out, size_t *len);

/**
 * Stores the answer to a request that was carried: in any form that a document has, also one of many in one file.
 * The vendor's revocation list is taken too.
 *
 * Promise:
 * `answer` points to `len` bytes.
 */
int32_t lh_client_install(lh_client client,
                          const uint8_t *answer,
                          size_t len);

/**
 * Opens the client of the product that `manifest` describes, raw or armoured. Waits for nothing. `options` may be null.
 *
 * Promise:
 * `manifest` points to `len` bytes, `options` is null or points to an `lh_options` that is filled in, `out` to a handle.
 */
int32_t lh_client_open(const uint8_t *manifest,
                       size_t len,
                       const struct lh_options *options,
                       lh_client *out);

/**
 * As `lh_client_open`, of a manifest in a file.
 *
 * Promise:
 * `path` ends with a zero; the rest as for `lh_client_open`.
 */
int32_t lh_client_open_file(const char *path, const struct lh_options *options, lh_client *out);

/**
 * Closes a client: it renews no more, its callback is not called again, and the handle is good for nothing from now on. Calls of
 * other threads that are under way end as they would have. Does not wait for the network.
 */
int32_t lh_client_close(lh_client client);

/**
 * What the product may do now. Waits for nothing and asks nobody.
 *
 * Promise:
 * `out` points to an `lh_standing` whose `size` is set.
 */
int32_t lh_client_standing(lh_client client, struct lh_standing *out);

/**
 * Whether the application may offer the feature of this name now: writes 1 or 0.
 *
 * Promise:
 * `name` ends with a zero, `out` points to an `int32_t`.
 */
int32_t lh_client_feature(lh_client client, const char *name, int32_t *out);

/**
 * The standing in words for the user, such as `activated until 2027-05-28 14:34 UTC`. Free it with `lh_free`.
 *
 * Promise:
 * `out` points to a pointer.
 */
int32_t lh_client_message(lh_client client, char **out);

/**
 * All that the standing rests on, as JSON: what `leasehold client status --json` prints. Free it with `lh_free`.
 *
 * Promise:
 * `out` points to a pointer.
 */
int32_t lh_client_status(lh_client client,
                         char **out);

/**
 * What `leasehold doctor --json` prints: each check, its code and what to do. Waits for the network. Free it with `lh_free`.
 *
 * Promise:
 * `out` points to a pointer.
 */
int32_t lh_client_doctor(lh_client client,
                         char **out);

/**
 * Reads a product key as a user types it, and gives it in its usual form, as JSON: `key`, `kind` (`generic`, `host`, `multiple`),
 * `number`. A key with a slip is refused with what is wrong (`LH_CHECKSUM`, `LH_LENGTH` …); the hint of `lh_last_error` then has
 * the key that was meant, where only one can be. Free the text with `lh_free`.
 *
 * Promise:
 * `typed` ends with a zero, `out` points to a pointer.
 */
int32_t lh_read_key(const char *typed,
                    char **out);

/**
 * Verifies a document, raw or armoured, below a root key at a time in seconds since 1970, and says what it is, as JSON: `type`,
 * `signer`, `issued`, `expires`. A document that does not verify is refused with the reason (`LH_EXPIRED`, `LH_REVOKED` …).
 * `revocations` may be null. Free the text with `lh_free`.
 *
 * Promise:
 * `document` points to `len` bytes, `root` ends with a zero, `revocations` is null or points to `revocations_len` bytes, `out` to a
 * pointer.
 */
int32_t lh_verify(const uint8_t *document,
                  size_t len,
                  const char *root,
                  uint64_t at,
                  const uint8_t *revocations,
                  size_t revocations_len,
                  char **out);

/**
 * Why the last call on this thread failed. Null only while the thread ends; do not free it. `lh_free`, `lh_result_name` and the
 * functions that say a version leave it as it is.
 */
const struct lh_error *lh_last_error(void);

/**
 * The stable name of a result code; `unknown` where this release does not know the number. Do not free it.
 */
const char *lh_result_name(int32_t code);

/**
 * Frees a text or bytes that a function of this library has returned. Null, and what has been freed before, is left alone.
 */
void lh_free(void *memory);

/**
 * Renews in the background from now on. `callback` may be null; `context` is handed to it as it is.
 *
 * Promise:
 * `callback` may be called on another thread with `context`, until renewing is stopped.
 */
int32_t lh_client_start_renewing(lh_client client, lh_callback callback, void *context);

/**
 * Renews in the background no more. Waits for a callback that runs, not for the network; called inside a callback, it does not wait.
 */
int32_t lh_client_stop_renewing(lh_client client);

/**
 * Has the user sign in, and asks for a lease. Waits for the user: call it on a thread of its own.
 *
 * Promise:
 * `callback` may be called with `context` until this returns.
 */
int32_t lh_client_sign_in(lh_client client, int32_t way, lh_sign_in_callback callback, void *context);

/**
 * Gives the user's lease back and forgets the tokens.
 */
int32_t lh_client_sign_out(lh_client client);

/**
 * The devices on which the user holds leases, as JSON. Waits for the network. Free it with `lh_free`.
 *
 * Promise:
 * `out` points to a pointer.
 */
int32_t lh_client_devices(lh_client client, char **out);

/**
 * Ends the user's leases on a device; writes 1 where there were any, else 0.
 *
 * Promise:
 * `device` ends with a zero, `out` points to an `int32_t`.
 */
int32_t lh_client_free_device(lh_client client, const char *device, int32_t *out);

/**
 * The version of the library's interface, as `LH_ABI_VERSION` is that of the header.
 */
uint32_t lh_abi_version(void);

/**
 * The release of the library, such as `0.1.0`. Do not free it.
 */
const char *lh_version(void);

/**
 * Whether a program built with a header of version `header` works with this library: call it with `LH_ABI_VERSION` before anything
 * else, where the library is loaded at run time.
 */
int32_t lh_check_abi(uint32_t header);

#ifdef __cplusplus
}  // extern "C"
#endif  // __cplusplus

#endif  /* LEASEHOLD_H */
