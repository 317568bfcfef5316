/* A peer that speaks Forward, and a sink that writes down what it is told. Included behind cmocka.h. */
#ifndef SIFT_TESTS_FORWARD_SUPPORT_H
#define SIFT_TESTS_FORWARD_SUPPORT_H

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engine/batch.h"
#include "engine/pack.h"
#include "ingest/serve/protocol.h"
#include "ingest/serve/scratch.h"

enum { TOLD_BYTES = 1 << 16, WIRE_BYTES = 1 << 20 };

/* Everything that was told, a line each, and the last reply and ack as they are. */
struct told {
  char log[TOLD_BYTES];
  size_t len;
  char reply[1200];
  size_t reply_len;
  unsigned replies, acks, records;
  bool quiet;               /* only counts records */
  bool chunk_known;         /* what chunk() answers: that its records were taken before */
  enum sift_status refuses; /* what record() answers */
};

static inline void told_line(struct told *told, const char *what, struct sift_span a, struct sift_span b, struct sift_span c) {
  int room = (int)(sizeof told->log - told->len);
  int len = snprintf(told->log + told->len, (size_t)room, "%s %.*s|%.*s|%.*s\n", what, (int)a.len, a.data, (int)b.len, b.data,
                     (int)c.len, c.data);
  assert_true(len < room);
  told->len += (size_t)len;
}

static inline enum sift_status told_record(void *context, const struct sift_live_record *record) {
  struct told *told = context;
  char name[64] = "record";
  told->records++;
  if (told->quiet || told->refuses != SIFT_OK) {
    return told->refuses;
  }
  if (record->time_ns != SIFT_TIME_NONE) {
    snprintf(name, sizeof name, "record %" PRId64, record->time_ns);
  }
  told_line(told, name, record->space, record->channel, record->text);
  return SIFT_OK;
}

static inline enum sift_status told_text(void *context, struct sift_span space, struct sift_span channel, char *text, size_t len) {
  told_line(context, "text", space, channel, sift_span(text, len));
  return SIFT_OK;
}

static inline void told_damage(void *context, enum sift_reason reason, uint64_t count) {
  char line[96];
  snprintf(line, sizeof line, "%s %" PRIu64, sift_reason_name(reason), count);
  told_line(context, "damage", sift_span_of(line), sift_span("", 0), sift_span("", 0));
}

static inline bool told_chunk(void *context, struct sift_span id) {
  struct told *told = context;
  told_line(told, "chunk", id, sift_span("", 0), sift_span("", 0));
  return !told->chunk_known;
}

static inline void told_keep(struct told *told, struct sift_span reply) {
  assert_true(reply.len <= sizeof told->reply);
  memcpy(told->reply, reply.data, reply.len);
  told->reply_len = reply.len;
}

static inline enum sift_status told_ack(void *context, struct sift_span reply) {
  struct told *told = context;
  told->acks++;
  told_keep(told, reply);
  told_line(told, "ack", sift_span("", 0), sift_span("", 0), sift_span("", 0));
  return SIFT_OK;
}

static inline enum sift_status told_reply(void *context, struct sift_span reply) {
  struct told *told = context;
  told->replies++;
  told_keep(told, reply);
  return SIFT_OK;
}

/* A connection as the receiver sees it: what feed leaves comes again. */
struct peer {
  struct told told;
  struct sift_live_sink sink;
  struct sift_protocol_scratch scratch;
  struct sift_protocol_config config;
  struct sift_origin *origin;
  struct sift_protocol *protocol;
  char *wire;
  size_t len; /* left over */
};

static inline struct peer *peer_new(const char *space, const char *text, const struct sift_forward_auth *auth) {
  char error[256];
  struct peer *peer = calloc(1, sizeof *peer);
  assert_non_null(peer);
  peer->wire = malloc(WIRE_BYTES + SIFT_PADDING);
  assert_non_null(peer->wire);
  memset(peer->wire + WIRE_BYTES, 0, SIFT_PADDING);
  sift_protocol_scratch_init(&peer->scratch);
  assert_int_equal(sift_origin_new(&peer->origin, SIFT_PROTOCOL_FORWARD, space, "", "", text, error, sizeof error), SIFT_OK);
  peer->sink = (struct sift_live_sink){&peer->told, told_record, told_text, told_damage, told_chunk, told_ack, told_reply};
  peer->config = (struct sift_protocol_config){.origin = peer->origin,
                                               .limits = {WIRE_BYTES, 1 << 16, 1 << 18, 23},
                                               .peer = sift_span_of("10.0.0.7"),
                                               .scratch = &peer->scratch,
                                               .auth = auth};
  return peer;
}

static inline void peer_close(struct peer *peer) {
  sift_protocol_free(peer->protocol);
  peer->protocol = NULL;
  peer->len = 0;
}

static inline enum sift_status peer_open(struct peer *peer) {
  peer_close(peer);
  assert_int_equal(sift_forward_protocol_new(&peer->protocol, &peer->config, &peer->sink), SIFT_OK);
  return sift_protocol_open(peer->protocol);
}

/* Sends in pieces of `step` bytes (0: all at once), opening a connection where none stands. */
static inline enum sift_status peer_send(struct peer *peer, struct sift_span bytes, size_t step) {
  enum sift_status status = peer->protocol == NULL ? peer_open(peer) : SIFT_OK;
  step = step > 0 ? step : bytes.len;
  for (size_t at = 0; at < bytes.len && status == SIFT_OK; at += step) {
    size_t part = step < bytes.len - at ? step : bytes.len - at;
    size_t used = 0;
    assert_true(peer->len + part <= WIRE_BYTES);
    memcpy(peer->wire + peer->len, bytes.data + at, part);
    peer->len += part;
    status = sift_protocol_feed(peer->protocol, peer->wire, peer->len, &used);
    assert_true(used <= peer->len);
    peer->len -= used;
    memmove(peer->wire, peer->wire + used, peer->len);
  }
  return status;
}

static inline enum sift_status peer_finish(struct peer *peer) {
  enum sift_status status = sift_protocol_finish(peer->protocol, peer->wire, peer->len);
  peer_close(peer);
  return status;
}

static inline void peer_free(struct peer *peer) {
  peer_close(peer);
  sift_origin_free(peer->origin);
  sift_protocol_scratch_release(&peer->scratch);
  free(peer->wire);
  free(peer);
}

/* A literal with NULs in it. */
#define BYTES(literal) sift_span(literal, sizeof(literal) - 1)

static inline void expect_told(struct peer *peer, const char *log) {
  peer->told.log[peer->told.len] = '\0';
  assert_string_equal(peer->told.log, log);
  peer->told.len = 0;
}

/* Sends whole messages, byte by byte too, and checks that each way tells the same. */
static inline void expect_sent(struct peer *peer, struct sift_span bytes, enum sift_status status, const char *log) {
  const size_t steps[] = {0, 1, 7};
  for (size_t i = 0; i < 3; i++) {
    peer_close(peer);
    assert_int_equal(peer_send(peer, bytes, steps[i]), status);
    expect_told(peer, log);
  }
}

/* Writes "[tag, " and what comes behind it, to be ended by the caller. */
static inline char *put_text(char *at, const char *text) {
  return sift_put_str(at, sift_span_of(text));
}

/* An EventTime as fixext 8. */
static inline char *put_event_time(char *at, uint32_t seconds, uint32_t nanoseconds) {
  at = sift_put_byte(sift_put_byte(at, 0xD7), 0x00);
  return sift_put_big(sift_put_big(at, seconds, 4), nanoseconds, 4);
}

#endif
