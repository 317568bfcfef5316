/* Which segments there are, and how many of them stay. */
#include <errno.h>
#include <stdlib.h>

#include "ingest/serve/journal_internal.h"

bool sift_journal_files_add(struct sift_journal_files *files, const struct sift_journal_file *file) {
  if (files->count == files->capacity) {
    size_t capacity = files->capacity == 0 ? 64 : files->capacity * 2;
    struct sift_journal_file *items = realloc(files->items, capacity * sizeof *items);
    if (items == NULL) {
      return false;
    }
    files->items = items;
    files->capacity = capacity;
  }
  files->items[files->count++] = *file;
  files->bytes += file->bytes;
  return true;
}

/* The number after the last one that the oldest segment can hold. */
static uint64_t next_first(const struct sift_journal *journal) {
  if (journal->files.count > 1) {
    return journal->files.items[1].first_seq;
  }
  return journal->segment.file >= 0 ? journal->segment.first_seq : atomic_load(&journal->durable) + 1;
}

static bool too_much(const struct sift_journal *journal) {
  const struct sift_journal_config *config = &journal->config;
  const struct sift_journal_file *oldest = &journal->files.items[0];
  uint64_t bytes = journal->files.bytes + journal->segment.bytes;
  return (config->keep_bytes > 0 && bytes > config->keep_bytes) ||
         (config->keep_age_ns > 0 && journal->disk->now_ns(journal->disk->context) - oldest->written_ns > config->keep_age_ns);
}

enum sift_status sift_journal_retain(struct sift_journal *journal) {
  struct sift_journal_files *files = &journal->files;
  size_t gone = 0;
  enum sift_status status = SIFT_OK;
  while (files->count > 0 && next_first(journal) - 1 <= atomic_load(&journal->released) && too_much(journal)) {
    char name[SIFT_JOURNAL_NAME_BYTES];
    sift_journal_name(name, files->items[0].first_seq);
    if (journal->disk->unlink(journal->disk->context, journal->directory, name) != 0 && errno != ENOENT) {
      sift_journal_report(journal, SIFT_EIO, "remove", files->items[0].first_seq);
      status = SIFT_EIO;
      break;
    }
    files->bytes -= files->items[0].bytes;
    files->count--;
    memmove(files->items, files->items + 1, files->count * sizeof *files->items);
    gone++;
  }
  if (gone > 0) {
    pthread_mutex_lock(&journal->mutex);
    journal->stats.segments -= gone;
    journal->stats.segment_bytes = files->bytes + journal->segment.bytes;
    pthread_mutex_unlock(&journal->mutex);
  }
  return status;
}
