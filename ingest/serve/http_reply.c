/* Answers: headers that all have, whole bodies, errors as JSON. */
#include <stdio.h>
#include <strings.h>

#include "engine/report_internal.h"
#include "ingest/serve/http_internal.h"

const char *sift_http_reason(int code) {
  static const struct {
    int code;
    const char *text;
  } texts[] = {{200, "OK"},           {400, "Bad Request"},           {401, "Unauthorized"},
               {404, "Not Found"},    {405, "Method Not Allowed"},    {406, "Not Acceptable"},
               {414, "URI Too Long"}, {500, "Internal Server Error"}, {503, "Service Unavailable"}};
  for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
    if (texts[i].code == code) {
      return texts[i].text;
    }
  }
  return "Unknown";
}

void sift_http_header(struct evhttp_request *request, const char *name, const char *value) {
  (void)evhttp_add_header(evhttp_request_get_output_headers(request), name, value);
}

void sift_http_count(struct sift_http *http, int code) {
  http->counters.requests[code / 100 < 6 ? code / 100 : 0]++;
}

static void put_headers(struct evhttp_request *request, const char *type) {
  sift_http_header(request, "Content-Type", type);
  sift_http_header(request, "Cache-Control", "no-store");
  sift_http_header(request, "X-Content-Type-Options", "nosniff");
}

void sift_http_reply(struct sift_http *http, struct evhttp_request *request, int code, const char *type, const char *bytes,
                     size_t size) {
  char length[24];
  snprintf(length, sizeof length, "%zu", size);
  put_headers(request, type);
  sift_http_header(request, "Content-Length", length);
  sift_http_count(http, code);
  bool head = evhttp_request_get_command(request) == EVHTTP_REQ_HEAD;
  struct evbuffer *output = evhttp_request_get_output_buffer(request);
  if (!head && evbuffer_add(output, bytes, size) != 0) {
    sift_http_header(request, "Connection", "close"); /* out of memory: the end comes before the length is reached */
  }
  evhttp_send_reply(request, code, sift_http_reason(code), NULL);
}

void sift_http_reply_json(struct sift_http *http, struct evhttp_request *request, int code) {
  sift_json_raw(&http->json, sift_span("\n", 1));
  if (http->json.failed) {
    static const char text[] = "{\"error\":\"out of memory\",\"hint\":\"ask again later\"}\n";
    sift_json_release(&http->json);
    sift_json_init(&http->json);
    sift_http_reply(http, request, 500, "application/json", text, sizeof text - 1);
    return;
  }
  sift_http_reply(http, request, code, "application/json", http->json.bytes, http->json.len);
  sift_json_clear(&http->json);
}

void sift_http_reply_error(struct sift_http *http, struct evhttp_request *request, int code, const char *error, const char *hint,
                           const char *detail) {
  char text[256];
  bool quoted = detail != NULL && detail[0] != '\0';
  snprintf(text, sizeof text, quoted ? "%s: '%s'" : "%s", error, detail);
  sift_json_clear(&http->json);
  sift_json_open(&http->json, '{');
  sift_json_put_text(&http->json, "error", text);
  sift_json_put_text(&http->json, "hint", hint);
  sift_json_close(&http->json, '}');
  sift_http_reply_json(http, request, code);
}

/* Without a length and without chunks only the connection's end tells a client of HTTP/1.0 where the answer ends. */
void sift_http_begin_chunks(struct sift_http *http, struct evhttp_request *request, const char *type) {
  const char *connection = evhttp_find_header(evhttp_request_get_input_headers(request), "Connection");
  put_headers(request, type);
  if (connection != NULL && strcasecmp(connection, "keep-alive") == 0) {
    evhttp_remove_header(evhttp_request_get_input_headers(request), "Connection");
  }
  sift_http_count(http, 200);
  evhttp_send_reply_start(request, 200, sift_http_reason(200));
}
