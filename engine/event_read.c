#include "engine/event_read.h"

#include <stdlib.h>

#include "engine/event.h"
#include "engine/feed.h"
#include "engine/unpack.h"

enum { PAIRS_MAX = 64, KEY_BYTES_MAX = 64 };

struct sift_event_reader {
  struct sift_feed feed;
  bool headed;     /* a header has come */
  uint64_t offset; /* of the object read last */
  enum sift_status status;
  struct sift_event_record record;
};

enum sift_status sift_event_reader_new(struct sift_event_reader **out, struct sift_state_input input) {
  *out = NULL;
  struct sift_event_reader *reader = calloc(1, sizeof *reader);
  if (reader == NULL) {
    return SIFT_ENOMEM;
  }
  if (sift_feed_init(&reader->feed, input, SIFT_EVENT_BYTES_MAX) != SIFT_OK) {
    free(reader);
    return SIFT_ENOMEM;
  }
  *out = reader;
  return SIFT_OK;
}

void sift_event_reader_free(struct sift_event_reader *reader) {
  if (reader != NULL) {
    sift_feed_release(&reader->feed);
    free(reader);
  }
}

uint64_t sift_event_reader_offset(const struct sift_event_reader *reader) {
  return reader->offset;
}

/* --- an event ---------------------------------------------------------------------------------------------------------- */

/* In the order in which they are written. */
enum key {
  KEY_V,
  KEY_RULE,
  KEY_CLASS,
  KEY_SEVERITY,
  KEY_SEVERITY_NUMBER,
  KEY_TIME,
  KEY_SPACE,
  KEY_CHANNEL,
  KEY_SOURCE,
  KEY_OFFSET,
  KEY_LINE,
  KEY_TEXT,
  KEY_CUT,
  KEY_FIELDS,
  KEYS
};

/* The others may be left out. */
enum { KEYS_OPTIONAL = 1 << KEY_V | 1 << KEY_LINE | 1 << KEY_CUT | 1 << KEY_FIELDS };

#define KEY_NAME(name)                                                                                                             \
  { (name), sizeof(name) - 1 }
static const struct sift_span key_names[KEYS] = {
    KEY_NAME("v"),    KEY_NAME("rule"),  KEY_NAME("class"),   KEY_NAME("severity"), KEY_NAME("severity_number"),
    KEY_NAME("time"), KEY_NAME("space"), KEY_NAME("channel"), KEY_NAME("source"),   KEY_NAME("offset"),
    KEY_NAME("line"), KEY_NAME("text"),  KEY_NAME("cut"),     KEY_NAME("fields"),
};

/* `likely`: where to begin to look. */
static enum key find_key(struct sift_span name, unsigned likely) {
  for (unsigned i = likely; i < KEYS; i++) {
    if (sift_span_equal(name, key_names[i])) {
      return (enum key)i;
    }
  }
  for (unsigned i = 0; i < likely; i++) {
    if (sift_span_equal(name, key_names[i])) {
      return (enum key)i;
    }
  }
  return KEYS;
}

static bool is_word(struct sift_span name) {
  for (size_t i = 0; i < name.len; i++) {
    char c = name.data[i];
    if (!((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_')) {
      return false;
    }
  }
  return name.len > 0;
}

static void take_fields(struct sift_cursor *cursor, struct sift_event_record *record) {
  record->field_count = sift_take_map(cursor, SIFT_CAPTURES_MAX);
  for (uint32_t i = 0; i < record->field_count; i++) {
    struct sift_event_field *field = &record->fields[i];
    field->name = sift_take_text(cursor, SIFT_EVENT_FIELD_NAME_BYTES_MAX);
    field->value = sift_take_text(cursor, SIFT_EVENT_BYTES_MAX);
    sift_cursor_expect(cursor, is_word(field->name));
  }
}

static void take_value(struct sift_cursor *cursor, enum key key, struct sift_event_record *record) {
  switch (key) {
  case KEY_V:
    sift_cursor_expect(cursor, sift_take_unsigned(cursor) == SIFT_EVENT_VERSION);
    return;
  case KEY_TIME:
    record->time_ns = sift_take_time(cursor);
    return;
  case KEY_SPACE:
    record->space = sift_take_text(cursor, SIFT_EVENT_BYTES_MAX);
    return;
  case KEY_CHANNEL:
    record->channel = sift_take_text(cursor, SIFT_EVENT_BYTES_MAX);
    return;
  case KEY_RULE:
    record->rule = sift_take_text(cursor, SIFT_EVENT_BYTES_MAX);
    return;
  case KEY_CLASS:
    record->class_id = sift_take_text(cursor, SIFT_EVENT_BYTES_MAX);
    return;
  case KEY_SEVERITY:
    record->severity = sift_take_text(cursor, SIFT_EVENT_BYTES_MAX);
    return;
  case KEY_SEVERITY_NUMBER:
    record->severity_number = sift_take_unsigned(cursor);
    return;
  case KEY_SOURCE:
    record->source = sift_take_text(cursor, SIFT_EVENT_BYTES_MAX);
    return;
  case KEY_OFFSET:
    record->offset = sift_take_unsigned(cursor);
    return;
  case KEY_LINE:
    record->line = sift_take_unsigned(cursor);
    return;
  case KEY_TEXT:
    record->text = sift_take_text(cursor, SIFT_EVENT_BYTES_MAX);
    return;
  case KEY_CUT:
    record->cut = sift_take_bool(cursor);
    return;
  case KEY_FIELDS:
    take_fields(cursor, record);
    return;
  case KEYS:
    sift_take_any(cursor); /* what a later program adds */
    return;
  }
}

/* Keys in any order, each at most once. */
static void take_event(struct sift_cursor *cursor, uint32_t pairs, struct sift_event_record *record) {
  unsigned seen = 0;
  unsigned likely = 0;
  *record = (struct sift_event_record){.time_ns = SIFT_TIME_NONE};
  for (uint32_t i = 0; i < pairs && cursor->fault == SIFT_FAULT_NONE; i++) {
    enum key key = find_key(sift_take_text(cursor, KEY_BYTES_MAX), likely);
    sift_cursor_expect(cursor, key == KEYS || (seen >> key & 1) == 0);
    seen |= 1U << key;
    likely = key < KEYS ? key + 1U : likely;
    take_value(cursor, key, record);
  }
  unsigned required = ((1U << KEYS) - 1) & ~(unsigned)KEYS_OPTIONAL;
  sift_cursor_expect(cursor, cursor->fault != SIFT_FAULT_NONE || (seen & required) == required);
}

void sift_event_take(struct sift_cursor *cursor, struct sift_event_record *out) {
  take_event(cursor, sift_take_map(cursor, PAIRS_MAX), out);
}

/* --- the stream -------------------------------------------------------------------------------------------------------- */

/* A map's first key tells headers ("spacesift") and what a journal keeps besides ("journal") from events, which have neither. */
static bool begins_with(struct sift_cursor cursor, const char *key) {
  sift_take_map(&cursor, PAIRS_MAX);
  sift_take_key(&cursor, key);
  return cursor.fault == SIFT_FAULT_NONE;
}

static enum sift_status take_header(struct sift_cursor *cursor) {
  uint32_t pairs = sift_take_map(cursor, PAIRS_MAX);
  sift_take_key(cursor, "spacesift");
  sift_take_key(cursor, "events");
  if (cursor->fault != SIFT_FAULT_NONE) {
    return SIFT_EFORMAT;
  }
  sift_take_key(cursor, "v");
  uint64_t version = sift_take_unsigned(cursor);
  for (uint32_t i = 2; i < pairs; i++) {
    sift_take_text(cursor, KEY_BYTES_MAX);
    sift_take_any(cursor);
  }
  return cursor->fault == SIFT_FAULT_NONE && version != SIFT_EVENT_VERSION ? SIFT_EVERSION : SIFT_OK;
}

/* One object; *is_event says which kind it was. */
static enum sift_status take_object(struct sift_event_reader *reader, struct sift_cursor *cursor, bool *is_event) {
  *is_event = false;
  if (begins_with(*cursor, "spacesift")) {
    return take_header(cursor);
  }
  if (!reader->headed) {
    sift_take_map(cursor, PAIRS_MAX);
    sift_take_key(cursor, "spacesift");
    return SIFT_EFORMAT;
  }
  if (begins_with(*cursor, "journal")) {
    sift_take_any(cursor);
    return SIFT_OK;
  }
  *is_event = true;
  take_event(cursor, sift_take_map(cursor, PAIRS_MAX), &reader->record);
  return SIFT_OK;
}

/* Reads on within an object: what it means that there is no more. */
static enum sift_status read_more(struct sift_event_reader *reader, enum sift_status so_far) {
  bool begun = sift_feed_window(&reader->feed).len > 0;
  enum sift_status status = sift_feed_more(&reader->feed, false);
  if (status == SIFT_ELIMIT) {
    return SIFT_ECORRUPT;
  }
  if (status != SIFT_END) {
    return status;
  }
  if (!reader->headed) {
    return SIFT_EFORMAT;
  }
  return begun ? (so_far == SIFT_EFORMAT ? SIFT_EFORMAT : SIFT_ETRUNCATED) : SIFT_END;
}

/* Reads until an event stands whole in the window. */
static enum sift_status read_event(struct sift_event_reader *reader) {
  for (;;) {
    struct sift_span window = sift_feed_window(&reader->feed);
    struct sift_cursor cursor = sift_cursor(window);
    bool is_event = false;
    reader->offset = sift_feed_offset(&reader->feed);
    enum sift_status status = take_object(reader, &cursor, &is_event);
    if (cursor.fault == SIFT_FAULT_SHORT) {
      status = read_more(reader, status);
    } else if (status == SIFT_OK && cursor.fault == SIFT_FAULT_BAD) {
      status = SIFT_ECORRUPT;
    } else if (status == SIFT_OK) {
      sift_feed_take(&reader->feed, (size_t)(cursor.at - window.data));
      reader->headed = true;
      if (is_event) {
        return SIFT_OK;
      }
    }
    if (status != SIFT_OK) {
      return status;
    }
  }
}

enum sift_status sift_event_next(struct sift_event_reader *reader, const struct sift_event_record **out) {
  *out = NULL;
  if (reader->status == SIFT_OK) {
    reader->status = read_event(reader);
  }
  if (reader->status == SIFT_OK) {
    *out = &reader->record;
  }
  return reader->status;
}
