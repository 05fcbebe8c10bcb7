/* A drawing program with a licence: `app acme-cad.lh`, then `draw` or `simulate`, a line each. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "leasehold.h"

static void describe(lh_client client) {
  struct lh_standing standing = {0};
  char *message = NULL;
  standing.size = sizeof standing;
  if (lh_client_standing(client, &standing) != LH_OK) {
    printf("error: %s", lh_last_error()->message);
  } else if (standing.standing == LH_LICENSED) {
    printf("licensed");
  } else if (standing.standing == LH_REDUCED) {
    printf("read-only (%s)", lh_result_name(standing.why));
  } else if (lh_client_message(client, &message) == LH_OK) {
    printf("%s", message);
    lh_free(message);
  }
  putchar('\n');
  fflush(stdout);
}

/* Everything works until the standing is reduced. */
static int may_change(lh_client client) {
  struct lh_standing standing = {0};
  standing.size = sizeof standing;
  return lh_client_standing(client, &standing) == LH_OK && standing.standing != LH_REDUCED;
}

static int has(lh_client client, const char *feature) {
  int32_t has = 0;
  return lh_client_feature(client, feature, &has) == LH_OK && has;
}

int main(int count, char **arguments) {
  lh_client client = 0;
  char line[256];
  if (count != 2) {
    fprintf(stderr, "usage: app MANIFEST\n");
    return 2;
  }
  /* A real application holds its manifest in its code. */
  if (lh_client_open_file(arguments[1], NULL, &client) != LH_OK) {
    fprintf(stderr, "error: %s\nhint: %s\n", lh_last_error()->message, lh_last_error()->hint);
    return 1;
  }
  describe(client);
  while (fgets(line, sizeof line, stdin) != NULL) {
    line[strcspn(line, "\n")] = 0;
    if (strcmp(line, "activate") == 0) {
      if (lh_client_activate(client) != LH_OK) fprintf(stderr, "error: %s\n", lh_last_error()->message);
      describe(client);
    } else if (strcmp(line, "draw") == 0 && may_change(client)) {
      puts("drawn");
    } else if (strcmp(line, "simulate") == 0 && has(client, "simulation")) {
      puts("simulated");
    } else {
      printf("%s: not possible; ", line);
      describe(client);
    }
    fflush(stdout);
  }
  return lh_client_close(client) == LH_OK ? 0 : 1;
}
