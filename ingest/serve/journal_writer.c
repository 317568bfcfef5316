/* The writer's thread: all that is queued goes to the disk, then one sync covers it, then it is published.
 *
 * After a failed write the file is cut back to what is durable and tried again. After a failed sync the page cache may call
 * clean what never reached the disk, so that segment is left, and all that was not durable goes to a new one. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "ingest/serve/journal_internal.h"

enum {
  PARTS = 64, /* of one write */
  BACKOFF_NS_MIN = 10 * 1000 * 1000,
  BACKOFF_NS_MAX = 1000 * 1000 * 1000,
};

/* --- trouble ----------------------------------------------------------------------------------------------------------- */

void sift_journal_report(struct sift_journal *journal, enum sift_status status, const char *what, uint64_t first_seq) {
  struct sift_journal_stats *stats = &journal->stats;
  int error = errno;
  char name[SIFT_JOURNAL_NAME_BYTES];
  char text[SIFT_JOURNAL_ERROR_BYTES] = "";
  if (status != SIFT_OK) {
    sift_journal_name(name, first_seq);
    snprintf(text, sizeof text, "cannot %s %s/%s: %s", what, journal->path, name,
             status == SIFT_ENOMEM ? "out of memory" : strerror(error));
  }
  pthread_mutex_lock(&journal->mutex);
  bool changed = strcmp(text, stats->text) != 0;
  stats->errors += status != SIFT_OK;
  stats->error = status == SIFT_OK ? 0 : status == SIFT_ENOMEM ? ENOMEM : error;
  memcpy(stats->text, text, sizeof text);
  pthread_mutex_unlock(&journal->mutex);
  if (changed && journal->config.trouble != NULL) {
    journal->config.trouble(journal->config.context, status == SIFT_OK ? NULL : text);
  }
}

/* --- segments ---------------------------------------------------------------------------------------------------------- */

static int64_t now_ns(const struct sift_journal *journal) {
  return journal->disk->now_ns(journal->disk->context);
}

/* Leaves the segment; one without a durable entry goes, so that its name is free. */
static enum sift_status leave_segment(struct sift_journal *journal) {
  struct sift_journal_segment *segment = &journal->segment;
  struct sift_journal_file file = {segment->first_seq, segment->durable_bytes, segment->written_ns};
  if (file.bytes > 0 && !sift_journal_files_add(&journal->files, &file)) {
    return SIFT_ENOMEM;
  }
  close(segment->file); /* what is durable is synced, the rest will be written again */
  *segment = (struct sift_journal_segment){.file = -1};
  if (file.bytes == 0) {
    char name[SIFT_JOURNAL_NAME_BYTES];
    sift_journal_name(name, file.first_seq);
    journal->disk->unlink(journal->disk->context, journal->directory, name); /* begin_segment() finds out and tries again */
    pthread_mutex_lock(&journal->mutex);
    journal->stats.segments--;
    pthread_mutex_unlock(&journal->mutex);
  }
  return SIFT_OK;
}

static enum sift_status begin_segment(struct sift_journal *journal, uint64_t first_seq) {
  const struct sift_disk *disk = journal->disk;
  char name[SIFT_JOURNAL_NAME_BYTES];
  sift_journal_name(name, first_seq);
  int file = disk->create(disk->context, journal->directory, name);
  if (file < 0 && errno == EEXIST && disk->unlink(disk->context, journal->directory, name) == 0) {
    file = disk->create(disk->context, journal->directory, name);
  }
  if (file < 0) {
    return SIFT_EIO;
  }
  journal->segment = (struct sift_journal_segment){.file = file, .first_seq = first_seq, .begun_ns = now_ns(journal)};
  journal->rotate = false;
  pthread_mutex_lock(&journal->mutex);
  journal->stats.segments++;
  pthread_mutex_unlock(&journal->mutex);
  return SIFT_OK;
}

static bool is_full(const struct sift_journal *journal) {
  const struct sift_journal_segment *segment = &journal->segment;
  int64_t age_max = journal->config.segment_age_ns;
  return journal->rotate || segment->durable_bytes >= journal->config.segment_bytes ||
         (age_max > 0 && segment->durable_bytes > 0 && now_ns(journal) - segment->begun_ns >= age_max);
}

/* A segment that takes more stands open behind this. */
static enum sift_status ready_segment(struct sift_journal *journal, uint64_t first_seq) {
  if (journal->segment.file >= 0 && is_full(journal)) {
    enum sift_status status = leave_segment(journal);
    if (status != SIFT_OK) {
      return status;
    }
    (void)sift_journal_retain(journal); /* it told its trouble; writing goes on */
  }
  return journal->segment.file >= 0 ? SIFT_OK : begin_segment(journal, first_seq);
}

/* --- one commit -------------------------------------------------------------------------------------------------------- */

static enum sift_status write_parts(struct sift_journal *journal, struct iovec *parts, int count) {
  uint64_t bytes = 0;
  for (int i = 0; i < count; i++) {
    bytes += parts[i].iov_len;
  }
  enum sift_status status = sift_disk_write(journal->disk, journal->segment.file, parts, count);
  if (status == SIFT_OK) {
    journal->segment.bytes += bytes;
  }
  return status;
}

static struct iovec part_of(struct sift_journal_block *block) {
  return (struct iovec){.iov_base = block->bytes, .iov_len = block->size};
}

/* Writes what is in flight until the segment is full or another header comes; *end is the first block that was not. */
static enum sift_status write_flight(struct sift_journal *journal, struct sift_journal_block **end) {
  struct sift_journal_block *block = journal->flight.head;
  struct iovec parts[PARTS];
  int count = 0;
  uint64_t bytes = journal->segment.bytes;
  enum sift_status status = SIFT_OK;
  if (bytes == 0) {
    parts[count++] = part_of(journal->header);
    bytes += journal->header->size;
  }
  do {
    parts[count++] = part_of(block);
    bytes += block->size;
    block = block->next;
    if (count == PARTS) {
      status = write_parts(journal, parts, count);
      count = 0;
    }
  } while (status == SIFT_OK && block != NULL && !block->is_header && bytes < journal->config.segment_bytes);
  *end = block;
  return status == SIFT_OK && count > 0 ? write_parts(journal, parts, count) : status;
}

static enum sift_status sync_segment(struct sift_journal *journal) {
  const struct sift_disk *disk = journal->disk;
  int64_t begun_ns = sift_journal_clock_ns();
  int result = disk->sync(disk->context, journal->segment.file);
  if (result == 0 && journal->segment.durable_bytes == 0) {
    result = disk->sync(disk->context, journal->directory); /* the file's name is to last too */
  }
  uint64_t took_ns = (uint64_t)(sift_journal_clock_ns() - begun_ns);
  int error = errno;
  pthread_mutex_lock(&journal->mutex);
  journal->stats.syncs++;
  journal->stats.sync_ns_sum += took_ns;
  journal->stats.sync_ns_max = took_ns > journal->stats.sync_ns_max ? took_ns : journal->stats.sync_ns_max;
  pthread_mutex_unlock(&journal->mutex);
  errno = error;
  return result == 0 ? SIFT_OK : SIFT_EIO;
}

/* Under the mutex, whenever what is in flight has changed. */
static void note_oldest(struct sift_journal *journal) {
  journal->stats.oldest_ns = journal->flight.head != NULL ? journal->flight.head->queued_ns : 0;
}

/* All in flight before `end` is durable. */
static void publish(struct sift_journal *journal, struct sift_journal_block *end) {
  struct sift_journal_segment *segment = &journal->segment;
  uint64_t durable = 0;
  uint64_t freed = 0;
  uint64_t written = segment->bytes - segment->durable_bytes;
  while (journal->flight.head != end) {
    struct sift_journal_block *block = journal->flight.head;
    journal->flight.head = block->next;
    durable = block->seq;
    freed += sizeof *block + block->size;
    free(block);
  }
  if (end == NULL) {
    journal->flight.tail = &journal->flight.head;
  }
  segment->durable_bytes = segment->bytes;
  segment->written_ns = now_ns(journal);
  atomic_fetch_sub(&journal->queued_bytes, freed);
  pthread_mutex_lock(&journal->mutex);
  atomic_store(&journal->durable, durable);
  journal->stats.written_bytes += written;
  note_oldest(journal);
  journal->stats.segment_bytes = journal->files.bytes + segment->bytes;
  pthread_cond_broadcast(&journal->changed);
  pthread_mutex_unlock(&journal->mutex);
  if (journal->config.notify != NULL) {
    journal->config.notify(journal->config.context, durable);
  }
}

/* A header in flight opens the next segment. */
static void adopt_headers(struct sift_journal *journal) {
  while (journal->flight.head != NULL && journal->flight.head->is_header) {
    struct sift_journal_block *header = journal->flight.head;
    journal->flight.head = header->next;
    if (header->next == NULL) {
      journal->flight.tail = &journal->flight.head;
    }
    atomic_fetch_sub(&journal->queued_bytes, sizeof *header + header->size);
    header->next = NULL;
    free(journal->header);
    journal->header = header;
    journal->rotate = true;
  }
}

/* After a failed write: what the disk may hold of it must not stay, as it will be written again. */
static void cut_back(struct sift_journal *journal) {
  struct sift_journal_segment *segment = &journal->segment;
  const struct sift_disk *disk = journal->disk;
  if (segment->durable_bytes == 0 || disk->truncate(disk->context, segment->file, segment->durable_bytes) != 0) {
    journal->rotate = true;
  }
  segment->bytes = segment->durable_bytes;
}

static void give_up_segment(struct sift_journal *journal) {
  cut_back(journal);
  journal->rotate = true;
}

static enum sift_status commit(struct sift_journal *journal) {
  struct sift_journal_block *end = NULL;
  uint64_t first_seq = journal->flight.head->seq;
  const char *what = "make";
  enum sift_status status = ready_segment(journal, first_seq);
  if (status == SIFT_OK) {
    what = "write";
    status = write_flight(journal, &end);
    int error = errno;
    if (status != SIFT_OK) {
      cut_back(journal);
    }
    errno = error;
  }
  if (status == SIFT_OK) {
    what = "sync";
    status = sync_segment(journal);
    int error = errno;
    if (status != SIFT_OK) {
      give_up_segment(journal);
    }
    errno = error;
  }
  sift_journal_report(journal, status, what, journal->segment.file >= 0 ? journal->segment.first_seq : first_seq);
  if (status == SIFT_OK) {
    publish(journal, end);
  }
  return status;
}

/* --- the thread -------------------------------------------------------------------------------------------------------- */

/* Under the mutex. Until `end_ns`, or until the journal is to stop. */
static void pause_until(struct sift_journal *journal, int64_t end_ns) {
  struct timespec end = {end_ns / 1000000000, end_ns % 1000000000};
  int timed_out = 0;
  while (!journal->stopping && timed_out == 0) {
    timed_out = pthread_cond_timedwait(&journal->wake, &journal->mutex, &end);
  }
}

/* Waits for work and takes it. False: there will be none. */
static bool take_work(struct sift_journal *journal, bool *tidy) {
  pthread_mutex_lock(&journal->mutex);
  while (journal->queue.head == NULL && journal->flight.head == NULL && !journal->stopping && !journal->tidy) {
    pthread_cond_wait(&journal->wake, &journal->mutex);
  }
  if (journal->queue.head != NULL) {
    *journal->flight.tail = journal->queue.head;
    journal->flight.tail = journal->queue.tail;
    sift_journal_queue_init(&journal->queue);
  }
  note_oldest(journal);
  *tidy = journal->tidy;
  journal->tidy = false;
  bool more = journal->flight.head != NULL || !journal->stopping;
  pthread_mutex_unlock(&journal->mutex);
  return more;
}

static enum sift_status commit_all(struct sift_journal *journal) {
  enum sift_status status = SIFT_OK;
  adopt_headers(journal);
  while (status == SIFT_OK && journal->flight.head != NULL) {
    status = commit(journal);
    adopt_headers(journal);
  }
  return status;
}

/* Paces the writer: after trouble, and between syncs. False: to stop, and the disk refuses. */
static bool rest(struct sift_journal *journal, enum sift_status status, int64_t begun_ns, int64_t *backoff_ns) {
  int64_t interval_ns = (int64_t)journal->config.sync_interval_ms * 1000000;
  pthread_mutex_lock(&journal->mutex);
  bool stopping = journal->stopping;
  if (status != SIFT_OK) {
    pause_until(journal, sift_journal_clock_ns() + *backoff_ns);
    *backoff_ns = *backoff_ns * 2 < BACKOFF_NS_MAX ? *backoff_ns * 2 : BACKOFF_NS_MAX;
  } else {
    *backoff_ns = BACKOFF_NS_MIN;
    if (interval_ns > 0) {
      pause_until(journal, begun_ns + interval_ns);
    }
  }
  pthread_mutex_unlock(&journal->mutex);
  return status == SIFT_OK || !stopping;
}

void *sift_journal_run(void *context) {
  struct sift_journal *journal = context;
  int64_t backoff_ns = BACKOFF_NS_MIN;
  bool tidy = false;
  while (take_work(journal, &tidy)) {
    int64_t begun_ns = sift_journal_clock_ns();
    enum sift_status status = commit_all(journal);
    if (tidy) { /* in trouble too: the disk may be full */
      (void)sift_journal_retain(journal);
    }
    if (!rest(journal, status, begun_ns, &backoff_ns)) {
      break;
    }
  }
  return NULL;
}
