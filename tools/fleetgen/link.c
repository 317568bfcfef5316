#include "tools/fleetgen/link.h"

#include <assert.h>
#include <errno.h>
#include <netdb.h>
#include <netinet/tcp.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#define SECOND_NS INT64_C(1000000000)

int64_t sift_gen_link_now(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (int64_t)now.tv_sec * SECOND_NS + now.tv_nsec;
}

void sift_gen_link_init(struct sift_gen_link *link, const struct sift_gen_target *target, struct ssl_ctx_st *tls) {
  *link = (struct sift_gen_link){.target = target, .tls = tls, .fd = -1};
}

void sift_gen_link_close(struct sift_gen_link *link) {
  SSL_free(link->session);
  link->session = NULL;
  if (link->fd >= 0) {
    close(link->fd);
    link->fd = -1;
  }
}

static enum sift_status fail(struct sift_gen_link *link, const char *message) {
  snprintf(link->error, sizeof link->error, "%s", message);
  return SIFT_EIO;
}

static enum sift_status fail_errno(struct sift_gen_link *link) {
  char room[128];
  if (errno == ECONNREFUSED || errno == ENOENT) {
    return fail(link, "nobody listens there; start the server, or look at the URL");
  }
  return fail(link, strerror_r(errno, room, sizeof room));
}

/* Until the socket is ready for `events` or the time is up. True: ready, or broken, which the next call will tell. */
static bool wait_for(const struct sift_gen_link *link, short events, int64_t deadline_ns) {
  struct pollfd poll_fd = {.fd = link->fd, .events = events};
  for (;;) {
    int64_t left = deadline_ns - sift_gen_link_now();
    left = left > 0 ? left : 0;
    struct timespec timeout = {.tv_sec = (time_t)(left / SECOND_NS), .tv_nsec = (long)(left % SECOND_NS)};
    int ready = ppoll(&poll_fd, 1, &timeout, NULL);
    if (ready >= 0 || errno != EINTR) {
      return ready != 0;
    }
  }
}

/* A connection under way is complete once it can be written to. */
static enum sift_status connect_to(struct sift_gen_link *link, const struct sockaddr *address, socklen_t len, int64_t deadline_ns) {
  link->fd = socket(address->sa_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (link->fd < 0) {
    return fail_errno(link);
  }
  /* a unix socket whose backlog is full says EAGAIN, and poll() does not wait for room in it */
  while (connect(link->fd, address, len) != 0) {
    if (errno == EAGAIN && sift_gen_link_now() < deadline_ns) {
      nanosleep(&(struct timespec){.tv_nsec = SECOND_NS / 100}, NULL);
      continue;
    }
    if (errno != EINPROGRESS && errno != EINTR) {
      return fail_errno(link);
    }
    if (!wait_for(link, POLLOUT, deadline_ns)) {
      return fail(link, "no connection in the time that --timeout gives");
    }
    int error = 0;
    socklen_t error_len = sizeof error;
    getsockopt(link->fd, SOL_SOCKET, SO_ERROR, &error, &error_len);
    errno = error;
    return error == 0 ? SIFT_OK : fail_errno(link);
  }
  return SIFT_OK;
}

static enum sift_status unix_open(struct sift_gen_link *link, int64_t deadline_ns) {
  struct sockaddr_un address = {.sun_family = AF_UNIX};
  static_assert(sizeof address.sun_path >= SIFT_GEN_SOCKET_PATH_MAX, "a path fits");
  memcpy(address.sun_path, link->target->path, strlen(link->target->path) + 1);
  return connect_to(link, (const struct sockaddr *)&address, sizeof address, deadline_ns);
}

/* The first of the host's addresses that answers. */
static enum sift_status tcp_open(struct sift_gen_link *link, int64_t deadline_ns) {
  struct addrinfo hints = {.ai_socktype = SOCK_STREAM, .ai_flags = AI_NUMERICSERV};
  struct addrinfo *addresses;
  int refused = getaddrinfo(link->target->host, link->target->port, &hints, &addresses);
  if (refused != 0) {
    return fail(link, gai_strerror(refused));
  }
  enum sift_status status = SIFT_EIO;
  for (const struct addrinfo *address = addresses; address != NULL && status != SIFT_OK; address = address->ai_next) {
    sift_gen_link_close(link);
    status = connect_to(link, address->ai_addr, address->ai_addrlen, deadline_ns);
  }
  freeaddrinfo(addresses);
  if (status == SIFT_OK) {
    setsockopt(link->fd, IPPROTO_TCP, TCP_NODELAY, &(int){1}, sizeof(int));
  }
  return status;
}

/* What a TLS call that gave `result` waits for: 0 where it failed, which is then told. */
static short tls_wants(struct sift_gen_link *link, int result) {
  switch (SSL_get_error(link->session, result)) {
  case SSL_ERROR_WANT_READ:
    return POLLIN;
  case SSL_ERROR_WANT_WRITE:
    return POLLOUT;
  default:
    sift_gen_tls_explain(SSL_get_verify_mode(link->session) == SSL_VERIFY_NONE ? 0 : SSL_get_verify_result(link->session),
                         link->error, sizeof link->error);
    return 0;
  }
}

static enum sift_status tls_open(struct sift_gen_link *link, int64_t deadline_ns) {
  link->session = sift_gen_tls_session(link->tls, link->fd, link->target->host);
  if (link->session == NULL) {
    return fail(link, "TLS cannot be set up: out of memory");
  }
  int result;
  errno = 0;
  ERR_clear_error();
  while ((result = SSL_connect(link->session)) != 1) {
    short events = tls_wants(link, result);
    if (events == 0) {
      return SIFT_EIO;
    }
    if (!wait_for(link, events, deadline_ns)) {
      return fail(link, "no TLS handshake in the time that --timeout gives; does the server speak TLS?");
    }
  }
  return SIFT_OK;
}

enum sift_status sift_gen_link_open(struct sift_gen_link *link, int64_t deadline_ns) {
  assert(link->fd < 0);
  enum sift_status status = link->target->path[0] != '\0' ? unix_open(link, deadline_ns) : tcp_open(link, deadline_ns);
  if (status == SIFT_OK && link->target->tls) {
    status = tls_open(link, deadline_ns);
  }
  if (status != SIFT_OK) {
    sift_gen_link_close(link);
  }
  return status;
}

/* Sends or receives a part. *events: what to wait for where nothing could be done. SIFT_END: the peer is done. */
static enum sift_status step(struct sift_gen_link *link, bool sending, char *bytes, size_t len, size_t *done, short *events) {
  *done = 0;
  if (link->session != NULL) {
    errno = 0;
    ERR_clear_error();
    int result = sending ? SSL_write_ex(link->session, bytes, len, done) : SSL_read_ex(link->session, bytes, len, done);
    if (result == 1) {
      return SIFT_OK;
    }
    if (!sending && SSL_get_error(link->session, result) == SSL_ERROR_ZERO_RETURN) {
      return SIFT_END;
    }
    *events = tls_wants(link, result);
    return *events != 0 ? SIFT_OK : SIFT_EIO;
  }
  ssize_t result = sending ? send(link->fd, bytes, len, MSG_NOSIGNAL) : recv(link->fd, bytes, len, 0);
  *events = sending ? POLLOUT : POLLIN;
  if (result >= 0) {
    *done = (size_t)result;
    return result == 0 && !sending ? SIFT_END : SIFT_OK;
  }
  return errno == EAGAIN || errno == EINTR ? SIFT_OK : fail_errno(link);
}

enum sift_status sift_gen_link_send(struct sift_gen_link *link, const char *bytes, size_t len, int64_t patience_ns) {
  assert(link->fd >= 0);
  while (len > 0) {
    size_t done;
    short events = POLLOUT;
    enum sift_status status = step(link, true, (char *)(uintptr_t)bytes, len, &done, &events); /* only read */
    if (status != SIFT_OK) {
      return status;
    }
    bytes += done;
    len -= done;
    if (done == 0 && !wait_for(link, events, sift_gen_link_now() + patience_ns)) {
      return fail(link, "the server took nothing for as long as --timeout gives");
    }
  }
  return SIFT_OK;
}

enum sift_status sift_gen_link_receive(struct sift_gen_link *link, char *room, size_t size, int64_t deadline_ns, size_t *got) {
  assert(link->fd >= 0 && size > 0);
  for (;;) {
    short events = POLLIN;
    enum sift_status status = step(link, false, room, size, got, &events);
    if (status != SIFT_OK || *got > 0 || deadline_ns == 0 || !wait_for(link, events, deadline_ns)) {
      return status;
    }
  }
}

enum sift_status sift_gen_link_finish(struct sift_gen_link *link) {
  assert(link->fd >= 0);
  if (link->session != NULL) {
    ERR_clear_error();
    (void)SSL_shutdown(link->session); /* the peer's own is waited for by whoever reads on */
  }
  return shutdown(link->fd, SHUT_WR) == 0 ? SIFT_OK : fail_errno(link);
}
