/* What the files of the HTTP side share. Everything here belongs to the HTTP thread. */
#ifndef SIFT_INGEST_SERVE_HTTP_INTERNAL_H
#define SIFT_INGEST_SERVE_HTTP_INTERNAL_H

#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <event2/event.h>
#include <event2/http.h>
#include <event2/listener.h>
#include <pthread.h>

#include "engine/json.h"
#include "ingest/serve/http.h"
#include "ingest/serve/http_listen.h"
#include "ingest/serve/http_query.h"

struct sift_http_body;
struct sift_http_stream;

/* An accepted connection. evhttp owns it; we hold a reference to its bufferevent, so that we see when evhttp let go of it. */
struct sift_http_connection {
  struct sift_http_connection *next;
  struct sift_http *http;
  struct bufferevent *bev;
  int64_t since_ms;   /* waiting for a request, or without progress of an answer, since then */
  unsigned limit_ms;  /* how long that may be */
  bool busy;          /* a request is being answered */
  uint64_t sent;      /* bytes taken by the socket */
  uint64_t sent_then; /* at `since_ms` */
};

struct sift_http {
  struct sift_http_config config; /* limits filled in; address and token_file stale after start */
  struct sift_http_listen listen;
  char *token; /* NULL: none is wanted */
  struct event_base *base;
  struct evhttp *evhttp;
  struct evconnlistener *listener;
  int wake_fd; /* eventfd: events wait in the tap, or stop */
  struct event *wake, *tick;
  struct sift_tap *tap;
  pthread_t thread;
  bool running, stop; /* stop: atomic */
  struct sift_http_connection *connections;
  size_t connection_count;
  bool full; /* the listener rests */
  struct sift_http_body *bodies;
  size_t body_count;
  size_t state_count; /* of them, those that write a state */
  struct sift_http_stream *streams;
  size_t stream_count;
  uint64_t event_id; /* of the last event sent to anybody */
  uint64_t dropped_then;
  struct sift_metrics_http counters;
  struct sift_json json; /* scratch of answers */
};

int64_t sift_http_clock_ms(void); /* monotonic */

/* The connection of a request; never NULL inside its handler. */
struct sift_http_connection *sift_http_connection_of(struct sift_http *http, struct evhttp_request *request);

/* --- answers (http_reply.c) ------------------------------------------------------------------------------------------- */

/* A whole answer; the bytes are copied. A HEAD request gets the headers alone. */
void sift_http_reply(struct sift_http *http, struct evhttp_request *request, int code, const char *type, const char *bytes,
                     size_t size);
void sift_http_reply_json(struct sift_http *http, struct evhttp_request *request, int code); /* http->json, then a newline */
/* {"error": …, "hint": …}; `detail` ("" or NULL: none) is appended to the error in quotes. */
void sift_http_reply_error(struct sift_http *http, struct evhttp_request *request, int code, const char *error, const char *hint,
                           const char *detail);
void sift_http_header(struct evhttp_request *request, const char *name, const char *value);
void sift_http_count(struct sift_http *http, int code);
/* Headers of an answer in chunks: what follows goes out by evhttp_send_reply_chunk. */
void sift_http_begin_chunks(struct sift_http *http, struct evhttp_request *request, const char *type);
const char *sift_http_reason(int code);

/* --- long answers (http_body.c) --------------------------------------------------------------------------------------- */

/* Makes an answer piece by piece, each time the one before has been taken: memory stays bounded, other requests get turns. */
struct sift_http_maker {
  /* Appends some: SIFT_OK, more will follow; SIFT_END, that was all; an error cuts the connection. */
  enum sift_status (*make)(void *context, struct evbuffer *out);
  void (*free)(void *context);
  void *context;
};

/* Takes the maker over. Too many at a time are refused with 503. */
void sift_http_body_send(struct sift_http *http, struct evhttp_request *request, const char *type,
                         const struct sift_http_maker *maker);
void sift_http_bodies_reap(struct sift_http *http); /* cuts those that failed; never from within a callback of evhttp */
void sift_http_bodies_free(struct sift_http *http);

/* --- routes ------------------------------------------------------------------------------------------------------------ */

void sift_http_route(struct evhttp_request *request, void *context); /* evhttp's general callback */
void sift_http_spaces(struct sift_http *http, struct evhttp_request *request, struct sift_view *view, struct sift_span query);
void sift_http_space(struct sift_http *http, struct evhttp_request *request, struct sift_view *view, const char *name);
void sift_http_state(struct sift_http *http, struct evhttp_request *request, struct sift_view *view);
void sift_http_stream(struct sift_http *http, struct evhttp_request *request, struct sift_view *view, struct sift_span query);

/* Sends what waits in the tap to the streams that want it; and comments to silent ones. */
void sift_http_streams_feed(struct sift_http *http);
void sift_http_streams_tick(struct sift_http *http);
void sift_http_streams_free(struct sift_http *http);

#endif
