/* What a worker remembers of its streams, for whoever must be able to go on after a crash: docs/journal.md, "Streams". */
#include <assert.h>

#include "engine/unpack.h"
#include "engine/worker_internal.h"

enum {
  KEEP_VERSION = 1,
  STREAM_PARTS = 6,   /* space, channel, steps open, floor, when it came, evidence */
  EVIDENCE_PARTS = 7, /* rule, count, first, last, text, line, fields */
  INSTANT_PARTS = 3,  /* time, source, offset */
};

/* ---- writing ---- */

static bool worth_keeping(const struct sift_stream *stream) {
  return stream->pending != NULL || stream->steps_open > 0 || stream->floor_ns != SIFT_TIME_NONE;
}

static char *put_time(char *at, int64_t time_ns) {
  return time_ns == SIFT_TIME_NONE ? sift_put_nil(at) : sift_put_time(at, time_ns);
}

static enum sift_status put_instant(struct sift_pack *out, const struct sift_instant *instant) {
  struct sift_span source = sift_span_of(instant->source);
  char *at = sift_pack_reserve(out, (size_t)4 * SIFT_PACK_MAX + source.len);
  if (at == NULL) {
    return SIFT_ENOMEM;
  }
  at = put_time(sift_put_array(at, INSTANT_PARTS), instant->time_ns);
  at = sift_put_text(at, source);
  sift_pack_commit(out, sift_put_unsigned(at, instant->offset));
  return SIFT_OK;
}

static enum sift_status put_text(struct sift_pack *out, struct sift_span text) {
  char *at = sift_pack_reserve(out, SIFT_PACK_MAX + text.len);
  if (at == NULL) {
    return SIFT_ENOMEM;
  }
  sift_pack_commit(out, sift_put_text(at, text));
  return SIFT_OK;
}

static enum sift_status put_number(struct sift_pack *out, uint64_t number) {
  char *at = sift_pack_reserve(out, SIFT_PACK_MAX);
  if (at == NULL) {
    return SIFT_ENOMEM;
  }
  sift_pack_commit(out, sift_put_unsigned(at, number));
  return SIFT_OK;
}

static enum sift_status put_array(struct sift_pack *out, uint32_t count) {
  char *at = sift_pack_reserve(out, SIFT_PACK_MAX);
  if (at == NULL) {
    return SIFT_ENOMEM;
  }
  sift_pack_commit(out, sift_put_array(at, count));
  return SIFT_OK;
}

static enum sift_status put_evidence(struct sift_pack *out, const struct sift_rule *rule, const struct sift_evidence *evidence) {
  enum sift_status status = put_array(out, EVIDENCE_PARTS);
  status = status == SIFT_OK ? put_text(out, sift_span_of(rule->id)) : status;
  status = status == SIFT_OK ? put_number(out, evidence->count) : status;
  status = status == SIFT_OK ? put_instant(out, &evidence->first) : status;
  status = status == SIFT_OK ? put_instant(out, &evidence->last) : status;
  status = status == SIFT_OK ? put_text(out, sift_sample_text(&evidence->sample)) : status;
  status = status == SIFT_OK ? put_number(out, evidence->sample.line) : status;
  status = status == SIFT_OK ? put_array(out, (uint32_t)rule->captures.count) : status;
  for (uint32_t i = 0; i < rule->captures.count && status == SIFT_OK; i++) {
    status = put_text(out, sift_sample_field(&evidence->sample, i));
  }
  return status;
}

static enum sift_status put_stream(struct sift_pack *out, const struct sift_ruleset *ruleset, const struct sift_stream *stream) {
  const struct sift_pending *pending = stream->pending;
  uint32_t count = pending != NULL ? pending->seen.evidence_count : 0;
  enum sift_status status = put_array(out, STREAM_PARTS);
  status = status == SIFT_OK ? put_text(out, stream->space) : status;
  status = status == SIFT_OK ? put_text(out, sift_span_of(stream->channel)) : status;
  status = status == SIFT_OK ? put_number(out, stream->steps_open) : status;
  char *at = status == SIFT_OK ? sift_pack_reserve(out, (size_t)3 * SIFT_PACK_MAX) : NULL;
  if (at == NULL) {
    return SIFT_ENOMEM;
  }
  at = put_time(put_time(at, stream->floor_ns), stream->floor_arrived_ns);
  sift_pack_commit(out, sift_put_array(at, count));
  for (uint32_t i = 0; i < count && status == SIFT_OK; i++) {
    status = put_evidence(out, &ruleset->rules[pending->seen.evidence[i].rule], &pending->seen.evidence[i]);
  }
  return status;
}

enum sift_status sift_worker_keep(const struct sift_worker *worker, struct sift_pack *out) {
  uint32_t count = 0;
  for (uint32_t i = 0; i < worker->streams.count; i++) {
    count += worth_keeping(&worker->streams.items[i]);
  }
  enum sift_status status = put_array(out, 2);
  status = status == SIFT_OK ? put_number(out, KEEP_VERSION) : status;
  status = status == SIFT_OK ? put_array(out, count) : status;
  for (uint32_t i = 0; i < worker->streams.count && status == SIFT_OK; i++) {
    if (worth_keeping(&worker->streams.items[i])) {
      status = put_stream(out, worker->ruleset, &worker->streams.items[i]);
    }
  }
  return status;
}

/* ---- reading ---- */

static int64_t take_time(struct sift_cursor *cursor) {
  return sift_take_time(cursor); /* nil is SIFT_TIME_NONE */
}

static struct sift_instant take_instant(struct sift_worker *worker, struct sift_cursor *cursor) {
  sift_cursor_expect(cursor, sift_take_array(cursor, INSTANT_PARTS) == INSTANT_PARTS);
  struct sift_instant instant = {.time_ns = take_time(cursor)};
  struct sift_span source = sift_take_text(cursor, UINT16_MAX);
  instant.offset = sift_take_unsigned(cursor);
  instant.source = cursor->fault == SIFT_FAULT_NONE ? sift_worker_name(worker, source) : "";
  if (instant.source == NULL) {
    worker->status = SIFT_ENOMEM;
    instant.source = "";
  }
  return instant;
}

static void take_evidence(struct sift_worker *worker, struct sift_stream *stream, struct sift_cursor *cursor) {
  struct sift_span fields[SIFT_CAPTURES_MAX];
  sift_cursor_expect(cursor, sift_take_array(cursor, EVIDENCE_PARTS) == EVIDENCE_PARTS);
  int rule = sift_ruleset_find_rule(worker->ruleset, sift_take_text(cursor, UINT16_MAX));
  struct sift_observation seen = {.rule = rule >= 0 ? (uint32_t)rule : 0, .count = sift_take_unsigned(cursor)};
  seen.first = take_instant(worker, cursor);
  seen.last = take_instant(worker, cursor);
  seen.text = sift_take_text(cursor, SIFT_SAMPLE_BYTES_MAX);
  seen.line = sift_take_unsigned(cursor);
  seen.field_count = sift_take_array(cursor, SIFT_CAPTURES_MAX);
  for (uint32_t i = 0; i < seen.field_count && cursor->fault == SIFT_FAULT_NONE; i++) {
    fields[i] = sift_take_text(cursor, SIFT_FIELD_BYTES_MAX);
  }
  seen.fields = fields;
  /* Of another rule set: a rule that went, or that takes other values by now. */
  sift_cursor_expect(cursor, seen.count > 0 && sift_instant_compare(&seen.first, &seen.last) <= 0);
  bool fits = rule >= 0 && seen.field_count == worker->ruleset->rules[rule].captures.count;
  if (cursor->fault == SIFT_FAULT_NONE && worker->status == SIFT_OK && fits &&
      sift_steps_hold(&worker->steps, stream, &seen) != SIFT_OK) {
    worker->status = SIFT_ENOMEM;
  }
}

static void take_stream(struct sift_worker *worker, struct sift_cursor *cursor) {
  sift_cursor_expect(cursor, sift_take_array(cursor, STREAM_PARTS) == STREAM_PARTS);
  struct sift_span space = sift_take_text(cursor, SIFT_SPACE_NAME_MAX);
  struct sift_span channel = sift_take_text(cursor, SIFT_CHANNEL_NAME_MAX);
  uint64_t steps_open = sift_take_unsigned(cursor);
  int64_t floor_ns = take_time(cursor);
  int64_t arrived_ns = take_time(cursor);
  uint32_t count = sift_take_array(cursor, 2 * SIFT_RULES_MAX);
  sift_cursor_expect(cursor, steps_open <= UINT32_MAX);
  if (cursor->fault != SIFT_FAULT_NONE) {
    return;
  }
  enum sift_reason reason = SIFT_REASONS;
  uint32_t number = sift_streams_find(&worker->streams, space, channel, &reason);
  struct sift_stream *stream = &worker->streams.items[number];
  stream->steps_open = (uint32_t)steps_open;
  stream->floor_ns = floor_ns;
  stream->floor_arrived_ns = arrived_ns == SIFT_TIME_NONE ? 0 : arrived_ns;
  for (uint32_t i = 0; i < count && cursor->fault == SIFT_FAULT_NONE; i++) {
    take_evidence(worker, stream, cursor);
  }
}

enum sift_status sift_worker_restore(struct sift_worker *worker, struct sift_span kept) {
  assert(worker->config.live);
  struct sift_cursor cursor = sift_cursor(kept);
  sift_cursor_expect(&cursor, sift_take_array(&cursor, 2) == 2);
  sift_cursor_expect(&cursor, sift_take_unsigned(&cursor) == KEEP_VERSION);
  uint32_t count = sift_take_array(&cursor, UINT32_MAX);
  for (uint32_t i = 0; i < count && cursor.fault == SIFT_FAULT_NONE && worker->status == SIFT_OK; i++) {
    take_stream(worker, &cursor);
  }
  sift_cursor_expect(&cursor, worker->status != SIFT_OK || cursor.at == cursor.end);
  if (worker->status != SIFT_OK) {
    return worker->status;
  }
  return cursor.fault == SIFT_FAULT_NONE ? SIFT_OK : SIFT_ECORRUPT;
}

/* ---- triage of this moment ---- */

static enum sift_status settle_aside(struct sift_worker *worker, struct sift_state_buffer *out) {
  for (uint32_t i = 0; i < worker->streams.count; i++) {
    sift_worker_settle(worker, &worker->streams.items[i], false, true);
  }
  enum sift_status status = worker->status;
  if (status == SIFT_OK) {
    status = sift_tally_finish(&worker->tally, &worker->fleet);
  }
  if (status == SIFT_OK) {
    /* Sealing may have cut it in several; as each is whole, they are folded by whoever reads them: here there is one, since
     * what waits is bounded far below what is sealed at once. */
    assert(worker->tally.run_count == 1);
    *out = worker->tally.runs[0].state;
    worker->tally.run_count = 0;
  }
  return status;
}

enum sift_status sift_worker_overlay(struct sift_worker *worker, struct sift_state_buffer *out) {
  struct sift_tally tally = worker->tally;
  struct sift_fleet fleet = worker->fleet;
  enum sift_status before = worker->status;
  *out = (struct sift_state_buffer){0};
  enum sift_status status = sift_fleet_init(&worker->fleet);
  worker->tally = (struct sift_tally){0};
  if (status == SIFT_OK) {
    status = sift_tally_init(&worker->tally, worker->ruleset, SIZE_MAX, worker->config.spaces_max);
  }
  worker->tally.epoch = tally.epoch + 1; /* Spaces remembered by streams are those of the other tally */
  if (status == SIFT_OK) {
    status = settle_aside(worker, out);
  }
  sift_tally_release(&worker->tally);
  sift_fleet_release(&worker->fleet);
  worker->tally = tally;
  worker->tally.epoch += 2;
  worker->fleet = fleet;
  worker->status = before;
  return status;
}
