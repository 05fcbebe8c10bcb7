/* What the C tests share: checks that say where they fail, a test host that is started by scripts/bindings, HTTP to command it. */
#ifndef TEST_H
#define TEST_H

#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define CHECK(what)                                                        \
  do {                                                                     \
    if (!(what)) {                                                         \
      const struct lh_error *last = lh_last_error();                       \
      fprintf(stderr, "%s:%d: %s (last error: %s: %s)\n", __FILE__, __LINE__, #what, last->name, last->message); \
      exit(1);                                                             \
    }                                                                      \
  } while (0)

static inline const char *need(const char *name) {
  const char *value = getenv(name);
  if (value == NULL) {
    fprintf(stderr, "%s is not set: run scripts/bindings\n", name);
    exit(2);
  }
  return value;
}

/* Whether there is an answer, and of success. It is read to its end, so that the host is done with it. */
static inline int succeeded(int connection) {
  char text[1024];
  size_t len = 0;
  ssize_t more = 0;
  while (len < sizeof text && (more = read(connection, text + len, sizeof text - len)) > 0) len += (size_t)more;
  return len >= 12 && strncmp(text + 9, "200", 3) == 0;
}

/* Commands the test host: POST /test/PATH with a JSON body. */
static inline void command(const char *path, const char *body) {
  const char *url = need("LEASEHOLD_TEST_CONTROL");
  const char *port = strrchr(url, ':') + 1;
  struct sockaddr_in to;
  memset(&to, 0, sizeof to);
  to.sin_family = AF_INET;
  to.sin_port = htons((unsigned short)atoi(port));
  to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  int connection = socket(AF_INET, SOCK_STREAM, 0);
  char text[1024];
  snprintf(text, sizeof text, "POST /test/%s HTTP/1.1\r\nHost: test\r\nConnection: close\r\nContent-Length: %zu\r\n\r\n%s", path,
           strlen(body), body);
  if (connect(connection, (struct sockaddr *)&to, sizeof to) != 0 || write(connection, text, strlen(text)) < 0 ||
      !succeeded(connection)) {
    fprintf(stderr, "the test host does not do %s %s\n", path, body);
    exit(1);
  }
  close(connection);
}

#endif
