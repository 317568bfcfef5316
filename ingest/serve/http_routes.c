/* Which request gets which answer. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engine/report_internal.h"
#include "ingest/serve/http_internal.h"

/* A request that is understood so far. */
struct ask {
  struct sift_http *http;
  struct evhttp_request *request;
  struct sift_http_path path;
  struct sift_span query;
  const char *accept;
};

/* --- health ------------------------------------------------------------------------------------------------------------ */

static void health(struct ask *ask) {
  struct sift_json *json = &ask->http->json;
  sift_json_open(json, '{');
  sift_json_put_text(json, "status", "alive");
  sift_json_close(json, '}');
  sift_http_reply_json(ask->http, ask->request, 200);
}

static size_t unready(const struct sift_http *http, const char *reasons[SIFT_HTTP_REASONS_MAX]) {
  size_t count = http->config.ops.unready(http->config.ops.context, reasons);
  return count < SIFT_HTTP_REASONS_MAX ? count : SIFT_HTTP_REASONS_MAX;
}

static void ready(struct ask *ask) {
  const char *reasons[SIFT_HTTP_REASONS_MAX];
  struct sift_json *json = &ask->http->json;
  size_t count = unready(ask->http, reasons);
  sift_json_open(json, '{');
  sift_json_put_text(json, "status", count == 0 ? "ready" : "not ready");
  sift_json_key(json, "reasons");
  sift_json_open(json, '[');
  for (size_t i = 0; i < count; i++) {
    sift_json_text(json, reasons[i]);
  }
  sift_json_close(json, ']');
  sift_json_close(json, '}');
  sift_http_reply_json(ask->http, ask->request, count == 0 ? 200 : 503);
}

/* --- metrics ----------------------------------------------------------------------------------------------------------- */

static void metrics(struct ask *ask) {
  struct sift_http *http = ask->http;
  const char *reasons[SIFT_HTTP_REASONS_MAX];
  struct sift_metrics metrics = {0};
  char *text = NULL;
  size_t size = 0;
  /* Who takes neither form gets the older one, as the format's description asks. */
  bool open = sift_http_prefers(ask->accept, "application", "openmetrics-text");
  enum sift_metrics_format format = open ? SIFT_METRICS_OPEN : SIFT_METRICS_TEXT;
  FILE *out = open_memstream(&text, &size);
  http->config.ops.metrics(http->config.ops.context, &metrics);
  struct sift_view *view = http->config.ops.view(http->config.ops.context);
  metrics.view = view;
  metrics.http = &http->counters;
  metrics.resident_bytes = sift_metrics_resident();
  metrics.open_files = sift_metrics_open_files();
  metrics.ready = unready(http, reasons) == 0;
  http->counters.events_dropped = sift_tap_dropped(http->tap);
  if (out != NULL) {
    sift_metrics_write(out, format, &metrics);
  }
  bool written = out != NULL && fclose(out) == 0;
  sift_view_release(view);
  if (written) {
    sift_http_reply(http, ask->request, 200, sift_metrics_type(format), text, size);
  } else {
    sift_http_reply_error(http, ask->request, 500, "out of memory", "ask again later", NULL);
  }
  free(text);
}

/* --- the fleet --------------------------------------------------------------------------------------------------------- */

static void summary(struct ask *ask, struct sift_view *view) {
  sift_report_summary(&ask->http->json, sift_view_ruleset(view), sift_view_summary(view), sift_view_fleet(view),
                      sift_view_now(view));
  sift_http_reply_json(ask->http, ask->request, 200);
}

static void incidents(struct ask *ask, struct sift_view *view) {
  const struct sift_incidents *found = sift_view_incidents(view);
  struct sift_json *json = &ask->http->json;
  sift_json_open(json, '{');
  sift_json_key(json, "now");
  sift_json_time(json, sift_view_now(view));
  sift_json_key(json, "incidents");
  sift_json_open(json, '[');
  for (size_t i = 0; i < found->count; i++) {
    sift_report_incident(json, sift_view_ruleset(view), &found->items[i]);
  }
  sift_json_close(json, ']');
  sift_json_close(json, '}');
  sift_http_reply_json(ask->http, ask->request, 200);
}

static void drops(struct ask *ask) {
  const struct sift_http_ops *ops = &ask->http->config.ops;
  struct sift_json *json = &ask->http->json;
  sift_json_clear(json);
  sift_json_open(json, '{');
  sift_json_key(json, "spaces");
  if (ops->drops != NULL) {
    ops->drops(ops->context, json);
  } else {
    sift_json_open(json, '[');
    sift_json_close(json, ']');
  }
  sift_json_close(json, '}');
  sift_http_reply_json(ask->http, ask->request, 200);
}

static void spaces(struct ask *ask, struct sift_view *view) {
  sift_http_spaces(ask->http, ask->request, view, ask->query);
}

/* "owner/name" has two segments; "-", "~overflow" and names without an owner have one. */
static void space(struct ask *ask, struct sift_view *view) {
  char name[SIFT_SPACE_NAME_MAX + 2];
  bool pair = ask->path.count == 5;
  int len = snprintf(name, sizeof name, "%s%s%s", ask->path.segments[3], pair ? "/" : "", pair ? ask->path.segments[4] : "");
  if (len > SIFT_SPACE_NAME_MAX) {
    sift_http_reply_error(ask->http, ask->request, 404, "no Space has so long a name", "/api/v1/spaces lists those that are known",
                          NULL);
    return;
  }
  sift_http_space(ask->http, ask->request, view, name);
}

static void state(struct ask *ask, struct sift_view *view) {
  sift_http_state(ask->http, ask->request, view);
}

static void stream(struct ask *ask, struct sift_view *view) {
  sift_http_stream(ask->http, ask->request, view, ask->query);
}

/* --- the table --------------------------------------------------------------------------------------------------------- */

struct route {
  const char *segments[SIFT_PATH_SEGMENTS_MAX]; /* "*" stands for any */
  bool open;                                    /* to those without a token too */
  bool query;                                   /* parameters are understood */
  const char *type, *subtype;                   /* of the answer; NULL: whatever is accepted */
  void (*plain)(struct ask *ask);
  void (*on_view)(struct ask *ask, struct sift_view *view); /* where `plain` is NULL */
};

static const struct route routes[] = {
    {.segments = {"healthz"}, .open = true, .query = true, .plain = health},
    {.segments = {"readyz"}, .open = true, .query = true, .plain = ready},
    {.segments = {"metrics"}, .query = true, .plain = metrics},
    {.segments = {"api", "v1", "summary"}, .type = "application", .subtype = "json", .on_view = summary},
    {.segments = {"api", "v1", "spaces"}, .query = true, .type = "application", .subtype = "json", .on_view = spaces},
    {.segments = {"api", "v1", "spaces", "*"}, .type = "application", .subtype = "json", .on_view = space},
    {.segments = {"api", "v1", "spaces", "*", "*"}, .type = "application", .subtype = "json", .on_view = space},
    {.segments = {"api", "v1", "incidents"}, .type = "application", .subtype = "json", .on_view = incidents},
    {.segments = {"api", "v1", "drops"}, .type = "application", .subtype = "json", .plain = drops},
    {.segments = {"api", "v1", "events", "stream"}, .query = true, .type = "text", .subtype = "event-stream", .on_view = stream},
    {.segments = {"api", "v1", "state"}, .type = "application", .subtype = "octet-stream", .on_view = state},
};

static bool leads(const struct route *route, const struct sift_http_path *path) {
  size_t i = 0;
  for (; i < SIFT_PATH_SEGMENTS_MAX && route->segments[i] != NULL; i++) {
    bool fits = i < path->count && (strcmp(route->segments[i], "*") == 0 || strcmp(route->segments[i], path->segments[i]) == 0);
    if (!fits) {
      return false;
    }
  }
  return i == path->count;
}

static const struct route *find_route(const struct sift_http_path *path) {
  for (size_t i = 0; i < sizeof routes / sizeof routes[0]; i++) {
    if (leads(&routes[i], path)) {
      return &routes[i];
    }
  }
  return NULL;
}

static void answer(struct ask *ask, const struct route *route) {
  if (route->plain != NULL) {
    route->plain(ask);
    return;
  }
  struct sift_view *view = ask->http->config.ops.view(ask->http->config.ops.context);
  if (view == NULL) {
    sift_http_header(ask->request, "Retry-After", "1");
    sift_http_reply_error(ask->http, ask->request, 503, "there is no picture of the fleet yet", "/readyz tells why; ask again soon",
                          NULL);
    return;
  }
  route->on_view(ask, view);
  sift_view_release(view);
}

/* --- what every request is asked --------------------------------------------------------------------------------------- */

static bool refuse(struct ask *ask, int code, const char *error, const char *hint) {
  sift_http_reply_error(ask->http, ask->request, code, error, hint, NULL);
  return false;
}

static bool read_uri(struct ask *ask) {
  const struct evhttp_uri *uri = evhttp_request_get_evhttp_uri(ask->request);
  const char *path = uri != NULL ? evhttp_uri_get_path(uri) : NULL;
  struct sift_span raw = sift_span_of(path);
  ask->query = sift_span_of(uri != NULL ? evhttp_uri_get_query(uri) : NULL);
  if (raw.len > SIFT_QUERY_BYTES_MAX || ask->query.len > SIFT_QUERY_BYTES_MAX) {
    return refuse(ask, 414, "the address is too long", "no address of this server needs so much");
  }
  if (!sift_http_path_parse(&ask->path, raw)) {
    /* Without an escape it is only a path that leads nowhere. */
    ask->path.count = 0;
    return raw.len == 0 || memchr(raw.data, '%', raw.len) == NULL ||
           refuse(ask, 400, "the path has an escape that is none, a NUL, or an empty part", "write a '%' itself as %25");
  }
  return true;
}

static bool is_allowed(struct ask *ask, const struct route *route) {
  const char *authorization = evhttp_find_header(evhttp_request_get_input_headers(ask->request), "Authorization");
  if ((route != NULL && route->open) || ask->http->token == NULL || sift_http_token_fits(ask->http->token, authorization)) {
    return true;
  }
  sift_http_header(ask->request, "WWW-Authenticate", "Bearer");
  return refuse(ask, 401, authorization == NULL ? "a bearer token is needed" : "the bearer token is not the right one",
                "send the header 'Authorization: Bearer TOKEN' with the token of the server's token file");
}

static bool is_method_fine(struct ask *ask) {
  enum evhttp_cmd_type method = evhttp_request_get_command(ask->request);
  if (method == EVHTTP_REQ_GET || method == EVHTTP_REQ_HEAD) {
    return true;
  }
  sift_http_header(ask->request, "Allow", "GET, HEAD");
  return refuse(ask, 405, "only GET and HEAD are answered", "nothing can be changed over HTTP");
}

static bool is_fine(struct ask *ask, const struct route *route) {
  if (!is_allowed(ask, route)) {
    return false;
  }
  if (route == NULL) {
    return refuse(ask, 404, "there is nothing here",
                  "known are /healthz, /readyz, /metrics and, below /api/v1: summary, spaces, spaces/OWNER/NAME, incidents, drops, "
                  "events/stream, state");
  }
  if (!is_method_fine(ask)) {
    return false;
  }
  if (route->type != NULL && !sift_http_accepts(ask->accept, route->type, route->subtype)) {
    char hint[96];
    snprintf(hint, sizeof hint, "accept %s/%s, or leave the Accept header out", route->type, route->subtype);
    return refuse(ask, 406, "the answer has no form that the Accept header takes", hint);
  }
  if (!route->query && ask->query.len > 0) {
    return refuse(ask, 400, "this address takes no parameters", "leave out the '?' and what follows");
  }
  return true;
}

/* The answer was sent whole: the connection waits for the next request. */
static void on_complete(struct evhttp_request *request, void *context) {
  struct sift_http_connection *connection = sift_http_connection_of(context, request);
  if (connection != NULL) {
    connection->busy = false;
    connection->since_ms = sift_http_clock_ms();
    connection->limit_ms = connection->http->config.idle_timeout_ms;
  }
}

void sift_http_route(struct evhttp_request *request, void *context) {
  struct sift_http *http = context;
  struct ask ask = {.http = http, .request = request};
  struct sift_http_connection *connection = sift_http_connection_of(http, request);
  if (connection != NULL) {
    connection->busy = true;
    connection->since_ms = sift_http_clock_ms();
    connection->sent_then = connection->sent;
    connection->limit_ms = http->config.stall_timeout_ms;
  }
  evhttp_request_set_on_complete_cb(request, on_complete, http);
  ask.accept = evhttp_find_header(evhttp_request_get_input_headers(request), "Accept");
  sift_json_clear(&http->json);
  if (!read_uri(&ask)) {
    return;
  }
  const struct route *route = find_route(&ask.path);
  if (is_fine(&ask, route)) {
    answer(&ask, route);
  }
}
