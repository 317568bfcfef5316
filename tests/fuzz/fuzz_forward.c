/* Property: any bytes tell the same records, damage and acks however they are cut, and leave the connection in the same state. */
#include <assert.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <xxhash.h>

#include "engine/batch.h"
#include "ingest/serve/forward_auth.h"
#include "ingest/serve/protocol.h"
#include "ingest/serve/scratch.h"

struct outcome {
  XXH3_state_t *told;
  uint64_t count;
  enum sift_status status;
};

static void note(struct outcome *outcome, char kind, struct sift_span bytes) {
  XXH3_64bits_update(outcome->told, &kind, 1);
  XXH3_64bits_update(outcome->told, &bytes.len, sizeof bytes.len);
  if (bytes.len > 0) { /* reads every byte of what was lent */
    XXH3_64bits_update(outcome->told, bytes.data, bytes.len);
  }
  outcome->count++;
}

static enum sift_status on_record(void *context, const struct sift_live_record *record) {
  note(context, 's', record->space);
  note(context, 'c', record->channel);
  note(context, 't', record->text);
  note(context, 'n', sift_span((const char *)&record->time_ns, sizeof record->time_ns));
  return SIFT_OK;
}

static enum sift_status on_text(void *context, struct sift_span space, struct sift_span channel, char *text, size_t len) {
  (void)context, (void)space, (void)channel, (void)text, (void)len;
  abort(); /* Forward has no raw text */
}

static void on_damage(void *context, enum sift_reason reason, uint64_t count) {
  assert(reason < SIFT_REASONS && count > 0);
  note(context, 'd', sift_span_of(sift_reason_name(reason)));
}

static bool on_chunk(void *context, struct sift_span id) {
  note(context, 'i', id);
  return id.len % 2 != 0;
}

static enum sift_status on_ack(void *context, struct sift_span reply) {
  assert(reply.len <= 511);
  note(context, 'a', reply);
  return SIFT_OK;
}

static enum sift_status on_reply(void *context, struct sift_span reply) {
  (void)context; /* holds random numbers */
  assert(reply.len <= SIFT_HANDSHAKE_BYTES_MAX);
  return SIFT_OK;
}

/* What a connection gives whose bytes come in pieces that `seed` cuts; 0: all at once. Each call has memory of its own. */
static void run(struct sift_protocol_config *config, const uint8_t *data, size_t size, unsigned seed, struct outcome *outcome) {
  struct sift_live_sink sink = {outcome, on_record, on_text, on_damage, on_chunk, on_ack, on_reply};
  struct sift_protocol *protocol = NULL;
  if (sift_forward_protocol_new(&protocol, config, &sink) != SIFT_OK) {
    abort();
  }
  outcome->status = sift_protocol_open(protocol);
  bool whole = seed == 0;
  size_t step_max = seed % 3 == 0 ? 2 : SIZE_MAX;
  size_t begin = 0;
  size_t end = 0;
  while (outcome->status == SIFT_OK && end < size) {
    size_t left = size - end;
    size_t step = whole ? left : 1 + (size_t)rand_r(&seed) % (left < step_max ? left : step_max);
    end += step;
    char *bytes = malloc(end - begin + SIFT_PADDING);
    if (bytes == NULL) {
      abort();
    }
    memcpy(bytes, data + begin, end - begin);
    memset(bytes + (end - begin), 0, SIFT_PADDING);
    size_t used = 0;
    outcome->status = sift_protocol_feed(protocol, bytes, end - begin, &used);
    assert(used <= end - begin);
    begin += used;
    if (outcome->status == SIFT_OK && end == size) {
      outcome->status = sift_protocol_finish(protocol, bytes, end - begin);
    }
    free(bytes);
  }
  sift_protocol_free(protocol);
}

static struct sift_origin *make_origin(void) {
  struct sift_origin *origin = NULL;
  char error[256];
  if (sift_origin_new(&origin, SIFT_PROTOCOL_FORWARD, NULL, "{tag.1}|{peer}", "{time}", NULL, error, sizeof error) != SIFT_OK) {
    abort();
  }
  return origin;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  static const struct sift_forward_user user = {{"ann", 3}, {"secret", 6}};
  static const struct sift_forward_auth auth = {{"key", 3}, {"server", 6}, &user, 1};
  static struct sift_origin *origin;
  if (size < 2) {
    return 0;
  }
  origin = origin != NULL ? origin : make_origin();
  struct sift_protocol_scratch scratch;
  sift_protocol_scratch_init(&scratch);
  struct sift_protocol_config config = {.origin = origin,
                                        .limits = {2000, 500, 20000, 17},
                                        .peer = sift_span_of("10.0.0.7"),
                                        .scratch = &scratch,
                                        .auth = data[0] % 8 == 7 ? &auth : NULL};
  uint64_t hashes[2];
  struct outcome outcomes[2];
  for (unsigned i = 0; i < 2; i++) {
    outcomes[i] = (struct outcome){.told = XXH3_createState()};
    XXH3_64bits_reset(outcomes[i].told);
    run(&config, data + 2, size - 2, i == 0 ? 0 : 1U + data[1], &outcomes[i]);
    hashes[i] = XXH3_64bits_digest(outcomes[i].told);
    XXH3_freeState(outcomes[i].told);
  }
  assert(outcomes[0].status == outcomes[1].status && outcomes[0].count == outcomes[1].count && hashes[0] == hashes[1]);
  sift_protocol_scratch_release(&scratch);
  return 0;
}
