/* The C interface against a real host: every standing, every misuse. */
#include <pthread.h>
#include <semaphore.h>
#include <stdatomic.h>
#include <sys/stat.h>

#include "leasehold.h"
#include "test.h"

static lh_client open_client(const char *state) {
  struct lh_options options = {0};
  options.size = sizeof options;
  options.flags = LH_NO_DNS;
  options.state = state;
  options.instance = state;
  lh_client client = 0;
  CHECK(lh_client_open_file(need("LEASEHOLD_TEST_MANIFEST"), &options, &client) == LH_OK);
  return client;
}

static struct lh_standing standing_of(lh_client client) {
  struct lh_standing standing = {0};
  standing.size = sizeof standing;
  CHECK(lh_client_standing(client, &standing) == LH_OK);
  return standing;
}

static const char *folder(const char *name) {
  static char path[4096];
  snprintf(path, sizeof path, "%s/%s", need("LEASEHOLD_TEST_FOLDER"), name);
  mkdir(path, 0700);
  return path;
}

static void every_standing_is_seen(void) {
  lh_client client = open_client(folder("standings"));
  struct lh_standing standing = standing_of(client);
  CHECK(standing.standing == LH_UNACTIVATED && standing.days_left >= 29 && standing.why == LH_OK);
  int32_t has = -1;
  CHECK(lh_client_feature(client, "simulation", &has) == LH_OK && has == 0);

  CHECK(lh_client_activate(client) == LH_OK);
  standing = standing_of(client);
  CHECK(standing.standing == LH_LICENSED && standing.renew_at > standing.now && standing.until > standing.renew_at);
  CHECK(lh_client_feature(client, "simulation", &has) == LH_OK && has == 1);
  CHECK(lh_client_renew(client) == LH_OK && lh_client_tick(client) == LH_OK);

  char *text = NULL;
  CHECK(lh_client_message(client, &text) == LH_OK && strncmp(text, "activated until ", 16) == 0);
  lh_free(text);
  lh_free(text);
  CHECK(lh_client_status(client, &text) == LH_OK && strstr(text, "\"standing\":\"licensed\"") != NULL);
  lh_free(text);
  CHECK(lh_client_doctor(client, &text) == LH_OK && strstr(text, "\"checks\":[") != NULL);
  lh_free(text);

  command("clock", "{\"advance\": \"181d\"}");
  standing = standing_of(client);
  CHECK(standing.standing == LH_GRACE && standing.why == LH_EXPIRED);
  CHECK(lh_client_feature(client, "simulation", &has) == LH_OK && has == 1);
  command("clock", "{\"advance\": \"30d\"}");
  standing = standing_of(client);
  CHECK(standing.standing == LH_REDUCED && standing.until == LH_NEVER);
  CHECK(lh_client_feature(client, "simulation", &has) == LH_OK && has == 0);

  CHECK(lh_client_activate(client) == LH_OK && standing_of(client).standing == LH_LICENSED);
  CHECK(lh_client_release(client) == LH_OK && standing_of(client).standing != LH_LICENSED);
  CHECK(lh_client_close(client) == LH_OK);
}

static void a_refusal_is_a_code_with_its_words(void) {
  lh_client client = open_client(folder("refused"));
  command("fault", "{\"fault\": \"capacity-reached\"}");
  CHECK(lh_client_activate(client) == LH_CAPACITY_REACHED);
  const struct lh_error *last = lh_last_error();
  CHECK(last->code == LH_CAPACITY_REACHED && strcmp(last->name, "capacity-reached") == 0);
  CHECK(last->message[0] != 0 && last->hint[0] != 0);
  command("fault", "{\"fault\": \"dead\"}");
  CHECK(lh_client_activate(client) == LH_HOST_UNREACHABLE);
  command("fault", "{\"fault\": \"none\"}");
  CHECK(lh_client_activate(client) == LH_OK && lh_last_error()->code == LH_OK);
  CHECK(lh_client_close(client) == LH_OK);
}

static void misuse_is_a_code_and_never_a_crash(void) {
  lh_client client = open_client(folder("misuse"));
  const uint8_t junk[] = "junk";
  lh_client other = 0;
  char *text = NULL;
  uint8_t *bytes = NULL;
  size_t len = 0;
  int32_t number = 0;
  struct lh_options options = {0};
  struct lh_standing standing = {0};

  CHECK(lh_client_open(NULL, 4, NULL, &other) == LH_INVALID_ARGUMENT);
  CHECK(lh_client_open(junk, sizeof junk, NULL, NULL) == LH_INVALID_ARGUMENT);
  CHECK(lh_client_open(junk, SIZE_MAX, NULL, &other) == LH_INVALID_ARGUMENT);
  CHECK(lh_client_open(junk, sizeof junk, NULL, &other) == LH_MALFORMED && other == 0);
  CHECK(lh_client_open_file("/no/such/file", NULL, &other) == LH_FILE);
  CHECK(lh_client_open_file(NULL, NULL, &other) == LH_INVALID_ARGUMENT);
  CHECK(lh_client_open_file(need("LEASEHOLD_TEST_MANIFEST"), &options, &other) == LH_ABI_MISMATCH);
  options.size = sizeof options;
  options.flags = 1u << 31;
  CHECK(lh_client_open_file(need("LEASEHOLD_TEST_MANIFEST"), &options, &other) == LH_INVALID_ARGUMENT);
  options.flags = 0;
  options.hosts = "a:0";
  CHECK(lh_client_open_file(need("LEASEHOLD_TEST_MANIFEST"), &options, &other) == LH_INVALID_ARGUMENT);
  options.hosts = "\xff\xfe";
  CHECK(lh_client_open_file(need("LEASEHOLD_TEST_MANIFEST"), &options, &other) == LH_INVALID_ARGUMENT);
  options.hosts = NULL;
  options.root = "0101010101010101010101010101010101010101010101010101010101010101";
  CHECK(lh_client_open_file(need("LEASEHOLD_TEST_MANIFEST"), &options, &other) == LH_FOREIGN_MANIFEST);
  options.root = NULL;

  /* A header that is newer than the library: what it sets is zero, or it is refused. */
  struct { struct lh_options known; uint64_t later; } newer;
  memset(&newer, 0, sizeof newer);
  newer.known.size = sizeof newer;
  newer.known.state = folder("misuse");
  CHECK(lh_client_open_file(need("LEASEHOLD_TEST_MANIFEST"), &newer.known, &other) == LH_OK);
  CHECK(lh_client_close(other) == LH_OK);
  newer.later = 1;
  CHECK(lh_client_open_file(need("LEASEHOLD_TEST_MANIFEST"), &newer.known, &other) == LH_ABI_MISMATCH);
  CHECK(lh_check_abi(LH_ABI_VERSION) == LH_OK && lh_abi_version() == LH_ABI_VERSION);
  CHECK(lh_check_abi(LH_ABI_VERSION + 1) == LH_ABI_MISMATCH && lh_check_abi(2 << 16) == LH_ABI_MISMATCH);

  /* A standing that is larger than the library's may hold anything behind its size; a smaller one is filled as far as it goes. */
  unsigned char large[sizeof standing + 64];
  memset(large, 0xaa, sizeof large);
  size_t size = sizeof large;
  memcpy(large, &size, sizeof size);
  CHECK(lh_client_standing(client, (struct lh_standing *)(void *)large) == LH_OK && large[sizeof standing] == 0xaa);
  CHECK(lh_client_standing(client, &standing) == LH_ABI_MISMATCH);
  CHECK(lh_client_standing(client, NULL) == LH_INVALID_ARGUMENT);

  const lh_client bad[] = {0, 1, client + 1, client ^ (1ull << 20), UINT64_MAX};
  for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
    standing.size = sizeof standing;
    CHECK(lh_client_standing(bad[i], &standing) == LH_BAD_HANDLE);
    CHECK(lh_client_feature(bad[i], "x", &number) == LH_BAD_HANDLE);
    CHECK(lh_client_message(bad[i], &text) == LH_BAD_HANDLE);
    CHECK(lh_client_status(bad[i], &text) == LH_BAD_HANDLE);
    CHECK(lh_client_doctor(bad[i], &text) == LH_BAD_HANDLE);
    CHECK(lh_client_activate(bad[i]) == LH_BAD_HANDLE);
    CHECK(lh_client_activate_with_key(bad[i], "x", "y") == LH_BAD_HANDLE);
    CHECK(lh_client_renew(bad[i]) == LH_BAD_HANDLE);
    CHECK(lh_client_borrow(bad[i], 1) == LH_BAD_HANDLE);
    CHECK(lh_client_tick(bad[i]) == LH_BAD_HANDLE);
    CHECK(lh_client_release(bad[i]) == LH_BAD_HANDLE);
    CHECK(lh_client_request_for_host(bad[i], &bytes, &len) == LH_BAD_HANDLE);
    CHECK(lh_client_request_for_vendor(bad[i], "x", &bytes, &len) == LH_BAD_HANDLE);
    CHECK(lh_client_install(bad[i], junk, 1) == LH_BAD_HANDLE);
    CHECK(lh_client_start_renewing(bad[i], NULL, NULL) == LH_BAD_HANDLE);
    CHECK(lh_client_stop_renewing(bad[i]) == LH_BAD_HANDLE);
    CHECK(lh_client_sign_in(bad[i], 0, NULL, NULL) == LH_BAD_HANDLE);
    CHECK(lh_client_sign_out(bad[i]) == LH_BAD_HANDLE);
    CHECK(lh_client_devices(bad[i], &text) == LH_BAD_HANDLE);
    CHECK(lh_client_free_device(bad[i], "x", &number) == LH_BAD_HANDLE);
    CHECK(lh_client_close(bad[i]) == LH_BAD_HANDLE);
  }
  CHECK(lh_client_feature(client, NULL, &number) == LH_INVALID_ARGUMENT);
  CHECK(lh_client_feature(client, "\xff", &number) == LH_INVALID_ARGUMENT);
  CHECK(lh_client_feature(client, "x", NULL) == LH_INVALID_ARGUMENT);
  CHECK(lh_client_message(client, NULL) == LH_INVALID_ARGUMENT);
  CHECK(lh_client_request_for_host(client, NULL, NULL) == LH_INVALID_ARGUMENT);
  CHECK(lh_client_request_for_host(client, &bytes, NULL) == LH_INVALID_ARGUMENT);
  CHECK(lh_client_install(client, junk, sizeof junk) == LH_MALFORMED);
  CHECK(lh_client_install(client, NULL, 0) == LH_INVALID_ARGUMENT);
  CHECK(lh_client_activate_with_key(client, "not a key", "a") == LH_NOT_A_PRODUCT_KEY);
  CHECK(lh_client_sign_in(client, 7, NULL, NULL) == LH_INVALID_ARGUMENT);
  CHECK(lh_client_sign_in(client, LH_SIGN_IN_CODE, NULL, NULL) == LH_INVALID_ARGUMENT);
  CHECK(strcmp(lh_result_name(LH_BAD_HANDLE), "bad-handle") == 0 && strcmp(lh_result_name(-7), "unknown") == 0);
  lh_free(NULL);
  lh_free(&number);
  CHECK(lh_client_close(client) == LH_OK && lh_client_close(client) == LH_BAD_HANDLE);
}

static void a_request_is_carried(void) {
  lh_client client = open_client(folder("carried"));
  uint8_t *request = NULL;
  size_t len = 0;
  CHECK(lh_client_request_for_host(client, &request, &len) == LH_OK && len > 100 && request[0] == 0xd2);
  lh_free(request);
  CHECK(lh_client_close(client) == LH_OK);
}

struct told {
  atomic_int attempts, changes, last;
  sem_t changed;
  lh_client client;
};

static void wait_for_change(struct told *told) {
  while (sem_wait(&told->changed) != 0) {
  }
  sem_destroy(&told->changed);
}

static void tell(void *context, const struct lh_event *event) {
  struct told *told = context;
  atomic_store(&told->last, event->standing.standing);
  if (event->kind == LH_EVENT_ATTEMPT) atomic_fetch_add(&told->attempts, 1);
  if (event->kind == LH_EVENT_CHANGED && atomic_fetch_add(&told->changes, 1) == 0) sem_post(&told->changed);
}

static void a_place_is_borrowed_as_long_as_the_licence_lets_it(void) {
  lh_client client = open_client(folder("borrowed"));
  const int64_t day = 86400, before = standing_of(client).now;
  CHECK(lh_client_borrow(client, 3 * day) == LH_OK);
  struct lh_standing standing = standing_of(client);
  CHECK(standing.standing == LH_LICENSED && standing.until - before >= 3 * day);
  CHECK(lh_client_borrow(client, 400 * day) == LH_BORROWED_LESS && strstr(lh_last_error()->message, "180 d at most") != NULL);
  CHECK(lh_client_borrow(client, UINT64_MAX) == LH_BORROWED_LESS);
  CHECK(standing_of(client).standing == LH_LICENSED && lh_client_release(client) == LH_OK);
  CHECK(standing_of(client).standing == LH_UNACTIVATED && lh_client_close(client) == LH_OK);
}

static void it_renews_in_the_background_and_says_so(void) {
  lh_client client = open_client(folder("background"));
  struct told told = {0};
  CHECK(sem_init(&told.changed, 0, 0) == 0);
  CHECK(lh_client_start_renewing(client, tell, &told) == LH_OK);
  CHECK(lh_client_start_renewing(client, tell, &told) == LH_ALREADY_RENEWING);
  wait_for_change(&told);
  CHECK(atomic_load(&told.changes) == 1 && atomic_load(&told.attempts) == 1 && atomic_load(&told.last) == LH_LICENSED);
  CHECK(lh_client_stop_renewing(client) == LH_OK && lh_client_stop_renewing(client) == LH_OK);
  CHECK(lh_client_start_renewing(client, NULL, NULL) == LH_OK);
  CHECK(lh_client_close(client) == LH_OK);
}

static void close_inside(void *context, const struct lh_event *event) {
  struct told *told = context;
  CHECK(event->size >= sizeof *event && atomic_load(&told->changes) == 0);
  CHECK(lh_client_close(told->client) == LH_OK);
  atomic_store(&told->changes, 1);
  sem_post(&told->changed);
}

static void a_callback_may_close_its_client(void) {
  struct told told = {0};
  told.client = open_client(folder("inside"));
  CHECK(sem_init(&told.changed, 0, 0) == 0);
  CHECK(lh_client_start_renewing(told.client, close_inside, &told) == LH_OK);
  wait_for_change(&told);
  CHECK(atomic_load(&told.changes) == 1 && lh_client_close(told.client) == LH_BAD_HANDLE);
}

static void *use_and_close(void *context) {
  lh_client client = *(lh_client *)context;
  struct lh_standing standing = {0};
  standing.size = sizeof standing;
  int code = LH_OK;
  for (int i = 0; i < 50 && code == LH_OK; i++) code = lh_client_standing(client, &standing);
  CHECK(code == LH_OK || code == LH_BAD_HANDLE);
  code = lh_client_close(client);
  CHECK(code == LH_OK || code == LH_BAD_HANDLE);
  return code == LH_OK ? context : NULL;
}

static void one_of_many_threads_closes(void) {
  const char *state = folder("threads");
  for (int round = 0; round < 10; round++) {
    lh_client client = open_client(state);
    pthread_t threads[4];
    int closed = 0;
    for (int i = 0; i < 4; i++) CHECK(pthread_create(&threads[i], NULL, use_and_close, &client) == 0);
    for (int i = 0; i < 4; i++) {
      void *result = NULL;
      pthread_join(threads[i], &result);
      closed += result != NULL;
    }
    CHECK(closed == 1);
  }
}

static void a_folder_that_may_not_be_written_is_a_code(void) {
  struct lh_options options = {0};
  options.size = sizeof options;
  options.flags = LH_NO_DNS;
  options.instance = "no-folder";
  options.state = "/proc/no-such-place";
  lh_client client = 0;
  CHECK(lh_client_open_file(need("LEASEHOLD_TEST_MANIFEST"), &options, &client) == LH_OK);
  CHECK(standing_of(client).standing == LH_UNACTIVATED);
  CHECK(lh_client_activate(client) == LH_STATE_UNUSABLE);
  CHECK(lh_client_close(client) == LH_OK);
  const char *full = getenv("LEASEHOLD_TEST_FULL_DISK");
  if (full != NULL) {
    options.state = full;
    CHECK(lh_client_open_file(need("LEASEHOLD_TEST_MANIFEST"), &options, &client) == LH_OK);
    CHECK(lh_client_activate(client) == LH_STATE_FULL);
    CHECK(lh_client_close(client) == LH_OK);
  }
}

int main(void) {
  every_standing_is_seen();
  a_refusal_is_a_code_with_its_words();
  misuse_is_a_code_and_never_a_crash();
  a_request_is_carried();
  a_place_is_borrowed_as_long_as_the_licence_lets_it();
  it_renews_in_the_background_and_says_so();
  a_callback_may_close_its_client();
  one_of_many_threads_closes();
  a_folder_that_may_not_be_written_is_a_code();
  puts("c: 8 passed, 0 failed");
  return 0;
}
