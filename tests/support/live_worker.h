/* For tests of live workers: rules with steps and marks, random lines, workers that scan, tell or replay, and tallies as bytes. Whatever
 * should not fail aborts. */
#ifndef SIFT_TESTS_LIVE_WORKER_H
#define SIFT_TESTS_LIVE_WORKER_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engine/clean.h"
#include "engine/event_read.h"
#include "engine/stream_internal.h"
#include "engine/unpack.h"
#include "engine/worker.h"
#include "tests/property/random.h"
#include "tests/support/rules.h"

enum { LIVE_RUNS_MAX = 1024, LIVE_STREAMS = 6 };

static const struct test_rule live_rules[] = {
    {.id = "failed", .mark = SIFT_MARK_STEP_FAILED, .any = {"--> ERROR"}},
    {.id = "listening", .mark = SIFT_MARK_LISTENING, .any = {"running on port (?<port>\\d+)"}, .captures = {"port"}},
    {.id = "memory", .class_id = "incident-oom", .severity = SIFT_FATAL, .any = {"Memory limit exceeded"}},
    {.id = "module",
     .severity = SIFT_ERROR,
     .any = {"No module named '(?<module>\\w+)'( from (?<from>\\w+))?"},
     .captures = {"module", "from"}},
    {.id = "ok", .mark = SIFT_MARK_STEP_OK, .any = {"DONE"}},
    {.id = "queued", .mark = SIFT_MARK_QUEUED, .any = {"Build Queued"}},
    {.id = "run-only", .severity = SIFT_WARNING, .channel = "run", .any = {"slow"}},
    {.id = "start", .mark = SIFT_MARK_STEP_START, .any = {"--> (?!ERROR)"}},
    {.id = "startup", .mark = SIFT_MARK_STARTUP, .any = {"Application Startup"}},
    {.id = "warning", .severity = SIFT_WARNING, .any = {"(?i)warning[^x]*$"}, .none = {"ignored"}},
};
enum { LIVE_RULES = sizeof live_rules / sizeof live_rules[0] };

/* Marks, evidence, lines that hit several rules at once, and decoys that wake rules in vain. */
static const char *const live_lines[] = {
    "--> RUN pip install",
    "--> COPY . .",
    "DONE 1.2s",
    "--> ERROR: process",
    "===== Build Queued =====",
    "===== Application Startup =====",
    "No module named 'torch'",
    "No module named 'numpy' from here",
    "Warning: slow, No module named 'both'",
    "--> RUN x, DONE, No module named 'all', Memory limit exceeded",
    "No module named 'late' DONE",
    "Warning: slow",
    "warning: ignored",
    "running on port 7860",
    "Memory limit exceeded (16Gi)",
    "No module called so",
    "plain chatter",
    "\xe2\x9c\x93 unicode \x1b[31mred\x1b[0m",
    "not \xff\xfe UTF-8, warning: it",
    "",
};
enum { LIVE_LINES = sizeof live_lines / sizeof live_lines[0] };

static const char *const live_spaces[LIVE_STREAMS] = {"a/b", "a/b", "a/c", "-", "bob/x", "bob/y"};
static const char *const live_channels[LIVE_STREAMS] = {"build", "run", "build", "run", "build", "-"};

static inline void live_must(bool good) {
  if (!good) {
    abort();
  }
}

/* A record as a batch of its own; SIFT_TIME_NONE: undated. */
struct live_line {
  unsigned stream; /* of the tables above */
  uint64_t offset;
  int64_t time_ns, arrived_ns;
  char text[256]; /* one line or more, each with its newline */
};

/* At most `lines_max` lines of random content; dated with one in `dated`. */
static inline void live_random_line(struct test_random *random, struct live_line *line, unsigned lines_max) {
  size_t len = 0;
  line->stream = test_random_below(random, LIVE_STREAMS);
  for (unsigned i = 0, count = 1 + test_random_below(random, lines_max); i < count; i++) {
    int put = snprintf(line->text + len, sizeof line->text - len - 1, "%s\n", live_lines[test_random_below(random, LIVE_LINES)]);
    len += put > 0 && (size_t)put < sizeof line->text - len - 1 ? (size_t)put : 0;
    line->text[len] = '\0';
  }
}

static inline struct sift_worker *live_worker(const struct sift_database *database, const struct sift_event_sink *told,
                                              size_t tally_bytes_max) {
  const struct sift_worker_config config = {.database = database,
                                            .spaces_max = 1000,
                                            .live = true,
                                            .events = told,
                                            .events_only = told != NULL,
                                            .tally_bytes_max = tally_bytes_max};
  struct sift_worker *worker = NULL;
  live_must(sift_worker_new(&worker, &config) == SIFT_OK && sift_worker_begin(worker, sift_span_of("")) == SIFT_OK);
  live_must(sift_worker_source(worker, sift_span_of("tcp://live")) == SIFT_OK);
  return worker;
}

/* Collects what an events-only worker tells in a struct sift_pack. */
static inline enum sift_status live_keep_events(void *context, struct sift_span block) {
  struct sift_pack *pack = context;
  char *at = sift_pack_reserve(pack, block.len);
  live_must(at != NULL);
  sift_pack_commit(pack, sift_put_bytes(at, block));
  return SIFT_OK;
}

static inline void live_feed(struct sift_worker *worker, const struct live_line *line) {
  enum sift_reason reason = SIFT_REASONS;
  char *text = test_padded(line->text, strlen(line->text));
  uint32_t len = (uint32_t)sift_clean_plain(text, strlen(line->text));
  for (size_t i = len; i < strlen(line->text); i++) {
    text[i] = 0;
  }
  const struct sift_record record = {
      .stream = sift_streams_find(sift_worker_streams(worker), sift_span_of(live_spaces[line->stream]),
                                  sift_span_of(live_channels[line->stream]), &reason),
      .offset = line->offset,
      .lines = (uint32_t)sift_survey(text, len).newlines,
      .time_ns = line->time_ns,
  };
  const struct sift_batch batch = {.text = text,
                                   .len = len,
                                   .offset = line->offset + len,
                                   .lines = record.lines,
                                   .bytes = len,
                                   .records = &record,
                                   .record_count = 1,
                                   .arrived_ns = line->arrived_ns};
  live_must(sift_worker_batch(worker, &batch) == SIFT_OK);
  free(text);
}

/* Counts the lines of a record that was scanned elsewhere. */
static inline void live_count(struct sift_worker *worker, const struct live_line *line) {
  char text[sizeof line->text];
  memcpy(text, line->text, sizeof text);
  size_t len = sift_clean_plain(text, strlen(text));
  live_must(sift_worker_count(worker, sift_span_of(live_spaces[line->stream]), sift_survey(text, len).newlines, len) == SIFT_OK);
}

/* Whole events; returns how many were of unknown rules. */
static inline unsigned live_replay(struct sift_worker *worker, struct sift_span events) {
  struct sift_cursor cursor = sift_cursor(events);
  unsigned unknown = 0;
  while (cursor.at < cursor.end) {
    struct sift_event_record event;
    bool known = false;
    sift_event_take(&cursor, &event);
    live_must(cursor.fault == SIFT_FAULT_NONE && sift_worker_replay(worker, &event, &known) == SIFT_OK);
    unknown += !known;
  }
  live_must(sift_worker_replayed(worker) == SIFT_OK);
  return unknown;
}

/* ---- tallies ---- */

/* Runs as copies, to be folded later. */
struct live_runs {
  struct sift_run items[LIVE_RUNS_MAX];
  size_t count;
};

static inline void live_take_runs(struct sift_worker *worker, struct live_runs *runs) {
  const struct sift_run *own = NULL;
  size_t count = 0;
  live_must(sift_worker_runs(worker, &own, &count) == SIFT_OK && runs->count + count <= LIVE_RUNS_MAX);
  for (size_t i = 0; i < count; i++) {
    char *copy = malloc(own[i].size);
    live_must(copy != NULL);
    memcpy(copy, own[i].bytes, own[i].size);
    runs->items[runs->count++] = (struct sift_run){copy, own[i].size, own[i].spaces};
  }
  live_must(sift_worker_emptied(worker) == SIFT_OK);
}

/* All runs folded into one state; the runs are freed. */
static inline void live_fold(const struct sift_ruleset *ruleset, struct live_runs *runs, struct sift_state_buffer *out) {
  static struct sift_state_bytes bytes[LIVE_RUNS_MAX];
  static struct sift_state_reader *readers[LIVE_RUNS_MAX];
  struct sift_state_merger *merger = NULL;
  struct sift_state_writer *writer = NULL;
  struct sift_state_header header;
  struct sift_arena arena;
  const struct sift_space *space = NULL;
  *out = (struct sift_state_buffer){0};
  sift_arena_init(&arena);
  live_must(sift_state_header_make(&header, ruleset, &arena) == SIFT_OK);
  for (size_t i = 0; i < runs->count; i++) {
    bytes[i].rest = sift_span(runs->items[i].bytes, runs->items[i].size);
    live_must(sift_state_reader_new(&readers[i], sift_state_bytes_input(&bytes[i])) == SIFT_OK);
  }
  live_must(sift_state_merger_new(&merger, readers, runs->count, 1000) == SIFT_OK);
  live_must(sift_state_writer_new(&writer, sift_state_buffer_output(out), &header) == SIFT_OK);
  while (sift_state_merger_next(merger, &space) == SIFT_OK) {
    live_must(sift_state_write(writer, space) == SIFT_OK);
  }
  live_must(sift_state_finish(writer, sift_state_merger_fleet(merger)) == SIFT_OK);
  sift_state_writer_free(writer);
  sift_state_merger_free(merger);
  for (size_t i = 0; i < runs->count; i++) {
    sift_state_reader_free(readers[i]);
    free((void *)(uintptr_t)runs->items[i].bytes);
  }
  runs->count = 0;
  sift_arena_release(&arena);
}

/* What is still open is settled as it stands first, as at the end of a shard. */
static inline void live_state(struct sift_worker *worker, const struct sift_ruleset *ruleset, bool end,
                              struct sift_state_buffer *out) {
  static struct live_runs runs;
  live_must(!end || sift_worker_end(worker, 0) == SIFT_OK);
  live_take_runs(worker, &runs);
  live_fold(ruleset, &runs, out);
}

static inline bool live_same_state(const struct sift_state_buffer *a, const struct sift_state_buffer *b) {
  return a->size == b->size && memcmp(a->bytes, b->bytes, a->size) == 0;
}

/* "space lines" a Space, then "  rule[ demoted] xcount text|field|field" an evidence; to be freed. */
static inline char *live_text(const struct sift_ruleset *ruleset, const struct sift_state_buffer *state) {
  enum { TEXT_BYTES = 64 * 1024 };
  char *text = calloc(1, TEXT_BYTES);
  size_t len = 0;
  struct sift_state_bytes bytes = {sift_span(state->bytes, state->size)};
  struct sift_state_reader *reader = NULL;
  const struct sift_space *space = NULL;
  live_must(text != NULL && sift_state_reader_new(&reader, sift_state_bytes_input(&bytes)) == SIFT_OK);
  while (sift_state_next(reader, &space) == SIFT_OK) {
    len += (size_t)snprintf(text + len, TEXT_BYTES - len, "%.*s %llu\n", (int)space->name.len, space->name.data,
                            (unsigned long long)space->lines);
    for (uint32_t i = 0; i < space->evidence_count; i++) {
      const struct sift_evidence *evidence = &space->evidence[i];
      const struct sift_rule *rule = &ruleset->rules[evidence->rule];
      struct sift_span sample = sift_sample_text(&evidence->sample);
      len += (size_t)snprintf(text + len, TEXT_BYTES - len, "  %s%s x%llu %.*s", rule->id, evidence->demoted ? " demoted" : "",
                              (unsigned long long)evidence->count, (int)sample.len, sample.len > 0 ? sample.data : "");
      for (uint32_t field = 0; field < rule->captures.count; field++) {
        struct sift_span value = sift_sample_field(&evidence->sample, field);
        len += (size_t)snprintf(text + len, TEXT_BYTES - len, "|%.*s", (int)value.len, value.len > 0 ? value.data : "");
      }
      len += (size_t)snprintf(text + len, TEXT_BYTES - len, "\n");
    }
  }
  sift_state_reader_free(reader);
  return text;
}

#endif
