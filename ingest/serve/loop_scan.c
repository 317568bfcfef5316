/* From gathered records to an entry: scan, then hand on to the journal and the applier. */
#include <stdlib.h>
#include <string.h>

#include "engine/event.h"
#include "engine/stream_internal.h"
#include "ingest/serve/entry.h"
#include "ingest/serve/loop_internal.h"

/* Events beyond go into an entry of their own: a journal's entry is bounded. Those of a chunk stay together for longer, and so do
 * the Spaces of the batches that it takes. */
enum { EVENTS_BYTES_MAX = 4 * 1024 * 1024, CHUNK_EVENTS_BYTES_MAX = 8 * 1024 * 1024, CHUNK_LINES_MAX = 16 * 1024 };

/* ---- the worker ---- */

static enum sift_status on_events(void *context, struct sift_span block);

static void on_damage(void *context, enum sift_reason reason, uint64_t offset) {
  struct sift_loop *loop = context;
  (void)offset;
  sift_loop_damage(loop, loop->scanning, reason, 1);
}

/* A worker of these rules, which remembers of streams what the one before it did. */
enum sift_status sift_loop_worker(struct sift_loop *loop, const struct sift_database *database) {
  const struct sift_event_sink sink = {on_events, loop};
  loop->sink = sink;
  const struct sift_worker_config config = {
      .database = database,
      .events = &loop->sink,
      .live = true,
      .events_only = true,
      .spaces_max = 1,
      .damage = on_damage,
      .damage_context = loop,
  };
  struct sift_worker *worker = NULL;
  struct sift_pack kept = {0};
  enum sift_status status = sift_worker_new(&worker, &config);
  status = status == SIFT_OK ? sift_worker_begin(worker, sift_span_of("")) : status;
  if (status == SIFT_OK && loop->worker != NULL) {
    status = sift_worker_keep(loop->worker, &kept);
    status = status == SIFT_OK ? sift_worker_restore(worker, sift_span(kept.bytes, kept.len)) : status;
  }
  loop->header.len = 0;
  status = status == SIFT_OK ? sift_event_header(&loop->header, sift_database_ruleset(database)) : status;
  sift_pack_release(&kept);
  if (status != SIFT_OK) {
    sift_worker_free(worker);
    return status;
  }
  sift_worker_free(loop->worker);
  loop->worker = worker;
  loop->generation = 0;
  loop->database = database;
  return SIFT_OK;
}

/* ---- streams and damage ---- */

/* Before the worker would do so between two batches: what was gathered of other listeners has streams by their numbers. */
static void forget_streams(struct sift_loop *loop) {
  enum sift_status status = sift_loop_flush_all(loop);
  status = status == SIFT_OK ? sift_worker_begin(loop->worker, sift_span_of("")) : status;
  if (status != SIFT_OK) {
    sift_loop_fatal(loop, status);
  }
}

uint32_t sift_loop_stream(struct sift_loop *loop, size_t port, struct sift_span space, struct sift_span channel) {
  struct sift_streams *streams = sift_worker_streams(loop->worker);
  enum sift_reason reason = SIFT_REASONS;
  if (streams->count >= SIFT_STREAMS_MAX) {
    forget_streams(loop);
  }
  if (sift_streams_generation(streams) != loop->generation) {
    sift_stream_cache_clear(loop->cache);
    loop->generation = sift_streams_generation(streams);
  }
  uint32_t stream = sift_stream_cache_find(loop->cache, streams, space, channel, &reason);
  if (reason != SIFT_REASONS && reason != SIFT_REASON_NO_SPACE) {
    sift_loop_damage(loop, port, reason, 1);
  }
  return stream;
}

void sift_loop_damage(struct sift_loop *loop, size_t port, enum sift_reason reason, uint64_t count) {
  struct sift_damage_count *damage = &loop->intakes[port].damage;
  if (damage->count[reason] == 0) {
    damage->offset[reason] = loop->intakes[port].gather.offset;
  }
  damage->count[reason] += count;
  damage->any = true;
  sift_count(&loop->counters.damage[reason], count);
}

enum sift_status sift_loop_chunk_done(struct sift_loop *loop, size_t port, struct sift_chunk_key key) {
  struct sift_intake *intake = &loop->intakes[port];
  if (intake->chunk_count == intake->chunk_capacity) {
    size_t capacity = intake->chunk_capacity == 0 ? 64 : 2 * intake->chunk_capacity;
    struct sift_chunk_key *chunks = realloc(intake->chunks, capacity * sizeof *chunks);
    if (chunks == NULL) {
      return SIFT_ENOMEM;
    }
    intake->chunks = chunks;
    intake->chunk_capacity = capacity;
  }
  intake->chunks[intake->chunk_count++] = key;
  return SIFT_OK;
}

/* ---- entries ---- */

static enum sift_status append(struct sift_loop *loop, const struct sift_pack *payload, uint64_t *seq) {
  struct sift_hub *hub = loop->hub;
  if (hub->journal == NULL) {
    *seq = atomic_fetch_add_explicit(&hub->seq, 1, memory_order_acq_rel) + 1;
    return SIFT_OK;
  }
  return sift_journal_append(hub->journal, loop->packer, loop->number, ++loop->loop_seq, sift_span(payload->bytes, payload->len),
                             seq);
}

/* Encodes the entry and hands it on; its number is then the loop's last. */
static enum sift_status hand_on(struct sift_loop *loop, const struct sift_entry *entry) {
  struct sift_pack payload = {0};
  enum sift_status status = sift_entry_encode(entry, &payload);
  if (status == SIFT_OK) {
    status = append(loop, &payload, &loop->last_seq);
  }
  if (status != SIFT_OK) {
    sift_pack_release(&payload);
    return status;
  }
  struct sift_tap *tap = atomic_load_explicit(&loop->hub->tap, memory_order_acquire);
  if (tap != NULL && entry->events.len > 0 && sift_tap_wanted(tap)) {
    sift_tap_publish(tap, sift_span(loop->header.bytes, loop->header.len), entry->events);
  }
  return sift_applier_push(loop->hub->applier, loop->last_seq, payload.bytes, payload.len);
}

static enum sift_status on_events(void *context, struct sift_span block) {
  struct sift_loop *loop = context;
  char *at = sift_pack_reserve(&loop->events, block.len);
  if (at == NULL) {
    return SIFT_ENOMEM;
  }
  sift_pack_commit(&loop->events, sift_put_bytes(at, block));
  if (loop->events.len < (loop->chunk_open ? CHUNK_EVENTS_BYTES_MAX : EVENTS_BYTES_MAX)) {
    return SIFT_OK;
  }
  /* Blocks end with a line, so an entry never parts the events of one. */
  const struct sift_entry entry = {.source = sift_span_of(loop->hub->ports[loop->scanning].bound),
                                   .received_ns = sift_realtime_ns(),
                                   .events = sift_span(loop->events.bytes, loop->events.len)};
  enum sift_status status = hand_on(loop, &entry);
  loop->events.len = 0;
  return status;
}

static size_t collect_damage(struct sift_damage_count *damage, struct sift_entry_damage out[SIFT_REASONS]) {
  size_t count = 0;
  for (int i = 0; i < SIFT_REASONS && damage->any; i++) {
    if (damage->count[i] > 0) {
      out[count++] = (struct sift_entry_damage){(enum sift_reason)i, damage->count[i], damage->offset[i]};
    }
  }
  *damage = (struct sift_damage_count){0};
  return count;
}

/* Counts what was scanned for the next entry. Names are copied: a worker may forget its streams with the next batch. */
static enum sift_status collect_lines(struct sift_loop *loop, const struct sift_gathered *counted, size_t count) {
  size_t need = loop->line_count + count;
  if (need > loop->line_capacity) {
    struct sift_entry_lines *lines = realloc(loop->lines, need * sizeof *lines);
    if (lines == NULL) {
      return SIFT_ENOMEM;
    }
    loop->lines = lines;
    loop->line_capacity = need;
  }
  const struct sift_streams *streams = sift_worker_streams(loop->worker);
  for (size_t i = 0; i < count; i++) {
    struct sift_span space = streams->items[counted[i].stream].space;
    const char *name = loop->chunk_open ? sift_arena_copy(&loop->names, space) : space.data;
    if (name == NULL) {
      return SIFT_ENOMEM;
    }
    loop->lines[loop->line_count++] = (struct sift_entry_lines){sift_span(name, space.len), counted[i].lines, counted[i].bytes};
  }
  return SIFT_OK;
}

static void forget_collected(struct sift_loop *loop, struct sift_intake *intake) {
  loop->events.len = 0;
  loop->line_count = 0;
  sift_arena_reset(&loop->names);
  intake->chunk_count = 0;
}

/* Of batches that were scanned, or of damage and chunks alone. */
static enum sift_status make_entry(struct sift_loop *loop, size_t port) {
  struct sift_entry_damage damages[SIFT_REASONS];
  struct sift_intake *intake = &loop->intakes[port];
  const struct sift_entry entry = {
      .source = sift_span_of(loop->hub->ports[port].bound),
      .received_ns = sift_realtime_ns(),
      .events = sift_span(loop->events.bytes, loop->events.len),
      .lines = loop->lines,
      .line_count = loop->line_count,
      .damages = damages,
      .damage_count = collect_damage(&intake->damage, damages),
      .chunks = intake->chunks,
      .chunk_count = intake->chunk_count,
      .offset_end = intake->gather.offset,
  };
  enum sift_status status = hand_on(loop, &entry);
  for (size_t i = 0; i < intake->chunk_count && status == SIFT_OK; i++) {
    sift_chunk_ids_settle(loop->hub->ids, intake->chunks[i], loop->last_seq);
  }
  forget_collected(loop, intake);
  if (status == SIFT_OK) {
    sift_acks_assign(loop, port, loop->last_seq);
  }
  return status;
}

/* ---- scanning ---- */

static enum sift_status scan(struct sift_loop *loop, size_t port, const struct sift_batch *batch) {
  loop->scanning = port;
  enum sift_status status = sift_worker_source(loop->worker, sift_span_of(loop->hub->ports[port].bound));
  int64_t begun = sift_monotonic_ns();
  uint64_t hits = sift_worker_fleet(loop->worker)->hits;
  status = status == SIFT_OK ? sift_worker_batch(loop->worker, batch) : status;
  status = status == SIFT_OK ? sift_worker_flush_events(loop->worker) : status;
  sift_count(&loop->counters.batches, 1);
  sift_count(&loop->counters.hits, sift_worker_fleet(loop->worker)->hits - hits);
  sift_count(&loop->counters.listeners[port].lines, batch->lines);
  sift_histogram_add(&loop->counters.batch_bytes, SIFT_BATCH_BYTES_START, batch->len);
  sift_histogram_add(&loop->counters.scan_ns, SIFT_SCAN_NS_START, (uint64_t)(sift_monotonic_ns() - begun));
  return status;
}

/* Scans what was gathered, if anything was. */
static enum sift_status scan_gathered(struct sift_loop *loop, size_t port) {
  struct sift_gather *gather = &loop->intakes[port].gather;
  struct sift_batch batch;
  if (sift_gather_empty(gather)) {
    return SIFT_OK;
  }
  uint32_t held = gather->len;
  sift_gather_batch(gather, sift_realtime_ns(), &batch);
  enum sift_status status = scan(loop, port, &batch);
  status = status == SIFT_OK ? collect_lines(loop, gather->counted, gather->counted_count) : status;
  sift_gather_clear(gather);
  sift_loop_drop(loop, held);
  return status;
}

enum sift_status sift_loop_flush(struct sift_loop *loop, size_t port) {
  const struct sift_intake *intake = &loop->intakes[port];
  enum sift_status status = scan_gathered(loop, port);
  if (status != SIFT_OK || (loop->chunk_open && loop->line_count < CHUNK_LINES_MAX)) {
    return status;
  }
  if (loop->line_count > 0 || intake->damage.any || intake->chunk_count > 0) {
    return make_entry(loop, port);
  }
  sift_acks_assign(loop, port, loop->last_seq); /* of what was handed on before */
  return SIFT_OK;
}

void sift_loop_chunk_begin(struct sift_loop *loop) {
  loop->chunk_open = true;
}

/* What was scanned of it is handed on at once: the next batch may be another listener's. */
enum sift_status sift_loop_chunk_end(struct sift_loop *loop, size_t port) {
  enum sift_status status = loop->line_count > 0 ? scan_gathered(loop, port) : SIFT_OK;
  loop->chunk_open = false;
  return status == SIFT_OK && loop->line_count > 0 ? make_entry(loop, port) : status;
}

enum sift_status sift_loop_flush_all(struct sift_loop *loop) {
  enum sift_status status = SIFT_OK;
  for (size_t port = 0; port < loop->hub->port_count && status == SIFT_OK; port++) {
    status = sift_loop_flush(loop, port);
  }
  return status;
}

enum sift_status sift_loop_scan_raw(struct sift_loop *loop, size_t port, uint32_t stream, char *text, size_t len,
                                    struct sift_survey survey) {
  struct sift_gather *gather = &loop->intakes[port].gather;
  enum sift_status status = sift_loop_flush(loop, port); /* those before it come first */
  struct sift_batch batch = {.text = text,
                             .len = (uint32_t)len,
                             .offset = gather->offset,
                             .lines = survey.newlines + (len > 0 && text[len - 1] != '\n'),
                             .bytes = len,
                             .stream = stream,
                             .arrived_ns = sift_realtime_ns()};
  gather->offset += len;
  if (survey.escapes || survey.returns) {
    size_t cleaned = sift_clean(&loop->cleaner, text, len);
    if (cleaned == (size_t)-1) {
      return SIFT_ENOMEM;
    }
    batch.len = (uint32_t)cleaned;
    batch.edits = loop->cleaner.edits;
    batch.edit_count = loop->cleaner.edit_count;
    batch.returns = loop->cleaner.returns;
    batch.return_count = loop->cleaner.return_count;
  }
  const struct sift_gathered counted = {stream, batch.lines, len};
  status = status == SIFT_OK ? scan(loop, port, &batch) : status;
  status = status == SIFT_OK ? collect_lines(loop, &counted, 1) : status;
  return status == SIFT_OK ? make_entry(loop, port) : status;
}
