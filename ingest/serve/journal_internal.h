/* What the journal's own files share: its queue, its list of segments, what belongs to the writer's thread. */
#ifndef SIFT_INGEST_SERVE_JOURNAL_INTERNAL_H
#define SIFT_INGEST_SERVE_JOURNAL_INTERNAL_H

#include <pthread.h>
#include <stdatomic.h>

#include "ingest/serve/journal.h"

/* A sealed frame on its way to the disk. One of kind header carries no number: it opens the segments from there on. */
struct sift_journal_block {
  struct sift_journal_block *next;
  uint64_t seq;
  int64_t queued_ns; /* monotonic */
  bool is_header;
  size_t size;
  char bytes[];
};

struct sift_journal_queue {
  struct sift_journal_block *head, **tail;
};

/* Segments that are written to no more, oldest first. */
struct sift_journal_file {
  uint64_t first_seq, bytes;
  int64_t written_ns;
};
struct sift_journal_files {
  struct sift_journal_file *items;
  size_t count, capacity;
  uint64_t bytes;
};
bool sift_journal_files_add(struct sift_journal_files *files, const struct sift_journal_file *file);

/* The segment that is written to; file -1: none. */
struct sift_journal_segment {
  int file;
  uint64_t first_seq;
  uint64_t bytes, durable_bytes;
  int64_t begun_ns, written_ns;
};

struct sift_journal {
  struct sift_journal_config config;
  char *path;
  const struct sift_disk *disk;
  int directory, lock;
  bool started;
  pthread_t thread;

  _Atomic uint64_t durable, queued_bytes, released;

  pthread_mutex_t mutex;
  pthread_cond_t wake, changed; /* the writer's; of who waits for `durable` */
  struct sift_journal_queue queue;
  uint64_t next_seq;
  bool stopping, tidy; /* tidy: segments were released */
  struct sift_journal_stats stats;

  /* The writer's alone once it runs. */
  struct sift_journal_files files;
  struct sift_journal_segment segment;
  struct sift_journal_queue flight; /* taken from the queue, not durable yet */
  struct sift_journal_block *header;
  bool rotate; /* the header is another */
};

static inline void sift_journal_queue_init(struct sift_journal_queue *queue) {
  queue->head = NULL;
  queue->tail = &queue->head;
}
void sift_journal_queue_release(struct sift_journal_queue *queue);

/* CLOCK_MONOTONIC. */
int64_t sift_journal_clock_ns(void);

/* Makes a block of the payload; its seal is written once the number is known (sift_journal_block_seal). */
enum sift_status sift_journal_pack(struct sift_journal_packer *packer, struct sift_span payload, struct sift_seal *seal,
                                   struct sift_journal_block **out);
void sift_journal_block_seal(struct sift_journal_block *block, struct sift_seal *seal, uint64_t seq);

/* Opening: fills directory, lock, files and numbering. Errors as sift_journal_open. */
enum sift_status sift_journal_recover(struct sift_journal *journal, struct sift_journal_found *found, char *error,
                                      size_t error_size);

/* Removes the oldest released segments that are too many or too old. The writer's thread. SIFT_EIO. */
enum sift_status sift_journal_retain(struct sift_journal *journal);

/* What the last system call left in errno, for people and for the metrics; SIFT_OK clears it. The writer's thread. */
void sift_journal_report(struct sift_journal *journal, enum sift_status status, const char *what, uint64_t first_seq);

void *sift_journal_run(void *journal);

#endif
