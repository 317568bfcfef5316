/* Events, told by whoever scanned the lines, become tallies: the second half of the chain, alone. */
#include <assert.h>
#include <stdlib.h>

#include "engine/event_read.h"
#include "engine/worker_internal.h"

enum { NAMES_MAX = 4096 };

/* ---- names ---- */

const char *sift_worker_name(struct sift_worker *worker, struct sift_span name) {
  struct sift_names *names = &worker->names;
  for (uint32_t i = 0; i < names->count; i++) { /* listeners: a few, most often the last one asked for */
    if (sift_span_equal(sift_span_of(names->items[i]), name)) {
      return names->items[i];
    }
  }
  if (names->count == NAMES_MAX) {
    return "…";
  }
  if (names->count == names->capacity) {
    uint32_t capacity = names->capacity == 0 ? 16 : 2 * names->capacity;
    const char **items = realloc((void *)names->items, capacity * sizeof *items);
    if (items == NULL) {
      return NULL;
    }
    names->items = items;
    names->capacity = capacity;
  }
  const char *copy = sift_arena_copy(&names->arena, name);
  if (copy != NULL) {
    names->items[names->count++] = copy;
  }
  return copy;
}

enum sift_status sift_worker_source(struct sift_worker *worker, struct sift_span source) {
  assert(worker->config.live && worker->batch == NULL);
  const char *name = sift_worker_name(worker, source);
  if (name == NULL) {
    return SIFT_ENOMEM;
  }
  worker->source = name;
  return SIFT_OK;
}

/* ---- one event ---- */

static struct sift_span field_of(const struct sift_event_record *event, struct sift_span name) {
  for (uint32_t i = 0; i < event->field_count; i++) {
    if (sift_span_equal(event->fields[i].name, name)) {
      return event->fields[i].value;
    }
  }
  return sift_span(NULL, 0);
}

static bool keep_span(struct sift_worker *worker, struct sift_span *span) {
  const char *copy = span->len > 0 ? sift_arena_copy(&worker->replay_arena, *span) : "";
  *span = sift_span(copy, span->len);
  return copy != NULL;
}

/* Where the event's line stands. */
static bool place_event(struct sift_worker *worker, const struct sift_event_record *event) {
  enum sift_reason reason = SIFT_REASONS;
  uint32_t stream = sift_streams_find(&worker->streams, event->space, event->channel, &reason);
  worker->replayed = (struct sift_place){
      .stream = &worker->streams.items[stream],
      .at = {event->time_ns, event->offset, sift_worker_name(worker, event->source)},
      .text = event->text,
      .line = event->line,
  };
  worker->replays = keep_span(worker, &worker->replayed.text) && worker->replayed.at.source != NULL;
  return worker->replays;
}

/* Lines of one record have one place between them: their text tells them apart. */
static bool same_line(const struct sift_worker *worker, const struct sift_event_record *event) {
  const struct sift_place *place = &worker->replayed;
  return worker->replays && event->offset == place->at.offset && event->time_ns == place->at.time_ns &&
         sift_span_equal(event->space, place->stream->space) &&
         sift_span_equal(event->channel, sift_span_of(place->stream->channel)) &&
         sift_span_equal(event->source, sift_span_of(place->at.source)) && sift_span_equal(event->text, place->text);
}

static bool keep_hit(struct sift_worker *worker, const struct sift_event_record *event, uint32_t number) {
  const struct sift_rule *rule = &worker->ruleset->rules[number];
  struct sift_kept_hit *kept = &worker->kept[worker->kept_count];
  kept->rule = number;
  kept->field_count = (uint32_t)rule->captures.count;
  for (uint32_t i = 0; i < kept->field_count; i++) {
    kept->fields[i] = field_of(event, rule->captures.items[i]);
    if (kept->fields[i].data != NULL && !keep_span(worker, &kept->fields[i])) {
      return false;
    }
  }
  worker->kept_count++;
  return true;
}

static void finish_replayed(struct sift_worker *worker) {
  if (worker->replays) {
    sift_worker_line(worker, &worker->replayed);
  }
  worker->replays = false;
  sift_arena_reset(&worker->replay_arena);
}

enum sift_status sift_worker_replay(struct sift_worker *worker, const struct sift_event_record *event, bool *known) {
  assert(worker->config.live && worker->batch == NULL && !worker->config.events_only);
  int index = sift_ruleset_find_rule(worker->ruleset, event->rule);
  uint32_t number = (uint32_t)index;
  *known = index >= 0;
  if (!*known || worker->status != SIFT_OK) {
    return worker->status;
  }
  /* One rule hits a line once: a second event of it is another line's, whatever it looks like. */
  bool again = worker->kept_count > 0 && worker->kept[worker->kept_count - 1].rule >= number;
  if (!same_line(worker, event) || again) {
    finish_replayed(worker);
    if (!place_event(worker, event)) {
      worker->status = SIFT_ENOMEM;
    }
  }
  if (worker->status == SIFT_OK && !keep_hit(worker, event, number)) {
    worker->status = SIFT_ENOMEM;
  }
  return worker->status;
}

enum sift_status sift_worker_replayed(struct sift_worker *worker) {
  finish_replayed(worker);
  return sift_worker_tidy(worker, 0);
}

enum sift_status sift_worker_count(struct sift_worker *worker, struct sift_span space, uint64_t lines, uint64_t bytes) {
  bool named = sift_space_name_valid(space) && !sift_span_equal(space, sift_span_of("-"));
  struct sift_span name = named ? space : sift_span("-", 1);
  struct sift_space *tally = sift_tally_space(&worker->tally, name, sift_space_hash(name));
  if (tally == NULL) {
    worker->status = SIFT_ENOMEM;
    return worker->status;
  }
  tally->lines += lines;
  tally->bytes += bytes;
  worker->fleet.lines += lines;
  worker->fleet.bytes += bytes;
  worker->fleet.reasons[SIFT_REASON_NO_SPACE] += named ? 0 : lines;
  return worker->status;
}

enum sift_status sift_worker_damages(struct sift_worker *worker, enum sift_reason reason, uint64_t offset, uint64_t count) {
  enum sift_status status = count > 0 ? sift_worker_damage(worker, reason, offset) : SIFT_OK;
  if (status == SIFT_OK && count > 1 && reason != SIFT_REASON_NO_SPACE) {
    worker->fleet.reasons[reason] += count - 1;
  }
  return status;
}

enum sift_status sift_worker_tidy_live(struct sift_worker *worker) {
  return sift_worker_tidy(worker, 0);
}

enum sift_status sift_worker_emptied(struct sift_worker *worker) {
  sift_tally_clear(&worker->tally);
  sift_fleet_release(&worker->fleet);
  return sift_fleet_init(&worker->fleet);
}
