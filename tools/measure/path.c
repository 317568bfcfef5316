#include "tools/measure/path.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>

#include "engine/worker.h"

enum { SPACES_MAX = 1000 * 1000, RUN_PIECES = 8 };

/* What threads share: the next pieces that nobody has. */
struct share {
  const struct sift_path_config *config;
  _Atomic size_t next;
  _Atomic uint64_t event_bytes;
};

struct hand {
  struct share *share;
  struct sift_worker *worker;
  uint64_t begun; /* pieces' part + 1 of the shard at hand; 0: none */
  uint32_t stream;
  pthread_t thread;
  bool started;
  enum sift_status status;
};

static enum sift_status drop_events(void *context, struct sift_span block) {
  struct share *share = context;
  atomic_fetch_add_explicit(&share->event_bytes, block.len, memory_order_relaxed);
  return SIFT_OK;
}

static enum sift_status begin_part(struct hand *hand, uint32_t part) {
  char space[32];
  enum sift_reason reason = SIFT_REASONS;
  const struct sift_corpus *corpus = hand->share->config->pieces->corpus;
  enum sift_status status = hand->begun != 0 ? sift_worker_end(hand->worker, 0) : SIFT_OK;
  if (status == SIFT_OK) {
    status = sift_worker_begin(hand->worker, sift_span_of(corpus->parts[part].name));
  }
  if (status == SIFT_OK) {
    snprintf(space, sizeof space, "corpus/%u", (unsigned)part);
    hand->stream = sift_streams_find(sift_worker_streams(hand->worker), sift_span_of(space), sift_span_of(""), &reason);
    hand->begun = (uint64_t)part + 1;
  }
  return status;
}

static enum sift_status scan_piece(struct hand *hand, const struct sift_piece *piece) {
  const struct sift_corpus *corpus = hand->share->config->pieces->corpus;
  enum sift_status status = hand->begun == (uint64_t)piece->part + 1 ? SIFT_OK : begin_part(hand, piece->part);
  const struct sift_batch batch = {
      .text = corpus->text + piece->begin,
      .len = piece->len,
      .offset = piece->begin - corpus->parts[piece->part].begin,
      .lines = piece->lines,
      .bytes = piece->len,
      .stream = hand->stream,
  };
  return status == SIFT_OK ? sift_worker_batch(hand->worker, &batch) : status;
}

static void *work(void *context) {
  struct hand *hand = context;
  const struct sift_pieces *pieces = hand->share->config->pieces;
  while (hand->status == SIFT_OK) {
    size_t from = atomic_fetch_add_explicit(&hand->share->next, RUN_PIECES, memory_order_relaxed);
    if (from >= pieces->count) {
      break;
    }
    for (size_t i = from; i < from + RUN_PIECES && i < pieces->count && hand->status == SIFT_OK; i++) {
      hand->status = scan_piece(hand, &pieces->items[i]);
    }
  }
  if (hand->status == SIFT_OK && hand->begun != 0) {
    hand->status = sift_worker_end(hand->worker, 0);
  }
  return NULL;
}

static void add_result(struct sift_path_result *out, const struct hand *hand) {
  const struct sift_scanner_stats *stats = sift_worker_stats(hand->worker);
  out->hits += sift_worker_fleet(hand->worker)->hits;
  out->woken += stats->woken;
  out->confirmed += stats->confirmed;
  out->limited += stats->limited;
}

/* The threads' tallies stay apart: folding them is the end of a scan, not its way. */
static enum sift_status run_hands(struct hand *hands, unsigned count) {
  enum sift_status status = SIFT_OK;
  for (unsigned i = 1; i < count; i++) {
    hands[i].started = pthread_create(&hands[i].thread, NULL, work, &hands[i]) == 0;
  }
  work(&hands[0]);
  for (unsigned i = 0; i < count; i++) {
    if (hands[i].started) {
      pthread_join(hands[i].thread, NULL);
    }
    status = status == SIFT_OK ? hands[i].status : status;
  }
  return status;
}

enum sift_status sift_path_run(const struct sift_path_config *config, struct sift_path_result *out) {
  struct share share = {.config = config};
  const struct sift_event_sink sink = {drop_events, &share};
  const struct sift_worker_config worker = {
      .database = config->database, .events = config->events ? &sink : NULL, .spaces_max = SPACES_MAX};
  unsigned count = config->threads > 0 ? config->threads : 1;
  struct hand *hands = calloc(count, sizeof *hands);
  enum sift_status status = hands != NULL ? SIFT_OK : SIFT_ENOMEM;
  for (unsigned i = 0; i < count && status == SIFT_OK; i++) {
    hands[i].share = &share;
    status = sift_worker_new(&hands[i].worker, &worker);
  }
  if (status == SIFT_OK) {
    status = run_hands(hands, count);
  }
  struct sift_path_result result = {.event_bytes = share.event_bytes};
  for (unsigned i = 0; hands != NULL && i < count; i++) {
    if (status == SIFT_OK) {
      add_result(&result, &hands[i]);
    }
    sift_worker_free(hands[i].worker);
  }
  free(hands);
  if (out != NULL) {
    *out = result;
  }
  return status;
}
