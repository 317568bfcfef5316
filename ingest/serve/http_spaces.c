/* Lists of Spaces, one Space with its explanation, the state. */
#include <stdlib.h>
#include <string.h>

#include "engine/report_internal.h"
#include "ingest/serve/http_internal.h"

/* --- the list ---------------------------------------------------------------------------------------------------------- */

/* A list under way. */
struct list {
  struct sift_view *view;
  struct sift_view_look *look;
  struct sift_query query; /* holds the verdict asked for */
  struct sift_view_filter filter;
  size_t position, left;
  bool begun;
  struct sift_span last; /* name of the Space sent last */
  struct sift_json json;
};

static void free_list(void *context) {
  struct list *list = context;
  sift_view_look_free(list->look);
  sift_view_release(list->view);
  sift_json_release(&list->json);
  free(list);
}

/* `next` is the last name where more would pass, so a cursor stays good whatever comes and goes. */
static void put_end(struct list *list) {
  size_t position = list->position;
  bool more = list->last.len > 0 && sift_view_walk(list->view, &list->filter, &position) != NULL;
  sift_json_close(&list->json, ']');
  sift_json_key(&list->json, "next");
  if (more) {
    sift_json_string(&list->json, list->last);
  } else {
    sift_json_null(&list->json);
  }
  sift_json_close(&list->json, '}');
  sift_json_raw(&list->json, sift_span("\n", 1));
}

static enum sift_status put_space(struct list *list, const struct sift_view_entry *entry) {
  const struct sift_space *space = NULL;
  const struct sift_verdict *verdict = NULL;
  enum sift_status status = sift_view_look_at(list->look, entry->name, &space, &verdict);
  if (status == SIFT_OK) {
    sift_report_space(&list->json, sift_view_ruleset(list->view), space, verdict);
    list->last = entry->name;
  }
  return status == SIFT_END ? SIFT_OK : status; /* folded away by the cap: told under ~overflow */
}

static enum sift_status make_list(void *context, struct evbuffer *out) {
  struct list *list = context;
  enum sift_status status = SIFT_OK;
  if (!list->begun) {
    sift_json_open(&list->json, '{');
    sift_json_key(&list->json, "spaces");
    sift_json_open(&list->json, '[');
    list->begun = true;
  }
  const struct sift_view_entry *entry = list->left > 0 ? sift_view_walk(list->view, &list->filter, &list->position) : NULL;
  if (entry != NULL) {
    list->left--;
    status = put_space(list, entry);
  } else {
    put_end(list);
  }
  bool failed = list->json.failed || evbuffer_add(out, list->json.bytes, list->json.len) != 0;
  list->json.len = 0; /* not cleared: what comes next still wants its comma */
  if (failed) {
    return SIFT_ENOMEM;
  }
  return status == SIFT_OK && entry == NULL ? SIFT_END : status;
}

void sift_http_spaces(struct sift_http *http, struct evhttp_request *request, struct sift_view *view, struct sift_span query) {
  struct sift_query_error error = {0};
  struct sift_list_params params;
  struct list *list = calloc(1, sizeof *list);
  if (list == NULL || sift_view_look_new(&list->look, view) != SIFT_OK) {
    free(list);
    sift_http_reply_error(http, request, 500, "out of memory", "ask again later", NULL);
    return;
  }
  list->view = sift_view_acquire(view);
  sift_json_init(&list->json);
  if (!sift_query_parse(&list->query, query, &error) ||
      !sift_list_params_parse(&params, &list->query, sift_view_ruleset(view), http->config.ops.now_ns(http->config.ops.context),
                              &error)) {
    free_list(list);
    sift_http_reply_error(http, request, 400, error.error, error.hint, error.detail);
    return;
  }
  list->filter = (struct sift_view_filter){params.verdict, params.class_index, params.since_ns};
  list->left = params.limit;
  list->position = params.cursor != NULL ? sift_view_position(view, sift_span_of(params.cursor)) : 0;
  struct sift_http_maker maker = {.make = make_list, .free = free_list, .context = list};
  sift_http_body_send(http, request, "application/json", &maker);
}

/* --- one Space --------------------------------------------------------------------------------------------------------- */

void sift_http_space(struct sift_http *http, struct evhttp_request *request, struct sift_view *view, const char *name) {
  struct sift_view_look *look = NULL;
  const struct sift_space *space = NULL;
  const struct sift_verdict *verdict = NULL;
  const struct sift_ruleset *ruleset = sift_view_ruleset(view);
  enum sift_status status = sift_view_look_new(&look, view);
  status = status == SIFT_OK ? sift_view_look_at(look, sift_span_of(name), &space, &verdict) : status;
  if (status == SIFT_OK) {
    sift_json_open(&http->json, '{');
    sift_json_key(&http->json, "space");
    sift_report_space(&http->json, ruleset, space, verdict);
    sift_json_key(&http->json, "path");
    sift_report_path(&http->json, ruleset, sift_view_look_triage(look), verdict);
    sift_json_close(&http->json, '}');
    sift_http_reply_json(http, request, 200);
  } else if (status == SIFT_END) {
    sift_http_reply_error(http, request, 404, "no line of this Space has come", "/api/v1/spaces lists those that are known", NULL);
  } else {
    sift_http_reply_error(http, request, 500, "out of memory", "ask again later", NULL);
  }
  sift_view_look_free(look);
}

/* --- the state --------------------------------------------------------------------------------------------------------- */

enum {
  SPACES_A_STEP = 200,
  STATES_MAX = 4, /* each has a compressor and its thread */
};

struct copying {
  struct sift_http *http;
  struct sift_view_copy *copy;
  struct evbuffer *out; /* of the step under way */
};

static enum sift_status write_state(void *context, const char *bytes, size_t size) {
  const struct copying *copying = context;
  return evbuffer_add(copying->out, bytes, size) == 0 ? SIFT_OK : SIFT_ENOMEM;
}

static enum sift_status make_state(void *context, struct evbuffer *out) {
  struct copying *copying = context;
  copying->out = out;
  return sift_view_copy_step(copying->copy, SPACES_A_STEP);
}

static void free_state(void *context) {
  struct copying *copying = context;
  sift_view_copy_free(copying->copy);
  copying->http->state_count--;
  free(copying);
}

void sift_http_state(struct sift_http *http, struct evhttp_request *request, struct sift_view *view) {
  if (http->state_count >= STATES_MAX) {
    sift_http_header(request, "Retry-After", "5");
    sift_http_reply_error(http, request, 503, "as many states are being sent as are allowed", "ask again later", NULL);
    return;
  }
  struct copying *copying = calloc(1, sizeof *copying);
  /* In the background, as all state files are: so it is the file that a scan of the same input writes. */
  struct sift_state_output output = {.write = write_state, .context = copying, .background = true};
  if (copying == NULL || sift_view_copy_whole(&copying->copy, view, output) != SIFT_OK) {
    free(copying);
    sift_http_reply_error(http, request, 500, "out of memory", "ask again later", NULL);
    return;
  }
  copying->http = http;
  http->state_count++;
  struct sift_http_maker maker = {.make = make_state, .free = free_state, .context = copying};
  sift_http_header(request, "Content-Disposition", "attachment; filename=\"fleet.state\"");
  sift_http_body_send(http, request, "application/octet-stream", &maker);
}
