/* One line's hits: each is dated, told to events, and either waits for the end of its build step or is tallied. */
#include <assert.h>

#include "engine/stamp.h"
#include "engine/worker_internal.h"

enum {
  EVENT_BLOCK_BYTES = 256 * 1024,
  /* An application's own clock is believed if it says at most this much more than the last time known. */
  STAMP_LEAP_SECONDS = 30 * 24 * 3600,
};

/* ---- Spaces ---- */

struct sift_space *sift_worker_space(struct sift_worker *worker, struct sift_stream *stream) {
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

void sift_worker_count_lines(struct sift_worker *worker, struct sift_stream *stream, uint64_t lines, uint64_t bytes) {
  struct sift_space *space = sift_worker_space(worker, stream);
  if (space == NULL) {
    return;
  }
  space->lines += lines;
  space->bytes += bytes;
  if (stream->space.len == 1 && stream->space.data[0] == '-') {
    worker->fleet.reasons[SIFT_REASON_NO_SPACE] += lines;
  }
}

/* ---- tallying ---- */

static void strike(struct sift_worker *worker, const struct sift_stream *stream, uint32_t rule_index, int64_t time_ns,
                   struct sift_span text) {
  const struct sift_rule *rule = &worker->ruleset->rules[rule_index];
  bool by_class = worker->ruleset->classes[rule->class_index].incident;
  bool counts = (by_class || rule->incident) && rule->mark == SIFT_MARK_NONE && rule->severity >= SIFT_WARNING;
  bool named = !(stream->space.len == 1 && stream->space.data[0] == '-');
  if (!counts || !named || time_ns == SIFT_TIME_NONE || worker->config.no_strike) {
    return;
  }
  struct sift_strike strike = {.series = {rule->class_index, SIFT_RULE_NONE},
                               .time_ns = time_ns,
                               .space = stream->space,
                               .text = text,
                               .space_hash = stream->space_hash};
  enum sift_status status = by_class ? sift_fleet_strike(&worker->fleet, &strike) : SIFT_OK;
  if (status == SIFT_OK && rule->incident) {
    strike.series.rule = rule_index;
    status = sift_fleet_strike(&worker->fleet, &strike);
  }
  if (status != SIFT_OK) {
    worker->status = status;
  }
}

/* `seen` may name the shard by any copy of its name. */
void sift_worker_tally(struct sift_worker *worker, struct sift_stream *stream, struct sift_observation seen) {
  struct sift_space *space = sift_worker_space(worker, stream);
  if (!worker->config.live) {
    seen.first.source = tally_source(worker);
    seen.last.source = seen.first.source;
  }
  if (space == NULL || seen.first.source == NULL || !sift_space_observe(space, &worker->tally.arena, &seen)) {
    worker->status = SIFT_ENOMEM;
    return;
  }
  if (!seen.demoted) {
    /* Of a step only the line of the last hit is held: it stands for the first too. */
    strike(worker, stream, seen.rule, seen.first.time_ns, seen.text);
    if (seen.last.time_ns != seen.first.time_ns) {
      strike(worker, stream, seen.rule, seen.last.time_ns, seen.text);
    }
  }
}

void sift_worker_settle(struct sift_worker *worker, struct sift_stream *stream, bool demoted, bool keep) {
  struct sift_pending *pending = keep ? stream->pending : sift_steps_take(&worker->steps, stream);
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
    sift_worker_tally(worker, stream,
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
  if (!keep) {
    sift_steps_give_back(&worker->steps, pending);
  }
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
  sift_worker_settle(worker, stream, false, false); /* a new attempt: the step before it never ended */
  stream->steps_open = 0;
}

static void close_mark(struct sift_worker *worker, struct sift_stream *stream, enum sift_mark mark) {
  if (mark == SIFT_MARK_STEP_OK && stream->steps_open > 0 && --stream->steps_open == 0) {
    sift_worker_settle(worker, stream, true, false);
  } else if (mark == SIFT_MARK_STEP_FAILED) {
    sift_worker_settle(worker, stream, false, false);
    stream->steps_open = 0;
  }
}

/* ---- one line ---- */

/* Of a line that nothing dates: the last time known, in a live stream moved on by what has passed since it came. */
static int64_t otherwise(const struct sift_worker *worker, const struct sift_stream *stream) {
  int64_t arrived = worker->batch->arrived_ns;
  if (arrived == 0) {
    return stream->floor_ns;
  }
  if (stream->floor_ns == SIFT_TIME_NONE) {
    return arrived;
  }
  int64_t passed = 0;
  int64_t moved = 0;
  if (__builtin_sub_overflow(arrived, stream->floor_arrived_ns, &passed) || passed < 0 ||
      __builtin_add_overflow(stream->floor_ns, passed, &moved)) {
    return stream->floor_ns; /* our clock was set back, or theirs is at the end of all times */
  }
  return moved;
}

/* A record's own time is believed. A time inside the text is the application's: it may come from another zone or speak of
 * another day, so it counts only if it goes on from what is known; the Hub's marks set the clock anew. */
int64_t sift_worker_date(struct sift_worker *worker, const struct sift_place *place, bool mark) {
  const struct sift_record *record = worker->batch->records != NULL ? &worker->batch->records[worker->record] : NULL;
  int64_t floor = place->stream->floor_ns;
  if (record != NULL && record->time != NULL) {
    int64_t given = sift_stamp_parse(sift_span(record->time, record->time_len));
    if (given != SIFT_TIME_NONE) {
      return given;
    }
    sift_worker_damage(worker, SIFT_REASON_BAD_TIME, record->offset);
  }
  if (record != NULL && record->time == NULL && record->time_ns != SIFT_TIME_NONE) {
    return record->time_ns;
  }
  int64_t own = sift_stamp_read(place->text, floor);
  int64_t leap = 0;
  bool goes_on = own >= floor && !__builtin_sub_overflow(own, floor, &leap) && leap <= (int64_t)STAMP_LEAP_SECONDS * 1000000000;
  return own != SIFT_TIME_NONE && (floor == SIFT_TIME_NONE || mark || goes_on) ? own : otherwise(worker, place->stream);
}

static void tell_event(struct sift_worker *worker, const struct sift_place *place, const struct sift_kept_hit *hit) {
  const struct sift_event event = {
      .time_ns = place->at.time_ns,
      .space = place->stream->space,
      .channel = sift_span_of(place->stream->channel),
      .source = sift_span_of(place->at.source),
      .text = place->text,
      .rule = hit->rule,
      .offset = place->at.offset,
      .line = place->line,
      .fields = hit->fields,
      .field_count = hit->field_count,
  };
  enum sift_status status = sift_event_encode(worker->encoder, &event);
  if (status != SIFT_OK) {
    worker->status = status;
  }
}

/* Between lines only: whoever replays blocks must have the events of a line together. */
static void flush_full_block(struct sift_worker *worker) {
  if (worker->encoder != NULL && sift_event_block(worker->encoder).len >= EVENT_BLOCK_BYTES) {
    (void)sift_worker_flush_events(worker); /* the worker's status tells */
  }
}

/* That these happened matters, not the lines that say so, of which a build has dozens: they prove no verdict. */
static bool wants_sample(enum sift_mark mark) {
  return mark != SIFT_MARK_STEP_START && mark != SIFT_MARK_STEP_OK && mark != SIFT_MARK_BUILT && mark != SIFT_MARK_STARTUP;
}

static void take_hit(struct sift_worker *worker, const struct sift_place *place, const struct sift_kept_hit *hit) {
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
  if (worker->config.events_only) {
    return;
  }
  if (rule->mark == SIFT_MARK_NONE && place->stream->steps_open > 0) {
    if (sift_steps_hold(&worker->steps, place->stream, &seen) != SIFT_OK) {
      worker->status = SIFT_ENOMEM;
    }
    return;
  }
  sift_worker_tally(worker, place->stream, seen);
}

void sift_worker_line(struct sift_worker *worker, const struct sift_place *place) {
  uint32_t count = worker->kept_count;
  worker->kept_count = 0;
  place->stream->floor_ns = place->at.time_ns;
  place->stream->floor_arrived_ns = worker->batch != NULL ? worker->batch->arrived_ns : 0;
  if (place->at.time_ns > worker->fleet.newest_ns) {
    worker->fleet.newest_ns = place->at.time_ns;
  }
  for (uint32_t i = 0; i < count; i++) {
    enum sift_mark mark = worker->ruleset->rules[worker->kept[i].rule].mark;
    if (opens(mark)) {
      open_mark(worker, place->stream, mark);
    }
  }
  for (uint32_t i = 0; i < count; i++) {
    take_hit(worker, place, &worker->kept[i]);
  }
  for (uint32_t i = 0; i < count; i++) {
    close_mark(worker, place->stream, worker->ruleset->rules[worker->kept[i].rule].mark);
  }
  flush_full_block(worker);
}
