/* Opening: whose directory it is, which segments stand in it, and where the newest one really ends. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "ingest/serve/journal_internal.h"

/* A message under way; `size` bytes of it fit. */
struct message {
  char *text;
  size_t size;
};

static enum sift_status refuse(const struct message *message, const char *what, const char *path, const char *name) {
  int error = errno;
  snprintf(message->text, message->size, "cannot %s %s%s%s: %s", what, path, *name != '\0' ? "/" : "", name, strerror(error));
  errno = error;
  return SIFT_EIO;
}

/* --- the directory ----------------------------------------------------------------------------------------------------- */

/* Who holds the lock left its process id in it. */
static enum sift_status refuse_second(struct sift_journal *journal, const struct message *message) {
  char owner[24] = "";
  ssize_t len = pread(journal->lock, owner, sizeof owner - 1, 0);
  size_t digits = len > 0 ? strspn(owner, "0123456789") : 0;
  owner[digits] = '\0';
  snprintf(message->text, message->size, "%s is in use by another process%s%s: stop that one first, or give each its own directory",
           journal->path, digits > 0 ? ", " : "", owner);
  return SIFT_EINVAL;
}

static enum sift_status lock(struct sift_journal *journal, const struct message *message) {
  journal->lock = openat(journal->directory, "lock", O_RDWR | O_CREAT | O_CLOEXEC, S_IRUSR | S_IWUSR);
  if (journal->lock < 0) {
    return refuse(message, "open", journal->path, "lock");
  }
  if (flock(journal->lock, LOCK_EX | LOCK_NB) != 0) {
    return errno == EWOULDBLOCK ? refuse_second(journal, message) : refuse(message, "lock", journal->path, "lock");
  }
  char owner[24];
  int len = snprintf(owner, sizeof owner, "%ld\n", (long)getpid());
  bool told = ftruncate(journal->lock, 0) == 0 && pwrite(journal->lock, owner, (size_t)len, 0) == len;
  (void)told; /* the number is only for people: a full disk does not stop the lock */
  return SIFT_OK;
}

static int by_first_seq(const void *left, const void *right) {
  const struct sift_journal_file *a = left;
  const struct sift_journal_file *b = right;
  return (a->first_seq > b->first_seq) - (a->first_seq < b->first_seq);
}

static enum sift_status add_file(void *context, const char *name) {
  struct sift_journal *journal = context;
  struct sift_journal_file file = {0};
  struct stat stat;
  if (!sift_journal_name_parse(name, &file.first_seq)) {
    return SIFT_OK;
  }
  if (fstatat(journal->directory, name, &stat, AT_SYMLINK_NOFOLLOW) != 0) {
    return SIFT_EIO;
  }
  file.bytes = (uint64_t)stat.st_size;
  file.written_ns = (int64_t)stat.st_mtim.tv_sec * 1000000000 + stat.st_mtim.tv_nsec;
  return sift_journal_files_add(&journal->files, &file) ? SIFT_OK : SIFT_ENOMEM;
}

static enum sift_status list_files(struct sift_journal *journal, const struct message *message) {
  enum sift_status status = sift_disk_list(journal->directory, add_file, journal);
  if (journal->files.count > 0) {
    qsort(journal->files.items, journal->files.count, sizeof *journal->files.items, by_first_seq);
  }
  return status == SIFT_EIO ? refuse(message, "list", journal->path, "") : status;
}

/* --- the newest segment ------------------------------------------------------------------------------------------------ */

/* What a look through it finds. */
struct survey {
  uint64_t entries, last_seq;
  uint64_t end; /* of its last whole item */
  uint64_t size;
  enum sift_segment_fault fault; /* of what stands behind */
};

static enum sift_status survey(int file, struct survey *out) {
  struct sift_segment_reader *reader = NULL;
  struct sift_segment_item item;
  struct sift_disk_file input = {.file = file};
  enum sift_status status = sift_segment_reader_new(&reader, sift_disk_input(&input));
  *out = (struct survey){0};
  while (status == SIFT_OK && (status = sift_segment_next(reader, &item)) == SIFT_OK) {
    out->size = item.offset + item.bytes;
    out->fault = item.fault;
    /* What a newer version wrote is not for this one to cut off. */
    bool whole = item.fault == SIFT_SEGMENT_WHOLE || item.fault == SIFT_SEGMENT_VERSION;
    if (whole) {
      out->end = item.offset + item.bytes;
    }
    if (whole && item.seal.kind != SIFT_SEAL_HEADER) {
      out->entries++;
      out->last_seq = item.seal.seq > out->last_seq ? item.seal.seq : out->last_seq;
    }
  }
  sift_segment_reader_free(reader);
  return status == SIFT_END ? SIFT_OK : status;
}

/* Cuts and syncs: what is replayed counts as durable, and a killed process may have left it in the page cache only. */
static enum sift_status settle(struct sift_journal *journal, int file, const struct survey *found) {
  const struct sift_disk *disk = journal->disk;
  if (found->size > found->end && disk->truncate(disk->context, file, found->end) != 0) {
    return SIFT_EIO;
  }
  return disk->sync(disk->context, file) == 0 ? SIFT_OK : SIFT_EIO;
}

static void tell_torn(struct sift_journal_found *found, const struct survey *survey, uint64_t keep, const char *name) {
  if (survey->size > keep) {
    found->torn_bytes += survey->size - keep;
    found->torn_fault = survey->fault != SIFT_SEGMENT_WHOLE ? survey->fault : SIFT_SEGMENT_TORN;
    memcpy(found->torn_name, name, SIFT_JOURNAL_NAME_BYTES);
  }
}

static enum sift_status mend(struct sift_journal *journal, struct sift_journal_found *found, const struct message *message) {
  struct sift_journal_files *files = &journal->files;
  struct sift_journal_file *newest = &files->items[files->count - 1];
  struct survey what;
  char name[SIFT_JOURNAL_NAME_BYTES];
  sift_journal_name(name, newest->first_seq);
  int file = openat(journal->directory, name, O_RDWR | O_CLOEXEC | O_NOFOLLOW);
  if (file < 0) {
    return refuse(message, "open", journal->path, name);
  }
  enum sift_status status = survey(file, &what);
  if (status == SIFT_OK && what.entries > 0) {
    status = settle(journal, file, &what);
  }
  if (status == SIFT_EIO) {
    refuse(message, "mend", journal->path, name);
  }
  close(file);
  if (status != SIFT_OK) {
    return status;
  }
  files->bytes -= newest->bytes;
  if (what.entries > 0) {
    tell_torn(found, &what, what.end, name);
    newest->bytes = what.end;
    files->bytes += what.end;
    found->last_seq = what.last_seq;
    found->next_seq = what.last_seq >= found->next_seq ? what.last_seq + 1 : found->next_seq;
    return SIFT_OK;
  }
  /* Nothing in it: it goes, but its name says which numbers were given before. */
  if (what.fault != SIFT_SEGMENT_WHOLE) {
    tell_torn(found, &what, 0, name);
  }
  found->next_seq = newest->first_seq > found->next_seq ? newest->first_seq : found->next_seq;
  files->count--;
  return journal->disk->unlink(journal->disk->context, journal->directory, name) == 0
             ? SIFT_OK
             : refuse(message, "remove", journal->path, name);
}

/* Until a segment with an entry is the newest. */
static enum sift_status mend_all(struct sift_journal *journal, struct sift_journal_found *found, const struct message *message) {
  enum sift_status status = SIFT_OK;
  while (status == SIFT_OK && journal->files.count > 0 && found->last_seq == 0) {
    status = mend(journal, found, message);
  }
  if (status == SIFT_OK && journal->disk->sync(journal->disk->context, journal->directory) != 0) {
    status = refuse(message, "sync", journal->path, "");
  }
  return status;
}

enum sift_status sift_journal_recover(struct sift_journal *journal, struct sift_journal_found *found, char *error,
                                      size_t error_size) {
  const struct message message = {error, error_size};
  found->next_seq = journal->config.seq_after + 1;
  if (sift_disk_open_directory(&journal->directory, journal->path) != SIFT_OK) {
    return refuse(&message, "open", journal->path, "");
  }
  enum sift_status status = lock(journal, &message);
  if (status == SIFT_OK) {
    status = list_files(journal, &message);
  }
  if (status == SIFT_OK) {
    status = mend_all(journal, found, &message);
  }
  if (status != SIFT_OK) {
    return status;
  }
  found->first_seq = journal->files.count > 0 ? journal->files.items[0].first_seq : 0;
  found->segments = journal->files.count;
  found->bytes = journal->files.bytes;
  journal->next_seq = found->next_seq;
  journal->stats.segments = found->segments;
  journal->stats.segment_bytes = found->bytes;
  atomic_store(&journal->durable, found->next_seq - 1);
  return SIFT_OK;
}
