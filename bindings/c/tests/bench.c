/* What opening and asking cost, in processor time, and how much memory the library takes: with a valid lease, as an application has it. */
#include <time.h>

#include "leasehold.h"
#include "test.h"

static double used(void) {
  struct timespec time;
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
  return (double)time.tv_sec * 1e6 + (double)time.tv_nsec / 1e3;
}

/* Memory of this process that lies in RAM and is its own, in KiB. */
static long memory(void) {
  FILE *file = fopen("/proc/self/smaps_rollup", "r");
  char line[256];
  long kib = 0, part = 0;
  while (file != NULL && fgets(line, sizeof line, file) != NULL) {
    if (sscanf(line, "Private_Clean: %ld", &part) == 1 || sscanf(line, "Private_Dirty: %ld", &part) == 1) kib += part;
  }
  if (file != NULL) fclose(file);
  return kib;
}

int main(void) {
  enum { OPENED = 200, ASKED = 20000 };
  struct lh_options options = {0};
  struct lh_standing standing = {0};
  char state[4096];
  lh_client client = 0;
  long before = memory();
  snprintf(state, sizeof state, "%s/bench", need("LEASEHOLD_TEST_FOLDER"));
  options.size = sizeof options;
  options.flags = LH_NO_DNS;
  options.state = state;
  options.instance = "bench";
  standing.size = sizeof standing;
  CHECK(lh_client_open_file(need("LEASEHOLD_TEST_MANIFEST"), &options, &client) == LH_OK);
  CHECK(lh_client_activate(client) == LH_OK);
  CHECK(lh_client_close(client) == LH_OK);

  double start = used();
  for (int i = 0; i < OPENED; i++) {
    CHECK(lh_client_open_file(need("LEASEHOLD_TEST_MANIFEST"), &options, &client) == LH_OK);
    CHECK(lh_client_standing(client, &standing) == LH_OK && standing.standing == LH_LICENSED);
    CHECK(lh_client_close(client) == LH_OK);
  }
  double opened = (used() - start) / OPENED;

  CHECK(lh_client_open_file(need("LEASEHOLD_TEST_MANIFEST"), &options, &client) == LH_OK);
  CHECK(lh_client_standing(client, &standing) == LH_OK);
  start = used();
  for (int i = 0; i < ASKED; i++) CHECK(lh_client_standing(client, &standing) == LH_OK);
  double asked = (used() - start) / ASKED;
  printf("open, with the chain verified: %.0f µs; standing: %.1f µs; memory: %ld KiB\n", opened, asked, memory() - before);
  CHECK(lh_client_close(client) == LH_OK);
  return 0;
}
