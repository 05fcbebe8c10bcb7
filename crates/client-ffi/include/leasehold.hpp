// Leasehold for C++17: a client that closes itself, over leasehold.h. Header only.
//
// Failures are exceptions of type leasehold::error. With exceptions turned off (-fno-exceptions), or LEASEHOLD_NO_EXCEPTIONS defined,
// every function that may fail returns a leasehold::result instead, which holds either a value or an error.
#ifndef LEASEHOLD_HPP
#define LEASEHOLD_HPP

#include <chrono>
#include <cstring>
#include <functional>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "leasehold.h"

#if !defined(LEASEHOLD_NO_EXCEPTIONS) && !defined(__cpp_exceptions) && !defined(_CPPUNWIND)
#define LEASEHOLD_NO_EXCEPTIONS
#endif

namespace leasehold {

/// What went wrong: a result code with its name, its words and what to do.
class error : public std::runtime_error {
 public:
  error(int code, std::string name, const std::string& message, std::string hint)
      : std::runtime_error(message), code_(code), name_(std::move(name)), hint_(std::move(hint)) {}

  /// LH_THRESHOLD_NOT_MET and the like.
  int code() const noexcept { return code_; }
  /// "threshold-not-met" and the like: stable, for `leasehold explain`.
  const std::string& name() const noexcept { return name_; }
  /// What to do about it.
  const std::string& hint() const noexcept { return hint_; }

  /// Of the last call on this thread.
  static error last() {
    const lh_error* last = lh_last_error();
    if (last == nullptr) return error(LH_INTERNAL, "internal", "the thread ends", "");
    return error(last->code, last->name, last->message, last->hint);
  }

 private:
  int code_;
  std::string name_;
  std::string hint_;
};

#ifdef LEASEHOLD_NO_EXCEPTIONS
/// A value, or why there is none.
template <class T>
class result {
 public:
  result(T value) : value_(std::move(value)) {}
  result(leasehold::error error) : error_(std::move(error)) {}
  explicit operator bool() const noexcept { return value_.has_value(); }
  T& operator*() { return *value_; }
  T* operator->() { return &*value_; }
  const leasehold::error& error() const { return *error_; }

 private:
  std::optional<T> value_;
  std::optional<leasehold::error> error_;
};
#else
template <class T>
using result = T;
#endif

/// In the place of a value where there is none to return.
struct done {};

namespace detail {
template <class T>
result<T> value_or_error(int code, T value) {
#ifdef LEASEHOLD_NO_EXCEPTIONS
  if (code != LH_OK) return error::last();
#else
  if (code != LH_OK) throw error::last();
#endif
  return value;
}

struct freed {
  void operator()(void* memory) const noexcept { lh_free(memory); }
};

inline result<std::string> text(int code, char* given) {
  std::unique_ptr<char, freed> owned(given);
  return value_or_error(code, std::string(owned ? owned.get() : ""));
}

inline result<std::vector<std::uint8_t>> bytes(int code, std::uint8_t* given, std::size_t len) {
  std::unique_ptr<std::uint8_t, freed> owned(given);
  std::vector<std::uint8_t> copy;
  if (owned) copy.assign(given, given + len);
  return value_or_error(code, std::move(copy));
}
}  // namespace detail

/// What may be set about a client; what is not is taken from the environment.
struct options {
  std::string state, hosts, root, ca_file, instance, directory, directory_user, directory_password, directory_base, test_clock;
  /// An empty text withholds the name of the machine from hosts.
  std::optional<std::string> host_name;
  unsigned connect_timeout_ms = 0;
  bool environment = true;
  bool dns = true;
};

/// What a callback is told while a client renews in the background.
struct event {
  /// LH_EVENT_ATTEMPT or LH_EVENT_CHANGED.
  int kind;
  int result;
  std::string message;
  lh_standing standing;
};

/// The client of one product. Closes itself; may be moved, and used by several threads.
class client {
 public:
  static result<client> open(const void* manifest, std::size_t len, const leasehold::options& set = {}) {
    return opened(set, [&](const lh_options* options, lh_client* out) {
      return lh_client_open(static_cast<const std::uint8_t*>(manifest), len, options, out);
    });
  }

  static result<client> open_file(const std::string& path, const leasehold::options& set = {}) {
    return opened(set, [&](const lh_options* options, lh_client* out) {
      return lh_client_open_file(path.c_str(), options, out);
    });
  }

  client(client&& other) noexcept : handle_(std::exchange(other.handle_, 0)), watching_(std::move(other.watching_)) {}
  client& operator=(client&& other) noexcept {
    if (this != &other) {
      close();
      handle_ = std::exchange(other.handle_, 0);
      watching_ = std::move(other.watching_);
    }
    return *this;
  }
  client(const client&) = delete;
  client& operator=(const client&) = delete;
  ~client() { close(); }

  /// May be called twice. Afterwards every function is the error LH_BAD_HANDLE.
  void close() noexcept {
    if (handle_ != 0) lh_client_close(std::exchange(handle_, 0));
    watching_.reset();
  }

  result<lh_standing> standing() const {
    lh_standing standing{};
    standing.size = sizeof standing;
    const int code = lh_client_standing(handle_, &standing);
    return detail::value_or_error(code, standing);
  }

  result<bool> feature(const std::string& name) const {
    std::int32_t has = 0;
    const int code = lh_client_feature(handle_, name.c_str(), &has);
    return detail::value_or_error(code, has == 1);
  }

  /// The standing in words for the user.
  result<std::string> message() const { return text(lh_client_message); }
  /// All that the standing rests on, as JSON.
  result<std::string> status() const { return text(lh_client_status); }
  /// What `leasehold doctor --json` prints. Waits for the network.
  result<std::string> doctor() const { return text(lh_client_doctor); }

  /// A refusal is an error with its code.
  result<done> activate() { return plain(lh_client_activate(handle_)); }
  result<done> activate(const std::string& key, const std::string& authority) {
    return plain(lh_client_activate_with_key(handle_, key.c_str(), authority.c_str()));
  }
  result<done> renew() { return plain(lh_client_renew(handle_)); }
  /// Asks for a lease that lasts for so long, to be used without a network; `LH_BORROWED_LESS` where it ends before.
  result<done> borrow(std::chrono::seconds length) {
    const auto seconds = static_cast<std::uint64_t>(length.count() < 0 ? 0 : length.count());
    return plain(lh_client_borrow(handle_, seconds));
  }
  result<done> tick() { return plain(lh_client_tick(handle_)); }
  result<done> release() { return plain(lh_client_release(handle_)); }
  result<done> sign_out() { return plain(lh_client_sign_out(handle_)); }

  /// The request for a host, to be carried there as a file.
  result<std::vector<std::uint8_t>> request_for_host() {
    std::uint8_t* given = nullptr;
    std::size_t len = 0;
    const int code = lh_client_request_for_host(handle_, &given, &len);
    return detail::bytes(code, given, len);
  }
  /// The request of a machine with a multiple key, to be carried to the vendor.
  result<std::vector<std::uint8_t>> request_for_vendor(const std::string& key) {
    std::uint8_t* given = nullptr;
    std::size_t len = 0;
    const int code = lh_client_request_for_vendor(handle_, key.c_str(), &given, &len);
    return detail::bytes(code, given, len);
  }
  result<done> install(const void* answer, std::size_t len) {
    return plain(lh_client_install(handle_, static_cast<const std::uint8_t*>(answer), len));
  }

  /// Renews in the background. `changed` is called on a thread of the library, and not any more once the client is closed; what it throws
  /// ends there.
  result<done> start_renewing(std::function<void(const event&)> changed = {}) {
    auto watching = std::make_unique<std::function<void(const event&)>>(std::move(changed));
    const lh_callback callback = *watching ? &client::call : nullptr;
    const int code = lh_client_start_renewing(handle_, callback, watching.get());
    if (code == LH_OK) watching_ = std::move(watching);
    return plain(code);
  }
  result<done> stop_renewing() {
    const int code = lh_client_stop_renewing(handle_);
    return plain(code);
  }

  /// The user signs in; `shown` gets the prompt, then null while the client waits, and returns whether to go on.
  result<done> sign_in(int way, std::function<bool(const lh_sign_in_prompt*)> shown) {
    return plain(lh_client_sign_in(handle_, way, &client::show, &shown));
  }

  lh_client handle() const noexcept { return handle_; }

 private:
  explicit client(lh_client handle) : handle_(handle) {}

  template <class Open>
  static result<client> opened(const leasehold::options& set, Open open) {
    lh_options options{};
    options.size = sizeof options;
    options.flags = (set.environment ? 0u : LH_NO_ENVIRONMENT) | (set.dns ? 0u : LH_NO_DNS);
    options.connect_timeout_ms = set.connect_timeout_ms;
    const auto given = [](const std::string& text) { return text.empty() ? nullptr : text.c_str(); };
    options.state = given(set.state);
    options.hosts = given(set.hosts);
    options.root = given(set.root);
    options.ca_file = given(set.ca_file);
    options.instance = given(set.instance);
    options.host_name = set.host_name ? set.host_name->c_str() : nullptr;
    options.directory = given(set.directory);
    options.directory_user = given(set.directory_user);
    options.directory_password = given(set.directory_password);
    options.directory_base = given(set.directory_base);
    options.test_clock = given(set.test_clock);
    lh_client handle = 0;
    const int code = open(&options, &handle);
    return detail::value_or_error(code, client(handle));
  }

  result<std::string> text(std::int32_t (*function)(lh_client, char**)) const {
    char* given = nullptr;
    const int code = function(handle_, &given);
    return detail::text(code, given);
  }

  static result<done> plain(int code) { return detail::value_or_error(code, done{}); }

  static void call(void* context, const lh_event* told) noexcept {
    const event event{told->kind, told->result, told->message, told->standing};
#ifndef LEASEHOLD_NO_EXCEPTIONS
    try {
#endif
      (*static_cast<std::function<void(const leasehold::event&)>*>(context))(event);
#ifndef LEASEHOLD_NO_EXCEPTIONS
    } catch (...) {
    }
#endif
  }

  static std::int32_t show(void* context, const lh_sign_in_prompt* prompt) noexcept {
#ifndef LEASEHOLD_NO_EXCEPTIONS
    try {
#endif
      return (*static_cast<std::function<bool(const lh_sign_in_prompt*)>*>(context))(prompt) ? 0 : 1;
#ifndef LEASEHOLD_NO_EXCEPTIONS
    } catch (...) {
      return 1;
    }
#endif
  }

  lh_client handle_ = 0;
  std::unique_ptr<std::function<void(const event&)>> watching_;
};

/// Reads a product key as a user types it: JSON with `key`, `kind`, `number`.
inline result<std::string> read_key(const std::string& typed) {
  char* given = nullptr;
  const int code = lh_read_key(typed.c_str(), &given);
  return detail::text(code, given);
}

}  // namespace leasehold

#endif
