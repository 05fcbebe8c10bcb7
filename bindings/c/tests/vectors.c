/* The vectors of crates/wire/vectors, as lines that scripts/bindings makes of them. */
#include "leasehold.h"
#include "test.h"

static char *line = NULL;
static size_t room = 0;

/* The next field of the line: fields are divided by tabs. */
static char *field(char **rest) { return strsep(rest, "\t"); }

static size_t unhex(const char *text, uint8_t *bytes) {
  size_t len = strlen(text) / 2;
  for (size_t i = 0; i < len; i++) {
    unsigned byte = 0;
    sscanf(text + 2 * i, "%2x", &byte);
    bytes[i] = (uint8_t)byte;
  }
  return len;
}

static void key(char *rest) {
  char *typed = field(&rest), *expected = field(&rest), *out = NULL;
  int code = lh_read_key(typed, &out);
  if (code == LH_OK) {
    CHECK(strstr(out, expected) != NULL);
    lh_free(out);
  } else {
    CHECK(strcmp(lh_last_error()->name, expected) == 0);
  }
}

static void document(char *rest) {
  static uint8_t bytes[1 << 21], list[1 << 21];
  char *name = field(&rest), *hex = field(&rest), *root = field(&rest), *at = field(&rest);
  char *revocations = field(&rest), *expected = field(&rest), *out = NULL;
  size_t len = unhex(hex, bytes), list_len = unhex(revocations, list);
  int code = lh_verify(bytes, len, root, strtoull(at, NULL, 10), list_len ? list : NULL, list_len, &out);
  if (strcmp(code == LH_OK ? "valid" : lh_last_error()->name, expected) != 0) {
    fprintf(stderr, "%s: %s, not %s\n", name, lh_last_error()->name, expected);
    exit(1);
  }
  if (code == LH_OK) lh_free(out);
}

int main(int count, char **arguments) {
  FILE *file = count == 2 ? fopen(arguments[1], "r") : NULL;
  CHECK(file != NULL);
  int passed = 0;
  while (getline(&line, &room, file) > 0) {
    line[strcspn(line, "\n")] = 0;
    char *rest = line, *kind = field(&rest);
    if (strcmp(kind, "key") == 0) key(rest);
    else document(rest);
    passed++;
  }
  free(line);
  fclose(file);
  CHECK(passed > 150);
  printf("vectors: %d passed, 0 failed\n", passed);
  return 0;
}
