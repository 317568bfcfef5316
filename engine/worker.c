/* The chain: a batch is scanned; the hits of a line are put in order and worked off together (worker_line.c). */
#include <assert.h>
#include <stdlib.h>

#include "engine/clean.h"
#include "engine/worker_internal.h"

enum { STEPS_BYTES_MAX = 32 * 1024 * 1024 }; /* for evidence inside open steps */

/* ---- lifecycle ---- */

static enum sift_status open_events(struct sift_worker *worker) {
  return worker->config.events != NULL ? sift_event_encoder_new(&worker->encoder, worker->ruleset) : SIFT_OK;
}

enum sift_status sift_worker_new(struct sift_worker **out, const struct sift_worker_config *config) {
  *out = NULL;
  struct sift_worker *worker = calloc(1, sizeof *worker);
  if (worker == NULL) {
    return SIFT_ENOMEM;
  }
  worker->config = *config;
  worker->ruleset = sift_database_ruleset(config->database);
  sift_steps_init(&worker->steps);
  sift_arena_init(&worker->shard_names);
  sift_arena_init(&worker->names.arena);
  sift_arena_init(&worker->replay_arena);
  worker->kept = malloc((worker->ruleset->rule_count + 1) * sizeof *worker->kept);
  enum sift_status status = worker->kept != NULL ? SIFT_OK : SIFT_ENOMEM;
  if (status == SIFT_OK) {
    status = sift_scanner_new(&worker->scanner, config->database, config->mode);
  }
  if (status == SIFT_OK) {
    status = sift_streams_init(&worker->streams, worker->ruleset);
  }
  if (status == SIFT_OK) {
    status = sift_tally_init(&worker->tally, worker->ruleset, config->tally_bytes_max, config->spaces_max);
  }
  if (status == SIFT_OK) {
    status = sift_fleet_init(&worker->fleet);
  }
  if (status == SIFT_OK) {
    status = open_events(worker);
  }
  if (status != SIFT_OK) {
    sift_worker_free(worker);
    return status;
  }
  *out = worker;
  return SIFT_OK;
}

void sift_worker_free(struct sift_worker *worker) {
  if (worker == NULL) {
    return;
  }
  sift_scanner_free(worker->scanner);
  sift_event_encoder_free(worker->encoder);
  sift_streams_release(&worker->streams);
  sift_steps_release(&worker->steps);
  sift_tally_release(&worker->tally);
  sift_fleet_release(&worker->fleet);
  sift_arena_release(&worker->shard_names);
  sift_arena_release(&worker->names.arena);
  sift_arena_release(&worker->replay_arena);
  free((void *)worker->names.items);
  free(worker->kept);
  free(worker->handed);
  free(worker);
}

struct sift_streams *sift_worker_streams(struct sift_worker *worker) {
  return &worker->streams;
}

const struct sift_scanner_stats *sift_worker_stats(const struct sift_worker *worker) {
  return sift_scanner_stats(worker->scanner);
}

const struct sift_fleet *sift_worker_fleet(const struct sift_worker *worker) {
  return &worker->fleet;
}

enum sift_status sift_worker_begin(struct sift_worker *worker, struct sift_span source) {
  sift_arena_reset(&worker->shard_names);
  worker->source = sift_arena_copy(&worker->shard_names, source);
  worker->tally_source = NULL;
  worker->fleet.shards += !worker->config.live && !worker->config.aside;
  return worker->source != NULL ? sift_streams_reset(&worker->streams) : SIFT_ENOMEM;
}

/* ---- lines ---- */

static void count_batch(struct sift_worker *worker, const struct sift_batch *batch) {
  if (worker->config.events_only) {
    return;
  }
  bool aside = worker->config.aside;
  worker->fleet.lines += aside ? 0 : batch->lines;
  worker->fleet.bytes += aside ? 0 : batch->bytes;
  if (batch->records == NULL) {
    sift_worker_count_lines(worker, &worker->streams.items[batch->stream], batch->lines, batch->bytes);
    return;
  }
  for (uint32_t i = 0; i < batch->record_count; i++) {
    const struct sift_record *record = &batch->records[i];
    uint32_t end = i + 1 < batch->record_count ? record[1].text : batch->len;
    sift_worker_count_lines(worker, &worker->streams.items[record->stream], aside ? 0 : record->lines,
                            aside ? 0 : end - record->text);
  }
}

static void locate(struct sift_worker *worker, struct sift_place *place) {
  const struct sift_batch *batch = worker->batch;
  place->text = sift_span(batch->text + worker->line_start, worker->line_len);
  place->at.source = worker->source;
  if (batch->records != NULL) {
    while (worker->record + 1 < batch->record_count && batch->records[worker->record + 1].text <= worker->line_start) {
      worker->record++;
    }
    const struct sift_record *record = &batch->records[worker->record];
    place->stream = &worker->streams.items[record->stream];
    place->at.offset = record->offset;
    place->line = worker->config.live ? 0 : batch->line + record->line + 1;
    return;
  }
  if (!worker->config.live) {
    worker->counted += sift_survey(batch->text + worker->counted_to, worker->line_start - worker->counted_to).newlines;
    worker->counted_to = worker->line_start;
  }
  place->stream = &worker->streams.items[batch->stream];
  place->at.offset = sift_batch_input_offset(batch, worker->line_start);
  place->line = worker->config.live ? 0 : batch->line + worker->counted - sift_batch_returns_before(batch, worker->line_start) + 1;
}

/* Drops hits of rules that do not apply to the channel; tells whether an attempt's mark is among the others. */
static bool filter(struct sift_worker *worker, uint32_t channel_bit) {
  uint32_t count = 0;
  bool begins = false;
  for (uint32_t i = 0; i < worker->kept_count; i++) {
    const struct sift_rule *rule = &worker->ruleset->rules[worker->kept[i].rule];
    bool opens = rule->mark == SIFT_MARK_QUEUED || rule->mark == SIFT_MARK_STARTUP;
    if ((rule->channels & channel_bit) != 0 && !(opens && worker->config.aside)) {
      begins = begins || opens;
      worker->kept[count++] = worker->kept[i];
    }
  }
  worker->kept_count = count;
  return begins;
}

/* All hits of a line are known: works them off. */
static void finish_line(struct sift_worker *worker) {
  if (worker->kept_count == 0) {
    return;
  }
  struct sift_place place;
  locate(worker, &place);
  bool begins = filter(worker, place.stream->channel_bit);
  if (worker->kept_count > 0) {
    place.at.time_ns = sift_worker_date(worker, &place, begins);
    sift_worker_line(worker, &place);
  }
}

/* On to a line: those before it are worked off. */
static void begin_line(struct sift_worker *worker, uint32_t start, uint32_t len) {
  if (worker->kept_count > 0 && start != worker->line_start) {
    finish_line(worker);
  }
  worker->line_start = start;
  worker->line_len = len;
}

/* Counted once a line, however many rules it is too costly for; rules of other channels would have had no say. */
static void on_limit(void *context, uint32_t rule, uint32_t line_start, uint32_t line_len) {
  struct sift_worker *worker = context;
  begin_line(worker, line_start, line_len);
  struct sift_place place;
  locate(worker, &place);
  if (line_start != worker->limited_line && (worker->ruleset->rules[rule].channels & place.stream->channel_bit) != 0) {
    worker->limited_line = line_start;
    sift_worker_damage(worker, SIFT_REASON_MATCH_LIMIT, place.at.offset);
  }
}

static bool on_hit(void *context, const struct sift_hit *hit) {
  struct sift_worker *worker = context;
  begin_line(worker, hit->line_start, hit->line_len);
  struct sift_kept_hit *kept = &worker->kept[worker->kept_count++];
  kept->rule = hit->rule;
  kept->field_count = hit->field_count;
  for (uint32_t i = 0; i < hit->field_count; i++) {
    kept->fields[i] = hit->fields[i];
  }
  return worker->status == SIFT_OK;
}

/* ---- one batch ---- */

/* What is remembered of a shard's streams is bounded, whatever it holds. That is a loss only where a step was open. */
static enum sift_status bound_streams(struct sift_worker *worker, uint64_t offset) {
  if (worker->streams.count <= SIFT_STREAMS_MAX && sift_arena_bytes(&worker->steps.arena) <= STEPS_BYTES_MAX) {
    return SIFT_OK;
  }
  bool forgotten = false;
  for (uint32_t i = 0; i < worker->streams.count; i++) {
    forgotten = forgotten || worker->streams.items[i].steps_open > 0;
    sift_worker_settle(worker, &worker->streams.items[i], false, false);
  }
  enum sift_status status = forgotten ? sift_worker_damage(worker, SIFT_REASON_STREAM_LIMIT, offset) : SIFT_OK;
  return status == SIFT_OK ? sift_streams_reset(&worker->streams) : status;
}

enum sift_status sift_worker_tidy(struct sift_worker *worker, uint64_t offset) {
  if (worker->status == SIFT_OK) {
    worker->status = sift_steps_tidy(&worker->steps, &worker->streams);
  }
  if (worker->status == SIFT_OK) {
    worker->status = bound_streams(worker, offset);
  }
  if (worker->status == SIFT_OK) {
    worker->status = sift_tally_settle(&worker->tally);
  }
  return worker->status;
}

enum sift_status sift_worker_batch(struct sift_worker *worker, const struct sift_batch *batch) {
  assert(worker->source != NULL);
  if (worker->status != SIFT_OK) {
    return worker->status;
  }
  count_batch(worker, batch);
  worker->batch = batch;
  worker->record = 0;
  worker->counted_to = 0;
  worker->counted = 0;
  worker->limited_line = UINT32_MAX;
  sift_scanner_on_limit(worker->scanner, on_limit, worker);
  enum sift_status status = sift_scanner_scan(worker->scanner, batch->text, batch->len, on_hit, worker);
  finish_line(worker);
  if (worker->status == SIFT_OK && status != SIFT_END) {
    worker->status = status;
  }
  worker->batch = NULL;
  return sift_worker_tidy(worker, batch->offset);
}

enum sift_status sift_worker_damage(struct sift_worker *worker, enum sift_reason reason, uint64_t offset) {
  if (reason == SIFT_REASON_NO_SPACE) {
    return SIFT_OK; /* its lines are counted by the batch */
  }
  if (reason == SIFT_REASON_JSON_DEPTH || reason == SIFT_REASON_JSON_SYNTAX || reason == SIFT_REASON_JSON_TEXT ||
      reason == SIFT_REASON_RECORD_TOO_LONG) {
    worker->fleet.records_dropped++;
  }
  if (worker->config.damage != NULL) {
    worker->config.damage(worker->config.damage_context, reason, offset);
  }
  if (worker->config.events_only) {
    return SIFT_OK;
  }
  enum sift_status status = sift_fleet_damage(&worker->fleet, reason, sift_span_of(worker->source), offset);
  if (status != SIFT_OK) {
    worker->status = status;
  }
  return status;
}

enum sift_status sift_worker_end(struct sift_worker *worker, uint64_t compressed_bytes) {
  worker->fleet.compressed_bytes += compressed_bytes;
  for (uint32_t i = 0; i < worker->streams.count; i++) {
    sift_worker_settle(worker, &worker->streams.items[i], false, false);
  }
  return sift_worker_flush_events(worker);
}

enum sift_status sift_worker_flush_events(struct sift_worker *worker) {
  if (worker->encoder != NULL && worker->status == SIFT_OK && sift_event_block(worker->encoder).len > 0) {
    worker->status = worker->config.events->write(worker->config.events->context, sift_event_block(worker->encoder));
    sift_event_clear(worker->encoder);
  }
  return worker->status;
}

enum sift_status sift_worker_runs(struct sift_worker *worker, const struct sift_run **runs, size_t *count) {
  enum sift_status status = sift_tally_finish(&worker->tally, &worker->fleet);
  if (status != SIFT_OK) {
    return status;
  }
  struct sift_run *handed = realloc(worker->handed, worker->tally.run_count * sizeof *handed);
  if (handed == NULL) {
    return SIFT_ENOMEM;
  }
  for (size_t i = 0; i < worker->tally.run_count; i++) {
    const struct sift_tally_run *run = &worker->tally.runs[i];
    handed[i] = (struct sift_run){run->state.bytes, run->state.size, run->spaces};
  }
  worker->handed = handed;
  *runs = handed;
  *count = worker->tally.run_count;
  return SIFT_OK;
}
