/* Server-sent events, as the Hub streams logs: `data: {…}` lines carry records; comments, keep-alives (`: …` or an empty
 * `data:`) and other fields carry none. */
#include "ingest/wrapping_internal.h"

struct sift_span sift_sse_data(struct sift_span line) {
  static const char prefix[] = "data:";
  size_t at = sizeof prefix - 1;
  if (!sift_span_starts(line, prefix)) {
    return sift_span(NULL, 0);
  }
  while (at < line.len && (line.data[at] == ' ' || line.data[at] == '\t')) {
    at++;
  }
  if (at == line.len || line.data[at] != '{') {
    return sift_span(NULL, 0);
  }
  return sift_span(line.data + at, line.len - at);
}

bool sift_sse_record_begins(struct sift_span line) {
  return sift_sse_data(line).len > 0;
}

bool sift_sse_line(struct sift_span line) {
  static const char *const begins[] = {"data:", ":", "event:", "id:", "retry:"};
  for (size_t i = 0; i < sizeof begins / sizeof begins[0]; i++) {
    if (sift_span_starts(line, begins[i])) {
      return true;
    }
  }
  return false;
}

bool sift_unwrap_sse_line(struct sift_wrapping *wrapping, const struct sift_input_line *line) {
  struct sift_span json = sift_sse_data(sift_span(line->data, line->len));
  return json.len == 0 || sift_wrapping_add_json(wrapping, line, json);
}
