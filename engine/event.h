/* Hit ↔ msgpack: the events format of docs/events.md. */
#ifndef SIFT_ENGINE_EVENT_H
#define SIFT_ENGINE_EVENT_H

#include "engine/database.h"
#include "engine/pack.h"
#include "engine/space.h"

#ifdef __cplusplus
extern "C" {
#endif

enum { SIFT_EVENT_VERSION = 1, SIFT_EVENT_TEXT_MAX = 4096 };

struct sift_event {
  int64_t time_ns; /* or SIFT_TIME_NONE */
  struct sift_span space, channel, source, text;
  uint32_t rule;
  uint64_t offset, line; /* line 0: unknown */
  const struct sift_span *fields;
  uint32_t field_count;
};

/* Encodes events of one rule set into a growing block; what is constant for a rule is encoded once. One thread. */
struct sift_event_encoder;
enum sift_status sift_event_encoder_new(struct sift_event_encoder **out, const struct sift_ruleset *ruleset);
void sift_event_encoder_free(struct sift_event_encoder *encoder);

/* Appends one event. SIFT_ENOMEM. */
enum sift_status sift_event_encode(struct sift_event_encoder *encoder, const struct sift_event *event);

/* Appends the header map that opens a stream of events. */
enum sift_status sift_event_encode_header(struct sift_event_encoder *encoder, const char *program_version);

/* The header map alone, appended to `out`, for who writes streams of other people's events. SIFT_ENOMEM. */
enum sift_status sift_event_header(struct sift_pack *out, const struct sift_ruleset *ruleset);

/* What was encoded since the last clear; borrowed until the next call on the encoder. */
struct sift_span sift_event_block(const struct sift_event_encoder *encoder);
void sift_event_clear(struct sift_event_encoder *encoder);

#ifdef __cplusplus
}
#endif
#endif
