/* The chain: a batch is scanned; the hits of a line are put in order; each is dated, told to events, and either waits for
 * the end of its build step or is tallied. */
#include "engine/worker.h"

#include <assert.h>
#include <stdlib.h>

#include "engine/clean.h"
#include "engine/event.h"
#include "engine/stamp.h"
#include "engine/steps.h"
#include "engine/tally.h"

enum {
  EVENT_BLOCK_BYTES = 256 * 1024,
  STEPS_BYTES_MAX = 32 * 1024 * 1024, /* for evidence inside open steps */
  /* An application's own clock is believed if it says at most this much more than the last time known. */
  STAMP_LEAP_SECONDS = 30 * 24 * 3600,
};

/* A hit of the line at hand, kept until the line's hits are all known. */
struct kept_hit {
  uint32_t rule;
  uint32_t field_count;
  struct sift_span fields[SIFT_CAPTURES_MAX];
};

struct sift_worker {
  struct sift_worker_config config;
  const struct sift_ruleset *ruleset;
  struct sift_scanner *scanner;
  struct sift_event_encoder *encoder; /* NULL: no events */
  struct sift_streams streams;
  struct sift_steps steps;
  struct sift_tally tally;
  struct sift_fleet fleet;
  enum sift_status status; /* the first failure inside a callback */

  struct sift_arena shard_names; /* the shard's name, for as long as the shard lasts */
  const char *source;
  const char *tally_source; /* the same, in the tally's arena of `source_epoch` */
  uint64_t source_epoch;

  const struct sift_batch *batch;
  uint32_t record;     /* the batch's record that the line at hand belongs to */
  uint32_t counted_to; /* text position up to which newlines are counted */
  uint64_t counted;    /* newlines before it */

  struct kept_hit *kept; /* of the line at hand, in order of rule */
  uint32_t kept_count;
  uint32_t line_start, line_len;
  uint32_t limited_line; /* start of the last line that was told to be too costly, UINT32_MAX: none of the batch */

  struct sift_run *handed;
};

/* What is known of the line whose hits are being worked off. */
struct place {
  struct sift_stream *stream;
  struct sift_instant at;
  struct sift_span text;
  uint64_t line;
};

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
  worker->fleet.shards++;
  return worker->source != NULL ? sift_streams_reset(&worker->streams) : SIFT_ENOMEM;
}

/* ---- Spaces ---- */

static struct sift_space *space_of(struct sift_worker *worker, struct sift_stream *stream) {
  if (stream->tally_epoch != worker->tally.epoch) {
    stream->tally = sift_tally_space(&worker->tally, stream->space, stream->space_hash);
    stream->tally_epoch = stream->tally != NULL ? worker->tally.epoch : 0;
  }
  if (stream->tally == NULL) {
    worker->status = SIFT_ENOMEM;
  }
  return stream->tally;
}

/* The tally keeps instants longer than the shard lasts, so it has its own copy of the shard's name. */
static const char *tally_source(struct sift_worker *worker) {
  if (worker->tally_source == NULL || worker->source_epoch != worker->tally.epoch) {
    worker->tally_source = sift_arena_copy(&worker->tally.arena, sift_span_of(worker->source));
    worker->source_epoch = worker->tally.epoch;
  }
  return worker->tally_source;
}

static void count_lines(struct sift_worker *worker, struct sift_stream *stream, uint64_t lines, uint64_t bytes) {
  struct sift_space *space = space_of(worker, stream);
  if (space == NULL) {
    return;
  }
  space->lines += lines;
  space->bytes += bytes;
  if (stream->space.len == 1 && stream->space.data[0] == '-') {
    worker->fleet.reasons[SIFT_REASON_NO_SPACE] += lines;
  }
}

static void count_batch(struct sift_worker *worker, const struct sift_batch *batch) {
  worker->fleet.lines += batch->lines;
  worker->fleet.bytes += batch->bytes;
  if (batch->records == NULL) {
    count_lines(worker, &worker->streams.items[batch->stream], batch->lines, batch->bytes);
    return;
  }
  for (uint32_t i = 0; i < batch->record_count; i++) {
    const struct sift_record *record = &batch->records[i];
    uint32_t end = i + 1 < batch->record_count ? record[1].text : batch->len;
    count_lines(worker, &worker->streams.items[record->stream], record->lines, end - record->text);
  }
}

/* ---- tallying ---- */

static void strike(struct sift_worker *worker, const struct sift_stream *stream, const struct sift_rule *rule, int64_t time_ns) {
  bool counts =
      rule->mark == SIFT_MARK_NONE && rule->severity >= SIFT_WARNING && worker->ruleset->classes[rule->class_index].incident;
  bool named = !(stream->space.len == 1 && stream->space.data[0] == '-');
  if (!counts || !named || time_ns == SIFT_TIME_NONE) {
    return;
  }
  enum sift_status status = sift_fleet_strike(&worker->fleet, rule->class_index, time_ns, stream->space_hash);
  if (status != SIFT_OK) {
    worker->status = status;
  }
}

/* Adds to the Space's tally. `seen` may name the shard by any copy of its name. */
static void tally(struct sift_worker *worker, struct sift_stream *stream, struct sift_observation seen) {
  struct sift_space *space = space_of(worker, stream);
  seen.first.source = tally_source(worker);
  seen.last.source = seen.first.source;
  if (space == NULL || seen.first.source == NULL || !sift_space_observe(space, &worker->tally.arena, &seen)) {
    worker->status = SIFT_ENOMEM;
    return;
  }
  if (!seen.demoted) {
    const struct sift_rule *rule = &worker->ruleset->rules[seen.rule];
    strike(worker, stream, rule, seen.first.time_ns);
    if (seen.last.time_ns != seen.first.time_ns) {
      strike(worker, stream, rule, seen.last.time_ns);
    }
  }
}

/* What waited for the end of a step is tallied, demoted if the step ended well. */
static void settle(struct sift_worker *worker, struct sift_stream *stream, bool demoted) {
  struct sift_pending *pending = sift_steps_take(&worker->steps, stream);
  if (pending == NULL) {
    return;
  }
  for (uint32_t i = 0; i < pending->seen.evidence_count; i++) {
    const struct sift_evidence *evidence = &pending->seen.evidence[i];
    struct sift_span fields[SIFT_CAPTURES_MAX];
    uint32_t field_count = (uint32_t)worker->ruleset->rules[evidence->rule].captures.count;
    for (uint32_t field = 0; field < field_count; field++) {
      fields[field] = sift_sample_field(&evidence->sample, field);
    }
    tally(worker, stream,
          (struct sift_observation){
              .rule = evidence->rule,
              .demoted = demoted,
              .count = evidence->count,
              .first = evidence->first,
              .last = evidence->last,
              .text = sift_sample_text(&evidence->sample),
              .line = evidence->sample.line,
              .fields = fields,
              .field_count = field_count,
          });
  }
  sift_steps_give_back(&worker->steps, pending);
}

/* ---- steps ---- */

/* Marks that open something count before the evidence of their line, marks that close something after it. */
static bool opens(enum sift_mark mark) {
  return mark == SIFT_MARK_QUEUED || mark == SIFT_MARK_STARTUP || mark == SIFT_MARK_STEP_START;
}

static void open_mark(struct sift_worker *worker, struct sift_stream *stream, enum sift_mark mark) {
  if (mark == SIFT_MARK_STEP_START) {
    stream->steps_open++;
    return;
  }
  settle(worker, stream, false); /* a new attempt: the step before it never ended */
  stream->steps_open = 0;
}

static void close_mark(struct sift_worker *worker, struct sift_stream *stream, enum sift_mark mark) {
  if (mark == SIFT_MARK_STEP_OK && stream->steps_open > 0 && --stream->steps_open == 0) {
    settle(worker, stream, true);
  } else if (mark == SIFT_MARK_STEP_FAILED) {
    settle(worker, stream, false);
    stream->steps_open = 0;
  }
}

/* ---- one line ---- */

static void locate(struct sift_worker *worker, struct place *place) {
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
    place->line = batch->line + record->line + 1;
    return;
  }
  worker->counted += sift_survey(batch->text + worker->counted_to, worker->line_start - worker->counted_to).newlines;
  worker->counted_to = worker->line_start;
  place->stream = &worker->streams.items[batch->stream];
  place->at.offset = sift_batch_input_offset(batch, worker->line_start);
  place->line = batch->line + worker->counted - sift_batch_returns_before(batch, worker->line_start) + 1;
}

/* A record's own time is believed. A time inside the text is the application's: it may come from another zone or speak of
 * another day, so it counts only if it goes on from what is known; the Hub's marks set the clock anew. */
static int64_t date(struct sift_worker *worker, const struct place *place, bool mark) {
  const struct sift_record *record = worker->batch->records != NULL ? &worker->batch->records[worker->record] : NULL;
  int64_t floor = place->stream->floor_ns;
  if (record != NULL && record->time != NULL) {
    int64_t given = sift_stamp_parse(sift_span(record->time, record->time_len));
    if (given != SIFT_TIME_NONE) {
      return given;
    }
    sift_worker_damage(worker, SIFT_REASON_BAD_TIME, record->offset);
  }
  int64_t own = sift_stamp_read(place->text, floor);
  if (own == SIFT_TIME_NONE || floor == SIFT_TIME_NONE || mark) {
    return own != SIFT_TIME_NONE ? own : floor;
  }
  bool goes_on = own >= floor && own - floor <= (int64_t)STAMP_LEAP_SECONDS * 1000000000;
  return goes_on ? own : floor;
}

static void tell_event(struct sift_worker *worker, const struct place *place, const struct kept_hit *hit) {
  const struct sift_event event = {
      .time_ns = place->at.time_ns,
      .space = place->stream->space,
      .channel = sift_span_of(place->stream->channel),
      .source = sift_span_of(worker->source),
      .text = place->text,
      .rule = hit->rule,
      .offset = place->at.offset,
      .line = place->line,
      .fields = hit->fields,
      .field_count = hit->field_count,
  };
  enum sift_status status = sift_event_encode(worker->encoder, &event);
  if (status == SIFT_OK && sift_event_block(worker->encoder).len >= EVENT_BLOCK_BYTES) {
    status = worker->config.events->write(worker->config.events->context, sift_event_block(worker->encoder));
    sift_event_clear(worker->encoder);
  }
  if (status != SIFT_OK) {
    worker->status = status;
  }
}

/* That these happened matters, not the lines that say so, of which a build has dozens: they prove no verdict. */
static bool wants_sample(enum sift_mark mark) {
  return mark != SIFT_MARK_STEP_START && mark != SIFT_MARK_STEP_OK && mark != SIFT_MARK_BUILT && mark != SIFT_MARK_STARTUP;
}

static void take_hit(struct sift_worker *worker, const struct place *place, const struct kept_hit *hit) {
  const struct sift_rule *rule = &worker->ruleset->rules[hit->rule];
  const struct sift_observation seen = {
      .rule = hit->rule,
      .count = 1,
      .first = place->at,
      .last = place->at,
      .text = wants_sample(rule->mark) ? place->text : sift_span("", 0),
      .line = place->line,
      .fields = hit->fields,
      .field_count = hit->field_count,
  };
  worker->fleet.hits++;
  if (worker->encoder != NULL) {
    tell_event(worker, place, hit);
  }
  if (rule->mark == SIFT_MARK_NONE && place->stream->steps_open > 0) {
    if (sift_steps_hold(&worker->steps, place->stream, &seen) != SIFT_OK) {
      worker->status = SIFT_ENOMEM;
    }
    return;
  }
  tally(worker, place->stream, seen);
}

/* Drops hits of rules that do not apply to the channel; tells whether an attempt's mark is among the others. */
static bool filter(struct sift_worker *worker, uint32_t channel_bit) {
  uint32_t count = 0;
  bool begins = false;
  for (uint32_t i = 0; i < worker->kept_count; i++) {
    const struct sift_rule *rule = &worker->ruleset->rules[worker->kept[i].rule];
    if ((rule->channels & channel_bit) != 0) {
      begins = begins || rule->mark == SIFT_MARK_QUEUED || rule->mark == SIFT_MARK_STARTUP;
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
  struct place place;
  locate(worker, &place);
  bool begins = filter(worker, place.stream->channel_bit);
  uint32_t count = worker->kept_count;
  worker->kept_count = 0;
  if (count == 0) {
    return;
  }
  place.at.time_ns = date(worker, &place, begins);
  place.stream->floor_ns = place.at.time_ns;
  if (place.at.time_ns > worker->fleet.newest_ns) {
    worker->fleet.newest_ns = place.at.time_ns;
  }
  for (uint32_t i = 0; i < count; i++) {
    enum sift_mark mark = worker->ruleset->rules[worker->kept[i].rule].mark;
    if (opens(mark)) {
      open_mark(worker, place.stream, mark);
    }
  }
  for (uint32_t i = 0; i < count; i++) {
    take_hit(worker, &place, &worker->kept[i]);
  }
  for (uint32_t i = 0; i < count; i++) {
    close_mark(worker, place.stream, worker->ruleset->rules[worker->kept[i].rule].mark);
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
  struct place place;
  locate(worker, &place);
  if (line_start != worker->limited_line && (worker->ruleset->rules[rule].channels & place.stream->channel_bit) != 0) {
    worker->limited_line = line_start;
    sift_worker_damage(worker, SIFT_REASON_MATCH_LIMIT, place.at.offset);
  }
}

static bool on_hit(void *context, const struct sift_hit *hit) {
  struct sift_worker *worker = context;
  begin_line(worker, hit->line_start, hit->line_len);
  struct kept_hit *kept = &worker->kept[worker->kept_count++];
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
    settle(worker, &worker->streams.items[i], false);
  }
  enum sift_status status = forgotten ? sift_worker_damage(worker, SIFT_REASON_STREAM_LIMIT, offset) : SIFT_OK;
  return status == SIFT_OK ? sift_streams_reset(&worker->streams) : status;
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
  if (worker->status == SIFT_OK) {
    worker->status = sift_steps_tidy(&worker->steps, &worker->streams);
  }
  if (worker->status == SIFT_OK) {
    worker->status = bound_streams(worker, batch->offset);
  }
  if (worker->status == SIFT_OK) {
    worker->status = sift_tally_settle(&worker->tally);
  }
  return worker->status;
}

enum sift_status sift_worker_damage(struct sift_worker *worker, enum sift_reason reason, uint64_t offset) {
  if (reason == SIFT_REASON_NO_SPACE) {
    return SIFT_OK; /* its lines are counted by the batch */
  }
  if (reason == SIFT_REASON_JSON_DEPTH || reason == SIFT_REASON_JSON_SYNTAX || reason == SIFT_REASON_JSON_TEXT ||
      reason == SIFT_REASON_RECORD_TOO_LONG) {
    worker->fleet.records_dropped++;
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
    settle(worker, &worker->streams.items[i], false);
  }
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
