#include "ingest/serve/port.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "ingest/serve/port_internal.h"
#include "ingest/serve/systemd.h"

enum { BACKLOG = 1024 };

enum sift_status sift_port_prepare(struct sift_port *port, const struct sift_listener_config *config, struct sift_arena *arena,
                                   char error[SIFT_PORT_ERROR_BYTES]) {
  *port = (struct sift_port){.config = *config, .fd = -1, .bound = config->name};
  char wrong[256];
  enum sift_status status =
      sift_origin_new(&port->origin, config->kind, config->space, config->channel, config->time, config->text, wrong, sizeof wrong);
  if (status == SIFT_EINVAL) {
    snprintf(error, SIFT_PORT_ERROR_BYTES, "%s: %s", config->name, wrong);
  }
  if (status == SIFT_OK && config->tls) {
    status = sift_port_tls(port, error);
  }
  if (status == SIFT_OK && config->shared_key_file != NULL) {
    status = sift_port_secrets(port, arena, error);
  }
  if (status != SIFT_OK) {
    sift_port_release(port);
  }
  return status;
}

void sift_port_release(struct sift_port *port) {
  sift_origin_free(port->origin);
  port->origin = NULL;
  sift_port_tls_release(port);
  if (port->fd >= 0) {
    close(port->fd);
    if (port->config.place == SIFT_LISTEN_UNIX) {
      unlink(port->config.path);
    }
  }
  port->fd = -1;
}

/* ---- sockets ---- */

static enum sift_status cannot(const struct sift_port *port, const char *why, char error[SIFT_PORT_ERROR_BYTES]) {
  snprintf(error, SIFT_PORT_ERROR_BYTES, "%s: cannot listen: %s", port->config.name, why);
  return SIFT_EIO;
}

static int listen_at(const struct sockaddr *address, socklen_t len, int family) {
  int one = 1;
  int fd = socket(family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (fd < 0) {
    return -1;
  }
  if (family != AF_UNIX) {
    (void)setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
  }
  if (bind(fd, address, len) != 0 || listen(fd, BACKLOG) != 0) {
    int cause = errno;
    close(fd);
    errno = cause;
    return -1;
  }
  return fd;
}

/* A socket that no server answers on is left over from one that was killed. */
static void remove_stale(const struct sockaddr_un *address) {
  struct stat st;
  if (lstat(address->sun_path, &st) != 0 || !S_ISSOCK(st.st_mode)) {
    return;
  }
  int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0); /* a full backlog would be waited for */
  if (fd >= 0 && connect(fd, (const struct sockaddr *)address, sizeof *address) != 0 && errno == ECONNREFUSED) {
    unlink(address->sun_path);
  }
  if (fd >= 0) {
    close(fd);
  }
}

static enum sift_status open_unix(struct sift_port *port, char error[SIFT_PORT_ERROR_BYTES]) {
  struct sockaddr_un address = {.sun_family = AF_UNIX};
  strncpy(address.sun_path, port->config.path, sizeof address.sun_path - 1);
  remove_stale(&address);
  port->fd = listen_at((const struct sockaddr *)&address, sizeof address, AF_UNIX);
  return port->fd >= 0 ? SIFT_OK : cannot(port, strerror(errno), error);
}

/* The name with the port that the system chose, where it was to choose. */
static enum sift_status name_bound(struct sift_port *port, struct sift_arena *arena) {
  struct sockaddr_storage address;
  socklen_t len = sizeof address;
  memset(&address, 0, sizeof address);
  if (strcmp(port->config.port, "0") != 0 || getsockname(port->fd, (struct sockaddr *)&address, &len) != 0) {
    return SIFT_OK;
  }
  unsigned number = ntohs(address.ss_family == AF_INET6 ? ((struct sockaddr_in6 *)&address)->sin6_port
                                                        : ((struct sockaddr_in *)&address)->sin_port);
  char name[512];
  const char *colon = strrchr(port->config.name, ':');
  int len_before = colon != NULL ? (int)(colon - port->config.name) : 0;
  snprintf(name, sizeof name, "%.*s:%u", len_before, port->config.name, number);
  const char *copy = sift_arena_copy(arena, sift_span_of(name));
  port->bound = copy != NULL ? copy : port->bound;
  return copy != NULL ? SIFT_OK : SIFT_ENOMEM;
}

static enum sift_status open_address(struct sift_port *port, struct sift_arena *arena, char error[SIFT_PORT_ERROR_BYTES]) {
  const struct addrinfo hints = {.ai_family = AF_UNSPEC, .ai_socktype = SOCK_STREAM, .ai_flags = AI_PASSIVE | AI_NUMERICSERV};
  struct addrinfo *found = NULL;
  const char *host = port->config.host[0] != '\0' ? port->config.host : NULL;
  int wrong = getaddrinfo(host, port->config.port, &hints, &found);
  if (wrong != 0) {
    return cannot(port, gai_strerror(wrong), error);
  }
  int cause = EADDRNOTAVAIL;
  for (struct addrinfo *at = found; at != NULL && port->fd < 0; at = at->ai_next) {
    port->fd = listen_at(at->ai_addr, at->ai_addrlen, at->ai_family);
    cause = port->fd < 0 ? errno : 0;
  }
  freeaddrinfo(found);
  return port->fd >= 0 ? name_bound(port, arena) : cannot(port, strerror(cause), error);
}

static enum sift_status open_systemd(struct sift_port *port, char error[SIFT_PORT_ERROR_BYTES]) {
  port->fd = sift_systemd_socket(port->config.path);
  if (port->fd < 0) {
    return cannot(port, "systemd passed no listening stream socket of that name (FileDescriptorName= of the socket unit)", error);
  }
  return SIFT_OK;
}

enum sift_status sift_port_open(struct sift_port *port, struct sift_arena *arena, char error[SIFT_PORT_ERROR_BYTES]) {
  switch (port->config.place) {
  case SIFT_LISTEN_UNIX:
    return open_unix(port, error);
  case SIFT_LISTEN_SYSTEMD:
    return open_systemd(port, error);
  case SIFT_LISTEN_ADDRESS:
    break;
  }
  return open_address(port, arena, error);
}

int sift_port_accept(const struct sift_port *port, char *peer, size_t peer_size) {
  struct sockaddr_storage address = {.ss_family = AF_UNSPEC};
  socklen_t len = sizeof address;
  int one = 1;
  int fd = accept4(port->fd, (struct sockaddr *)&address, &len, SOCK_NONBLOCK | SOCK_CLOEXEC);
  if (fd < 0) {
    return -1;
  }
  snprintf(peer, peer_size, "unix");
  if (address.ss_family == AF_INET || address.ss_family == AF_INET6) {
    (void)setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one); /* acks are small and waited for */
    (void)setsockopt(fd, SOL_SOCKET, SO_KEEPALIVE, &one, sizeof one); /* half-open peers are found out */
    char text[INET6_ADDRSTRLEN] = "";
    if (getnameinfo((struct sockaddr *)&address, len, text, sizeof text, NULL, 0, NI_NUMERICHOST) == 0) {
      snprintf(peer, peer_size, "%s", text);
    }
  }
  return fd;
}
