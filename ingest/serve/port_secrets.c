/* Secrets come from files, never from the command line, which everybody on the machine can read. */
#include "ingest/serve/port_internal.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { SECRET_BYTES_MAX = 64 * 1024, USERS_MAX = 1024 };

/* At most `size` bytes, also of what gives them in pieces; -1 with errno. */
static ssize_t read_all(const char *path, char *bytes, size_t size) {
  int fd = open(path, O_RDONLY | O_CLOEXEC);
  if (fd < 0) {
    return -1;
  }
  size_t len = 0;
  ssize_t got = 1;
  while (got > 0 && len < size) {
    got = read(fd, bytes + len, size - len);
    len += got > 0 ? (size_t)got : 0;
  }
  int cause = errno;
  close(fd);
  errno = cause;
  return got < 0 ? -1 : (ssize_t)len;
}

static enum sift_status read_file(const char *path, struct sift_arena *arena, struct sift_span *out,
                                  char error[SIFT_PORT_ERROR_BYTES]) {
  char *bytes = sift_arena_alloc(arena, SECRET_BYTES_MAX + 1);
  if (bytes == NULL) {
    return SIFT_ENOMEM;
  }
  ssize_t len = read_all(path, bytes, SECRET_BYTES_MAX + 1);
  if (len < 0) {
    snprintf(error, SIFT_PORT_ERROR_BYTES, "%s cannot be read: %s", path, strerror(errno));
    return SIFT_EIO;
  }
  if (len > SECRET_BYTES_MAX) {
    snprintf(error, SIFT_PORT_ERROR_BYTES, "%s is larger than %d KiB", path, SECRET_BYTES_MAX / 1024);
    return SIFT_EINVAL;
  }
  while (len > 0 && (bytes[len - 1] == '\n' || bytes[len - 1] == '\r')) {
    len--;
  }
  *out = sift_span(bytes, (size_t)len);
  return SIFT_OK;
}

/* NAME:PASSWORD, one a line; empty lines and those that begin with # are passed over. */
static enum sift_status parse_users(struct sift_port *port, struct sift_arena *arena, struct sift_span text,
                                    char error[SIFT_PORT_ERROR_BYTES]) {
  struct sift_forward_user *users = sift_arena_alloc(arena, USERS_MAX * sizeof *users);
  size_t count = 0;
  if (users == NULL) {
    return SIFT_ENOMEM;
  }
  for (unsigned line = 1; text.len > 0; line++) {
    const char *newline = memchr(text.data, '\n', text.len);
    size_t len = newline != NULL ? (size_t)(newline - text.data) : text.len;
    struct sift_span row = sift_span(text.data, len);
    text = sift_span(text.data + len + (newline != NULL), text.len - len - (newline != NULL));
    row.len -= row.len > 0 && row.data[row.len - 1] == '\r';
    if (row.len == 0 || row.data[0] == '#') {
      continue;
    }
    const char *colon = memchr(row.data, ':', row.len);
    if (colon == NULL || colon == row.data || count == USERS_MAX) {
      snprintf(error, SIFT_PORT_ERROR_BYTES, "%s:%u: write NAME:PASSWORD, one a line, at most %d of them", port->config.users_file,
               line, USERS_MAX);
      return SIFT_EINVAL;
    }
    size_t name = (size_t)(colon - row.data);
    users[count++] = (struct sift_forward_user){sift_span(row.data, name), sift_span(colon + 1, row.len - name - 1)};
  }
  if (count == 0) { /* it would let everybody in who has the shared key */
    snprintf(error, SIFT_PORT_ERROR_BYTES, "%s names no user: write NAME:PASSWORD, one a line", port->config.users_file);
    return SIFT_EINVAL;
  }
  port->auth.users = users;
  port->auth.user_count = count;
  return SIFT_OK;
}

static enum sift_status take_hostname(struct sift_port *port, struct sift_arena *arena, char error[SIFT_PORT_ERROR_BYTES]) {
  char name[SIFT_FORWARD_HOSTNAME_MAX + 1] = "spacesift";
  if (port->config.hostname == NULL) {
    gethostname(name, sizeof name - 1); /* at worst the name above */
  } else if (strlen(port->config.hostname) > SIFT_FORWARD_HOSTNAME_MAX) {
    snprintf(error, SIFT_PORT_ERROR_BYTES, "%s: hostname is longer than %d bytes", port->config.name, SIFT_FORWARD_HOSTNAME_MAX);
    return SIFT_EINVAL;
  } else {
    memcpy(name, port->config.hostname, strlen(port->config.hostname) + 1);
  }
  const char *copy = sift_arena_copy(arena, sift_span_of(name));
  port->auth.self_hostname = sift_span_of(copy != NULL ? copy : "");
  return copy != NULL ? SIFT_OK : SIFT_ENOMEM;
}

enum sift_status sift_port_secrets(struct sift_port *port, struct sift_arena *arena, char error[SIFT_PORT_ERROR_BYTES]) {
  struct sift_span users = {NULL, 0};
  enum sift_status status = read_file(port->config.shared_key_file, arena, &port->auth.shared_key, error);
  if (status == SIFT_OK && port->auth.shared_key.len == 0) {
    snprintf(error, SIFT_PORT_ERROR_BYTES, "%s is empty: write the shared key into it", port->config.shared_key_file);
    status = SIFT_EINVAL;
  }
  if (status == SIFT_OK && port->config.users_file != NULL) {
    status = read_file(port->config.users_file, arena, &users, error);
    status = status == SIFT_OK ? parse_users(port, arena, users, error) : status;
  }
  status = status == SIFT_OK ? take_hostname(port, arena, error) : status;
  port->has_auth = status == SIFT_OK;
  return status;
}
