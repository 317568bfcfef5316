#include "ingest/serve/journal.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "ingest/serve/journal_internal.h"

int64_t sift_journal_clock_ns(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

void sift_journal_queue_release(struct sift_journal_queue *queue) {
  struct sift_journal_block *next = NULL;
  for (struct sift_journal_block *block = queue->head; block != NULL; block = next) {
    next = block->next;
    free(block);
  }
  sift_journal_queue_init(queue);
}

/* --- lifecycle --------------------------------------------------------------------------------------------------------- */

static enum sift_status make_header(struct sift_journal *journal, struct sift_span header) {
  struct sift_journal_packer *packer = NULL;
  enum sift_status status = sift_journal_packer_new(&packer, 0);
  if (status == SIFT_OK) {
    struct sift_seal seal = {.kind = SIFT_SEAL_HEADER};
    status = sift_journal_pack(packer, header, &seal, &journal->header);
    if (status == SIFT_OK) {
      sift_journal_block_seal(journal->header, &seal, 0);
    }
  }
  sift_journal_packer_free(packer);
  return status;
}

static void set_up_waiting(struct sift_journal *journal) {
  pthread_condattr_t attributes;
  pthread_condattr_init(&attributes);
  pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
  pthread_mutex_init(&journal->mutex, NULL);
  pthread_cond_init(&journal->wake, &attributes);
  pthread_cond_init(&journal->changed, &attributes);
  pthread_condattr_destroy(&attributes);
}

static struct sift_journal *allocate(const struct sift_journal_config *config) {
  struct sift_journal *journal = calloc(1, sizeof *journal);
  if (journal == NULL) {
    return NULL;
  }
  journal->config = *config;
  if (config->segment_bytes == 0) {
    journal->config.segment_bytes = SIFT_JOURNAL_SEGMENT_BYTES;
  }
  journal->disk = config->disk != NULL ? config->disk : sift_disk_real();
  journal->directory = -1;
  journal->lock = -1;
  journal->segment.file = -1;
  sift_journal_queue_init(&journal->queue);
  sift_journal_queue_init(&journal->flight);
  set_up_waiting(journal);
  journal->path = strdup(config->directory);
  journal->config.directory = journal->path;
  return journal;
}

static enum sift_status start(struct sift_journal *journal, struct sift_journal_found *found, char *error, size_t error_size) {
  enum sift_status status = journal->path != NULL ? make_header(journal, journal->config.header) : SIFT_ENOMEM;
  if (status == SIFT_OK) {
    status = sift_journal_recover(journal, found, error, error_size);
  }
  if (status == SIFT_OK) {
    journal->started = pthread_create(&journal->thread, NULL, sift_journal_run, journal) == 0;
    status = journal->started ? SIFT_OK : SIFT_ENOMEM;
  }
  return status;
}

enum sift_status sift_journal_open(struct sift_journal **out, const struct sift_journal_config *config,
                                   struct sift_journal_found *found, char *error, size_t error_size) {
  struct sift_journal *journal = allocate(config);
  enum sift_status status = SIFT_ENOMEM;
  *out = NULL;
  *found = (struct sift_journal_found){0};
  snprintf(error, error_size, "the journal in %s: out of memory", config->directory);
  if (journal != NULL) {
    status = start(journal, found, error, error_size);
  }
  if (status == SIFT_ELIMIT) {
    snprintf(error, error_size, "the journal's header is over %d bytes", SIFT_JOURNAL_ENTRY_BYTES_MAX);
  }
  if (status != SIFT_OK) {
    sift_journal_free(journal);
    return status;
  }
  *out = journal;
  return SIFT_OK;
}

static void close_all(struct sift_journal *journal) {
  int files[] = {journal->segment.file, journal->directory, journal->lock}; /* the lock last */
  for (size_t i = 0; i < sizeof files / sizeof files[0]; i++) {
    if (files[i] >= 0) {
      close(files[i]);
    }
  }
}

void sift_journal_free(struct sift_journal *journal) {
  if (journal == NULL) {
    return;
  }
  if (journal->started) {
    pthread_mutex_lock(&journal->mutex);
    journal->stopping = true;
    pthread_cond_signal(&journal->wake);
    pthread_mutex_unlock(&journal->mutex);
    pthread_join(journal->thread, NULL);
  }
  close_all(journal);
  sift_journal_queue_release(&journal->queue);
  sift_journal_queue_release(&journal->flight);
  pthread_cond_destroy(&journal->changed);
  pthread_cond_destroy(&journal->wake);
  pthread_mutex_destroy(&journal->mutex);
  free(journal->files.items);
  free(journal->header);
  free(journal->path);
  free(journal);
}

/* --- appending --------------------------------------------------------------------------------------------------------- */

/* The number is given where the order is: under the mutex. */
static uint64_t enqueue(struct sift_journal *journal, struct sift_journal_block *block, struct sift_seal *seal) {
  block->queued_ns = sift_journal_clock_ns();
  atomic_fetch_add(&journal->queued_bytes, sizeof *block + block->size);
  pthread_mutex_lock(&journal->mutex);
  uint64_t seq = journal->next_seq;
  journal->next_seq += !block->is_header;
  sift_journal_block_seal(block, seal, seq);
  bool was_empty = journal->queue.head == NULL;
  *journal->queue.tail = block;
  journal->queue.tail = &block->next;
  if (was_empty) {
    pthread_cond_signal(&journal->wake);
  }
  pthread_mutex_unlock(&journal->mutex);
  return seq;
}

enum sift_status sift_journal_append(struct sift_journal *journal, struct sift_journal_packer *packer, uint32_t loop,
                                     uint64_t loop_seq, struct sift_span payload, uint64_t *seq) {
  struct sift_seal seal = {.kind = SIFT_SEAL_ENTRY, .loop = loop, .loop_seq = loop_seq};
  struct sift_journal_block *block = NULL;
  enum sift_status status = sift_journal_pack(packer, payload, &seal, &block);
  if (status == SIFT_OK) {
    *seq = enqueue(journal, block, &seal);
  }
  return status;
}

enum sift_status sift_journal_set_header(struct sift_journal *journal, struct sift_journal_packer *packer,
                                         struct sift_span header) {
  struct sift_seal seal = {.kind = SIFT_SEAL_HEADER};
  struct sift_journal_block *block = NULL;
  enum sift_status status = sift_journal_pack(packer, header, &seal, &block);
  if (status == SIFT_OK) {
    enqueue(journal, block, &seal);
  }
  return status;
}

void sift_journal_release(struct sift_journal *journal, uint64_t seq) {
  uint64_t before = atomic_load(&journal->released);
  while (before < seq && !atomic_compare_exchange_weak(&journal->released, &before, seq)) {}
  pthread_mutex_lock(&journal->mutex);
  journal->tidy = true;
  pthread_cond_signal(&journal->wake);
  pthread_mutex_unlock(&journal->mutex);
}

/* --- questions --------------------------------------------------------------------------------------------------------- */

uint64_t sift_journal_durable(const struct sift_journal *journal) {
  return atomic_load(&journal->durable);
}

uint64_t sift_journal_queued_bytes(const struct sift_journal *journal) {
  return atomic_load(&journal->queued_bytes);
}

enum sift_status sift_journal_wait(struct sift_journal *journal, uint64_t seq, unsigned timeout_ms) {
  int64_t end_ns = sift_journal_clock_ns() + (int64_t)timeout_ms * 1000000;
  struct timespec end = {end_ns / 1000000000, end_ns % 1000000000};
  int timed_out = 0;
  pthread_mutex_lock(&journal->mutex);
  while (sift_journal_durable(journal) < seq && timed_out == 0) {
    timed_out = pthread_cond_timedwait(&journal->changed, &journal->mutex, &end);
  }
  pthread_mutex_unlock(&journal->mutex);
  return sift_journal_durable(journal) >= seq ? SIFT_OK : SIFT_ELIMIT;
}

void sift_journal_stats(struct sift_journal *journal, struct sift_journal_stats *out) {
  pthread_mutex_lock(&journal->mutex);
  *out = journal->stats;
  out->appended = journal->next_seq - 1;
  if (out->oldest_ns == 0 && journal->queue.head != NULL) {
    out->oldest_ns = journal->queue.head->queued_ns;
  }
  pthread_mutex_unlock(&journal->mutex);
  out->durable = sift_journal_durable(journal);
  out->queued_bytes = sift_journal_queued_bytes(journal);
}
