/* The thread of the HTTP side, its connections and their time limits. */
#include "ingest/serve/http.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <time.h>
#include <unistd.h>

#include "ingest/serve/http_internal.h"

enum {
  CONNECTIONS_MAX = 64,
  STREAM_BYTES_MAX = 1 << 20,
  TAP_BYTES_MAX = 8 << 20,
  HEAD_TIMEOUT_MS = 10000,
  IDLE_TIMEOUT_MS = 60000,
  STALL_TIMEOUT_MS = 30000,
  KEEPALIVE_MS = 15000,
  HEADERS_BYTES_MAX = 16 * 1024, /* the request's first line included */
  BODY_BYTES_MAX = 1024,         /* no route takes one */
  TICK_MS = 250,
  SPARE_MS = 1000, /* idle for so long, a connection makes room for another when there are too many */
};

int64_t sift_http_clock_ms(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* --- connections ------------------------------------------------------------------------------------------------------- */

static void note_sent(struct evbuffer *buffer, const struct evbuffer_cb_info *info, void *context) {
  (void)buffer;
  struct sift_http_connection *connection = context;
  connection->sent += info->n_deleted;
}

/* evhttp asks for the bufferevent of a connection that it accepted. */
static struct bufferevent *make_connection(struct event_base *base, void *context) {
  struct sift_http *http = context;
  struct sift_http_connection *connection = calloc(1, sizeof *connection);
  struct bufferevent *bev = connection != NULL ? bufferevent_socket_new(base, -1, BEV_OPT_CLOSE_ON_FREE) : NULL;
  if (bev == NULL || evbuffer_add_cb(bufferevent_get_output(bev), note_sent, connection) == NULL) {
    if (bev != NULL) {
      bufferevent_free(bev);
    }
    free(connection);
    return NULL; /* evhttp then makes a plain one: unwatched, but under evhttp's own time limit */
  }
  bufferevent_incref(bev);
  connection->http = http;
  connection->bev = bev;
  connection->since_ms = sift_http_clock_ms();
  connection->limit_ms = http->config.head_timeout_ms;
  connection->next = http->connections;
  http->connections = connection;
  http->counters.connections_accepted++;
  if (++http->connection_count >= http->config.connections_max) {
    evconnlistener_disable(http->listener);
    http->full = true;
  }
  return bev;
}

struct sift_http_connection *sift_http_connection_of(struct sift_http *http, struct evhttp_request *request) {
  struct evhttp_connection *evcon = evhttp_request_get_connection(request);
  struct bufferevent *bev = evcon != NULL ? evhttp_connection_get_bufferevent(evcon) : NULL;
  struct sift_http_connection *connection = http->connections;
  while (connection != NULL && connection->bev != bev) {
    connection = connection->next;
  }
  return connection;
}

/* evhttp clears the callbacks of a bufferevent that it frees; as long as it lives, its argument is evhttp's connection. */
static bool is_gone(const struct sift_http_connection *connection) {
  void *argument = NULL;
  bufferevent_getcb(connection->bev, NULL, NULL, NULL, &argument);
  return argument == NULL;
}

/* The socket's end makes evhttp clean up as if the peer had gone. */
static void cut(struct sift_http_connection *connection) {
  evutil_socket_t fd = bufferevent_getfd(connection->bev);
  if (fd >= 0) {
    shutdown(fd, SHUT_RDWR);
  }
}

/* A limit runs from the last progress: for an answer that is each byte taken, for a request only the whole of it. */
static void check_time(struct sift_http_connection *connection, int64_t now_ms) {
  if (connection->busy) {
    bool waits = evbuffer_get_length(bufferevent_get_output(connection->bev)) > 0;
    if (!waits || connection->sent != connection->sent_then) {
      connection->since_ms = now_ms;
      connection->sent_then = connection->sent;
    }
  }
  if (now_ms - connection->since_ms > (int64_t)connection->limit_ms) {
    cut(connection);
  }
}

/* So that nobody holds the door shut by holding connections. */
static void make_room(struct sift_http *http, int64_t now_ms) {
  struct sift_http_connection *oldest = NULL;
  for (struct sift_http_connection *one = http->connections; one != NULL; one = one->next) {
    if (!one->busy && (oldest == NULL || one->since_ms < oldest->since_ms)) {
      oldest = one;
    }
  }
  if (oldest != NULL && now_ms - oldest->since_ms > SPARE_MS) {
    cut(oldest);
  }
}

/* After each turn of the loop, when nothing of evhttp's is on the stack. */
static void sweep(struct sift_http *http) {
  sift_http_bodies_reap(http);
  int64_t now_ms = sift_http_clock_ms();
  struct sift_http_connection **link = &http->connections;
  while (*link != NULL) {
    struct sift_http_connection *connection = *link;
    if (!is_gone(connection)) {
      check_time(connection, now_ms);
      link = &connection->next;
      continue;
    }
    *link = connection->next;
    bufferevent_decref(connection->bev);
    free(connection);
    http->connection_count--;
  }
  if (http->full && http->connection_count < http->config.connections_max) {
    evconnlistener_enable(http->listener);
    http->full = false;
  } else if (http->full) {
    make_room(http, now_ms);
  }
  http->counters.connections = http->connection_count;
}

/* --- the thread -------------------------------------------------------------------------------------------------------- */

static void wake_up(void *context) {
  struct sift_http *http = context;
  uint64_t one = 1;
  ssize_t written = write(http->wake_fd, &one, sizeof one);
  (void)written; /* a full counter wakes as well */
}

static void on_wake(evutil_socket_t fd, short what, void *context) {
  (void)what;
  struct sift_http *http = context;
  uint64_t count = 0;
  ssize_t got = read(fd, &count, sizeof count);
  (void)got;
  sift_http_streams_feed(http);
}

static void on_tick(evutil_socket_t fd, short what, void *context) {
  (void)fd;
  (void)what;
  struct sift_http *http = context;
  if (!http->full) {
    evconnlistener_enable(http->listener); /* where it rests after an error */
  }
  sift_http_streams_tick(http);
}

/* Most likely no file descriptor is left: to try again at once would only burn time. */
static void on_accept_error(struct evconnlistener *listener, void *context) {
  (void)context;
  evconnlistener_disable(listener);
}

static void *run(void *context) {
  struct sift_http *http = context;
  while (!__atomic_load_n(&http->stop, __ATOMIC_ACQUIRE)) {
    if (event_base_loop(http->base, EVLOOP_ONCE) != 0) {
      break;
    }
    sweep(http);
  }
  return NULL;
}

/* Signals are the main thread's; a broken pipe is an error like others. */
static bool start_thread(struct sift_http *http) {
  sigset_t all;
  sigset_t before;
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &before);
  http->running = pthread_create(&http->thread, NULL, run, http) == 0;
  pthread_sigmask(SIG_SETMASK, &before, NULL);
  return http->running;
}

/* --- start and stop ---------------------------------------------------------------------------------------------------- */

static void fill_in(struct sift_http_config *config) {
  config->connections_max = config->connections_max > 0 ? config->connections_max : CONNECTIONS_MAX;
  config->stream_bytes_max = config->stream_bytes_max > 0 ? config->stream_bytes_max : STREAM_BYTES_MAX;
  config->tap_bytes_max = config->tap_bytes_max > 0 ? config->tap_bytes_max : TAP_BYTES_MAX;
  config->head_timeout_ms = config->head_timeout_ms > 0 ? config->head_timeout_ms : HEAD_TIMEOUT_MS;
  config->idle_timeout_ms = config->idle_timeout_ms > 0 ? config->idle_timeout_ms : IDLE_TIMEOUT_MS;
  config->stall_timeout_ms = config->stall_timeout_ms > 0 ? config->stall_timeout_ms : STALL_TIMEOUT_MS;
  config->keepalive_ms = config->keepalive_ms > 0 ? config->keepalive_ms : KEEPALIVE_MS;
}

static enum sift_status open_door(struct sift_http *http, char *error, size_t error_size) {
  const struct sift_http_config *config = &http->config;
  enum sift_status status = config->fd >= 0 ? sift_http_listen_take(&http->listen, config->fd, error, error_size)
                                            : sift_http_listen_open(&http->listen, config->address, error, error_size);
  if (status == SIFT_OK && config->token_file != NULL) {
    status = sift_http_token_read(&http->token, config->token_file, error, error_size);
  }
  if (status == SIFT_OK && http->token == NULL && !http->listen.local) {
    return sift_http_token_missing(http->listen.text, error, error_size);
  }
  return status;
}

static bool set_up_evhttp(struct sift_http *http) {
  http->evhttp = evhttp_new(http->base);
  if (http->evhttp == NULL) {
    return false;
  }
  evhttp_set_max_headers_size(http->evhttp, HEADERS_BYTES_MAX);
  evhttp_set_max_body_size(http->evhttp, BODY_BYTES_MAX);
  evhttp_set_timeout(http->evhttp, (int)(http->config.idle_timeout_ms / 1000 + http->config.stall_timeout_ms / 1000 + 1));
  /* All that evhttp knows come to us, so that we can say 405 in our own words. */
  evhttp_set_allowed_methods(http->evhttp, EVHTTP_REQ_GET | EVHTTP_REQ_HEAD | EVHTTP_REQ_POST | EVHTTP_REQ_PUT | EVHTTP_REQ_DELETE |
                                               EVHTTP_REQ_OPTIONS | EVHTTP_REQ_TRACE | EVHTTP_REQ_PATCH);
  evhttp_set_bevcb(http->evhttp, make_connection, http);
  evhttp_set_gencb(http->evhttp, sift_http_route, http);
  http->listener = evconnlistener_new(http->base, NULL, NULL, LEV_OPT_CLOSE_ON_EXEC, 0, http->listen.fd);
  if (http->listener == NULL) {
    return false;
  }
  evconnlistener_set_error_cb(http->listener, on_accept_error);
  return evhttp_bind_listener(http->evhttp, http->listener) != NULL;
}

static bool set_up(struct sift_http *http) {
  const struct timeval tick = {.tv_usec = TICK_MS * 1000L};
  http->base = event_base_new();
  http->wake_fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
  if (http->base == NULL || http->wake_fd < 0 || !set_up_evhttp(http)) {
    return false;
  }
  http->wake = event_new(http->base, http->wake_fd, EV_READ | EV_PERSIST, on_wake, http);
  http->tick = event_new(http->base, -1, EV_PERSIST, on_tick, http);
  return http->wake != NULL && http->tick != NULL && event_add(http->wake, NULL) == 0 && event_add(http->tick, &tick) == 0 &&
         sift_tap_new(&http->tap, http->config.tap_bytes_max, wake_up, http) == SIFT_OK;
}

enum sift_status sift_http_start(struct sift_http **out, const struct sift_http_config *config, char *error, size_t error_size) {
  *out = NULL;
  struct sift_http *http = calloc(1, sizeof *http);
  if (http == NULL) {
    snprintf(error, error_size, "out of memory");
    return SIFT_ENOMEM;
  }
  http->config = *config;
  http->listen.fd = -1;
  http->wake_fd = -1;
  fill_in(&http->config);
  sift_json_init(&http->json);
  snprintf(error, error_size, "out of memory");
  enum sift_status status = open_door(http, error, error_size);
  if (status == SIFT_OK && (!set_up(http) || !start_thread(http))) {
    status = SIFT_ENOMEM;
    snprintf(error, error_size, "cannot start the HTTP side: %s", errno != 0 ? strerror(errno) : "out of memory");
  }
  if (status != SIFT_OK) {
    sift_http_stop(http);
    return status;
  }
  *out = http;
  return SIFT_OK;
}

static void free_connections(struct sift_http *http) {
  while (http->connections != NULL) {
    struct sift_http_connection *connection = http->connections;
    http->connections = connection->next;
    bufferevent_decref(connection->bev);
    free(connection);
  }
}

void sift_http_stop(struct sift_http *http) {
  if (http == NULL) {
    return;
  }
  if (http->running) {
    __atomic_store_n(&http->stop, true, __ATOMIC_RELEASE);
    wake_up(http);
    pthread_join(http->thread, NULL);
  }
  sift_http_streams_free(http);
  sift_http_bodies_free(http);
  if (http->evhttp != NULL) {
    evhttp_free(http->evhttp); /* and the listener that it was bound to */
  }
  free_connections(http);
  if (http->wake != NULL) {
    event_free(http->wake);
  }
  if (http->tick != NULL) {
    event_free(http->tick);
  }
  if (http->base != NULL) {
    event_base_free(http->base);
  }
  if (http->wake_fd >= 0) {
    close(http->wake_fd);
  }
  sift_http_listen_close(&http->listen);
  sift_tap_free(http->tap);
  sift_json_release(&http->json);
  free(http->token);
  free(http);
}

const char *sift_http_address(const struct sift_http *http) {
  return http->listen.text;
}

struct sift_tap *sift_http_tap(struct sift_http *http) {
  return http->tap;
}
