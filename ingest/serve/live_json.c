#include "ingest/serve/live_json.h"

#include "engine/batch.h"
#include "ingest/json_records.h"
#include "ingest/json_text.h"
#include "ingest/serve/origin.h"
#include "ingest/serve/scratch.h"

static bool blank(struct sift_span line) {
  for (size_t i = 0; i < line.len; i++) {
    if (line.data[i] != ' ' && line.data[i] != '\t' && line.data[i] != '\r') {
      return false;
    }
  }
  return true;
}

/* Objects, arrays and null are as good as absent. */
static struct sift_span plain_value(const struct sift_json_value *value) {
  bool usable = value->kind == SIFT_JSON_STRING || value->kind == SIFT_JSON_NUMBER ||
                (value->kind == SIFT_JSON_OTHER && (sift_span_starts(value->raw, "t") || sift_span_starts(value->raw, "f")));
  return usable ? value->raw : sift_span(NULL, 0);
}

/* Decodes the strings that have escapes. SIFT_EFORMAT on one that JSON does not know. */
static enum sift_status decode(const struct sift_json_value *found, size_t count, struct sift_bytes *text,
                               struct sift_span *values) {
  size_t room = 0;
  for (size_t i = 0; i < count; i++) {
    values[i] = plain_value(&found[i]);
    room += found[i].escaped ? found[i].raw.len + SIFT_PADDING : 0;
  }
  if (room == 0) {
    return SIFT_OK;
  }
  if (!sift_bytes_reserve(text, room)) {
    return SIFT_ENOMEM;
  }
  char *to = text->data;
  for (size_t i = 0; i < count; i++) {
    size_t len = 0;
    if (!found[i].escaped) {
      continue;
    }
    if (!sift_json_unescape(found[i].raw, to, &len)) {
      return SIFT_EFORMAT;
    }
    values[i] = sift_span(to, len);
    to += len;
  }
  return SIFT_OK;
}

static void count(const struct sift_protocol *protocol, enum sift_reason reason) {
  protocol->sink->damage(protocol->sink->context, reason, 1);
}

static enum sift_status tell(const struct sift_protocol *protocol, const struct sift_span *values, bool repaired) {
  struct sift_origin_scratch *scratch = &protocol->config.scratch->origin;
  struct sift_live_record record = {.time_ns = SIFT_TIME_NONE};
  enum sift_status status = sift_origin_resolve(protocol->config.origin, values, scratch, &record);
  if (status != SIFT_OK) {
    return status;
  }
  if (record.text.data == NULL) {
    count(protocol, SIFT_REASON_JSON_TEXT);
    return SIFT_OK;
  }
  if (scratch->bad_time) {
    count(protocol, SIFT_REASON_BAD_TIME);
  }
  if (repaired) {
    count(protocol, SIFT_REASON_UTF8_REPAIRED);
  }
  return protocol->sink->record(protocol->sink->context, &record);
}

enum sift_status sift_live_json_line(const struct sift_protocol *protocol, struct sift_span line) {
  struct sift_json_reader *reader = sift_protocol_scratch_reader(protocol->config.scratch);
  struct sift_json_value found[SIFT_VARIABLES_MAX];
  struct sift_span values[SIFT_VARIABLES_MAX];
  size_t variable_count = 0;
  bool repaired = false;
  const struct sift_variable *variables = sift_origin_variables(protocol->config.origin, &variable_count);
  if (blank(line)) {
    return SIFT_OK;
  }
  if (reader == NULL) {
    return SIFT_ENOMEM;
  }
  enum sift_reason reason = sift_json_reader_find(reader, line, sift_origin_json_paths(protocol->config.origin), found, &repaired);
  if (reason != SIFT_REASONS) {
    count(protocol, reason);
    return SIFT_OK;
  }
  enum sift_status status = decode(found, variable_count, &protocol->config.scratch->text, values);
  if (status == SIFT_EFORMAT) {
    count(protocol, SIFT_REASON_JSON_SYNTAX);
    return SIFT_OK;
  }
  if (status != SIFT_OK) {
    return status;
  }
  for (size_t i = 0; i < variable_count; i++) {
    if (variables[i].kind == SIFT_VARIABLE_PEER) {
      values[i] = protocol->config.peer;
    }
  }
  return tell(protocol, values, repaired);
}
