/* Each thread owns everything from the open file to its tally; threads meet only in the index of the next shard. */
#include "ingest/scan.h"

#include <pthread.h>
#include <stdlib.h>

#include "engine/own_file.h"
#include "ingest/lines.h"

/* What one thread works with. */
struct hand {
  struct sift_scan *scan;
  struct sift_worker *worker;
  struct sift_lines *lines;
  struct sift_wrapping *wrapping;
  struct sift_source_spares spares;
  pthread_t thread;
  bool started;
  enum sift_status status;
  uint64_t hits_told;
};

struct sift_scan {
  struct sift_scan_config config;
  struct hand *hands;
  unsigned hand_count;
  const struct sift_shards *shards;
  struct sift_progress *progress;
  _Atomic size_t next;
  _Atomic int stop; /* some hand failed: the others need not go on */
  struct sift_fleet walk;
  struct sift_fleet totals;
  struct sift_state_buffer walk_state; /* the walk's record, as a state without Spaces */
  struct sift_state_header header;
  struct sift_arena arena; /* the header's arrays */
  struct sift_run *runs;
  size_t run_count;
};

struct sift_scan_pass {
  struct sift_state_bytes *bytes;
  struct sift_state_reader **readers;
  size_t count;
  struct sift_state_merger *merger;
};

/* ---- lifecycle ---- */

static enum sift_status make_hand(struct hand *hand, struct sift_scan *scan) {
  hand->scan = scan;
  enum sift_status status = sift_worker_new(&hand->worker, &scan->config.worker);
  if (status == SIFT_OK) {
    status = sift_lines_new(&hand->lines, SIFT_BATCH_BYTES, SIFT_LINE_BYTES_MAX);
  }
  return status == SIFT_OK ? sift_wrapping_new(&hand->wrapping) : status;
}

enum sift_status sift_scan_new(struct sift_scan **out, const struct sift_scan_config *config) {
  *out = NULL;
  struct sift_scan *scan = calloc(1, sizeof *scan);
  if (scan == NULL) {
    return SIFT_ENOMEM;
  }
  scan->config = *config;
  sift_arena_init(&scan->arena);
  scan->hand_count = config->jobs > 0 ? config->jobs : 1;
  scan->hands = calloc(scan->hand_count, sizeof *scan->hands);
  enum sift_status status = scan->hands != NULL ? sift_fleet_init(&scan->walk) : SIFT_ENOMEM;
  if (status == SIFT_OK) {
    status = sift_fleet_init(&scan->totals);
  }
  if (status == SIFT_OK) {
    status = sift_state_header_make(&scan->header, sift_database_ruleset(config->worker.database), &scan->arena);
  }
  if (status != SIFT_OK) {
    sift_scan_free(scan);
    return status;
  }
  *out = scan;
  return SIFT_OK;
}

void sift_scan_free(struct sift_scan *scan) {
  if (scan == NULL) {
    return;
  }
  for (unsigned i = 0; scan->hands != NULL && i < scan->hand_count; i++) {
    sift_worker_free(scan->hands[i].worker);
    sift_lines_free(scan->hands[i].lines);
    sift_wrapping_free(scan->hands[i].wrapping);
    sift_source_spares_release(&scan->hands[i].spares);
  }
  free(scan->hands);
  sift_fleet_release(&scan->walk);
  sift_fleet_release(&scan->totals);
  sift_state_buffer_release(&scan->walk_state);
  sift_arena_release(&scan->arena);
  free(scan->runs);
  free(scan);
}

struct sift_fleet *sift_scan_fleet(struct sift_scan *scan) {
  return &scan->walk;
}

const struct sift_fleet *sift_scan_totals(const struct sift_scan *scan) {
  return &scan->totals;
}

const struct sift_state_header *sift_scan_header(const struct sift_scan *scan) {
  return &scan->header;
}

/* ---- one shard ---- */

static void report_damage(void *context, enum sift_reason reason, uint64_t offset) {
  struct hand *hand = context;
  enum sift_status status = sift_worker_damage(hand->worker, reason, offset);
  if (status != SIFT_OK && hand->status == SIFT_OK) {
    hand->status = status;
  }
}

/* The first chunk settles the format; wrapped input then comes in larger chunks, so that batches of text are no smaller. */
static void fit_chunks(struct hand *hand) {
  enum sift_format format = sift_wrapping_format(hand->wrapping);
  sift_lines_resize(hand->lines, format == SIFT_FORMAT_RAW ? SIFT_BATCH_BYTES : SIFT_WRAPPED_BYTES);
}

/* Works off the chunks at hand. SIFT_END where the shard is no log, so that the rest of it need not be read. */
static enum sift_status drain(struct hand *hand) {
  struct sift_chunk chunk;
  enum sift_status status = SIFT_OK;
  while (status == SIFT_OK && sift_lines_next(hand->lines, &chunk) == SIFT_OK) {
    struct sift_batch batch;
    if (chunk.offset == 0 && sift_own_file_begins(sift_span(chunk.text, chunk.len))) {
      report_damage(hand, SIFT_REASON_OWN_FILE, 0);
      return hand->status != SIFT_OK ? hand->status : SIFT_END;
    }
    status = sift_wrapping_unwrap(hand->wrapping, &chunk, &batch);
    if (chunk.offset == 0) {
      fit_chunks(hand);
    }
    if (status == SIFT_OK) {
      status = sift_worker_batch(hand->worker, &batch);
    }
    atomic_fetch_add_explicit(&hand->scan->progress->bytes, chunk.len, memory_order_relaxed);
  }
  return status != SIFT_OK ? status : hand->status;
}

static void tell_progress(struct hand *hand, uint64_t consumed, uint64_t *told) {
  struct sift_progress *progress = hand->scan->progress;
  uint64_t hits = sift_worker_stats(hand->worker)->hits;
  atomic_fetch_add_explicit(&progress->compressed_bytes, consumed - *told, memory_order_relaxed);
  atomic_fetch_add_explicit(&progress->hits, hits - hand->hits_told, memory_order_relaxed);
  *told = consumed;
  hand->hits_told = hits;
}

/* Reads to the end or to the damage; what came before it is worked off like any other. */
static enum sift_status read_all(struct hand *hand, struct sift_source *source) {
  uint64_t offset = 0;
  uint64_t told = 0;
  enum sift_status got_status = SIFT_OK;
  while (got_status == SIFT_OK && !atomic_load_explicit(&hand->scan->stop, memory_order_relaxed)) {
    size_t room = 0;
    size_t got = 0;
    char *into = sift_lines_reserve(hand->lines, &room);
    if (into == NULL) {
      return SIFT_ENOMEM;
    }
    got_status = sift_source_read(source, into, room, &got);
    if (got_status == SIFT_OK) {
      offset += got;
      sift_lines_commit(hand->lines, got);
    } else {
      sift_lines_finish(hand->lines);
    }
    enum sift_status status = drain(hand);
    tell_progress(hand, source->consumed, &told);
    if (status != SIFT_OK) {
      return status == SIFT_END ? SIFT_OK : status;
    }
  }
  if (got_status == SIFT_ENOMEM) {
    return SIFT_ENOMEM;
  }
  return got_status < 0 ? sift_worker_damage(hand->worker, source->reason, offset) : SIFT_OK;
}

static enum sift_status scan_shard(struct hand *hand, const struct sift_shard *shard) {
  const struct sift_scan_config *config = &hand->scan->config;
  enum sift_status status = sift_worker_begin(hand->worker, sift_span_of(sift_shard_name(shard)));
  if (status != SIFT_OK) {
    return status;
  }
  struct sift_place place;
  sift_layout_match(config->layout, shard->path, &place);
  const struct sift_wrapping_config wrapping = {
      .format = config->format,
      .fields = config->fields,
      .space = place.space[0] != '\0' ? sift_span_of(place.space) : config->space,
      .channel = place.channel[0] != '\0' ? sift_span_of(place.channel) : config->channel,
  };
  sift_lines_reset(hand->lines);
  sift_lines_resize(hand->lines, SIFT_BATCH_BYTES);
  struct sift_source *source = NULL;
  enum sift_reason reason = SIFT_REASONS;
  struct sift_source_limits limits = config->limits;
  limits.spares = &hand->spares;
  status = sift_source_open(&source, shard->path, &limits, &reason);
  if (status == SIFT_ENOMEM) {
    return status;
  }
  if (source == NULL) {
    status = sift_worker_damage(hand->worker, reason, 0);
    return status == SIFT_OK ? sift_worker_end(hand->worker, 0) : status;
  }
  status = sift_wrapping_begin(hand->wrapping, &wrapping, sift_worker_streams(hand->worker),
                               (struct sift_wrapping_report){report_damage, hand});
  if (status == SIFT_OK) {
    status = read_all(hand, source);
  }
  uint64_t consumed = source->consumed;
  sift_source_free(source);
  return status == SIFT_OK ? sift_worker_end(hand->worker, consumed) : status;
}

/* ---- threads ---- */

static void *work(void *context) {
  struct hand *hand = context;
  struct sift_scan *scan = hand->scan;
  while (hand->status == SIFT_OK && !atomic_load_explicit(&scan->stop, memory_order_relaxed)) {
    size_t at = atomic_fetch_add_explicit(&scan->next, 1, memory_order_relaxed);
    if (at >= scan->shards->count) {
      break;
    }
    hand->status = scan_shard(hand, &scan->shards->items[at]);
    atomic_fetch_add_explicit(&scan->progress->shards, 1, memory_order_relaxed);
  }
  sift_source_spares_release(&hand->spares); /* what folds the tallies next needs memory too */
  if (hand->status != SIFT_OK) {
    atomic_store_explicit(&scan->stop, 1, memory_order_relaxed);
  }
  return NULL;
}

/* A thread that cannot be had leaves its shards to the others; this thread is always one of them. */
static void run_hands(struct sift_scan *scan) {
  for (unsigned i = 1; i < scan->hand_count; i++) {
    scan->hands[i].started = pthread_create(&scan->hands[i].thread, NULL, work, &scan->hands[i]) == 0;
  }
  work(&scan->hands[0]);
  for (unsigned i = 1; i < scan->hand_count; i++) {
    if (scan->hands[i].started) {
      pthread_join(scan->hands[i].thread, NULL);
    }
  }
}

static enum sift_status collect(struct sift_scan *scan, const struct sift_run *runs, size_t count) {
  struct sift_run *grown = realloc(scan->runs, (scan->run_count + count) * sizeof *grown);
  if (grown == NULL) {
    return SIFT_ENOMEM;
  }
  scan->runs = grown;
  for (size_t i = 0; i < count; i++) {
    scan->runs[scan->run_count++] = runs[i];
  }
  return SIFT_OK;
}

static enum sift_status collect_walk(struct sift_scan *scan) {
  struct sift_state_writer *writer = NULL;
  enum sift_status status = sift_state_writer_new(&writer, sift_state_buffer_output(&scan->walk_state), &scan->header);
  if (status == SIFT_OK) {
    status = sift_state_finish(writer, &scan->walk);
  }
  sift_state_writer_free(writer);
  const struct sift_run run = {.bytes = scan->walk_state.bytes, .size = scan->walk_state.size};
  return status == SIFT_OK ? collect(scan, &run, 1) : status;
}

/* That there are more Spaces than are kept apart shows only when the runs are folded: then the totals come from that. */
static enum sift_status count_overflow(struct sift_scan *scan) {
  uint64_t spaces = 0;
  for (size_t i = 0; i < scan->run_count; i++) {
    spaces += scan->runs[i].spaces;
  }
  if (spaces <= scan->config.worker.spaces_max) {
    return SIFT_OK;
  }
  struct sift_scan_pass *pass = NULL;
  const struct sift_space *space = NULL;
  enum sift_status status = sift_scan_pass_new(&pass, scan);
  if (pass == NULL) {
    return status;
  }
  while (status == SIFT_OK) {
    status = sift_state_merger_next(pass->merger, &space);
  }
  if (status == SIFT_END) {
    sift_fleet_release(&scan->totals);
    status = sift_fleet_init(&scan->totals);
  }
  if (status == SIFT_OK) {
    status = sift_fleet_merge(&scan->totals, sift_state_merger_fleet(pass->merger));
  }
  sift_scan_pass_free(pass);
  return status;
}

enum sift_status sift_scan_run(struct sift_scan *scan, const struct sift_shards *shards, struct sift_progress *progress) {
  scan->shards = shards;
  scan->progress = progress;
  enum sift_status status = SIFT_OK;
  for (unsigned i = 0; i < scan->hand_count && status == SIFT_OK; i++) {
    status = make_hand(&scan->hands[i], scan);
  }
  if (status != SIFT_OK) {
    return status;
  }
  run_hands(scan);
  for (unsigned i = 0; i < scan->hand_count && status == SIFT_OK; i++) {
    status = scan->hands[i].status;
  }
  for (unsigned i = 0; i < scan->hand_count && status == SIFT_OK; i++) {
    const struct sift_run *runs = NULL;
    size_t count = 0;
    status = sift_worker_runs(scan->hands[i].worker, &runs, &count);
    if (status == SIFT_OK) {
      status = collect(scan, runs, count);
    }
    if (status == SIFT_OK) {
      status = sift_fleet_merge(&scan->totals, sift_worker_fleet(scan->hands[i].worker));
    }
  }
  if (status == SIFT_OK) {
    status = sift_fleet_merge(&scan->totals, &scan->walk);
  }
  if (status == SIFT_OK) {
    status = collect_walk(scan);
  }
  return status == SIFT_OK ? count_overflow(scan) : status;
}

/* ---- the result ---- */

enum sift_status sift_scan_pass_new(struct sift_scan_pass **out, struct sift_scan *scan) {
  *out = NULL;
  struct sift_scan_pass *pass = calloc(1, sizeof *pass);
  if (pass == NULL) {
    return SIFT_ENOMEM;
  }
  pass->count = scan->run_count;
  pass->bytes = calloc(pass->count + 1, sizeof *pass->bytes);
  pass->readers = calloc(pass->count + 1, sizeof(struct sift_state_reader *));
  enum sift_status status = pass->bytes != NULL && pass->readers != NULL ? SIFT_OK : SIFT_ENOMEM;
  for (size_t i = 0; i < pass->count && status == SIFT_OK; i++) {
    pass->bytes[i].rest = sift_span(scan->runs[i].bytes, scan->runs[i].size);
    status = sift_state_reader_new(&pass->readers[i], sift_state_bytes_input(&pass->bytes[i]));
  }
  if (status == SIFT_OK) {
    status = sift_state_merger_new(&pass->merger, pass->readers, pass->count, scan->config.worker.spaces_max);
  }
  if (status != SIFT_OK) {
    sift_scan_pass_free(pass);
    return status;
  }
  *out = pass;
  return SIFT_OK;
}

struct sift_state_merger *sift_scan_pass_merger(struct sift_scan_pass *pass) {
  return pass->merger;
}

void sift_scan_pass_free(struct sift_scan_pass *pass) {
  if (pass == NULL) {
    return;
  }
  sift_state_merger_free(pass->merger);
  for (size_t i = 0; pass->readers != NULL && i < pass->count; i++) {
    sift_state_reader_free(pass->readers[i]);
  }
  free((void *)pass->readers);
  free(pass->bytes);
  free(pass);
}
