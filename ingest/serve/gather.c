#include "ingest/serve/gather.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

enum { RECORDS_START = 256, SLOTS_START = 256, RECORDS_MAX = 16 * 1024 };

void sift_gather_release(struct sift_gather *gather) {
  free(gather->text);
  free(gather->records);
  free(gather->counted);
  free(gather->slots);
  *gather = (struct sift_gather){0};
}

/* ---- room ---- */

static enum sift_status make_room(struct sift_gather *gather, size_t len) {
  size_t need = (size_t)gather->len + len + 1 + SIFT_PADDING;
  if (need > gather->capacity) {
    size_t capacity = need > SIFT_BATCH_BYTES + SIFT_PADDING ? need + need / 2 : SIFT_BATCH_BYTES + SIFT_PADDING;
    char *text = realloc(gather->text, capacity);
    if (text == NULL) {
      return SIFT_ENOMEM;
    }
    gather->text = text;
    gather->capacity = (uint32_t)capacity;
  }
  if (gather->record_count == gather->record_capacity) {
    uint32_t capacity = gather->record_capacity == 0 ? RECORDS_START : 2 * gather->record_capacity;
    struct sift_record *records = realloc(gather->records, capacity * sizeof *records);
    if (records == NULL) {
      return SIFT_ENOMEM;
    }
    gather->records = records;
    gather->record_capacity = capacity;
  }
  return SIFT_OK;
}

/* ---- counting by stream ---- */

static uint32_t *slot_of(const struct sift_gather *gather, uint32_t stream) {
  uint32_t mask = gather->slot_count - 1;
  uint32_t at = (stream * 0x9E3779B1U) & mask;
  while (gather->slots[at] != 0 && gather->counted[gather->slots[at] - 1].stream != stream) {
    at = (at + 1) & mask;
  }
  return &gather->slots[at];
}

static enum sift_status grow_counted(struct sift_gather *gather) {
  uint32_t capacity = gather->counted_capacity == 0 ? SLOTS_START / 2 : 2 * gather->counted_capacity;
  struct sift_gathered *counted = realloc(gather->counted, capacity * sizeof *counted);
  if (counted == NULL) {
    return SIFT_ENOMEM;
  }
  gather->counted = counted;
  uint32_t *slots = calloc(2 * (size_t)capacity, sizeof *slots);
  if (slots == NULL) {
    return SIFT_ENOMEM;
  }
  free(gather->slots);
  gather->slots = slots;
  gather->slot_count = 2 * capacity;
  gather->counted_capacity = capacity;
  for (uint32_t i = 0; i < gather->counted_count; i++) {
    *slot_of(gather, gather->counted[i].stream) = i + 1;
  }
  return SIFT_OK;
}

static enum sift_status count(struct sift_gather *gather, uint32_t stream, uint64_t lines, uint64_t bytes) {
  gather->lines += lines;
  gather->bytes += bytes;
  if (gather->counted_count > 0 && gather->counted[gather->counted_count - 1].stream == stream) {
    gather->counted[gather->counted_count - 1].lines += lines; /* runs of one stream are common */
    gather->counted[gather->counted_count - 1].bytes += bytes;
    return SIFT_OK;
  }
  if (gather->counted_count == gather->counted_capacity) {
    enum sift_status status = grow_counted(gather);
    if (status != SIFT_OK) {
      return status;
    }
  }
  uint32_t *slot = slot_of(gather, stream);
  if (*slot == 0) {
    gather->counted[gather->counted_count++] = (struct sift_gathered){.stream = stream};
    *slot = gather->counted_count;
  }
  gather->counted[*slot - 1].lines += lines;
  gather->counted[*slot - 1].bytes += bytes;
  return SIFT_OK;
}

/* ---- adding ---- */

static void put(struct sift_gather *gather, uint32_t stream, uint32_t len, uint64_t lines, int64_t time_ns) {
  gather->records[gather->record_count++] = (struct sift_record){
      .text = gather->len, .stream = stream, .offset = gather->offset, .lines = (uint32_t)lines, .time_ns = time_ns};
  gather->len += len;
  gather->offset += len;
}

/* Copies behind what is there; the last line gets its newline. Returns the cleaned length; *lines: as they came. */
static uint32_t copy_clean(struct sift_gather *gather, struct sift_span text, uint64_t *lines) {
  char *to = gather->text + gather->len;
  size_t len = text.len;
  if (len > 0) {
    memcpy(to, text.data, len);
  }
  if (len == 0 || to[len - 1] != '\n') {
    to[len++] = '\n';
  }
  struct sift_survey survey = sift_survey(to, len);
  *lines = survey.newlines;
  if (survey.escapes || survey.returns) {
    len = sift_clean_plain(to, len);
  }
  return (uint32_t)len;
}

enum sift_status sift_gather_record(struct sift_gather *gather, uint32_t stream, struct sift_span text, int64_t time_ns) {
  assert(text.len <= SIFT_LINE_BYTES_MAX);
  enum sift_status status = make_room(gather, text.len);
  if (status != SIFT_OK) {
    return status;
  }
  uint64_t lines = 0;
  uint32_t len = copy_clean(gather, text, &lines);
  status = count(gather, stream, lines, len);
  if (status == SIFT_OK) {
    put(gather, stream, len, lines, time_ns);
  }
  return status;
}

/* A record a line, so that each has an offset, and so a place in the order of things, of its own. */
enum sift_status sift_gather_lines(struct sift_gather *gather, uint32_t stream, struct sift_span text) {
  enum sift_status status = SIFT_OK;
  for (size_t at = 0; at < text.len && status == SIFT_OK;) {
    const char *newline = memchr(text.data + at, '\n', text.len - at);
    size_t end = newline != NULL ? (size_t)(newline - text.data) + 1 : text.len;
    status = sift_gather_record(gather, stream, sift_span(text.data + at, end - at), SIFT_TIME_NONE);
    at = end;
  }
  return status;
}

bool sift_gather_full(const struct sift_gather *gather) {
  return gather->len >= SIFT_BATCH_BYTES || gather->record_count >= RECORDS_MAX;
}

void sift_gather_batch(struct sift_gather *gather, int64_t arrived_ns, struct sift_batch *out) {
  memset(gather->text + gather->len, 0, SIFT_PADDING);
  *out = (struct sift_batch){
      .text = gather->text,
      .len = gather->len,
      .offset = gather->offset,
      .lines = gather->lines,
      .bytes = gather->bytes,
      .records = gather->records,
      .record_count = gather->record_count,
      .arrived_ns = arrived_ns,
  };
}

void sift_gather_clear(struct sift_gather *gather) {
  /* The newest first: a slot that is emptied before those that were put behind it would hide them. */
  for (uint32_t i = gather->counted_count; i-- > 0;) {
    *slot_of(gather, gather->counted[i].stream) = 0;
  }
  gather->counted_count = 0;
  gather->record_count = 0;
  gather->len = 0;
  gather->lines = 0;
  gather->bytes = 0;
}
