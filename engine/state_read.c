#include <assert.h>
#include <stdlib.h>

#include "engine/state_format.h"
#include "engine/unzstd.h"

struct sift_state_reader {
  struct sift_unzstd *unzstd; /* NULL where the content comes as it is */
  struct sift_feed feed;
  struct sift_arena arena; /* the header's texts */
  struct sift_state_header header;
  char last_name[SIFT_SPACE_NAME_MAX];
  size_t last_name_len;
  struct sift_space space; /* its texts stand in the feed */
  struct sift_span *sources;
  size_t source_capacity;
  enum sift_status status; /* SIFT_OK while Spaces come, SIFT_END when the fleet record was read, or the first error */
  struct sift_fleet fleet;
};

/* Why more bytes could not be had within a record: the content ends too early, or the record is too large. */
static enum sift_status cut_short(enum sift_status status) {
  return status == SIFT_END || status == SIFT_ELIMIT ? SIFT_ECORRUPT : status;
}

/* --- the header -------------------------------------------------------------------------------------------------------- */

/* A text of the header, copied. Sets *status where memory is out. */
static const char *take_name(struct sift_state_reader *reader, struct sift_cursor *cursor, enum sift_status *status) {
  struct sift_span text = sift_take_text(cursor, SIFT_STATE_ID_BYTES_MAX);
  sift_cursor_expect(cursor, text.len == 0 || memchr(text.data, '\0', text.len) == NULL);
  char *copy = cursor->fault == SIFT_FAULT_NONE ? sift_arena_copy(&reader->arena, text) : NULL;
  if (copy == NULL && cursor->fault == SIFT_FAULT_NONE) {
    *status = SIFT_ENOMEM;
  }
  return copy;
}

static const char *const *take_ids(struct sift_state_reader *reader, struct sift_cursor *cursor, const char *key,
                                   uint32_t count_max, size_t *count, enum sift_status *status) {
  sift_take_key(cursor, key);
  *count = sift_take_array(cursor, count_max);
  const char **ids = sift_arena_alloc(&reader->arena, (*count + 1) * sizeof *ids);
  if (ids == NULL) {
    *status = SIFT_ENOMEM;
  }
  for (size_t i = 0; i < *count && *status == SIFT_OK && cursor->fault == SIFT_FAULT_NONE; i++) {
    ids[i] = take_name(reader, cursor, status);
  }
  return ids;
}

static enum sift_status take_header(struct sift_state_reader *reader, struct sift_cursor *cursor) {
  enum sift_status status = SIFT_OK;
  struct sift_state_header *header = &reader->header;
  uint32_t pairs = sift_take_map(cursor, UINT32_MAX);
  sift_take_key(cursor, "spacesift");
  sift_take_key(cursor, "state");
  sift_take_key(cursor, "v");
  uint64_t version = sift_take_unsigned(cursor);
  if (cursor->fault != SIFT_FAULT_NONE) {
    return SIFT_EFORMAT;
  }
  if (version != SIFT_STATE_VERSION) {
    return SIFT_EVERSION;
  }
  sift_take_key(cursor, "ruleset");
  sift_cursor_expect(cursor, pairs == 5 && sift_take_map(cursor, 3) == 3);
  sift_take_key(cursor, "name");
  header->ruleset_name = take_name(reader, cursor, &status);
  sift_take_key(cursor, "version");
  header->ruleset_version = take_name(reader, cursor, &status);
  sift_take_key(cursor, "hash");
  header->ruleset_hash = take_name(reader, cursor, &status);
  header->rules = take_ids(reader, cursor, "rules", SIFT_RULES_MAX, &header->rule_count, &status);
  header->classes = take_ids(reader, cursor, "classes", SIFT_CLASSES_MAX, &header->class_count, &status);
  return status;
}

static enum sift_status read_header(struct sift_state_reader *reader) {
  for (;;) {
    struct sift_cursor cursor = sift_cursor(sift_feed_window(&reader->feed));
    sift_arena_reset(&reader->arena);
    enum sift_status status = take_header(reader, &cursor);
    if (cursor.fault != SIFT_FAULT_SHORT) {
      if (status == SIFT_OK && cursor.fault == SIFT_FAULT_NONE) {
        sift_feed_take(&reader->feed, (size_t)(cursor.at - sift_feed_window(&reader->feed).data));
      }
      return status == SIFT_OK ? sift_state_fault(cursor.fault) : status;
    }
    enum sift_status more = sift_feed_more(&reader->feed, true);
    if (more != SIFT_OK) {
      return status == SIFT_EFORMAT && more == SIFT_END ? SIFT_EFORMAT : cut_short(more);
    }
  }
}

static enum sift_status open_reader(struct sift_state_reader *reader, struct sift_state_input input) {
  sift_arena_init(&reader->arena);
  enum sift_status status = sift_fleet_init(&reader->fleet);
  if (status == SIFT_OK && !input.content) {
    status = sift_unzstd_new(&reader->unzstd, input, SIFT_STATE_WINDOW_LOG_MAX);
    input = status == SIFT_OK ? sift_unzstd_input(reader->unzstd) : input;
  }
  if (status == SIFT_OK) {
    status = sift_feed_init(&reader->feed, input, SIFT_STATE_HEADER_BYTES_MAX);
  }
  if (status == SIFT_OK) {
    status = read_header(reader);
  }
  size_t record_max = (2 * reader->header.rule_count + 1) * SIFT_STATE_EVIDENCE_BYTES_MAX;
  reader->feed.limit = record_max > reader->feed.capacity ? record_max : reader->feed.capacity;
  return status;
}

enum sift_status sift_state_reader_new(struct sift_state_reader **out, struct sift_state_input input) {
  *out = NULL;
  struct sift_state_reader *reader = calloc(1, sizeof *reader);
  if (reader == NULL) {
    return SIFT_ENOMEM;
  }
  enum sift_status status = open_reader(reader, input);
  if (status != SIFT_OK) {
    sift_state_reader_free(reader);
    return status;
  }
  *out = reader;
  return SIFT_OK;
}

void sift_state_reader_free(struct sift_state_reader *reader) {
  if (reader == NULL) {
    return;
  }
  sift_unzstd_free(reader->unzstd);
  sift_feed_release(&reader->feed);
  sift_arena_release(&reader->arena);
  sift_fleet_release(&reader->fleet);
  free(reader->space.evidence);
  free(reader->sources);
  free(reader);
}

const struct sift_state_header *sift_state_reader_header(const struct sift_state_reader *reader) {
  return &reader->header;
}

const struct sift_fleet *sift_state_reader_fleet(const struct sift_state_reader *reader) {
  assert(reader->status == SIFT_END);
  return &reader->fleet;
}

/* --- a Space ----------------------------------------------------------------------------------------------------------- */

/* How the times of a Space are told; docs/state.md. */
struct scale {
  int64_t base_ns;
  uint64_t unit;
  uint64_t past_max; /* the largest count of units that 64 bits of ns can hold */
};

static struct scale take_scale(struct sift_cursor *cursor) {
  struct scale scale = {.base_ns = SIFT_TIME_NONE};
  if (!sift_take_nil(cursor)) {
    scale.base_ns = sift_take_signed(cursor);
    sift_cursor_expect(cursor, scale.base_ns != SIFT_TIME_NONE);
  }
  scale.unit = sift_take_unsigned(cursor);
  bool known = false;
  for (size_t i = 0; i < sizeof sift_state_units / sizeof sift_state_units[0]; i++) {
    known = known || scale.unit == sift_state_units[i];
  }
  sift_cursor_expect(cursor, known);
  scale.past_max = known ? ((uint64_t)INT64_MAX - (uint64_t)scale.base_ns) / scale.unit : 0;
  return scale;
}

/* The sources are terminated when the whole record is known to stand in the feed; until then only spans are kept. */
static bool reserve_sources(struct sift_state_reader *reader, size_t count) {
  if (count <= reader->source_capacity) {
    return true;
  }
  struct sift_span *sources = realloc(reader->sources, count * sizeof *sources);
  if (sources == NULL) {
    return false;
  }
  reader->sources = sources;
  reader->source_capacity = count;
  return true;
}

static bool reserve_evidence(struct sift_space *space, uint32_t count) {
  if (count <= space->evidence_capacity) {
    return true;
  }
  struct sift_evidence *evidence = realloc(space->evidence, count * sizeof *evidence);
  if (evidence == NULL) {
    return false;
  }
  space->evidence = evidence;
  space->evidence_capacity = count;
  return true;
}

static uint32_t take_sources(struct sift_state_reader *reader, struct sift_cursor *cursor, enum sift_status *status) {
  uint32_t count = sift_take_array(cursor, (uint32_t)(4 * reader->header.rule_count));
  if (!reserve_sources(reader, count)) {
    *status = SIFT_ENOMEM;
    return 0;
  }
  for (uint32_t i = 0; i < count; i++) {
    struct sift_span source = sift_take_text(cursor, SIFT_STATE_SOURCE_BYTES_MAX);
    sift_cursor_expect(cursor, source.len == 0 || memchr(source.data, '\0', source.len) == NULL);
    reader->sources[i] = source;
  }
  return count;
}

static struct sift_instant take_instant(const struct sift_state_reader *reader, struct sift_cursor *cursor,
                                        const struct scale *scale, uint32_t source_count) {
  struct sift_instant instant = {.time_ns = SIFT_TIME_NONE, .source = ""};
  sift_cursor_expect(cursor, sift_take_array(cursor, SIFT_STATE_INSTANT_ITEMS) == SIFT_STATE_INSTANT_ITEMS);
  if (!sift_take_nil(cursor)) {
    uint64_t past = sift_take_unsigned(cursor);
    sift_cursor_expect(cursor, scale->base_ns != SIFT_TIME_NONE && past <= scale->past_max);
    instant.time_ns = (int64_t)((uint64_t)scale->base_ns + past * scale->unit);
  }
  uint64_t source = sift_take_unsigned(cursor);
  instant.offset = sift_take_unsigned(cursor);
  sift_cursor_expect(cursor, source < source_count);
  if (cursor->fault == SIFT_FAULT_NONE) {
    instant.source = reader->sources[source].data;
  }
  return instant;
}

/* The numbers of an evidence, up to the sample's line; whether they make sense is for the caller to ask. */
static void take_numbers(const struct sift_state_reader *reader, struct sift_cursor *cursor, const struct scale *scale,
                         uint32_t source_count, struct sift_evidence *evidence) {
  sift_cursor_expect(cursor, sift_take_array(cursor, SIFT_STATE_EVIDENCE_ITEMS) == SIFT_STATE_EVIDENCE_ITEMS);
  uint64_t rule = sift_take_unsigned(cursor);
  sift_cursor_expect(cursor, rule < reader->header.rule_count);
  evidence->rule = (uint32_t)rule;
  evidence->demoted = sift_take_bool(cursor);
  evidence->count = sift_take_unsigned(cursor);
  evidence->first = take_instant(reader, cursor, scale, source_count);
  evidence->last = sift_take_nil(cursor) ? evidence->first : take_instant(reader, cursor, scale, source_count);
  evidence->sample.line = sift_take_unsigned(cursor);
}

/* Inline at any price: an instant that goes through memory takes as long as reading it. */
static inline __attribute__((always_inline)) struct sift_instant
dash_instant(const struct sift_state_reader *reader, struct sift_dash *dash, const struct scale *scale, uint32_t source_count) {
  struct sift_instant instant = {.time_ns = SIFT_TIME_NONE, .source = ""};
  dash->good = dash->good && sift_dash_is(dash, 0x90 | SIFT_STATE_INSTANT_ITEMS);
  if (!sift_dash_is(dash, 0xC0)) {
    uint64_t past = sift_dash_unsigned(dash);
    dash->good = dash->good && scale->base_ns != SIFT_TIME_NONE && past <= scale->past_max;
    instant.time_ns = (int64_t)((uint64_t)scale->base_ns + past * scale->unit);
  }
  uint64_t source = sift_dash_unsigned(dash);
  instant.offset = sift_dash_unsigned(dash);
  dash->good = dash->good && source < source_count;
  instant.source = dash->good ? reader->sources[source].data : "";
  return instant;
}

/* The same in a dash where there is room for it: most of the time of reading goes here. False, and the cursor stays, where
 * anything is not as it most often is. */
static bool dash_numbers(const struct sift_state_reader *reader, struct sift_cursor *cursor, const struct scale *scale,
                         uint32_t source_count, struct sift_evidence *evidence) {
  enum { OBJECTS = 1 + 3 + 2 * (1 + SIFT_STATE_INSTANT_ITEMS) + 2 }; /* array, numbers, instants, nil, line */
  if (cursor->end - cursor->at < (ptrdiff_t)OBJECTS * SIFT_DASH_MAX) {
    return false;
  }
  struct sift_dash dash = {.at = cursor->at, .good = true};
  dash.good = sift_dash_is(&dash, 0x90 | SIFT_STATE_EVIDENCE_ITEMS);
  uint64_t rule = sift_dash_unsigned(&dash);
  evidence->rule = (uint32_t)rule;
  evidence->demoted = sift_dash_is(&dash, 0xC3);
  dash.good = dash.good && rule < reader->header.rule_count && (evidence->demoted || sift_dash_is(&dash, 0xC2));
  evidence->count = sift_dash_unsigned(&dash);
  const struct sift_instant first = dash_instant(reader, &dash, scale, source_count);
  evidence->first = first;
  evidence->last = sift_dash_is(&dash, 0xC0) ? first : dash_instant(reader, &dash, scale, source_count);
  evidence->sample.line = sift_dash_unsigned(&dash);
  if (dash.good) {
    cursor->at = dash.at;
  }
  return dash.good;
}

/* Text and fields stay where they stand: that is how samples hold them too. */
static void take_sample(struct sift_cursor *cursor, struct sift_sample *sample) {
  struct sift_span text = sift_take_text(cursor, SIFT_SAMPLE_BYTES_MAX);
  uint32_t field_count = sift_take_array(cursor, SIFT_CAPTURES_MAX);
  for (uint32_t i = 0; i < field_count; i++) {
    sift_take_text(cursor, SIFT_FIELD_BYTES_MAX);
  }
  if (cursor->fault == SIFT_FAULT_NONE) {
    sample->bytes = (char *)(uintptr_t)text.data;
    sample->text_len = (uint32_t)text.len;
    sample->size = (uint32_t)(cursor->at - text.data);
  }
}

static void take_evidence(const struct sift_state_reader *reader, struct sift_cursor *cursor, const struct scale *scale,
                          uint32_t source_count, struct sift_evidence *evidence) {
  if (!dash_numbers(reader, cursor, scale, source_count, evidence)) {
    take_numbers(reader, cursor, scale, source_count, evidence);
  }
  evidence->sample.capacity = 0;
  take_sample(cursor, &evidence->sample);
  sift_cursor_expect(cursor, evidence->count > 0);
}

/* Whether it comes after the one before it in the order of a sorted Space. */
static bool evidence_rises(const struct sift_evidence *evidence, uint32_t index) {
  if (index == 0) {
    return true;
  }
  const struct sift_evidence *before = evidence - 1;
  return before->rule < evidence->rule || (before->rule == evidence->rule && !before->demoted && evidence->demoted);
}

static enum sift_status take_space(struct sift_state_reader *reader, struct sift_cursor *cursor, uint32_t *source_count) {
  enum sift_status status = SIFT_OK;
  struct sift_space *space = &reader->space;
  sift_cursor_expect(cursor, sift_take_array(cursor, SIFT_STATE_SPACE_ITEMS) == SIFT_STATE_SPACE_ITEMS);
  space->name = sift_take_text(cursor, SIFT_SPACE_NAME_MAX);
  space->lines = sift_take_unsigned(cursor);
  space->bytes = sift_take_unsigned(cursor);
  struct scale scale = take_scale(cursor);
  *source_count = take_sources(reader, cursor, &status);
  uint32_t count = sift_take_array(cursor, (uint32_t)(2 * reader->header.rule_count));
  if (status != SIFT_OK || !reserve_evidence(space, count)) {
    return SIFT_ENOMEM;
  }
  for (uint32_t i = 0; i < count && cursor->fault == SIFT_FAULT_NONE; i++) {
    take_evidence(reader, cursor, &scale, *source_count, &space->evidence[i]);
    sift_cursor_expect(cursor, cursor->fault != SIFT_FAULT_NONE || evidence_rises(&space->evidence[i], i));
  }
  space->evidence_count = count;
  return SIFT_OK;
}

/* Sources are followed by another object's first byte, which has been read and may go. */
static void terminate_sources(struct sift_state_reader *reader, uint32_t count) {
  for (uint32_t i = 0; i < count; i++) {
    size_t end = (size_t)(reader->sources[i].data - reader->feed.bytes) + reader->sources[i].len;
    reader->feed.bytes[end] = '\0';
  }
}

/* What needs terminated sources: the Space's own first and last, and that no evidence ends before it begins. */
static bool widen(struct sift_space *space) {
  space->first = (struct sift_instant){.time_ns = SIFT_TIME_NONE, .source = ""};
  space->last = space->first;
  for (uint32_t i = 0; i < space->evidence_count; i++) {
    const struct sift_evidence *evidence = &space->evidence[i];
    if (sift_instant_compare(&evidence->first, &evidence->last) > 0) {
      return false;
    }
    if (i == 0 || sift_instant_compare(&evidence->first, &space->first) < 0) {
      space->first = evidence->first;
    }
    if (i == 0 || sift_instant_compare(&evidence->last, &space->last) > 0) {
      space->last = evidence->last;
    }
  }
  return true;
}

static enum sift_status accept_space(struct sift_state_reader *reader, uint32_t source_count) {
  struct sift_span name = reader->space.name;
  bool rises = sift_span_compare(sift_span(reader->last_name, reader->last_name_len), name) < 0;
  terminate_sources(reader, source_count);
  if (!rises || !sift_state_name_valid(name) || !widen(&reader->space)) {
    return SIFT_ECORRUPT;
  }
  memcpy(reader->last_name, name.data, name.len);
  reader->last_name_len = name.len;
  return SIFT_OK;
}

/* --- the stream -------------------------------------------------------------------------------------------------------- */

static enum sift_status read_space(struct sift_state_reader *reader) {
  for (;;) {
    struct sift_span window = sift_feed_window(&reader->feed);
    struct sift_cursor cursor = sift_cursor(window);
    uint32_t source_count = 0;
    enum sift_status status = take_space(reader, &cursor, &source_count);
    if (status != SIFT_OK) {
      return status;
    }
    if (cursor.fault == SIFT_FAULT_NONE) {
      sift_feed_take(&reader->feed, (size_t)(cursor.at - window.data));
      return accept_space(reader, source_count);
    }
    status = cursor.fault == SIFT_FAULT_SHORT ? sift_feed_more(&reader->feed, true) : SIFT_ECORRUPT;
    if (status != SIFT_OK) {
      return cut_short(status);
    }
  }
}

/* The fleet record is the last: nothing may follow, and the frame must end well. */
static enum sift_status read_end(struct sift_state_reader *reader) {
  size_t classes = reader->header.class_count > 0 ? reader->header.class_count : SIFT_CLASSES_MAX;
  size_t rules = reader->header.rule_count;
  enum sift_status status = sift_state_unpack_fleet(&reader->feed, (uint32_t)classes, (uint32_t)rules, &reader->fleet);
  if (status != SIFT_OK) {
    return cut_short(status);
  }
  if (sift_feed_window(&reader->feed).len > 0) {
    return SIFT_ECORRUPT;
  }
  status = sift_feed_more(&reader->feed, true);
  return status == SIFT_OK ? SIFT_ECORRUPT : status;
}

/* Spaces are arrays, the fleet record is a map. */
static enum sift_status read_next(struct sift_state_reader *reader) {
  if (sift_feed_window(&reader->feed).len == 0) {
    enum sift_status status = sift_feed_more(&reader->feed, true);
    if (status != SIFT_OK) {
      return cut_short(status);
    }
  }
  bool map = ((unsigned char)sift_feed_window(&reader->feed).data[0] & 0xF0) == 0x80;
  return map ? read_end(reader) : read_space(reader);
}

enum sift_status sift_state_next(struct sift_state_reader *reader, const struct sift_space **out) {
  *out = NULL;
  if (reader->status == SIFT_OK) {
    reader->status = read_next(reader);
  }
  if (reader->status == SIFT_OK) {
    *out = &reader->space;
  }
  return reader->status;
}
