/* One connection: bytes in through recv() or TLS, to its protocol; answers out. It costs its own buffer only, and none while
 * it says nothing. */
#include <errno.h>
#include <event2/buffer.h>
#include <event2/bufferevent_ssl.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "ingest/serve/loop_internal.h"

enum {
  REST_START = 4096,
  LINGER_MS = 5000, /* a peer that has said all may wait so long for what is still to be said to it */
  NS_A_MS = 1000000,
};

/* ---- closing ---- */

static void free_transport(struct sift_conn *conn) {
  if (conn->tls != NULL) {
    SSL *ssl = bufferevent_openssl_get_ssl(conn->tls);
    SSL_set_shutdown(ssl, SSL_RECEIVED_SHUTDOWN);
    SSL_shutdown(ssl);
    bufferevent_free(conn->tls);
    return;
  }
  if (conn->readable != NULL) {
    event_free(conn->readable);
  }
  if (conn->writable != NULL) {
    event_free(conn->writable);
  }
  if (conn->fd >= 0) {
    close(conn->fd);
  }
}

/* Memory of what a peer has begun. */
static void hold_unfinished(struct sift_conn *conn, size_t *held, size_t bytes) {
  if (*held != bytes) {
    sift_loop_drop(conn->loop, *held);
    sift_loop_hold(conn->loop, bytes);
    atomic_fetch_add_explicit(&conn->loop->hub->unfinished, bytes - *held, memory_order_relaxed);
    *held = bytes;
  }
}

static void set_rest(struct sift_conn *conn, size_t capacity) {
  hold_unfinished(conn, &conn->rest_capacity, capacity);
}

bool sift_conn_starving(const struct sift_hub *hub) {
  return atomic_load_explicit(&hub->unfinished, memory_order_relaxed) >= hub->budget.limit / 2;
}

void sift_conn_close(struct sift_conn *conn, enum sift_close why) {
  struct sift_loop *loop = conn->loop;
  struct sift_listener_counters *counters = &loop->counters.listeners[conn->port_number];
  sift_count(&counters->closed[why], 1);
  sift_count_set(&counters->open, sift_count_get(&counters->open) - 1);
  if (why != SIFT_CLOSE_PEER && why != SIFT_CLOSE_SHUTDOWN) {
    sift_note_say(loop->hub->note, SIFT_NOTE_WARNING, SIFT_NOTE_CONNECTION, "%s: connection of %s closed: %s", conn->port->bound,
                  conn->peer, sift_close_name(why));
  }
  sift_conn_forget_chunk(conn);
  sift_acks_orphan(conn);
  sift_protocol_free(conn->protocol);
  free_transport(conn);
  set_rest(conn, 0);
  hold_unfinished(conn, &conn->held, 0);
  sift_loop_drop(loop, conn->out_capacity);
  free(conn->rest);
  free(conn->out);
  *conn->link = conn->next;
  if (conn->next != NULL) {
    conn->next->link = conn->link;
  }
  free(conn);
  atomic_fetch_sub_explicit(&loop->open, 1, memory_order_relaxed);
  atomic_fetch_sub_explicit(&loop->hub->connections, 1, memory_order_relaxed);
}

static enum sift_close why_of(enum sift_status status, const struct sift_conn *conn) {
  bool auth = conn->port->has_auth && status == SIFT_EFORMAT;
  return auth ? SIFT_CLOSE_AUTH : SIFT_CLOSE_PROTOCOL;
}

/* ---- sending ---- */

static enum sift_status keep_out(struct sift_conn *conn, struct sift_span bytes) {
  if (conn->out_len + bytes.len > SIFT_OUT_BYTES_MAX) {
    return SIFT_ELIMIT;
  }
  if (conn->out_len + bytes.len > conn->out_capacity) {
    size_t capacity = 2 * (conn->out_len + bytes.len);
    char *out = realloc(conn->out, capacity);
    if (out == NULL) {
      return SIFT_ENOMEM;
    }
    sift_loop_hold(conn->loop, capacity - conn->out_capacity);
    conn->out = out;
    conn->out_capacity = capacity;
  }
  memcpy(conn->out + conn->out_len, bytes.data, bytes.len);
  conn->out_len += bytes.len;
  return event_add(conn->writable, NULL) == 0 ? SIFT_OK : SIFT_ENOMEM;
}

void sift_conn_acked(struct sift_conn *conn) {
  if (conn->closing && conn->acks == 0 && conn->out_len == 0) {
    sift_conn_close(conn, conn->closing_why);
  }
}

static void on_writable(evutil_socket_t fd, short what, void *context) {
  struct sift_conn *conn = context;
  (void)what;
  ssize_t sent = send(fd, conn->out, conn->out_len, MSG_NOSIGNAL | MSG_DONTWAIT);
  if (sent < 0 && errno != EAGAIN && errno != EINTR) {
    sift_conn_close(conn, SIFT_CLOSE_ERROR);
    return;
  }
  size_t gone = sent > 0 ? (size_t)sent : 0;
  memmove(conn->out, conn->out + gone, conn->out_len - gone);
  conn->out_len -= gone;
  if (conn->out_len > 0) {
    event_add(conn->writable, NULL);
  } else {
    sift_conn_acked(conn);
  }
}

/* In one call where the system takes it: some clients want an ack in one read. */
enum sift_status sift_conn_send(struct sift_conn *conn, struct sift_span bytes) {
  if (conn->tls != NULL) {
    if (evbuffer_get_length(bufferevent_get_output(conn->tls)) + bytes.len > SIFT_OUT_BYTES_MAX) {
      return SIFT_ELIMIT;
    }
    return bufferevent_write(conn->tls, bytes.data, bytes.len) == 0 ? SIFT_OK : SIFT_ENOMEM;
  }
  size_t gone = 0;
  if (conn->out_len == 0) {
    ssize_t sent = send(conn->fd, bytes.data, bytes.len, MSG_NOSIGNAL | MSG_DONTWAIT);
    if (sent < 0 && errno != EAGAIN && errno != EINTR) {
      return SIFT_OK; /* the reading side will see that it is gone */
    }
    gone = sent > 0 ? (size_t)sent : 0;
  }
  return gone < bytes.len ? keep_out(conn, sift_span(bytes.data + gone, bytes.len - gone)) : SIFT_OK;
}

/* ---- receiving ---- */

/* > 0: so many bytes; 0: none now; -1: the peer is done; -2: an error. */
static ssize_t pull(struct sift_conn *conn, char *to, size_t size) {
  if (conn->tls != NULL) {
    size_t got = bufferevent_read(conn->tls, to, size);
    return got > 0 ? (ssize_t)got : conn->peer_done ? -1 : 0;
  }
  ssize_t got = recv(conn->fd, to, size, MSG_DONTWAIT);
  if (got > 0) {
    return got;
  }
  if (got == 0) {
    return -1;
  }
  return errno == EAGAIN || errno == EINTR ? 0 : -2;
}

/* Room for more behind what is left over. */
static bool grow_rest(struct sift_conn *conn) {
  size_t need = conn->rest_len + SIFT_INBOX_BYTES / 4 + SIFT_PADDING;
  if (need <= conn->rest_capacity) {
    return true;
  }
  size_t capacity = need > 2 * conn->rest_capacity ? need : 2 * conn->rest_capacity;
  char *rest = realloc(conn->rest, capacity);
  if (rest == NULL) {
    return false;
  }
  conn->rest = rest;
  set_rest(conn, capacity);
  return true;
}

/* Keeps what the protocol has no use for yet. */
static bool keep_rest(struct sift_conn *conn, const char *bytes, size_t len) {
  if (conn->rest == NULL || len + SIFT_PADDING > conn->rest_capacity) {
    size_t capacity = len + SIFT_PADDING < REST_START ? REST_START : len + SIFT_PADDING;
    char *rest = malloc(capacity);
    if (rest == NULL) {
      return false;
    }
    free(conn->rest);
    conn->rest = rest;
    set_rest(conn, capacity);
  }
  memcpy(conn->rest, bytes, len);
  conn->rest_len = len;
  return true;
}

static void forget_rest(struct sift_conn *conn) {
  conn->rest_len = 0;
  if (conn->rest_capacity > REST_START) {
    free(conn->rest);
    conn->rest = NULL;
    set_rest(conn, 0);
  }
}

/* Bytes that the protocol has used are gone; a frame that began waits from now on, or no more. */
static bool settle(struct sift_conn *conn, char *bytes, size_t len, size_t used) {
  size_t left = len - used;
  conn->frame_ns = left == 0 ? 0 : used > 0 || conn->frame_ns == 0 ? conn->heard_ns : conn->frame_ns;
  if (left == 0) {
    forget_rest(conn);
    return true;
  }
  if (bytes == conn->rest) {
    memmove(conn->rest, conn->rest + used, left);
    conn->rest_len = left;
    return true;
  }
  return keep_rest(conn, bytes + used, left);
}

/* One read and what comes of it. SIFT_END: nothing more now. */
static enum sift_status read_once(struct sift_conn *conn) {
  struct sift_loop *loop = conn->loop;
  char *bytes = loop->inbox;
  size_t room = SIFT_INBOX_BYTES;
  if (conn->rest_len > 0) {
    if (!grow_rest(conn)) {
      return SIFT_ENOMEM;
    }
    bytes = conn->rest;
    room = conn->rest_capacity - SIFT_PADDING - conn->rest_len;
  }
  ssize_t got = pull(conn, bytes + conn->rest_len, room);
  if (got <= 0) {
    conn->peer_done = conn->peer_done || got < 0;
    return got == -2 ? SIFT_EIO : SIFT_END;
  }
  size_t len = conn->rest_len + (size_t)got;
  size_t used = 0;
  memset(bytes + len, 0, SIFT_PADDING);
  sift_count(&loop->counters.listeners[conn->port_number].bytes, (uint64_t)got);
  conn->heard_ns = sift_monotonic_ns();
  loop->scratch.now_ns = sift_realtime_ns();
  enum sift_status status = sift_protocol_feed(conn->protocol, bytes, len, &used);
  hold_unfinished(conn, &conn->held, sift_protocol_held(conn->protocol));
  if (status == SIFT_OK && !settle(conn, bytes, len, used)) {
    status = SIFT_ENOMEM;
  }
  if (status == SIFT_OK && (size_t)got < room && conn->tls == NULL) {
    return SIFT_END; /* most likely all that is there: spares a call that says so */
  }
  return status;
}

static void finish(struct sift_conn *conn) {
  char *rest = conn->rest_len > 0 ? conn->rest : conn->loop->inbox;
  memset(rest + conn->rest_len, 0, SIFT_PADDING);
  enum sift_status status = sift_protocol_finish(conn->protocol, rest, conn->rest_len);
  if (status == SIFT_ENOMEM || status == SIFT_EENGINE) {
    sift_loop_fatal(conn->loop, status);
  }
}

/* The last words are sent before it closes, where the peer takes them; one that has said all may wait for its acks. */
static void end(struct sift_conn *conn, enum sift_close why) {
  if (conn->tls == NULL && (conn->out_len > 0 || (why == SIFT_CLOSE_PEER && conn->acks > 0))) {
    conn->closing = true;
    conn->closing_why = why;
    conn->heard_ns = sift_monotonic_ns();
    event_del(conn->readable);
    return;
  }
  if (conn->tls != NULL) {
    bufferevent_flush(conn->tls, EV_WRITE, BEV_FLUSH);
  }
  sift_conn_close(conn, why);
}

/* Acts on how reading ended; the connection may be gone afterwards. */
static void after(struct sift_conn *conn, enum sift_status status) {
  switch (status) {
  case SIFT_OK:
    break;
  case SIFT_END:
    if (conn->peer_done) {
      finish(conn);
      end(conn, SIFT_CLOSE_PEER);
    }
    break;
  case SIFT_EIO:
    finish(conn);
    sift_conn_close(conn, SIFT_CLOSE_ERROR);
    break;
  case SIFT_ENOMEM:
  case SIFT_EENGINE:
    sift_loop_fatal(conn->loop, status);
    sift_conn_close(conn, SIFT_CLOSE_ERROR);
    break;
  default:
    end(conn, why_of(status, conn));
  }
}

static void read_some(struct sift_conn *conn, unsigned turns) {
  enum sift_status status = SIFT_OK;
  sift_loop_hear(conn->loop);
  for (unsigned turn = 0; turn < turns && status == SIFT_OK && !conn->closing; turn++) {
    bool over = sift_hub_over(conn->loop->hub);
    if (!conn->peer_done && over && !conn->loop->hub->drop_newest) {
      break; /* the loop's clock pauses all; what a peer that is done sent over TLS is in memory already */
    }
    if (over && conn->rest_len > SIFT_INBOX_BYTES && sift_conn_starving(conn->loop->hub)) {
      sift_conn_close(conn, SIFT_CLOSE_MEMORY); /* records can be dropped, half a frame cannot */
      return;
    }
    status = read_once(conn);
  }
  after(conn, status);
}

static void on_readable(evutil_socket_t fd, short what, void *context) {
  (void)fd;
  (void)what;
  read_some(context, SIFT_READS_A_TURN);
}

void sift_conn_drain(struct sift_conn *conn) {
  enum { TURNS_MAX = 256 };
  read_some(conn, TURNS_MAX);
}

/* ---- TLS ---- */

static void on_tls_read(struct bufferevent *bev, void *context) {
  (void)bev;
  read_some(context, SIFT_READS_A_TURN);
}

static void say_tls_error(const struct sift_conn *conn, unsigned long error) {
  char text[160] = "the peer broke off";
  if (error != 0) {
    ERR_error_string_n(error, text, sizeof text);
  }
  sift_note_say(conn->loop->hub->note, SIFT_NOTE_WARNING, SIFT_NOTE_CONNECTION, "%s: TLS with %s failed: %s", conn->port->bound,
                conn->peer, text);
}

static void on_tls_event(struct bufferevent *bev, short what, void *context) {
  struct sift_conn *conn = context;
  (void)bev;
  if ((what & BEV_EVENT_CONNECTED) != 0) {
    conn->secured = true; /* OpenSSL itself forgets it with the first error */
    conn->frame_ns = 0;
    return;
  }
  unsigned long error = bufferevent_get_openssl_error(conn->tls);
  if (!conn->secured || error != 0) {
    say_tls_error(conn, error);
  }
  if (!conn->secured) {
    sift_conn_close(conn, SIFT_CLOSE_TLS);
    return;
  }
  conn->peer_done = true;
  read_some(conn, UINT32_MAX);
}

static bool open_tls(struct sift_conn *conn) {
  SSL *ssl = SSL_new(conn->port->tls);
  if (ssl == NULL) {
    return false;
  }
  conn->tls = bufferevent_openssl_socket_new(conn->loop->base, conn->fd, ssl, BUFFEREVENT_SSL_ACCEPTING, BEV_OPT_CLOSE_ON_FREE);
  if (conn->tls == NULL) {
    SSL_free(ssl);
    return false;
  }
  conn->frame_ns = conn->heard_ns; /* the handshake has as long as a frame */
  bufferevent_openssl_set_allow_dirty_shutdown(conn->tls, 1);
  bufferevent_setcb(conn->tls, on_tls_read, NULL, on_tls_event, conn);
  bufferevent_setwatermark(conn->tls, EV_READ, 0, SIFT_INBOX_BYTES);
  return bufferevent_enable(conn->tls, EV_READ | EV_WRITE) == 0;
}

static bool open_plain(struct sift_conn *conn) {
  conn->readable = event_new(conn->loop->base, conn->fd, EV_READ | EV_PERSIST, on_readable, conn);
  conn->writable = event_new(conn->loop->base, conn->fd, EV_WRITE, on_writable, conn);
  return conn->readable != NULL && conn->writable != NULL && event_add(conn->readable, NULL) == 0;
}

/* ---- life ---- */

static enum sift_status make_protocol(struct sift_conn *conn) {
  const struct sift_protocol_config config = {
      .origin = conn->port->origin,
      .limits = conn->loop->hub->limits,
      .peer = sift_span_of(conn->peer),
      .scratch = &conn->loop->scratch,
      .auth = conn->port->has_auth ? &conn->port->auth : NULL,
  };
  sift_conn_sink(conn);
  switch (conn->port->config.kind) {
  case SIFT_PROTOCOL_SYSLOG:
    return sift_syslog_protocol_new(&conn->protocol, &config, &conn->sink);
  case SIFT_PROTOCOL_FORWARD:
    return sift_forward_protocol_new(&conn->protocol, &config, &conn->sink);
  case SIFT_PROTOCOL_LINES:
    break;
  }
  return sift_lines_protocol_new(&conn->protocol, &config, &conn->sink);
}

static struct sift_conn *make_conn(struct sift_loop *loop, size_t port, int fd, const char *peer) {
  struct sift_conn *conn = calloc(1, sizeof *conn);
  if (conn == NULL) {
    return NULL;
  }
  conn->loop = loop;
  conn->port_number = port;
  conn->port = &loop->hub->ports[port];
  conn->fd = fd;
  conn->heard_ns = sift_monotonic_ns();
  strncpy(conn->peer, peer, sizeof conn->peer - 1);
  conn->next = loop->conns;
  conn->link = &loop->conns;
  if (conn->next != NULL) {
    conn->next->link = &conn->next;
  }
  loop->conns = conn;
  return conn;
}

void sift_conn_adopt(struct sift_loop *loop, size_t port, int fd, const char *peer) {
  struct sift_listener_counters *counters = &loop->counters.listeners[port];
  struct sift_conn *conn = make_conn(loop, port, fd, peer);
  if (conn == NULL) {
    sift_count(&counters->refused[SIFT_REFUSED_MEMORY], 1);
    atomic_fetch_sub_explicit(&loop->open, 1, memory_order_relaxed);
    atomic_fetch_sub_explicit(&loop->hub->connections, 1, memory_order_relaxed);
    close(fd);
    return;
  }
  sift_count(&counters->accepted, 1);
  sift_count_set(&counters->open, sift_count_get(&counters->open) + 1);
  bool opened = conn->port->tls != NULL ? open_tls(conn) : open_plain(conn);
  if (!opened || make_protocol(conn) != SIFT_OK || sift_protocol_open(conn->protocol) != SIFT_OK) {
    sift_conn_close(conn, SIFT_CLOSE_ERROR);
    return;
  }
  if (loop->paused) {
    sift_conn_pause(conn, true);
  }
}

void sift_conn_pause(struct sift_conn *conn, bool pause) {
  if (conn->tls != NULL) {
    (void)(pause ? bufferevent_disable(conn->tls, EV_READ) : bufferevent_enable(conn->tls, EV_READ));
    if (!pause && (conn->peer_done || evbuffer_get_length(bufferevent_get_input(conn->tls)) > 0)) {
      bufferevent_trigger(conn->tls, EV_READ, BEV_TRIG_DEFER_CALLBACKS); /* what came before the pause, the end too */
    }
  } else if (!conn->closing) {
    (void)(pause ? event_del(conn->readable) : event_add(conn->readable, NULL));
  }
}

static bool past(int64_t since_ns, int64_t now_ns, unsigned limit_ms) {
  return limit_ms > 0 && since_ns > 0 && now_ns - since_ns > (int64_t)limit_ms * NS_A_MS;
}

void sift_conn_check(struct sift_conn *conn, int64_t now_ns) {
  const struct sift_hub *hub = conn->loop->hub;
  if (conn->closing) {
    if (past(conn->heard_ns, now_ns, LINGER_MS)) {
      sift_conn_close(conn, conn->closing_why);
    }
  } else if (conn->loop->paused) {
    conn->heard_ns = now_ns; /* its silence is ours */
    conn->frame_ns = conn->frame_ns > 0 ? now_ns : 0;
  } else if (past(conn->frame_ns, now_ns, hub->frame_timeout_ms)) {
    finish(conn);
    sift_conn_close(conn, SIFT_CLOSE_FRAME_TIMEOUT);
  } else if (conn->acks == 0 && past(conn->heard_ns, now_ns, hub->idle_timeout_ms)) {
    sift_conn_close(conn, SIFT_CLOSE_IDLE);
  }
}
