#include "ingest/serve/systemd.h"

#include <fcntl.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

enum { FIRST_FD = 3, FDS_MAX = 64 };

static uint64_t number_of(const char *name) {
  const char *text = getenv(name);
  char *end = NULL;
  unsigned long long value = text != NULL ? strtoull(text, &end, 10) : 0;
  return text != NULL && *text != '\0' && *end == '\0' ? value : 0;
}

/* Whether entry `index` of the colon-separated names is `name`. */
static bool named(unsigned index, const char *name) {
  const char *names = getenv("LISTEN_FDNAMES");
  if (name[0] == '\0') {
    return true;
  }
  for (unsigned i = 0; names != NULL && i < index; i++) {
    names = strchr(names, ':');
    names = names != NULL ? names + 1 : NULL;
  }
  size_t len = strlen(name);
  return names != NULL && strncmp(names, name, len) == 0 && (names[len] == ':' || names[len] == '\0');
}

static bool listens(int fd) {
  int value = 0;
  socklen_t len = sizeof value;
  if (getsockopt(fd, SOL_SOCKET, SO_TYPE, &value, &len) != 0 || value != SOCK_STREAM) {
    return false;
  }
  len = sizeof value;
  return getsockopt(fd, SOL_SOCKET, SO_ACCEPTCONN, &value, &len) == 0 && value != 0;
}

int sift_systemd_socket(const char *name) {
  static bool given[FDS_MAX];
  uint64_t count = number_of("LISTEN_FDS");
  if (number_of("LISTEN_PID") != (uint64_t)getpid()) {
    return -1;
  }
  for (unsigned i = 0; i < count && i < FDS_MAX; i++) {
    int fd = FIRST_FD + (int)i;
    if (given[i] || !named(i, name) || !listens(fd)) {
      continue;
    }
    given[i] = true;
    (void)fcntl(fd, F_SETFD, FD_CLOEXEC);
    (void)fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) | O_NONBLOCK);
    return fd;
  }
  return -1;
}

void sift_systemd_tell(const char *state) {
  const char *path = getenv("NOTIFY_SOCKET");
  struct sockaddr_un address = {.sun_family = AF_UNIX};
  if (path == NULL || (path[0] != '/' && path[0] != '@') || strlen(path) >= sizeof address.sun_path) {
    return;
  }
  memcpy(address.sun_path, path, strlen(path) + 1);
  socklen_t len = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + strlen(path));
  if (path[0] == '@') {
    address.sun_path[0] = '\0'; /* the abstract name space */
  }
  int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  if (fd >= 0) {
    (void)sendto(fd, state, strlen(state), MSG_NOSIGNAL, (const struct sockaddr *)&address, len);
    close(fd);
  }
}

uint64_t sift_systemd_watchdog_us(void) {
  uint64_t pid = number_of("WATCHDOG_PID");
  return pid == 0 || pid == (uint64_t)getpid() ? number_of("WATCHDOG_USEC") : 0;
}
