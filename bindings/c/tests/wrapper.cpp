// The C++ wrapper against a real host.
#include "leasehold.hpp"

#include <cassert>
#include <condition_variable>
#include <mutex>
#include <thread>

#include "test.h"

static leasehold::options options_of(const char *name) {
  leasehold::options options;
  options.state = std::string(need("LEASEHOLD_TEST_FOLDER")) + "/" + name;
  options.instance = name;
  options.dns = false;
  return options;
}

#ifdef LEASEHOLD_NO_EXCEPTIONS
int main() {
  auto client = leasehold::client::open_file(need("LEASEHOLD_TEST_MANIFEST"), options_of("plain"));
  CHECK(static_cast<bool>(client));
  CHECK(static_cast<bool>(client->activate()));
  auto standing = client->standing();
  CHECK(static_cast<bool>(standing) && standing->standing == LH_LICENSED);
  auto missing = leasehold::client::open_file("/no/such/file");
  CHECK(!missing && missing.error().code() == LH_FILE && !missing.error().hint().empty());
  std::puts("c++ without exceptions: 1 passed, 0 failed");
}
#else
template <class Function>
static int code_of(Function function) {
  try {
    function();
    return LH_OK;
  } catch (const leasehold::error& error) {
    return error.code();
  }
}

int main() {
  auto client = leasehold::client::open_file(need("LEASEHOLD_TEST_MANIFEST"), options_of("wrapper"));
  CHECK(client.standing().standing == LH_UNACTIVATED && !client.feature("simulation"));
  client.activate();
  CHECK(client.standing().standing == LH_LICENSED && client.feature("simulation"));
  CHECK(client.message().rfind("activated until ", 0) == 0);
  CHECK(client.status().find("\"licensed\"") != std::string::npos);
  CHECK(!client.request_for_host().empty());
  client.borrow(std::chrono::hours(72));
  CHECK(code_of([&] { client.borrow(std::chrono::hours(24 * 400)); }) == LH_BORROWED_LESS);

  // Closes itself, may be moved, and is an error once it is closed.
  leasehold::client moved = std::move(client);
  CHECK(moved.standing().standing == LH_LICENSED);
  CHECK(code_of([&] { (void)client.standing(); }) == LH_BAD_HANDLE);
  moved.close();
  moved.close();
  CHECK(code_of([&] { moved.activate(); }) == LH_BAD_HANDLE);

  // A callback that throws harms nothing.
  auto renewing = leasehold::client::open_file(need("LEASEHOLD_TEST_MANIFEST"), options_of("renewing"));
  std::mutex mutex;
  std::condition_variable told;
  int changes = 0;
  renewing.start_renewing([&](const leasehold::event& event) {
    {
      std::lock_guard<std::mutex> lock(mutex);
      if (event.kind == LH_EVENT_CHANGED && event.standing.standing == LH_LICENSED) changes++;
    }
    told.notify_all();
    throw std::runtime_error("ends here");
  });
  CHECK(code_of([&] { renewing.start_renewing(); }) == LH_ALREADY_RENEWING);
  {
    std::unique_lock<std::mutex> lock(mutex);
    told.wait(lock, [&] { return changes > 0; });
  }
  renewing.close();

  CHECK(code_of([] { (void)leasehold::client::open("junk", 4); }) == LH_MALFORMED);
  CHECK(code_of([] { (void)leasehold::read_key("not a key"); }) != LH_OK);
  std::puts("c++: 1 passed, 0 failed");
}
#endif
