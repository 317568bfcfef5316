#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "ingest/serve/journal_internal.h"

struct replay {
  struct sift_journal *journal;
  const struct sift_journal_visitor *visitor;
  struct sift_journal_replay *result;
  uint64_t last_seq; /* handed out, missed, or not asked for */
  char name[SIFT_JOURNAL_NAME_BYTES];
};

static void tell(struct replay *replay, uint64_t offset, uint64_t bytes, const char *text) {
  struct sift_journal_damage damage = {replay->name, offset, bytes, text};
  replay->result->damages++;
  if (replay->visitor->damage != NULL) {
    replay->visitor->damage(replay->visitor->context, &damage);
  }
}

/* All numbers before `seq` have been where they could be. */
static void expect(struct replay *replay, uint64_t seq) {
  if (seq > replay->last_seq + 1) {
    replay->result->missing += seq - replay->last_seq - 1;
    replay->last_seq = seq - 1;
  }
}

static enum sift_status hand_out(struct replay *replay, struct sift_segment_reader *reader, const struct sift_segment_item *item) {
  struct sift_journal_entry entry = {.seq = item->seal.seq, .loop_seq = item->seal.loop_seq, .loop = item->seal.loop};
  enum sift_status status = sift_segment_payload(reader, item, &entry.payload);
  if (status == SIFT_ECORRUPT) {
    tell(replay, item->offset, item->bytes, "an entry's content cannot be decompressed");
    return SIFT_OK;
  }
  if (status != SIFT_OK) {
    return status;
  }
  expect(replay, entry.seq);
  replay->last_seq = entry.seq;
  replay->result->entries++;
  return replay->visitor->entry(replay->visitor->context, &entry);
}

/* `end`: the number that the next segment begins with. What a segment holds from there on was written again, after a sync of
 * this one had failed. */
static enum sift_status take_item(struct replay *replay, struct sift_segment_reader *reader, const struct sift_segment_item *item,
                                  uint64_t first, uint64_t end) {
  if (item->fault != SIFT_SEGMENT_WHOLE) {
    tell(replay, item->offset, item->bytes, sift_segment_fault_text(item->fault));
    return SIFT_OK;
  }
  if (item->seal.kind == SIFT_SEAL_HEADER || (item->seal.seq >= end && item->seal.seq >= first)) {
    return SIFT_OK;
  }
  if (item->seal.seq < first) {
    tell(replay, item->offset, item->bytes, "an entry of another segment");
    return SIFT_OK;
  }
  return item->seal.seq > replay->last_seq ? hand_out(replay, reader, item) : SIFT_OK;
}

static enum sift_status read_segment(struct replay *replay, int file, uint64_t first, uint64_t end) {
  struct sift_disk_file input = {.file = file};
  struct sift_segment_reader *reader = NULL;
  struct sift_segment_item item = {0};
  enum sift_status status = sift_segment_reader_new(&reader, sift_disk_input(&input));
  while (status == SIFT_OK) {
    status = sift_segment_next(reader, &item);
    if (status == SIFT_EIO) {
      tell(replay, item.offset, 0, strerror(errno));
      status = SIFT_END;
    } else if (status == SIFT_OK) {
      status = take_item(replay, reader, &item, first, end);
    }
  }
  sift_segment_reader_free(reader);
  return status == SIFT_END ? SIFT_OK : status;
}

static enum sift_status replay_file(struct replay *replay, uint64_t first, uint64_t end) {
  sift_journal_name(replay->name, first);
  int file = openat(replay->journal->directory, replay->name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
  if (file < 0) {
    tell(replay, 0, 0, strerror(errno));
    return SIFT_OK;
  }
  enum sift_status status = read_segment(replay, file, first, end);
  close(file);
  return status;
}

enum sift_status sift_journal_replay(struct sift_journal *journal, uint64_t after_seq, const struct sift_journal_visitor *visitor,
                                     struct sift_journal_replay *result) {
  const struct sift_journal_files *files = &journal->files;
  struct replay replay = {.journal = journal, .visitor = visitor, .result = result, .last_seq = after_seq};
  uint64_t next_seq = sift_journal_durable(journal) + 1;
  enum sift_status status = SIFT_OK;
  *result = (struct sift_journal_replay){0};
  for (size_t i = 0; status == SIFT_OK && i < files->count; i++) {
    uint64_t end = i + 1 < files->count ? files->items[i + 1].first_seq : next_seq;
    if (end > after_seq + 1) {
      status = replay_file(&replay, files->items[i].first_seq, end);
    }
  }
  if (status == SIFT_OK) {
    expect(&replay, next_seq);
  }
  return status;
}
