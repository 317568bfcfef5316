/* Events as server-sent events: https://html.spec.whatwg.org/multipage/server-sent-events.html. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "engine/event_json.h"
#include "ingest/serve/http_internal.h"

enum { BLOCKS_A_TURN = 4 }; /* then requests get theirs */

/* One reader. */
struct sift_http_stream {
  struct sift_http_stream *next;
  struct sift_http *http;
  struct evhttp_request *request;
  struct evhttp_connection *evcon;
  struct sift_query query; /* holds what is chosen */
  struct sift_event_params params;
  struct evbuffer *out;
  int64_t sent_ms; /* when something was sent last */
};

/* --- a life ------------------------------------------------------------------------------------------------------------ */

static void release(struct sift_http_stream *stream) {
  struct sift_http *http = stream->http;
  struct sift_http_stream **link = &http->streams;
  while (*link != stream) {
    link = &(*link)->next;
  }
  *link = stream->next;
  http->counters.streams = --http->stream_count;
  if (http->stream_count == 0) {
    sift_tap_listen(http->tap, false);
  }
  evbuffer_free(stream->out);
  free(stream);
}

static void on_close(struct evhttp_connection *evcon, void *context) {
  (void)evcon;
  struct sift_http_stream *stream = context;
  struct evhttp_request *request = stream->request;
  release(stream);
  if (evhttp_request_get_connection(request) == NULL) {
    evhttp_request_free(request);
  }
}

/* Never from within a callback of evhttp for this connection. */
static void cut(struct sift_http_stream *stream) {
  struct evhttp_connection *evcon = stream->evcon;
  evhttp_connection_set_closecb(evcon, NULL, NULL);
  release(stream);
  evhttp_connection_free(evcon);
}

/* Sends what stands in `out`; a reader that takes too little is cut off, and the stream is gone. */
static void send_out(struct sift_http_stream *stream, int64_t now_ms) {
  struct sift_http *http = stream->http;
  struct bufferevent *bev = evhttp_connection_get_bufferevent(stream->evcon);
  size_t waiting = evbuffer_get_length(bufferevent_get_output(bev)) + evbuffer_get_length(stream->out);
  if (waiting > http->config.stream_bytes_max) {
    http->counters.streams_cut++;
    cut(stream);
    return;
  }
  if (evbuffer_get_length(stream->out) > 0) {
    stream->sent_ms = now_ms;
    evhttp_send_reply_chunk(stream->request, stream->out);
  }
}

void sift_http_stream(struct sift_http *http, struct evhttp_request *request, struct sift_view *view, struct sift_span query) {
  struct sift_query_error error = {0};
  struct sift_http_stream *stream = calloc(1, sizeof *stream);
  struct evbuffer *out = evbuffer_new();
  bool roomy = http->stream_count < (http->config.connections_max + 1) / 2;
  bool good = stream != NULL && out != NULL && sift_query_parse(&stream->query, query, &error) &&
              sift_event_params_parse(&stream->params, &stream->query, sift_view_ruleset(view), &error);
  bool head = evhttp_request_get_command(request) == EVHTTP_REQ_HEAD;
  if (!good || !roomy || head) {
    if (out != NULL) {
      evbuffer_free(out);
    }
    free(stream);
    if (error.error != NULL) {
      sift_http_reply_error(http, request, 400, error.error, error.hint, error.detail);
    } else if (!good || !roomy) {
      sift_http_header(request, "Retry-After", "5");
      sift_http_reply_error(http, request, 503, "there are as many streams as are allowed", "end one, or ask again later", NULL);
    } else {
      sift_http_reply(http, request, 200, "text/event-stream", "", 0);
    }
    return;
  }
  stream->http = http;
  stream->request = request;
  stream->evcon = evhttp_request_get_connection(request);
  stream->out = out;
  stream->next = http->streams;
  http->streams = stream;
  http->counters.streams = ++http->stream_count;
  sift_tap_listen(http->tap, true);
  evhttp_connection_set_closecb(stream->evcon, on_close, stream);
  sift_http_begin_chunks(http, request, "text/event-stream");
  evbuffer_add_printf(out, "retry: 2000\n: events from now on\n\n");
  send_out(stream, sift_http_clock_ms());
}

void sift_http_streams_free(struct sift_http *http) {
  while (http->streams != NULL) {
    evhttp_connection_set_closecb(http->streams->evcon, NULL, NULL);
    release(http->streams);
  }
}

/* --- events ------------------------------------------------------------------------------------------------------------ */

static bool chosen(const struct sift_choice *choice, struct sift_span value) {
  for (size_t i = 0; i < choice->count; i++) {
    if (sift_span_equal(value, sift_span_of(choice->values[i]))) {
      return true;
    }
  }
  return choice->count == 0;
}

static bool wants(const struct sift_http_stream *stream, const struct sift_event_record *event) {
  const struct sift_event_params *params = &stream->params;
  return event->severity_number >= sift_severity_number(params->severity) && chosen(&params->spaces, event->space) &&
         chosen(&params->classes, event->class_id) && chosen(&params->rules, event->rule);
}

/* The JSON is made once, for the first that wants it. */
static void offer(struct sift_http *http, const struct sift_event_record *event) {
  struct sift_json *json = &http->json;
  http->event_id++;
  sift_json_clear(json);
  for (struct sift_http_stream *stream = http->streams; stream != NULL; stream = stream->next) {
    if (!wants(stream, event)) {
      continue;
    }
    if (json->len == 0) {
      sift_event_json(json, event);
    }
    /* One that is over its limit already gets no more: it is cut at the end of the block. */
    if (!json->failed && evbuffer_get_length(stream->out) <= http->config.stream_bytes_max) {
      evbuffer_add_printf(stream->out, "id: %" PRIu64 "\nevent: hit\ndata: ", http->event_id);
      evbuffer_add(stream->out, json->bytes, json->len);
      evbuffer_add(stream->out, "\n\n", 2);
    }
  }
  sift_json_clear(json);
}

static void offer_block(struct sift_http *http, const char *bytes, size_t size) {
  struct sift_state_bytes input = {sift_span(bytes, size)};
  struct sift_event_reader *reader = NULL;
  const struct sift_event_record *event = NULL;
  if (sift_event_reader_new(&reader, sift_state_bytes_input(&input)) != SIFT_OK) {
    return;
  }
  while (sift_event_next(reader, &event) == SIFT_OK) {
    offer(http, event);
  }
  sift_event_reader_free(reader);
}

static void send_all(struct sift_http *http) {
  int64_t now_ms = sift_http_clock_ms();
  for (struct sift_http_stream *stream = http->streams; stream != NULL;) {
    struct sift_http_stream *next = stream->next;
    send_out(stream, now_ms);
    stream = next;
  }
}

void sift_http_streams_feed(struct sift_http *http) {
  char *bytes = NULL;
  size_t size = 0;
  size_t blocks = 0;
  while (blocks < BLOCKS_A_TURN && sift_tap_take(http->tap, &bytes, &size)) {
    blocks++;
    offer_block(http, bytes, size);
    free(bytes);
    send_all(http);
  }
  if (blocks == BLOCKS_A_TURN) {
    event_active(http->wake, EV_READ, 0);
  }
}

/* Tells readers of a gap, and silent ones that we are there: so a reader that has gone is found too. */
void sift_http_streams_tick(struct sift_http *http) {
  uint64_t dropped = sift_tap_dropped(http->tap);
  uint64_t lost = dropped - http->dropped_then;
  int64_t now_ms = sift_http_clock_ms();
  http->dropped_then = dropped;
  for (struct sift_http_stream *stream = http->streams; stream != NULL;) {
    struct sift_http_stream *next = stream->next;
    if (lost > 0) {
      evbuffer_add_printf(stream->out, "event: gap\ndata: {\"blocks\":%" PRIu64 "}\n\n", lost);
    } else if (now_ms - stream->sent_ms >= (int64_t)http->config.keepalive_ms) {
      evbuffer_add_printf(stream->out, ": keep-alive\n\n");
    }
    send_out(stream, now_ms);
    stream = next;
  }
}
