/* Files → corpus, through the same chain as a scan: source, lines, wrapping. */
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "engine/batch.h"
#include "engine/clean.h"
#include "engine/fleet.h"
#include "engine/own_file.h"
#include "engine/stream_internal.h"
#include "ingest/layout.h"
#include "ingest/lines.h"
#include "ingest/shards.h"
#include "ingest/source.h"
#include "ingest/wrapping.h"
#include "tools/measure/corpus_internal.h"
#include "tools/spacesift/cli.h"

/* What one reading works with. */
struct reader {
  struct sift_corpus *corpus;
  struct sift_lines *lines;
  struct sift_wrapping *wrapping;
  struct sift_streams streams;
  size_t end;       /* up to where the file at hand may fill the corpus */
  uint64_t counted; /* lines of the file at hand, as a scan counts them */
  bool full;        /* it did */
  bool own_file;    /* the file is one of spacesift's own */
};

static const struct sift_ruleset no_rules; /* streams know channels by it; none is named here */

static enum sift_status reader_init(struct reader *reader, struct sift_corpus *corpus) {
  *reader = (struct reader){.corpus = corpus};
  enum sift_status status = sift_streams_init(&reader->streams, &no_rules);
  if (status == SIFT_OK) {
    status = sift_lines_new(&reader->lines, SIFT_BATCH_BYTES, SIFT_LINE_BYTES_MAX);
  }
  return status == SIFT_OK ? sift_wrapping_new(&reader->wrapping) : status;
}

static void reader_release(struct reader *reader) {
  sift_wrapping_free(reader->wrapping);
  sift_lines_free(reader->lines);
  sift_streams_release(&reader->streams);
}

/* A record that is none is no text to measure on; a scan would count it. */
static void pass_over(void *context, enum sift_reason reason, uint64_t offset) {
  (void)context;
  (void)reason;
  (void)offset;
}

/* Lines of the input in the first `len` bytes of a batch: those that a lone '\r' parts are one, and so are those of one record. */
static uint64_t lines_within(const struct sift_batch *batch, size_t len) {
  uint64_t lines = 0;
  if (len == batch->len) {
    return batch->lines;
  }
  if (batch->records != NULL) {
    while (lines < batch->record_count && batch->records[lines].text < len) {
      lines++;
    }
    return lines;
  }
  lines = sift_survey(batch->text, len).newlines;
  for (uint32_t i = 0; i < batch->return_count && batch->returns[i] < len && lines > 0; i++) {
    lines--;
  }
  return lines;
}

static enum sift_status drain(struct reader *reader) {
  struct sift_chunk chunk;
  struct sift_batch batch;
  while (!reader->full && sift_lines_next(reader->lines, &chunk) == SIFT_OK) {
    if (chunk.offset == 0 && sift_own_file_begins(sift_span(chunk.text, chunk.len))) {
      reader->own_file = true;
      return SIFT_END;
    }
    enum sift_status status = sift_wrapping_unwrap(reader->wrapping, &chunk, &batch);
    if (status != SIFT_OK) {
      return status;
    }
    size_t before = reader->corpus->len;
    reader->full = !sift_corpus_append(reader->corpus, sift_span(batch.text, batch.len), reader->end);
    reader->counted += lines_within(&batch, reader->corpus->len - before);
  }
  return reader->full ? SIFT_END : SIFT_OK;
}

static enum sift_status read_source(struct reader *reader, struct sift_source *source) {
  enum sift_status status = SIFT_OK;
  enum sift_status drained = SIFT_OK;
  while (status == SIFT_OK && drained == SIFT_OK) {
    size_t room = 0;
    size_t got = 0;
    char *into = sift_lines_reserve(reader->lines, &room);
    if (into == NULL) {
      return SIFT_ENOMEM;
    }
    status = sift_source_read(source, into, room, &got);
    if (status == SIFT_OK) {
      sift_lines_commit(reader->lines, got);
    } else {
      sift_lines_finish(reader->lines);
    }
    drained = drain(reader);
  }
  if (drained == SIFT_END) {
    return SIFT_OK;
  }
  return drained != SIFT_OK ? drained : status == SIFT_END ? SIFT_OK : status;
}

static enum sift_status read_text(struct reader *reader, const char *path) {
  static const struct sift_wrapping_config config = {.format = SIFT_FORMAT_AUTO};
  struct sift_source *source = NULL;
  enum sift_reason reason = SIFT_REASONS;
  sift_lines_reset(reader->lines);
  enum sift_status status = sift_streams_reset(&reader->streams);
  if (status == SIFT_OK) {
    status = sift_wrapping_begin(reader->wrapping, &config, &reader->streams, (struct sift_wrapping_report){pass_over, NULL});
  }
  if (status == SIFT_OK) {
    status = sift_source_open(&source, path, &(struct sift_source_limits){.window_log_max = 27}, &reason);
  }
  if (source != NULL) {
    status = read_source(reader, source);
    reason = source->reason;
    sift_source_free(source);
  }
  if (reason == SIFT_REASON_EMPTY) {
    return SIFT_OK; /* an empty log in a directory is nothing wrong; no text at all is told in the end */
  }
  reason = reader->own_file ? SIFT_REASON_OWN_FILE : reason;
  if ((status < 0 && status != SIFT_ENOMEM) || reader->own_file) {
    sift_say("cannot use %s as a corpus: %s", path, sift_reason_text(reason));
    return SIFT_EINVAL;
  }
  return status;
}

static enum sift_status add_part(struct sift_corpus *corpus, const char *name, size_t begin, uint64_t lines) {
  if (corpus->len == begin) {
    return SIFT_OK;
  }
  if (corpus->part_count == corpus->part_capacity) {
    size_t grown = corpus->part_capacity == 0 ? 64 : 2 * corpus->part_capacity;
    struct sift_corpus_part *parts = realloc(corpus->parts, grown * sizeof *parts);
    if (parts == NULL) {
      return SIFT_ENOMEM;
    }
    corpus->parts = parts;
    corpus->part_capacity = grown;
  }
  const char *copy = sift_arena_copy(&corpus->names, sift_span_of(name));
  if (copy == NULL) {
    return SIFT_ENOMEM;
  }
  corpus->parts[corpus->part_count++] = (struct sift_corpus_part){copy, begin, corpus->len};
  corpus->lines += lines > 0 ? lines : 1; /* what was cut within its first line is one */
  return SIFT_OK;
}

static enum sift_status read_shard(struct reader *reader, const struct sift_shard *shard, size_t end) {
  struct sift_corpus *corpus = reader->corpus;
  size_t begin = corpus->len;
  reader->end = end;
  reader->full = false;
  reader->counted = 0;
  bool database = sift_corpus_is_database(shard->path);
  enum sift_status status =
      database ? sift_corpus_read_database(corpus, shard->path, end, &reader->full) : read_text(reader, shard->path);
  sift_corpus_round(corpus, begin, reader->full);
  corpus->cut = corpus->cut || reader->full;
  uint64_t lines = database ? sift_survey(corpus->text + begin, corpus->len - begin).newlines : reader->counted;
  return status == SIFT_OK ? add_part(corpus, sift_shard_name(shard), begin, lines) : status;
}

/* Each file may fill the whole rest, or (`shared`) a part of it by its size on disk. */
static enum sift_status read_shards(struct reader *reader, const struct sift_shards *shards, bool shared) {
  struct sift_corpus *corpus = reader->corpus;
  uint64_t left = shards->bytes;
  enum sift_status status = SIFT_OK;
  corpus->len = 0;
  corpus->lines = 0;
  corpus->part_count = 0;
  corpus->cut = false;
  for (size_t i = shards->count;
       i-- > 0 && status == SIFT_OK && (shared || !corpus->cut);) { /* small ones first: what they leave is others' */
    size_t room = corpus->bytes_max > corpus->len ? corpus->bytes_max - corpus->len : 0;
    double share = shared && left > 0 ? (double)shards->items[i].size / (double)left : 1;
    status = read_shard(reader, &shards->items[i], corpus->len + (size_t)((double)room * share));
    left -= shards->items[i].size;
  }
  return status;
}

/* Not standard input, nor a pipe. */
static bool may_be_read_twice(const struct sift_shards *shards) {
  for (size_t i = 0; i < shards->count; i++) {
    struct stat st;
    if (strcmp(shards->items[i].path, "-") == 0 || stat(shards->items[i].path, &st) != 0 || !S_ISREG(st.st_mode)) {
      return false;
    }
  }
  return true;
}

static enum sift_status read_all(struct sift_corpus *corpus, const struct sift_shards *shards) {
  struct reader reader;
  enum sift_status status = reader_init(&reader, corpus);
  if (status == SIFT_OK) {
    status = read_shards(&reader, shards, false);
  }
  if (status == SIFT_OK && corpus->cut && shards->count > 1 && may_be_read_twice(shards)) {
    status = read_shards(&reader, shards, true);
  }
  reader_release(&reader);
  return status;
}

static bool complain(const struct sift_fleet *fleet) {
  for (size_t i = 0; i < fleet->damage_count; i++) {
    sift_say("cannot use %s as a corpus: %s", fleet->damages[i].source, sift_reason_text(fleet->damages[i].reason));
  }
  return fleet->damage_count > 0;
}

static bool can_open(const char *path) {
  bool good = strcmp(path, "-") == 0 || access(path, R_OK) == 0;
  if (!good) {
    sift_say("cannot use %s as a corpus: %s", path, strerror(errno));
  }
  return good;
}

static enum sift_status list(struct sift_shards *shards, struct sift_fleet *fleet, char *const *paths, size_t count) {
  struct sift_layout *layout = NULL;
  char error[160];
  enum sift_status status = sift_layout_new(&layout, NULL, error, sizeof error);
  for (size_t i = 0; i < count && status == SIFT_OK; i++) {
    status = can_open(paths[i]) ? sift_shards_add(shards, paths[i], layout, fleet) : SIFT_EINVAL;
  }
  sift_layout_free(layout);
  sift_shards_sort(shards);
  return status == SIFT_OK && complain(fleet) ? SIFT_EINVAL : status;
}

enum sift_status sift_corpus_read(struct sift_corpus *corpus, char *const *paths, size_t count, size_t bytes_max) {
  struct sift_shards shards;
  struct sift_fleet fleet = {0};
  *corpus = (struct sift_corpus){.bytes_max = bytes_max};
  sift_arena_init(&corpus->names);
  sift_shards_init(&shards);
  enum sift_status status = sift_fleet_init(&fleet);
  if (status == SIFT_OK) {
    status = list(&shards, &fleet, paths, count);
  }
  /* A last line may want a newline in each file. Pages that are not filled are never touched. */
  corpus->text = status == SIFT_OK ? malloc(bytes_max + shards.count + SIFT_PADDING) : NULL;
  if (status == SIFT_OK) {
    status = corpus->text != NULL ? read_all(corpus, &shards) : SIFT_ENOMEM;
  }
  if (status == SIFT_OK && corpus->len == 0) {
    sift_say("the corpus holds no text: name logs that hold some");
    status = SIFT_EINVAL;
  }
  if (status == SIFT_OK) {
    memset(corpus->text + corpus->len, 0, SIFT_PADDING);
  }
  sift_fleet_release(&fleet);
  sift_shards_release(&shards);
  return status;
}
