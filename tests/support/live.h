/* For tests of protocols: feeds bytes in any pieces as a loop would, and writes down what the sink is told. */
#ifndef SIFT_TEST_LIVE_H
#define SIFT_TEST_LIVE_H

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "engine/batch.h"
#include "ingest/serve/origin.h"
#include "ingest/serve/protocol.h"
#include "ingest/serve/scratch.h"

/* What was told, as text: "R space|channel|seconds.nanoseconds|text" for a record, "T space|channel|" and the text of blocks
 * that follow each other, "~" where one does not end in a newline, "A", "P" and "C" for acks, replies and chunks. */
struct live {
  char *log;
  size_t len, capacity;
  bool in_text; /* the log ends within a "T" */
  uint64_t damage[SIFT_REASONS];
  uint64_t damages, records;
  enum sift_status refuse; /* what `record` and `text` return from now on */
  struct sift_live_sink sink;
  struct sift_protocol_scratch scratch;
  struct sift_protocol_config config;
  enum sift_status status; /* the protocol's last */
};

typedef enum sift_status live_protocol_new(struct sift_protocol **, const struct sift_protocol_config *,
                                           const struct sift_live_sink *);

static inline void live_put(struct live *live, const char *bytes, size_t len) {
  if (live->len + len + 1 > live->capacity) {
    live->capacity = (live->len + len + 1) * 2;
    live->log = realloc(live->log, live->capacity);
    if (live->log == NULL) {
      abort();
    }
  }
  if (len > 0) {
    memcpy(live->log + live->len, bytes, len);
  }
  live->len += len;
  live->log[live->len] = '\0';
}

static inline void live_begin(struct live *live, const char *kind) {
  if (live->in_text) {
    live->in_text = false;
    live_put(live, "\n", 1);
  }
  live_put(live, kind, strlen(kind));
}

static inline void live_put_origin(struct live *live, struct sift_span space, struct sift_span channel) {
  live_put(live, space.data, space.len);
  live_put(live, "|", 1);
  live_put(live, channel.data, channel.len);
  live_put(live, "|", 1);
}

static inline enum sift_status live_record(void *context, const struct sift_live_record *record) {
  struct live *live = context;
  char time[64] = "-";
  if (record->time_ns != SIFT_TIME_NONE) {
    snprintf(time, sizeof time, "%" PRId64 ".%09" PRId64, record->time_ns / 1000000000, record->time_ns % 1000000000);
  }
  live_begin(live, "R ");
  live_put_origin(live, record->space, record->channel);
  live_put(live, time, strlen(time));
  live_put(live, "|", 1);
  live_put(live, record->text.data, record->text.len);
  live_put(live, "\n", 1);
  live->records++;
  return live->refuse;
}

static inline enum sift_status live_text(void *context, struct sift_span space, struct sift_span channel, char *text, size_t len) {
  struct live *live = context;
  volatile char sum = 0;
  for (size_t i = 0; i < SIFT_PADDING; i++) { /* readable, says the contract */
    sum = (char)(sum ^ text[len + i]);
  }
  if (!live->in_text) {
    live_begin(live, "T ");
    live_put_origin(live, space, channel);
    live->in_text = true;
  }
  live_put(live, text, len);
  if (len == 0 || text[len - 1] != '\n') {
    live_put(live, "~", 1);
  }
  memset(text, 'x', len); /* it may be modified, so nobody may look at it again */
  return live->refuse;
}

static inline void live_damage(void *context, enum sift_reason reason, uint64_t count) {
  struct live *live = context;
  live->damage[reason] += count;
  live->damages += count;
}

static inline bool live_chunk(void *context, struct sift_span id) {
  live_begin(context, "C ");
  live_put(context, id.data, id.len);
  live_put(context, "\n", 1);
  return true;
}

static inline enum sift_status live_ack(void *context, struct sift_span reply) {
  live_begin(context, "A ");
  live_put(context, reply.data, reply.len);
  live_put(context, "\n", 1);
  return SIFT_OK;
}

static inline enum sift_status live_reply(void *context, struct sift_span reply) {
  live_begin(context, "P ");
  live_put(context, reply.data, reply.len);
  live_put(context, "\n", 1);
  return SIFT_OK;
}

static inline void live_init(struct live *live, const struct sift_origin *origin) {
  *live = (struct live){0};
  live->sink = (struct sift_live_sink){live, live_record, live_text, live_damage, live_chunk, live_ack, live_reply};
  sift_protocol_scratch_init(&live->scratch);
  live->config = (struct sift_protocol_config){
      .origin = origin, .limits = sift_live_limits_usual(), .peer = sift_span_of("10.0.0.7"), .scratch = &live->scratch};
  live_put(live, "", 0);
}

static inline void live_release(struct live *live) {
  sift_protocol_scratch_release(&live->scratch);
  free(live->log);
}

/* One connection that sends `bytes`, `step` at a time (0: all at once), then ends. Each feed has memory of its own, exactly
 * as long as the contract says. *left_max: the most that was left over. */
static inline void live_run(struct live *live, live_protocol_new *protocol_new, struct sift_span bytes, size_t step,
                            size_t *left_max) {
  struct sift_protocol *protocol = NULL;
  char *left = NULL;
  size_t left_len = 0;
  step = step > 0 ? step : bytes.len + 1;
  if (protocol_new(&protocol, &live->config, &live->sink) != SIFT_OK) {
    abort();
  }
  live->status = sift_protocol_open(protocol);
  *left_max = 0;
  for (size_t at = 0; at <= bytes.len && live->status == SIFT_OK; at += step) {
    size_t len = bytes.len - at < step ? bytes.len - at : step;
    bool last = at + step > bytes.len;
    size_t used = 0;
    char *buffer = malloc(left_len + len + SIFT_PADDING);
    if (buffer == NULL) {
      abort();
    }
    if (left_len > 0) {
      memcpy(buffer, left, left_len);
    }
    memcpy(buffer + left_len, bytes.data + at, len);
    memset(buffer + left_len + len, '9', SIFT_PADDING);
    len += left_len;
    free(left);
    live->status = sift_protocol_feed(protocol, buffer, len, &used);
    if (used > len) {
      abort();
    }
    left = buffer;
    left_len = len - used;
    memmove(left, left + used, left_len);
    *left_max = live->status == SIFT_OK && left_len > *left_max ? left_len : *left_max;
    if (last && live->status == SIFT_OK) {
      char *rest = malloc(left_len + SIFT_PADDING);
      memcpy(rest, left, left_len);
      memset(rest + left_len, '9', SIFT_PADDING);
      live->status = sift_protocol_finish(protocol, rest, left_len);
      free(rest);
    }
  }
  free(left);
  sift_protocol_free(protocol);
}

#endif
