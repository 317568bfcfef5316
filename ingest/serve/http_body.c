/* Answers that are made while they are sent. */
#include <stdlib.h>

#include "ingest/serve/http_internal.h"

enum {
  BODIES_MAX = 32,
  PIECE_BYTES = 64 * 1024,     /* sent at once */
  TURN_MS = 20,                /* then others get theirs */
  BODY_MS_MAX = 15 * 60 * 1000 /* a client that takes a byte now and then holds a view no longer */
};

struct sift_http_body {
  struct sift_http_body *next;
  struct sift_http *http;
  struct evhttp_request *request;
  struct evhttp_connection *evcon;
  struct sift_http_maker maker;
  struct evbuffer *piece;
  struct event *turn;
  int64_t begun_ms;
  bool made;   /* all of it */
  bool failed; /* to be cut: that is all that tells a client now */
};

static void release(struct sift_http_body *body) {
  struct sift_http_body **link = &body->http->bodies;
  while (*link != body) {
    link = &(*link)->next;
  }
  *link = body->next;
  body->http->body_count--;
  if (body->turn != NULL) {
    event_free(body->turn);
  }
  if (body->piece != NULL) {
    evbuffer_free(body->piece);
  }
  body->maker.free(body->maker.context);
  free(body);
}

/* The client is gone. evhttp forgets a request whose answer is not complete, and leaves it to us. */
static void on_close(struct evhttp_connection *evcon, void *context) {
  (void)evcon;
  struct sift_http_body *body = context;
  struct evhttp_request *request = body->request;
  release(body);
  if (evhttp_request_get_connection(request) == NULL) {
    evhttp_request_free(request);
  }
}

static void run(struct sift_http_body *body);

static void on_sent(struct evhttp_connection *evcon, void *context) {
  (void)evcon;
  run(context);
}

static void on_turn(evutil_socket_t fd, short what, void *context) {
  (void)fd;
  (void)what;
  run(context);
}

static void finish(struct sift_http_body *body) {
  struct evhttp_request *request = body->request;
  evhttp_connection_set_closecb(body->evcon, NULL, NULL);
  release(body);
  evhttp_send_reply_end(request);
}

/* Makes one piece; SIFT_OK as well where the turn is over before it is full. */
static enum sift_status make_piece(struct sift_http_body *body) {
  int64_t begun_ms = sift_http_clock_ms();
  enum sift_status status = SIFT_OK;
  while (status == SIFT_OK && evbuffer_get_length(body->piece) < PIECE_BYTES && sift_http_clock_ms() - begun_ms < TURN_MS) {
    status = body->maker.make(body->maker.context, body->piece);
  }
  return status;
}

static void run(struct sift_http_body *body) {
  static const struct timeval at_once = {0};
  enum sift_status status = body->made ? SIFT_END : make_piece(body);
  bool late = sift_http_clock_ms() - body->begun_ms > BODY_MS_MAX;
  if ((status != SIFT_OK && status != SIFT_END) || late) {
    body->failed = true;
    return;
  }
  body->made = status == SIFT_END;
  if (evbuffer_get_length(body->piece) > 0) {
    evhttp_send_reply_chunk_with_cb(body->request, body->piece, on_sent, body);
  } else if (body->made) {
    finish(body);
  } else {
    event_add(body->turn, &at_once);
  }
}

static struct sift_http_body *make_body(struct sift_http *http, struct evhttp_request *request,
                                        const struct sift_http_maker *maker) {
  struct sift_http_body *body = calloc(1, sizeof *body);
  if (body == NULL) {
    maker->free(maker->context);
    return NULL;
  }
  *body = (struct sift_http_body){.next = http->bodies, .http = http, .request = request, .maker = *maker};
  http->bodies = body;
  http->body_count++;
  body->begun_ms = sift_http_clock_ms();
  body->evcon = evhttp_request_get_connection(request);
  body->piece = evbuffer_new();
  body->turn = event_new(http->base, -1, 0, on_turn, body);
  if (body->piece == NULL || body->turn == NULL) {
    release(body);
    return NULL;
  }
  return body;
}

void sift_http_body_send(struct sift_http *http, struct evhttp_request *request, const char *type,
                         const struct sift_http_maker *maker) {
  struct sift_http_body *body = NULL;
  if (http->body_count < BODIES_MAX) {
    body = make_body(http, request, maker);
  } else {
    maker->free(maker->context);
  }
  if (body == NULL) {
    sift_http_header(request, "Retry-After", "1");
    sift_http_reply_error(http, request, 503, "too many long answers are under way", "ask again in a second", NULL);
    return;
  }
  evhttp_connection_set_closecb(body->evcon, on_close, body);
  sift_http_begin_chunks(http, request, type);
  if (evhttp_request_get_command(request) == EVHTTP_REQ_HEAD) {
    finish(body);
    return;
  }
  run(body);
}

void sift_http_bodies_reap(struct sift_http *http) {
  for (struct sift_http_body *body = http->bodies; body != NULL;) {
    struct sift_http_body *next = body->next;
    if (body->failed) {
      struct evhttp_connection *evcon = body->evcon;
      evhttp_connection_set_closecb(evcon, NULL, NULL);
      release(body);
      evhttp_connection_free(evcon);
    }
    body = next;
  }
}

/* When the server ends: evhttp frees their requests with their connections. */
void sift_http_bodies_free(struct sift_http *http) {
  for (struct sift_http_body *body = http->bodies; body != NULL;) {
    struct sift_http_body *next = body->next;
    evhttp_connection_set_closecb(body->evcon, NULL, NULL);
    release(body);
    body = next;
  }
}
