#include "ingest/wrapping.h"

#include <stdlib.h>

#include "ingest/wrapping_internal.h"

enum { LOOK_LINES_MAX = 32 }; /* non-blank lines that settle an automatic format */

static const char byte_order_mark[] = "\xef\xbb\xbf";

bool sift_format_parse(struct sift_span name, enum sift_format *out) {
  static const char *const names[] = {
      [SIFT_FORMAT_AUTO] = "auto", [SIFT_FORMAT_RAW] = "raw", [SIFT_FORMAT_JSONL] = "jsonl", [SIFT_FORMAT_SSE] = "sse"};
  for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
    if (sift_span_equal(name, sift_span_of(names[i]))) {
      *out = (enum sift_format)i;
      return true;
    }
  }
  return false;
}

enum sift_status sift_wrapping_new(struct sift_wrapping **out) {
  struct sift_wrapping *wrapping = calloc(1, sizeof *wrapping);
  *out = NULL;
  if (wrapping == NULL) {
    return SIFT_ENOMEM;
  }
  sift_cleaner_init(&wrapping->cleaner);
  wrapping->reader = sift_json_reader_new();
  if (wrapping->reader == NULL) {
    free(wrapping);
    return SIFT_ENOMEM;
  }
  *out = wrapping;
  return SIFT_OK;
}

void sift_wrapping_free(struct sift_wrapping *wrapping) {
  if (wrapping == NULL) {
    return;
  }
  sift_cleaner_release(&wrapping->cleaner);
  sift_json_reader_free(wrapping->reader);
  sift_replay_free(wrapping->replay);
  free(wrapping->text);
  free(wrapping->records);
  free(wrapping);
}

/* From here on the shard has this format. */
static enum sift_status settle(struct sift_wrapping *wrapping, enum sift_format format) {
  wrapping->format = format;
  if (format == SIFT_FORMAT_RAW) {
    enum sift_reason reason = SIFT_REASONS;
    wrapping->raw_stream = sift_streams_find(wrapping->streams, wrapping->space, wrapping->channel, &reason);
    if (reason != SIFT_REASONS) { /* once for the whole shard: its lines all go the same way */
      wrapping->report.damage(wrapping->report.context, reason, 0);
    }
  }
  if (format == SIFT_FORMAT_SSE && wrapping->replay == NULL) {
    wrapping->replay = sift_replay_new();
    return wrapping->replay != NULL ? SIFT_OK : SIFT_ENOMEM;
  }
  if (format == SIFT_FORMAT_SSE) {
    sift_replay_reset(wrapping->replay);
  }
  return SIFT_OK;
}

enum sift_status sift_wrapping_begin(struct sift_wrapping *wrapping, const struct sift_wrapping_config *config,
                                     struct sift_streams *streams, struct sift_wrapping_report report) {
  wrapping->format = SIFT_FORMAT_AUTO;
  wrapping->fields = config->fields;
  wrapping->settling = SIFT_SETTLE_RECORDS;
  wrapping->space = config->space;
  wrapping->channel = config->channel;
  wrapping->streams = streams;
  wrapping->report = report;
  sift_stream_cache_clear(&wrapping->cache);
  wrapping->generation = sift_streams_generation(streams);
  return config->format == SIFT_FORMAT_AUTO ? SIFT_OK : settle(wrapping, config->format);
}

/* The next line of a text, its end left off; *rest is what follows. */
static struct sift_span take_line(struct sift_span *rest, bool *whole) {
  const char *newline = memchr(rest->data, '\n', rest->len);
  size_t len = newline != NULL ? (size_t)(newline - rest->data) : rest->len;
  struct sift_span line = sift_span(rest->data, len);
  size_t used = newline != NULL ? len + 1 : len;
  *whole = newline != NULL;
  *rest = sift_span(rest->data + used, rest->len - used);
  while (line.len > 0 && line.data[line.len - 1] == '\r') {
    line.len--;
  }
  return line;
}

struct sift_span sift_wrapping_without_mark(struct sift_span text, uint64_t offset) {
  size_t len = sizeof byte_order_mark - 1;
  return offset == 0 && sift_span_starts(text, byte_order_mark) ? sift_span(text.data + len, text.len - len) : text;
}

/* Whether a line looks like what a program's own JSON logger writes: it tells a level, which a collector does not know. */
static bool logged(struct sift_span line) {
  static const char *const keys[] = {"\"level\"", "\"severity\"", "\"levelname\"", "\"lvl\"", "\"logger\""};
  for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++) {
    if (memmem(line.data, line.len, keys[i], strlen(keys[i])) != NULL) {
      return true;
    }
  }
  return false;
}

/* Whether a line is a record that a collector wrote: it has a text, and a time or a name beside. */
static bool collected(struct sift_wrapping *wrapping, struct sift_span line) {
  if (!sift_json_record_begins(line)) {
    return false;
  }
  struct sift_fields fields = wrapping->fields;
  sift_fields_settle(&fields, wrapping->reader, line);
  struct sift_json_record record;
  if (sift_json_reader_read(wrapping->reader, line, &fields, &record) != SIFT_REASONS || record.text.kind != SIFT_JSON_STRING) {
    return false;
  }
  if (fields.given || record.space.kind != SIFT_JSON_ABSENT) {
    return true;
  }
  return (record.time.kind != SIFT_JSON_ABSENT || record.channel.kind != SIFT_JSON_ABSENT) && !logged(line);
}

/* A first line so long that only its begin is at hand. */
static enum sift_format guess_cut(struct sift_span line) {
  if (sift_sse_record_begins(line)) {
    return SIFT_FORMAT_SSE;
  }
  return sift_span_starts(line, "{\"") ? SIFT_FORMAT_JSONL : SIFT_FORMAT_RAW;
}

/* What the first lines of an input look like. */
struct look {
  unsigned lines; /* that say something: not blank, no comment of an event stream */
  unsigned json;  /* records that a collector wrote */
  unsigned sse;   /* fields of an event stream */
  unsigned data;  /* such fields that carry a record */
  unsigned comments;
  bool marked; /* the first line is a mark of the Hub, which stands above raw logs */
};

static void look_at(struct sift_wrapping *wrapping, struct look *look, struct sift_span line) {
  if (line.data[0] == ':') {
    look->comments++;
    return;
  }
  look->marked |= look->lines == 0 && sift_span_starts(line, "=====");
  look->json += collected(wrapping, line);
  look->sse += sift_sse_line(line);
  look->data += sift_sse_record_begins(line);
  look->lines++;
}

/* Most of the first lines decide, for an input may begin with half a record, and a raw log may hold lines of a program's own
 * JSON logger. SIFT_FORMAT_AUTO where they say nothing. */
static enum sift_format decide(const struct look *look) {
  if (look->lines == 0) {
    return look->comments > 0 ? SIFT_FORMAT_SSE : SIFT_FORMAT_AUTO;
  }
  if (look->data > 0 && look->sse * 2 > look->lines) {
    return SIFT_FORMAT_SSE;
  }
  return !look->marked && look->json * 2 > look->lines ? SIFT_FORMAT_JSONL : SIFT_FORMAT_RAW;
}

static bool blank(struct sift_span line) {
  for (size_t i = 0; i < line.len; i++) {
    if (line.data[i] != ' ' && line.data[i] != '\t') {
      return false;
    }
  }
  return true;
}

static enum sift_format guess(struct sift_wrapping *wrapping, const struct sift_chunk *chunk) {
  struct sift_span rest = sift_wrapping_without_mark(sift_span(chunk->text, chunk->len), chunk->offset);
  struct look look = {0};
  while (rest.len > 0 && look.lines < LOOK_LINES_MAX) {
    bool whole = false;
    struct sift_span line = take_line(&rest, &whole);
    if (blank(line)) {
      continue;
    }
    if (!whole && chunk->cut) {
      if (look.lines == 0) {
        return guess_cut(line);
      }
      break;
    }
    look_at(wrapping, &look, line);
  }
  return decide(&look);
}

static enum sift_status reserve_text(struct sift_wrapping *wrapping, const struct sift_chunk *chunk) {
  size_t capacity = 3 * (size_t)chunk->len + (size_t)2 * SIFT_PADDING; /* U+FFFD has three bytes */
  if (capacity <= wrapping->text_capacity) {
    return SIFT_OK;
  }
  free(wrapping->text);
  wrapping->text = malloc(capacity);
  wrapping->text_capacity = wrapping->text != NULL ? capacity : 0;
  return wrapping->text != NULL ? SIFT_OK : SIFT_ENOMEM;
}

enum sift_status sift_wrapping_each_line(struct sift_wrapping *wrapping, const struct sift_chunk *chunk, sift_line_fn on_line,
                                         bool (*is_record)(struct sift_span line)) {
  struct sift_span rest = sift_span(chunk->text, chunk->len);
  bool tail = chunk->continues; /* the rest of a line that was reported with its begin */
  for (uint32_t number = 0; rest.len > 0; number++, tail = false) {
    uint64_t offset = chunk->offset + (uint64_t)(rest.data - chunk->text);
    bool whole = false;
    struct sift_span text = sift_wrapping_without_mark(take_line(&rest, &whole), offset);
    if (tail) {
      continue;
    }
    if (!whole && chunk->cut) {
      if (is_record(text)) {
        wrapping->report.damage(wrapping->report.context, SIFT_REASON_RECORD_TOO_LONG, offset);
      }
      continue;
    }
    struct sift_input_line line = {chunk->text + (text.data - chunk->text), text.len, offset, number};
    if (!on_line(wrapping, &line)) {
      return SIFT_ENOMEM;
    }
  }
  return SIFT_OK;
}

static enum sift_status unwrap_records(struct sift_wrapping *wrapping, const struct sift_chunk *chunk, struct sift_batch *out) {
  bool sse = wrapping->format == SIFT_FORMAT_SSE;
  wrapping->text_len = 0;
  wrapping->record_count = 0;
  if (reserve_text(wrapping, chunk) != SIFT_OK) {
    return SIFT_ENOMEM;
  }
  enum sift_status status = sift_wrapping_each_line(wrapping, chunk, sse ? sift_unwrap_sse_line : sift_unwrap_json_line,
                                                    sse ? sift_sse_record_begins : sift_json_record_begins);
  static const struct sift_record none;
  memset(wrapping->text + wrapping->text_len, 0, SIFT_PADDING);
  out->text = wrapping->text;
  out->len = (uint32_t)wrapping->text_len;
  out->records = wrapping->record_count > 0 ? wrapping->records : &none;
  out->record_count = (uint32_t)wrapping->record_count;
  return status;
}

/* Blank lines say nothing of the format: they count, and the next chunk is asked. */
static enum sift_status pass_blanks(struct sift_wrapping *wrapping, const struct sift_chunk *chunk, struct sift_batch *out) {
  enum sift_reason reason;
  wrapping->raw_stream = sift_streams_find(wrapping->streams, wrapping->space, wrapping->channel, &reason);
  return sift_unwrap_raw(wrapping, chunk, out);
}

/* Numbers of streams may have lost their meaning since the last chunk. */
static void renew_streams(struct sift_wrapping *wrapping) {
  uint64_t generation = sift_streams_generation(wrapping->streams);
  if (generation != wrapping->generation) {
    enum sift_reason reason;
    sift_stream_cache_clear(&wrapping->cache);
    wrapping->raw_stream = sift_streams_find(wrapping->streams, wrapping->space, wrapping->channel, &reason);
    wrapping->generation = generation;
  }
}

enum sift_status sift_wrapping_unwrap(struct sift_wrapping *wrapping, const struct sift_chunk *chunk, struct sift_batch *out) {
  bool open = chunk->len > 0 && chunk->text[chunk->len - 1] != '\n';
  *out = (struct sift_batch){.offset = chunk->offset, .line = chunk->line, .bytes = chunk->len};
  renew_streams(wrapping);
  out->lines = chunk->survey.newlines + open - (chunk->continues && chunk->len > 0);
  if (wrapping->format == SIFT_FORMAT_AUTO) {
    enum sift_format format = guess(wrapping, chunk);
    if (format == SIFT_FORMAT_AUTO) {
      return pass_blanks(wrapping, chunk, out);
    }
    if (settle(wrapping, format) != SIFT_OK) {
      return SIFT_ENOMEM;
    }
  }
  return wrapping->format == SIFT_FORMAT_RAW ? sift_unwrap_raw(wrapping, chunk, out) : unwrap_records(wrapping, chunk, out);
}

enum sift_format sift_wrapping_format(const struct sift_wrapping *wrapping) {
  return wrapping->format;
}
