#include "ingest/serve/applier.h"

#include <assert.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "ingest/serve/entry.h"

enum { ENTRIES_AT_ONCE = 64, GATHER_NS = 2000000 };

/* An entry that waits; the queue is in order of seq. */
struct item {
  struct item *next;
  uint64_t seq;
  char *payload;
  size_t len;
};

struct sift_applier {
  struct sift_applier_config config;
  struct sift_worker *worker;
  uint64_t offset_end;

  pthread_t thread;
  bool started;
  pthread_mutex_t lock; /* of all below, and of the worker while the thread is not applying */
  pthread_cond_t wake;  /* the thread: something to do */
  pthread_cond_t idle;  /* others: the worker is free */
  struct item *head, *tail;
  bool busy;      /* the thread is applying, without the lock */
  unsigned asked; /* others that want the worker */
  bool stopping;
  _Atomic uint64_t seq; /* applied */
  _Atomic int status;
};

static enum sift_status make_worker(struct sift_worker **out, const struct sift_applier_config *config,
                                    const struct sift_database *database) {
  const struct sift_worker_config worker = {.database = database, .spaces_max = config->spaces_max, .live = true};
  enum sift_status status = sift_worker_new(out, &worker);
  return status == SIFT_OK ? sift_worker_begin(*out, sift_span_of("")) : status;
}

enum sift_status sift_applier_new(struct sift_applier **out, const struct sift_applier_config *config) {
  *out = NULL;
  struct sift_applier *applier = calloc(1, sizeof *applier);
  if (applier == NULL) {
    return SIFT_ENOMEM;
  }
  applier->config = *config;
  applier->seq = config->seq_after;
  pthread_mutex_init(&applier->lock, NULL);
  pthread_cond_init(&applier->wake, NULL);
  pthread_cond_init(&applier->idle, NULL);
  enum sift_status status = make_worker(&applier->worker, config, config->database);
  if (status != SIFT_OK) {
    sift_applier_free(applier);
    return status;
  }
  *out = applier;
  return SIFT_OK;
}

void sift_applier_free(struct sift_applier *applier) {
  if (applier == NULL) {
    return;
  }
  assert(!applier->started);
  while (applier->head != NULL) {
    struct item *item = applier->head;
    applier->head = item->next;
    sift_budget_give(applier->config.budget, item->len);
    free(item->payload);
    free(item);
  }
  sift_worker_free(applier->worker);
  pthread_cond_destroy(&applier->idle);
  pthread_cond_destroy(&applier->wake);
  pthread_mutex_destroy(&applier->lock);
  free(applier);
}

/* ---- applying ---- */

static enum sift_status apply(struct sift_applier *applier, uint64_t seq, struct sift_span payload, struct sift_chunk_ids *ids) {
  struct sift_entry_applied applied;
  enum sift_status status = sift_entry_apply(payload, seq, applier->worker, ids, &applied);
  if (applied.offset_end > applier->offset_end) {
    applier->offset_end = applied.offset_end;
  }
  return status;
}

enum sift_status sift_applier_restore(struct sift_applier *applier, struct sift_span streams) {
  assert(!applier->started);
  return sift_worker_restore(applier->worker, streams);
}

enum sift_status sift_applier_replay(struct sift_applier *applier, uint64_t seq, struct sift_span payload) {
  assert(!applier->started);
  enum sift_status status = apply(applier, seq, payload, applier->config.ids);
  applier->seq = seq;
  return status;
}

void sift_applier_replayed(struct sift_applier *applier, uint64_t seq) {
  assert(!applier->started && seq >= applier->seq);
  applier->seq = seq;
}

uint64_t sift_applier_replayed_offset(const struct sift_applier *applier) {
  return applier->offset_end;
}

static bool ready(const struct sift_applier *applier) {
  return applier->head != NULL && applier->head->seq == applier->seq + 1;
}

/* Takes the next entries off the queue, as far as they follow each other. */
static struct item *take_ready(struct sift_applier *applier) {
  struct item *first = applier->head;
  struct item *last = first;
  for (unsigned i = 1; i < ENTRIES_AT_ONCE && last->next != NULL && last->next->seq == last->seq + 1; i++) {
    last = last->next;
  }
  applier->head = last->next;
  applier->tail = applier->head != NULL ? applier->tail : NULL;
  last->next = NULL;
  return first;
}

/* With the lock; gives it up while applying. */
static void apply_ready(struct sift_applier *applier) {
  struct item *item = take_ready(applier);
  applier->busy = true;
  pthread_mutex_unlock(&applier->lock);
  while (item != NULL) {
    struct item *next = item->next;
    if (applier->status == SIFT_OK) {
      enum sift_status status = apply(applier, item->seq, sift_span(item->payload, item->len), NULL);
      applier->status = (int)status;
    }
    sift_budget_give(applier->config.budget, item->len);
    applier->seq = item->seq;
    free(item->payload);
    free(item);
    item = next;
  }
  pthread_mutex_lock(&applier->lock);
  applier->busy = false;
}

/* With the lock, gives it up: where entries come one after the other, waking this thread for each would cost more than
 * applying them does. Nobody waits for a tally that closely. */
static void let_gather(struct sift_applier *applier) {
  pthread_mutex_unlock(&applier->lock);
  nanosleep(&(struct timespec){.tv_nsec = GATHER_NS}, NULL);
  pthread_mutex_lock(&applier->lock);
}

static void *run(void *context) {
  struct sift_applier *applier = context;
  pthread_mutex_lock(&applier->lock);
  for (;;) {
    bool slept = false;
    while (applier->asked > 0 || (!ready(applier) && !applier->stopping)) {
      pthread_cond_broadcast(&applier->idle);
      pthread_cond_wait(&applier->wake, &applier->lock);
      slept = true;
    }
    if (slept && !applier->stopping) {
      let_gather(applier);
      continue;
    }
    if (!ready(applier)) {
      break; /* stopping */
    }
    apply_ready(applier);
  }
  pthread_mutex_unlock(&applier->lock);
  return NULL;
}

enum sift_status sift_applier_start(struct sift_applier *applier) {
  applier->started = pthread_create(&applier->thread, NULL, run, applier) == 0;
  return applier->started ? SIFT_OK : SIFT_ENOMEM;
}

void sift_applier_stop(struct sift_applier *applier) {
  if (!applier->started) {
    return;
  }
  pthread_mutex_lock(&applier->lock);
  applier->stopping = true;
  pthread_cond_broadcast(&applier->wake);
  pthread_mutex_unlock(&applier->lock);
  pthread_join(applier->thread, NULL);
  applier->started = false;
}

/* Loops push nearly in order: most often behind the tail. */
static void insert(struct sift_applier *applier, struct item *item) {
  if (applier->tail != NULL && applier->tail->seq < item->seq) {
    applier->tail->next = item;
    applier->tail = item;
    return;
  }
  struct item **at = &applier->head;
  while (*at != NULL && (*at)->seq < item->seq) {
    at = &(*at)->next;
  }
  item->next = *at;
  *at = item;
  applier->tail = item->next == NULL ? item : applier->tail;
}

enum sift_status sift_applier_push(struct sift_applier *applier, uint64_t seq, char *payload, size_t len) {
  struct item *item = malloc(sizeof *item);
  if (item == NULL) {
    free(payload);
    return SIFT_ENOMEM;
  }
  *item = (struct item){.seq = seq, .payload = payload, .len = len};
  sift_budget_take(applier->config.budget, len);
  pthread_mutex_lock(&applier->lock);
  insert(applier, item);
  if (ready(applier)) {
    pthread_cond_signal(&applier->wake);
  }
  pthread_mutex_unlock(&applier->lock);
  return SIFT_OK;
}

/* ---- collecting ---- */

/* The worker for the caller alone, between two entries. */
static void borrow(struct sift_applier *applier) {
  pthread_mutex_lock(&applier->lock);
  applier->asked++;
  while (applier->busy) {
    pthread_cond_wait(&applier->idle, &applier->lock);
  }
}

static void give_back(struct sift_applier *applier) {
  applier->asked--;
  pthread_cond_signal(&applier->wake);
  pthread_mutex_unlock(&applier->lock);
}

static enum sift_status copy_runs(struct sift_worker *worker, struct sift_applied *out) {
  const struct sift_run *runs = NULL;
  size_t count = 0;
  enum sift_status status = sift_worker_runs(worker, &runs, &count);
  if (status != SIFT_OK) {
    return status;
  }
  out->runs = calloc(count + 1, sizeof *out->runs);
  if (out->runs == NULL) {
    return SIFT_ENOMEM;
  }
  for (size_t i = 0; i < count; i++) {
    char *copy = malloc(runs[i].size);
    if (copy == NULL) {
      return SIFT_ENOMEM;
    }
    memcpy(copy, runs[i].bytes, runs[i].size);
    out->runs[out->run_count++] = (struct sift_run){copy, runs[i].size, runs[i].spaces};
  }
  return SIFT_OK;
}

void sift_applied_release(struct sift_applied *applied) {
  for (size_t i = 0; i < applied->run_count; i++) {
    free((void *)(uintptr_t)applied->runs[i].bytes);
  }
  free(applied->runs);
  sift_state_buffer_release(&applied->overlay);
  sift_pack_release(&applied->streams);
  *applied = (struct sift_applied){0};
}

/* With the worker. The overlay and the streams first: the runs empty the worker. */
static enum sift_status take_out(struct sift_applier *applier, struct sift_applied *out) {
  *out = (struct sift_applied){.seq = applier->seq, .database = applier->config.database};
  enum sift_status status = applier->status;
  status = status == SIFT_OK ? sift_worker_overlay(applier->worker, &out->overlay) : status;
  status = status == SIFT_OK ? sift_worker_keep(applier->worker, &out->streams) : status;
  status = status == SIFT_OK ? copy_runs(applier->worker, out) : status;
  if (status == SIFT_OK) {
    status = sift_worker_emptied(applier->worker);
  }
  if (status != SIFT_OK) {
    applier->status = (int)status; /* what the worker had is gone, or half gone: only a restart knows it again */
    sift_applied_release(out);
  }
  return status;
}

enum sift_status sift_applier_collect(struct sift_applier *applier, struct sift_applied *out) {
  borrow(applier);
  enum sift_status status = take_out(applier, out);
  give_back(applier);
  return status;
}

enum sift_status sift_applier_swap(struct sift_applier *applier, const struct sift_database *database, struct sift_applied *old) {
  struct sift_worker *fresh = NULL;
  enum sift_status status = make_worker(&fresh, &applier->config, database);
  *old = (struct sift_applied){0};
  if (status != SIFT_OK) {
    sift_worker_free(fresh);
    return status;
  }
  borrow(applier);
  status = take_out(applier, old);
  if (status == SIFT_OK) {
    status = sift_worker_restore(fresh, sift_span(old->streams.bytes, old->streams.len));
  }
  if (status == SIFT_OK) {
    sift_worker_free(applier->worker);
    applier->worker = fresh;
    applier->config.database = database;
    fresh = NULL;
  }
  give_back(applier);
  sift_worker_free(fresh);
  return status;
}

enum sift_status sift_applier_status(const struct sift_applier *applier) {
  return (enum sift_status)applier->status;
}

uint64_t sift_applier_seq(const struct sift_applier *applier) {
  return applier->seq;
}
