/* Stands before the C library of one process: writes fail and clocks differ as the files that FAULTS names say.
 *
 *   FAULTS/errno   a number: every write, sync and truncation of a file below DATA fails with it
 *   FAULTS/clock   seconds to add to the wall clock
 *
 * Both are read again at each call, so that a fault begins and ends while the process runs. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>
#include <time.h>
#include <unistd.h>

static long told(const char *name) {
    const char *folder = getenv("FAULTS");
    char path[4096], text[32] = {0};
    if (!folder) return 0;
    snprintf(path, sizeof path, "%s/%s", folder, name);
    int file = open(path, O_RDONLY | O_CLOEXEC);
    if (file < 0) return 0;
    ssize_t got = read(file, text, sizeof text - 1);
    close(file);
    return got > 0 ? atol(text) : 0;
}

static int fails(int file) {
    const char *data = getenv("DATA");
    char link[64], path[4096];
    long error = told("errno");
    if (!error || !data) return 0;
    snprintf(link, sizeof link, "/proc/self/fd/%d", file);
    ssize_t length = readlink(link, path, sizeof path - 1);
    if (length < 0) return 0;
    path[length] = 0;
    if (strncmp(path, data, strlen(data))) return 0;
    errno = (int)error;
    return 1;
}

#define REAL(name, ...) static __typeof__(name) *real; if (!real) real = (__typeof__(name) *)dlsym(RTLD_NEXT, #name)

ssize_t write(int f, const void *b, size_t n) { REAL(write); return f > 2 && fails(f) ? -1 : real(f, b, n); }
ssize_t pwrite(int f, const void *b, size_t n, off_t o) { REAL(pwrite); return fails(f) ? -1 : real(f, b, n, o); }
ssize_t pwrite64(int f, const void *b, size_t n, off64_t o) { REAL(pwrite64); return fails(f) ? -1 : real(f, b, n, o); }
int fsync(int f) { REAL(fsync); return fails(f) ? -1 : real(f); }
int fdatasync(int f) { REAL(fdatasync); return fails(f) ? -1 : real(f); }
int ftruncate(int f, off_t n) { REAL(ftruncate); return fails(f) ? -1 : real(f, n); }
int ftruncate64(int f, off64_t n) { REAL(ftruncate64); return fails(f) ? -1 : real(f, n); }

int clock_gettime(clockid_t which, struct timespec *time) {
    REAL(clock_gettime);
    int result = real(which, time);
    if (!result && which == CLOCK_REALTIME) time->tv_sec += told("clock");
    return result;
}
