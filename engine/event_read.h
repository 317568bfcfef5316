/* Reads the events format of docs/events.md back, from bytes that may lie. */
#ifndef SIFT_ENGINE_EVENT_READ_H
#define SIFT_ENGINE_EVENT_READ_H

#include "engine/ruleset.h"
#include "engine/state.h"

#ifdef __cplusplus
extern "C" {
#endif

enum {
  SIFT_EVENT_BYTES_MAX = 64 * 1024,     /* a packed event or header; the encoder's stay below */
  SIFT_EVENT_FIELD_NAME_BYTES_MAX = 64, /* a word of letters, digits and '_' */
};

struct sift_event_field {
  struct sift_span name, value;
};

/* One event as it stands in the file; spans are borrowed until the next call. */
struct sift_event_record {
  int64_t time_ns; /* or SIFT_TIME_NONE */
  struct sift_span space, channel, rule, class_id, severity, source, text;
  uint64_t severity_number, offset, line; /* line 0: unknown */
  bool cut;                               /* the text is only the line's beginning */
  struct sift_event_field fields[SIFT_CAPTURES_MAX];
  uint32_t field_count;
};

/* Takes one event from bytes at hand; spans are borrowed from them. A fault of the cursor says that none stands there. */
struct sift_cursor;
void sift_event_take(struct sift_cursor *cursor, struct sift_event_record *out);

/* Reads plain (decompressed) events. Streams may follow one another, each with its header. One thread. */
struct sift_event_reader;
enum sift_status sift_event_reader_new(struct sift_event_reader **out, struct sift_state_input input);
void sift_event_reader_free(struct sift_event_reader *reader);

/* SIFT_OK with an event, or SIFT_END. SIFT_EFORMAT where the first bytes are no header of events, SIFT_EVERSION where it is
 * of another version, SIFT_ETRUNCATED where the input ends within an event, SIFT_ECORRUPT for other damage, or what the
 * input says. The first error sticks. */
enum sift_status sift_event_next(struct sift_event_reader *reader, const struct sift_event_record **out);

/* Where the last object, or the damage, begins in the input. */
uint64_t sift_event_reader_offset(const struct sift_event_reader *reader);

#ifdef __cplusplus
}
#endif
#endif
