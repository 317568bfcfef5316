/* JSON Lines: one object a line. Its text goes into the batch decoded, its stream and time into the record table. */
#include <assert.h>
#include <stdlib.h>

#include "engine/stamp.h"
#include "ingest/json_text.h"
#include "ingest/wrapping_internal.h"

enum { NAME_BYTES_MAX = 1024, TIME_BYTES_MAX = 64, RECORDS_START = 1024 };

static void report(const struct sift_wrapping *wrapping, enum sift_reason reason, const struct sift_input_line *line) {
  wrapping->report.damage(wrapping->report.context, reason, line->offset);
}

bool sift_json_record_begins(struct sift_span line) {
  size_t at = 0;
  while (at < line.len && (line.data[at] == ' ' || line.data[at] == '\t')) {
    at++;
  }
  return at < line.len && line.data[at] == '{';
}

/* Decodes a value that is no longer than `size` less the padding; what is longer or has a wrong escape stays as it stands. */
static struct sift_span decode_name(const struct sift_json_value *value, char *buffer, size_t size) {
  if (!value->escaped || value->raw.len + SIFT_PADDING > size) {
    return value->raw;
  }
  size_t len = 0;
  return sift_json_unescape(value->raw, buffer, &len) ? sift_span(buffer, len) : value->raw;
}

static uint32_t stream_of(struct sift_wrapping *wrapping, const struct sift_json_record *json, enum sift_reason *reason) {
  char space_buffer[NAME_BYTES_MAX];
  char channel_buffer[NAME_BYTES_MAX];
  struct sift_span space = wrapping->space;
  struct sift_span channel = wrapping->channel;
  if (json->space.kind == SIFT_JSON_STRING && json->space.raw.len > 0) {
    space = decode_name(&json->space, space_buffer, sizeof space_buffer);
  }
  if (json->channel.kind == SIFT_JSON_STRING && json->channel.raw.len > 0) {
    channel = decode_name(&json->channel, channel_buffer, sizeof channel_buffer);
  }
  return sift_stream_cache_find(&wrapping->cache, wrapping->streams, space, channel, reason);
}

/* The time as written, borrowed from the chunk: what had to be decoded or repaired is put over the line, which is read by
 * then and has the room. */
static struct sift_span time_of(const struct sift_json_record *json, const struct sift_input_line *line) {
  struct sift_span time = json->time.raw;
  if (json->time.kind != SIFT_JSON_STRING && json->time.kind != SIFT_JSON_NUMBER) {
    return sift_span(NULL, 0);
  }
  if (time.len > TIME_BYTES_MAX) {
    time.len = TIME_BYTES_MAX;
  }
  if (!json->time.escaped && !json->repaired) {
    return time;
  }
  char decoded[TIME_BYTES_MAX + SIFT_PADDING];
  size_t len = 0;
  if (!sift_json_unescape(time, decoded, &len)) {
    len = 0;
  }
  len = len < line->len ? len : line->len;
  memcpy(line->data, decoded, len);
  return sift_span(line->data, len);
}

/* Puts the text behind what is there, as whole lines; its length, or -1 on a wrong escape. *lines: as the program wrote them,
 * before a '\r' ended a piece of one. */
static ptrdiff_t append_text(struct sift_wrapping *wrapping, const struct sift_json_value *value, uint32_t *lines) {
  char *out = wrapping->text + wrapping->text_len;
  size_t len = value->raw.len;
  *lines = 1;
  assert(wrapping->text_len + len + 1 + SIFT_PADDING <= wrapping->text_capacity);
  if (!value->escaped) {
    memcpy(out, value->raw.data, len);
  } else {
    if (!sift_json_unescape(value->raw, out, &len)) {
      return -1;
    }
    if (len > 0) { /* a newline at the end is the line's own */
      *lines += (uint32_t)sift_survey(out, len - 1).newlines;
    }
    len = sift_clean_plain(out, len);
  }
  if (len == 0 || out[len - 1] != '\n') {
    out[len++] = '\n';
  }
  return (ptrdiff_t)len;
}

static bool reserve_record(struct sift_wrapping *wrapping) {
  if (wrapping->record_count < wrapping->record_capacity) {
    return true;
  }
  size_t capacity = wrapping->record_capacity == 0 ? RECORDS_START : wrapping->record_capacity * 2;
  struct sift_record *records = realloc(wrapping->records, capacity * sizeof *records);
  if (records == NULL) {
    return false;
  }
  wrapping->records = records;
  wrapping->record_capacity = capacity;
  return true;
}

static bool replayed(struct sift_wrapping *wrapping, uint32_t stream, struct sift_span time, struct sift_span text) {
  return wrapping->format == SIFT_FORMAT_SSE && sift_replay_seen(wrapping->replay, stream, sift_stamp_parse(time), time, text);
}

static void add_record(struct sift_wrapping *wrapping, const struct sift_json_record *json, const struct sift_input_line *line) {
  uint32_t lines = 0;
  ptrdiff_t len = append_text(wrapping, &json->text, &lines);
  if (len < 0) {
    report(wrapping, SIFT_REASON_JSON_SYNTAX, line);
    return;
  }
  enum sift_reason reason = SIFT_REASONS;
  uint32_t stream = stream_of(wrapping, json, &reason);
  struct sift_span time = time_of(json, line);
  if (replayed(wrapping, stream, time, sift_span(wrapping->text + wrapping->text_len, (size_t)len))) {
    return;
  }
  if (reason != SIFT_REASONS) {
    report(wrapping, reason, line);
  }
  if (json->repaired) {
    report(wrapping, SIFT_REASON_UTF8_REPAIRED, line);
  }
  wrapping->records[wrapping->record_count++] = (struct sift_record){.text = (uint32_t)wrapping->text_len,
                                                                     .stream = stream,
                                                                     .offset = line->offset,
                                                                     .lines = lines,
                                                                     .line = line->number,
                                                                     .time_len = (uint32_t)time.len,
                                                                     .time = time.len > 0 ? time.data : NULL,
                                                                     .time_ns = SIFT_TIME_NONE};
  wrapping->text_len += (size_t)len;
}

bool sift_wrapping_add_json(struct sift_wrapping *wrapping, const struct sift_input_line *line, struct sift_span json) {
  if (!reserve_record(wrapping)) {
    return false;
  }
  if (wrapping->settling > 0 && !sift_fields_settled(&wrapping->fields)) {
    sift_fields_settle(&wrapping->fields, wrapping->reader, json);
    wrapping->settling--;
  }
  struct sift_json_record record;
  enum sift_reason reason = sift_json_reader_read(wrapping->reader, json, &wrapping->fields, &record);
  if (reason == SIFT_REASONS && record.text.kind != SIFT_JSON_STRING) {
    reason = SIFT_REASON_JSON_TEXT;
  }
  if (reason != SIFT_REASONS) {
    report(wrapping, reason, line);
    return true;
  }
  add_record(wrapping, &record, line);
  return true;
}

static bool blank(const struct sift_input_line *line) {
  size_t at = 0;
  while (at < line->len && (line->data[at] == ' ' || line->data[at] == '\t')) {
    at++;
  }
  return at == line->len;
}

bool sift_unwrap_json_line(struct sift_wrapping *wrapping, const struct sift_input_line *line) {
  return blank(line) || sift_wrapping_add_json(wrapping, line, sift_span(line->data, line->len));
}
