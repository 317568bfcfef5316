/* From bytes to state, whatever the road:
 * - any sizes of reads and chunks, any memory for the tally, any order of shards, any split over workers folded in any
 *   order give the same state byte for byte;
 * - the same lines as raw text, JSON Lines and server-sent events give the same rules, counts, demotions and times. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engine/json.h"
#include "engine/stamp.h"
#include "engine/worker.h"
#include "ingest/lines.h"
#include "ingest/wrapping.h"
#include "tests/property/random.h"
#include "tests/support/rules.h"

enum { SHARDS = 6, LINES = 120, SHARD_BYTES = 64 * 1024 };

static const struct test_rule rules[] = {
    {.id = "failed", .mark = SIFT_MARK_STEP_FAILED, .any = {"--> ERROR"}},
    {.id = "listening", .mark = SIFT_MARK_LISTENING, .any = {"running on port (?<port>\\d+)"}, .captures = {"port"}},
    {.id = "memory", .class_id = "incident-oom", .severity = SIFT_FATAL, .any = {"Memory limit exceeded"}},
    {.id = "module",
     .severity = SIFT_ERROR,
     .incident = true,
     .any = {"No module named '(?<module>\\w+)'"},
     .captures = {"module"}},
    {.id = "ok", .mark = SIFT_MARK_STEP_OK, .any = {"DONE"}},
    {.id = "queued", .mark = SIFT_MARK_QUEUED, .any = {"Build Queued"}},
    {.id = "start", .mark = SIFT_MARK_STEP_START, .any = {"--> (?!ERROR)"}},
    {.id = "warning", .severity = SIFT_WARNING, .any = {"(?i)warning[^x]*$"}, .none = {"ignored"}},
};

static const char *const templates[] = {
    "--> RUN pip install",     "DONE 1.2s",
    "--> ERROR: process",      "===== Build Queued =====",
    "No module named 'torch'", "No module named 'numpy'",
    "Warning: slow",           "warning: ignored",
    "running on port 7860",    "Memory limit exceeded (16Gi)",
    "plain chatter",           "\"quoted\" \\ and \ttabbed",
    "\xe2\x9c\x93 unicode",    "",
};

/* One shard's lines, with their times. */
struct lines {
  char name[16], space[16];
  size_t count;
  struct {
    char time[40], text[96];
  } items[LINES];
};

struct bytes {
  char *data;
  size_t len;
};

static void must(bool good) {
  if (!good) {
    abort();
  }
}

static void make_lines(struct test_random *random, struct lines *lines, int number) {
  int64_t time = INT64_C(1700000000000000000) + test_random_below(random, 1000) * INT64_C(1000000000);
  snprintf(lines->name, sizeof lines->name, "shard-%d", number);
  snprintf(lines->space, sizeof lines->space, "a/s%u", test_random_below(random, 3));
  lines->count = test_random_below(random, LINES);
  for (size_t i = 0; i < lines->count; i++) {
    time += test_random_below(random, 5) * INT64_C(250000000);
    size_t len = sift_stamp_format(time, lines->items[i].time);
    lines->items[i].time[len] = '\0';
    const char *template = templates[test_random_below(random, sizeof templates / sizeof templates[0])];
    snprintf(lines->items[i].text, sizeof lines->items[i].text, "%s %s", lines->items[i].time, template);
  }
}

static struct bytes wrap(const struct lines *lines, enum sift_format format) {
  struct sift_json json;
  sift_json_init(&json);
  for (size_t i = 0; i < lines->count; i++) {
    struct sift_span text = sift_span_of(lines->items[i].text);
    if (format == SIFT_FORMAT_RAW) {
      sift_json_raw(&json, text);
    } else {
      sift_json_raw(&json, sift_span_of(format == SIFT_FORMAT_SSE ? i % 7 == 3 ? ": keep-alive\n\ndata: " : "data: " : ""));
      sift_json_open(&json, '{');
      sift_json_key(&json, "data");
      sift_json_string(&json, text);
      sift_json_key(&json, "timestamp");
      sift_json_text(&json, lines->items[i].time);
      sift_json_close(&json, '}');
    }
    sift_json_raw(&json, sift_span_of(format == SIFT_FORMAT_SSE ? "\n\n" : "\n"));
  }
  must(!json.failed);
  return (struct bytes){json.bytes, json.len};
}

/* ---- one way from bytes to a worker ---- */

struct way {
  enum sift_format format;
  uint32_t chunk_bytes;
  size_t read_max; /* reads of 1 to so many bytes */
  size_t tally_bytes_max;
  enum sift_scan_mode mode;
};

static void ignore_damage(void *context, enum sift_reason reason, uint64_t offset) {
  (void)context;
  (void)offset;
  must(reason == SIFT_REASON_NO_SPACE);
}

static void drain(struct sift_lines *gathered, struct sift_wrapping *wrapping, struct sift_worker *worker) {
  struct sift_chunk chunk;
  while (sift_lines_next(gathered, &chunk) == SIFT_OK) {
    struct sift_batch batch;
    must(sift_wrapping_unwrap(wrapping, &chunk, &batch) == SIFT_OK);
    must(sift_worker_batch(worker, &batch) == SIFT_OK);
  }
}

static void feed(struct sift_worker *worker, const struct lines *lines, const struct way *way, struct test_random *random) {
  struct sift_lines *gathered = NULL;
  struct sift_wrapping *wrapping = NULL;
  const struct sift_wrapping_config config = {
      .format = way->format, .space = sift_span_of(lines->space), .channel = sift_span_of("build")};
  struct bytes bytes = wrap(lines, way->format);
  must(sift_lines_new(&gathered, way->chunk_bytes, SIFT_LINE_BYTES_MAX) == SIFT_OK);
  must(sift_wrapping_new(&wrapping) == SIFT_OK);
  must(sift_worker_begin(worker, sift_span_of(lines->name)) == SIFT_OK);
  must(sift_wrapping_begin(wrapping, &config, sift_worker_streams(worker), (struct sift_wrapping_report){ignore_damage, NULL}) ==
       SIFT_OK);
  for (size_t at = 0; at < bytes.len;) {
    size_t room = 0;
    char *into = sift_lines_reserve(gathered, &room);
    size_t size = 1 + test_random_below(random, (uint32_t)way->read_max);
    size = size < room ? size : room;
    size = size < bytes.len - at ? size : bytes.len - at;
    memcpy(into, bytes.data + at, size);
    sift_lines_commit(gathered, size);
    at += size;
    drain(gathered, wrapping, worker);
  }
  sift_lines_finish(gathered);
  drain(gathered, wrapping, worker);
  must(sift_worker_end(worker, 0) == SIFT_OK);
  sift_wrapping_free(wrapping);
  sift_lines_free(gathered);
  free(bytes.data);
}

/* ---- runs → one state ---- */

struct runs {
  struct sift_run items[256];
  size_t count;
};

static void merge(const struct sift_ruleset *ruleset, struct runs *runs, struct sift_state_buffer *out) {
  struct sift_state_bytes bytes[256];
  struct sift_state_reader *readers[256];
  struct sift_state_merger *merger = NULL;
  struct sift_state_writer *writer = NULL;
  struct sift_state_header header;
  struct sift_arena arena;
  const struct sift_space *space = NULL;
  sift_arena_init(&arena);
  must(sift_state_header_make(&header, ruleset, &arena) == SIFT_OK);
  for (size_t i = 0; i < runs->count; i++) {
    bytes[i].rest = sift_span(runs->items[i].bytes, runs->items[i].size);
    must(sift_state_reader_new(&readers[i], sift_state_bytes_input(&bytes[i])) == SIFT_OK);
  }
  must(sift_state_merger_new(&merger, readers, runs->count, 1000) == SIFT_OK);
  must(sift_state_writer_new(&writer, sift_state_buffer_output(out), &header) == SIFT_OK);
  while (sift_state_merger_next(merger, &space) == SIFT_OK) {
    must(sift_state_write(writer, space) == SIFT_OK);
  }
  must(sift_state_finish(writer, sift_state_merger_fleet(merger)) == SIFT_OK);
  sift_state_writer_free(writer);
  sift_state_merger_free(merger);
  for (size_t i = 0; i < runs->count; i++) {
    sift_state_reader_free(readers[i]);
  }
  sift_arena_release(&arena);
}

/* Shards in random order over 1 to 3 workers, runs folded in random order. */
static void state_of(const struct sift_database *database, const struct lines *shards, const struct way *way,
                     struct test_random *random, struct sift_state_buffer *out) {
  struct sift_worker *workers[3];
  struct runs runs = {.count = 0};
  size_t worker_count = 1 + test_random_below(random, 3);
  size_t order[SHARDS];
  const struct sift_worker_config config = {
      .database = database, .mode = way->mode, .spaces_max = 1000, .tally_bytes_max = way->tally_bytes_max};
  for (size_t i = 0; i < SHARDS; i++) {
    size_t j = test_random_below(random, (uint32_t)i + 1);
    order[i] = order[j];
    order[j] = i;
  }
  for (size_t i = 0; i < worker_count; i++) {
    must(sift_worker_new(&workers[i], &config) == SIFT_OK);
  }
  for (size_t i = 0; i < SHARDS; i++) {
    feed(workers[test_random_below(random, (uint32_t)worker_count)], &shards[order[i]], way, random);
  }
  for (size_t i = 0; i < worker_count; i++) {
    const struct sift_run *own = NULL;
    size_t count = 0;
    must(sift_worker_runs(workers[i], &own, &count) == SIFT_OK);
    for (size_t j = 0; j < count; j++) {
      size_t at = test_random_below(random, (uint32_t)runs.count + 1);
      must(runs.count < 256);
      runs.items[runs.count++] = runs.items[at];
      runs.items[at] = own[j];
    }
  }
  *out = (struct sift_state_buffer){0};
  merge(sift_database_ruleset(database), &runs, out);
  for (size_t i = 0; i < worker_count; i++) {
    sift_worker_free(workers[i]);
  }
}

/* ---- what must be the same for every wrapping ---- */

static char *evidence_text(const struct sift_state_buffer *state) {
  char *text = calloc(1, SHARD_BYTES);
  size_t len = 0;
  struct sift_state_bytes bytes = {sift_span(state->bytes, state->size)};
  struct sift_state_reader *reader = NULL;
  const struct sift_space *space = NULL;
  must(text != NULL && sift_state_reader_new(&reader, sift_state_bytes_input(&bytes)) == SIFT_OK);
  while (sift_state_next(reader, &space) == SIFT_OK) {
    len += (size_t)snprintf(text + len, SHARD_BYTES - len, "%.*s %llu\n", (int)space->name.len, space->name.data,
                            (unsigned long long)space->lines);
    for (uint32_t i = 0; i < space->evidence_count; i++) {
      const struct sift_evidence *evidence = &space->evidence[i];
      struct sift_span sample = sift_sample_text(&evidence->sample);
      len += (size_t)snprintf(text + len, SHARD_BYTES - len, " %s%s x%llu %lld..%lld %s %.*s\n", rules[evidence->rule].id,
                              evidence->demoted ? " demoted" : "", (unsigned long long)evidence->count,
                              (long long)evidence->first.time_ns, (long long)evidence->last.time_ns, evidence->last.source,
                              (int)sample.len, sample.data);
    }
  }
  sift_state_reader_free(reader);
  return text;
}

static int fail(const char *what, uint64_t seed) {
  fprintf(stderr, "FAILED: %s; repeat with SIFT_PROPERTY_SEED=%llu SIFT_PROPERTY_ROUNDS=1\n", what, (unsigned long long)seed);
  return 1;
}

static int round_fails(const struct sift_database *database, uint64_t seed) {
  static struct lines shards[SHARDS];
  struct test_random random = {seed};
  for (int i = 0; i < SHARDS; i++) {
    make_lines(&random, &shards[i], i);
  }
  int failed = 0;
  char *wanted_text = NULL;
  static const enum sift_format formats[] = {SIFT_FORMAT_RAW, SIFT_FORMAT_JSONL, SIFT_FORMAT_SSE};
  for (size_t f = 0; f < 3 && !failed; f++) {
    const struct way plain = {formats[f], SIFT_BATCH_BYTES, 100000, 0, SIFT_SCAN_LINES};
    const struct way odd = {formats[f], 512 + test_random_below(&random, 2000), 1 + test_random_below(&random, 700),
                            1 + test_random_below(&random, 2) * 200000, SIFT_SCAN_BATCH};
    struct sift_state_buffer one;
    struct sift_state_buffer other;
    state_of(database, shards, &plain, &random, &one);
    state_of(database, shards, &odd, &random, &other);
    if (one.size != other.size || memcmp(one.bytes, other.bytes, one.size) != 0) {
      failed = fail("states differ", seed);
    }
    char *text = evidence_text(&one);
    if (wanted_text != NULL && strcmp(wanted_text, text) != 0) {
      fprintf(stderr, "raw:\n%s\nwrapped (%zu):\n%s\n", wanted_text, f, text);
      failed = fail("wrappings differ", seed);
    }
    if (wanted_text == NULL) {
      wanted_text = text;
    } else {
      free(text);
    }
    sift_state_buffer_release(&one);
    sift_state_buffer_release(&other);
  }
  free(wanted_text);
  return failed;
}

int main(void) {
  struct sift_ruleset *ruleset = test_ruleset(rules, sizeof rules / sizeof rules[0]);
  struct sift_database *database = test_database(ruleset);
  uint64_t seed = test_seed(1);
  unsigned rounds = test_rounds(60);
  int failed = 0;
  for (unsigned i = 0; i < rounds && !failed; i++) {
    failed = round_fails(database, seed + i);
  }
  sift_database_free(database);
  sift_ruleset_free(ruleset);
  if (!failed) {
    printf("%u rounds: chunking, order, split, memory and wrapping change nothing\n", rounds);
  }
  return failed;
}
