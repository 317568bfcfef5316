#include "bench/inputs.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench/suite.h"
#include "engine/batch.h"
#include "engine/clean.h"
#include "engine/worker.h"
#include "ingest/lines.h"
#include "ingest/wrapping.h"
#include "patterns/cache.h"
#include "patterns/loader.h"
#include "tools/fleetgen/encode.h"

enum { SEED = 5, FORMATS = SIFT_GEN_MIXED + 1 };

static struct {
  struct bench_input formats[FORMATS];
  struct sift_ruleset *ruleset;
  struct sift_database *database;
  struct bench_pools pools;
  bool sorted;
  char *state;
  size_t state_len;
} shared;

void bench_fail(const char *what) {
  fprintf(stderr, "bench: %s\n", what);
  exit(2);
}

/* ---- fleets ---- */

/* A fleet, told record by record. */
struct telling {
  struct sift_gen_fleet fleet;
  struct sift_gen_stream *stream;
};

static void tell(struct telling *telling, uint64_t spaces, size_t bytes) {
  char error[256];
  const struct sift_gen_fleet_config config = {.spaces = spaces, .seed = SEED, .bytes = bytes, .faults = 0.35, .incident = true};
  bench_require(sift_gen_fleet_init(&telling->fleet, &config, error, sizeof error) == SIFT_OK &&
                    sift_gen_stream_new(&telling->stream, &telling->fleet, 0, spaces) == SIFT_OK,
                "no fleet can be made");
}

static void told(struct telling *telling) {
  sift_gen_stream_free(telling->stream);
  sift_gen_fleet_release(&telling->fleet);
}

/* Takes over the text. */
static void keep(struct bench_input *out, struct sift_gen_text *text) {
  bench_require(sift_gen_text_room(text, SIFT_PADDING) != NULL && !text->failed, "out of memory");
  memset(text->bytes + text->len, 0, SIFT_PADDING);
  out->bytes = text->bytes;
  out->len = text->len;
  text->bytes = NULL;
  sift_gen_text_release(text);
}

void bench_input_make(struct bench_input *out, enum sift_gen_format format, uint64_t spaces, size_t bytes) {
  struct telling telling;
  struct sift_gen_text text;
  struct sift_gen_emitter emitter;
  struct sift_gen_record record;
  *out = (struct bench_input){0};
  tell(&telling, spaces, bytes);
  sift_gen_text_init(&text);
  sift_gen_emitter_init(&emitter);
  sift_gen_emitter_begin(&emitter, format, SEED);
  while (sift_gen_stream_next(telling.stream, &record) == SIFT_OK) {
    sift_gen_emit(&emitter, &text, &record);
    out->records++;
    out->text_bytes += record.text.len + 1;
  }
  sift_gen_emitter_release(&emitter);
  told(&telling);
  keep(out, &text);
}

const struct bench_input *bench_input(enum sift_gen_format format) {
  struct bench_input *input = &shared.formats[format];
  if (input->bytes == NULL) {
    bench_input_make(input, format, BENCH_INPUT_SPACES, BENCH_INPUT_BYTES);
  }
  return input;
}

void bench_input_sent(struct bench_input *out, const struct sift_gen_send_options *send) {
  struct telling telling;
  struct sift_gen_parcel parcel = {0};
  struct sift_gen_encoder *encoder = NULL;
  struct sift_gen_record record;
  struct sift_gen_text *text = &parcel.bytes;
  bool good = sift_gen_encoder_new(&encoder, send, SEED, SEED) == SIFT_OK;
  uint32_t chunk = 0;
  *out = (struct bench_input){0};
  tell(&telling, BENCH_INPUT_SPACES, BENCH_INPUT_BYTES);
  while (good && sift_gen_stream_next(telling.stream, &record) == SIFT_OK) {
    good = sift_gen_encoder_add(encoder, &parcel, &record) == SIFT_OK;
    if (++chunk == send->chunk) {
      good = good && sift_gen_encoder_close(encoder, &parcel) == SIFT_OK;
      chunk = 0;
    }
  }
  bench_require(good && sift_gen_encoder_close(encoder, &parcel) == SIFT_OK, "records cannot be encoded");
  out->records = parcel.records;
  out->text_bytes = parcel.text_bytes;
  sift_gen_encoder_free(encoder);
  told(&telling);
  keep(out, text);
}

/* ---- rules and text ---- */

const struct sift_database *bench_database(void) {
  if (shared.database == NULL) {
    struct sift_problems problems;
    sift_problems_init(&problems);
    bench_require(sift_rules_load(&shared.ruleset, NULL, &problems) == SIFT_OK &&
                      sift_rules_compile(&shared.database, shared.ruleset, true, &problems) == SIFT_OK,
                  "the built-in pack cannot be compiled");
    sift_problems_release(&problems);
  }
  return shared.database;
}

const struct bench_pools *bench_input_pools(void) {
  if (!shared.sorted) {
    const struct bench_input *raw = bench_input(SIFT_GEN_RAW);
    bench_require(bench_pools_sort(&shared.pools, sift_span(raw->bytes, raw->len), bench_database()), "too few lines hit");
    shared.sorted = true;
  }
  return &shared.pools;
}

void bench_input_mix(struct bench_input *out, double share, size_t bytes) {
  *out = (struct bench_input){.len = bytes};
  out->bytes = bench_mix(bench_input_pools(), &out->len, share);
  bench_require(out->bytes != NULL && out->len > 0, "out of memory");
  out->records = sift_survey(out->bytes, out->len).newlines;
  out->text_bytes = out->len;
}

uint32_t bench_batch_len(struct sift_span text, size_t at) {
  if (text.len - at <= SIFT_BATCH_BYTES) {
    return (uint32_t)(text.len - at);
  }
  const char *newline = memrchr(text.data + at, '\n', SIFT_BATCH_BYTES);
  bench_require(newline != NULL, "a line is longer than a batch");
  return (uint32_t)(newline + 1 - (text.data + at));
}

/* ---- a state ---- */

static void ignore_damage(void *context, enum sift_reason reason, uint64_t offset) {
  (void)context;
  (void)reason;
  (void)offset;
}

static void scan_all(struct sift_worker *worker, const struct bench_input *input) {
  struct sift_lines *lines = NULL;
  struct sift_wrapping *wrapping = NULL;
  const struct sift_wrapping_config config = {.format = SIFT_FORMAT_JSONL};
  bool good =
      sift_worker_begin(worker, sift_span_of("shard.jsonl")) == SIFT_OK &&
      sift_lines_new(&lines, SIFT_WRAPPED_BYTES, SIFT_LINE_BYTES_MAX) == SIFT_OK && sift_wrapping_new(&wrapping) == SIFT_OK &&
      sift_wrapping_begin(wrapping, &config, sift_worker_streams(worker), (struct sift_wrapping_report){ignore_damage, NULL}) ==
          SIFT_OK;
  for (size_t at = 0; good && at <= input->len;) {
    size_t room = 0;
    char *into = sift_lines_reserve(lines, &room);
    size_t len = input->len - at < room ? input->len - at : room;
    if (len > 0) {
      memcpy(into, input->bytes + at, len);
      sift_lines_commit(lines, len);
      at += len;
    } else {
      sift_lines_finish(lines);
      at = input->len + 1;
    }
    struct sift_chunk chunk;
    struct sift_batch batch;
    while (good && sift_lines_next(lines, &chunk) == SIFT_OK) {
      good = sift_wrapping_unwrap(wrapping, &chunk, &batch) == SIFT_OK && sift_worker_batch(worker, &batch) == SIFT_OK;
    }
  }
  bench_require(good && sift_worker_end(worker, 0) == SIFT_OK, "the fleet cannot be scanned");
  sift_wrapping_free(wrapping);
  sift_lines_free(lines);
}

struct sift_span bench_input_state(void) {
  if (shared.state == NULL) {
    struct sift_worker *worker = NULL;
    const struct sift_run *runs = NULL;
    size_t count = 0;
    const struct sift_worker_config config = {.database = bench_database(), .spaces_max = 1000000, .tally_bytes_max = 1U << 30};
    bench_require(sift_worker_new(&worker, &config) == SIFT_OK, "out of memory");
    scan_all(worker, bench_input(SIFT_GEN_MIXED));
    bench_require(sift_worker_runs(worker, &runs, &count) == SIFT_OK && count == 1, "the tally is more than one run");
    shared.state = malloc(runs[0].size);
    bench_require(shared.state != NULL, "out of memory");
    memcpy(shared.state, runs[0].bytes, runs[0].size);
    shared.state_len = runs[0].size;
    sift_worker_free(worker);
  }
  return sift_span(shared.state, shared.state_len);
}

void bench_inputs_release(void) {
  for (size_t i = 0; i < FORMATS; i++) {
    free(shared.formats[i].bytes);
  }
  bench_pools_release(&shared.pools);
  sift_database_free(shared.database);
  sift_ruleset_free(shared.ruleset);
  free(shared.state);
  memset(&shared, 0, sizeof shared);
}
