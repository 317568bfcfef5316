/* Bytes of a connection → records: lines, syslog and Forward, in pieces as a loop reads them. */
#include <stdlib.h>

#include "bench/inputs.h"
#include "bench/suite.h"
#include "engine/batch.h"
#include "engine/clean.h"
#include "ingest/serve/origin.h"
#include "ingest/serve/protocol.h"
#include "ingest/serve/scratch.h"

enum { READ_BYTES = 256 * 1024 };

enum feed { RAW_LINES, JSON_LINES, SYSLOG_LF, SYSLOG_COUNTED, SYSLOG_3164, PACKED, PACKED_KUBERNETES, COMPRESSED, MESSAGES, FEEDS };

typedef enum sift_status protocol_new(struct sift_protocol **, const struct sift_protocol_config *, const struct sift_live_sink *);

struct protocols {
  struct bench_input sent;
  protocol_new *make;
  struct sift_origin *origin;
  struct sift_protocol_scratch scratch;
  struct sift_protocol_config config;
  struct sift_live_sink sink;
  char *buffer;
  size_t capacity;
  uint64_t records, damages;
};

/* ---- the sink ---- */

static enum sift_status on_record(void *context, const struct sift_live_record *record) {
  (void)record;
  ((struct protocols *)context)->records++;
  return SIFT_OK;
}

static enum sift_status on_text(void *context, struct sift_span space, struct sift_span channel, char *text, size_t len) {
  (void)space;
  (void)channel;
  ((struct protocols *)context)->records += sift_survey(text, len).newlines;
  return SIFT_OK;
}

static void on_damage(void *context, enum sift_reason reason, uint64_t count) {
  (void)reason;
  ((struct protocols *)context)->damages += count;
}

static bool on_chunk(void *context, struct sift_span id) {
  (void)context;
  (void)id;
  return true;
}

static enum sift_status on_reply(void *context, struct sift_span reply) {
  (void)context;
  (void)reply;
  return SIFT_OK;
}

/* ---- */

static struct sift_gen_send_options options_of(enum feed feed) {
  struct sift_gen_send_options send;
  sift_gen_send_options_init(&send);
  send.target.protocol = feed <= JSON_LINES ? SIFT_GEN_LINES : feed <= SYSLOG_3164 ? SIFT_GEN_SYSLOG : SIFT_GEN_FORWARD;
  send.framing = feed == SYSLOG_COUNTED ? SIFT_GEN_COUNTED : SIFT_GEN_LF;
  send.rfc = feed == SYSLOG_3164 ? SIFT_GEN_RFC3164 : SIFT_GEN_RFC5424;
  send.raw = feed == RAW_LINES;
  send.record = feed == PACKED_KUBERNETES ? SIFT_GEN_KUBERNETES : SIFT_GEN_PLAIN;
  send.mode = feed == MESSAGES ? SIFT_GEN_MESSAGE : feed == COMPRESSED ? SIFT_GEN_COMPRESSED : SIFT_GEN_PACKED;
  send.compression = feed == COMPRESSED ? SIFT_GEN_ZSTD : SIFT_GEN_NONE;
  return send;
}

static void *open_protocols(int variant) {
  enum feed feed = (enum feed)variant;
  struct sift_gen_send_options send = options_of(feed);
  enum sift_protocol_kind kind = feed <= JSON_LINES    ? SIFT_PROTOCOL_LINES
                                 : feed <= SYSLOG_3164 ? SIFT_PROTOCOL_SYSLOG
                                                       : SIFT_PROTOCOL_FORWARD;
  char error[200];
  struct protocols *self = calloc(1, sizeof *self);
  bench_require(self != NULL, "out of memory");
  self->make = kind == SIFT_PROTOCOL_LINES    ? sift_lines_protocol_new
               : kind == SIFT_PROTOCOL_SYSLOG ? sift_syslog_protocol_new
                                              : sift_forward_protocol_new;
  bench_require(sift_origin_new(&self->origin, kind, NULL, NULL, NULL, NULL, error, sizeof error) == SIFT_OK, error);
  sift_protocol_scratch_init(&self->scratch);
  self->scratch.now_ns = INT64_C(1769853605000000000);
  self->config = (struct sift_protocol_config){
      .origin = self->origin, .limits = sift_live_limits_usual(), .peer = sift_span_of("127.0.0.1"), .scratch = &self->scratch};
  self->sink = (struct sift_live_sink){self, on_record, on_text, on_damage, on_chunk, on_reply, on_reply};
  bench_input_sent(&self->sent, &send);
  self->capacity = READ_BYTES;
  self->buffer = malloc(self->capacity + SIFT_PADDING);
  bench_require(self->buffer != NULL, "out of memory");
  return self;
}

/* What is left over stands at the buffer's begin: `left` bytes of it. Room for the next read, as much as there is to come. */
static size_t read_more(struct protocols *self, size_t left, size_t at) {
  size_t len = self->sent.len - at < READ_BYTES ? self->sent.len - at : READ_BYTES;
  if (left + len > self->capacity) {
    self->capacity = 2 * (left + len);
    self->buffer = realloc(self->buffer, self->capacity + SIFT_PADDING);
    bench_require(self->buffer != NULL, "out of memory");
  }
  memcpy(self->buffer + left, self->sent.bytes + at, len);
  return len;
}

/* The copy stands for recv(). */
static struct bench_work run_protocols(void *state) {
  struct protocols *self = state;
  struct sift_protocol *protocol = NULL;
  size_t left = 0;
  self->records = self->damages = 0;
  bench_require(self->make(&protocol, &self->config, &self->sink) == SIFT_OK && sift_protocol_open(protocol) == SIFT_OK,
                "a connection cannot begin");
  for (size_t at = 0; at < self->sent.len;) {
    size_t got = read_more(self, left, at);
    size_t used = 0;
    at += got;
    bench_require(sift_protocol_feed(protocol, self->buffer, left + got, &used) == SIFT_OK, "a connection is beyond help");
    left = left + got - used;
    memmove(self->buffer, self->buffer + used, left);
  }
  bench_require(sift_protocol_finish(protocol, self->buffer, left) == SIFT_OK, "a connection ends badly");
  sift_protocol_free(protocol);
  bench_require(self->records == self->sent.records, "not all records came");
  return (struct bench_work){.bytes = self->sent.len, .items = self->records};
}

static void close_protocols(void *state) {
  struct protocols *self = state;
  sift_protocol_scratch_release(&self->scratch);
  sift_origin_free(self->origin);
  free(self->sent.bytes);
  free(self->buffer);
  free(self);
}

#define STAGE(name, feed)                                                                                                          \
  { (name), "records", open_protocols, run_protocols, close_protocols, (feed) }
static const struct bench_stage stages[] = {
    STAGE("serve/lines_raw", RAW_LINES),
    STAGE("serve/lines_json", JSON_LINES),
    STAGE("serve/syslog_5424", SYSLOG_LF),
    STAGE("serve/syslog_5424_counted", SYSLOG_COUNTED),
    STAGE("serve/syslog_3164", SYSLOG_3164),
    STAGE("serve/forward_packed", PACKED),
    STAGE("serve/forward_packed_kubernetes", PACKED_KUBERNETES),
    STAGE("serve/forward_compressed", COMPRESSED),
    STAGE("serve/forward_message", MESSAGES),
};
const struct bench_suite bench_suite_protocols = BENCH_SUITE(stages);
