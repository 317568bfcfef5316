#include "bench/corpus.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zstd.h>

#include "engine/batch.h"
#include "engine/clean.h"
#include "engine/scanner.h"
#include "ingest/lines.h"
#include "ingest/source.h"

/* Collects lines into the pools while shards are read. */
struct sorter {
  struct bench_pools *pools;
  size_t quiet_capacity, loud_capacity;
  char *text; /* of the chunk at hand as it came; rules see it cleaned */
  size_t capacity;
  uint32_t len, done; /* all lines before `done` are sorted */
  struct sift_cleaner cleaner;
};

static bool append(char **pool, size_t *len, size_t *capacity, const char *text, size_t size) {
  if (*len + size + SIFT_PADDING > *capacity) {
    size_t grown = (*capacity + size + SIFT_PADDING) * 2;
    char *bytes = realloc(*pool, grown);
    if (bytes == NULL) {
      return false;
    }
    *pool = bytes;
    *capacity = grown;
  }
  memcpy(*pool + *len, text, size);
  *len += size;
  memset(*pool + *len, 0, SIFT_PADDING);
  return true;
}

static bool quiet_until(struct sorter *sorter, uint32_t end) {
  struct bench_pools *pools = sorter->pools;
  if (end <= sorter->done) {
    return true;
  }
  pools->quiet_lines += sift_survey(sorter->text + sorter->done, end - sorter->done).newlines;
  bool kept = append(&pools->quiet, &pools->quiet_len, &sorter->quiet_capacity, sorter->text + sorter->done, end - sorter->done);
  sorter->done = end;
  return kept;
}

/* The whole line as it came that a hit on cleaned text stands for. */
static struct sift_span line_of(const struct sorter *sorter, const struct sift_hit *hit) {
  const struct sift_batch batch = {.edits = sorter->cleaner.edits, .edit_count = sorter->cleaner.edit_count};
  size_t at = (size_t)sift_batch_input_offset(&batch, hit->line_start);
  const char *before = memrchr(sorter->text, '\n', at);
  const char *start = before != NULL ? before + 1 : sorter->text;
  const char *newline = memchr(sorter->text + at, '\n', sorter->len - at);
  return sift_span(start, (size_t)(newline + 1 - start)); /* every chunk ends in one */
}

static bool sort_line(void *context, const struct sift_hit *hit) {
  struct sorter *sorter = context;
  struct bench_pools *pools = sorter->pools;
  struct sift_span line = line_of(sorter, hit);
  uint32_t start = (uint32_t)(line.data - sorter->text);
  if (start < sorter->done) {
    return true; /* a second rule of the same line */
  }
  if (!quiet_until(sorter, start)) {
    return false;
  }
  pools->loud_lines++;
  sorter->done = start + (uint32_t)line.len;
  return append(&pools->loud, &pools->loud_len, &sorter->loud_capacity, line.data, line.len);
}

static bool keep_chunk(struct sorter *sorter, const struct sift_chunk *chunk) {
  if (chunk->len > sorter->capacity) {
    char *text = realloc(sorter->text, chunk->len);
    if (text == NULL) {
      return false;
    }
    sorter->text = text;
    sorter->capacity = chunk->len;
  }
  memcpy(sorter->text, chunk->text, chunk->len);
  sorter->len = chunk->len;
  sorter->done = 0;
  return true;
}

static bool sort_chunks(struct sorter *sorter, struct sift_lines *lines, struct sift_scanner *scanner) {
  struct sift_chunk chunk;
  while (sift_lines_next(lines, &chunk) == SIFT_OK) {
    if (chunk.len == 0 || chunk.text[chunk.len - 1] != '\n') {
      continue;
    }
    if (!keep_chunk(sorter, &chunk)) {
      return false;
    }
    size_t len = sift_clean(&sorter->cleaner, chunk.text, chunk.len);
    if (len > chunk.len || sift_scanner_scan(scanner, chunk.text, (uint32_t)len, sort_line, sorter) != SIFT_OK ||
        !quiet_until(sorter, chunk.len)) {
      return false;
    }
  }
  return true;
}

/* Takes the source over. */
static bool sort_source(struct sorter *sorter, struct sift_source *source, struct sift_lines *lines, struct sift_scanner *scanner) {
  enum sift_status status = SIFT_OK;
  bool good = true;
  sift_lines_reset(lines);
  while (status == SIFT_OK && good) {
    size_t room = 0;
    size_t got = 0;
    char *into = sift_lines_reserve(lines, &room);
    status = into != NULL ? sift_source_read(source, into, room, &got) : SIFT_ENOMEM;
    if (status == SIFT_OK) {
      sift_lines_commit(lines, got);
    } else {
      sift_lines_finish(lines);
    }
    good = sort_chunks(sorter, lines, scanner);
  }
  sift_source_free(source);
  return good;
}

static bool sort_shard(struct sorter *sorter, const char *path, struct sift_lines *lines, struct sift_scanner *scanner) {
  struct sift_source *source = NULL;
  enum sift_reason reason;
  return sift_source_open(&source, path, &(struct sift_source_limits){.window_log_max = 27}, &reason) != SIFT_OK ||
         sort_source(sorter, source, lines, scanner);
}

static bool sort_memory(struct sorter *sorter, struct sift_span text, struct sift_lines *lines, struct sift_scanner *scanner) {
  struct sift_source *source = NULL;
  return sift_source_memory(&source, text.data, text.len, 0) == SIFT_OK && sort_source(sorter, source, lines, scanner);
}

/* Sorts the shards, or the text where there are none. */
static bool sort_all(struct bench_pools *pools, const struct sift_shards *shards, struct sift_span text,
                     const struct sift_database *database, size_t bytes_max) {
  struct sorter sorter = {.pools = pools};
  struct sift_lines *lines = NULL;
  struct sift_scanner *scanner = NULL;
  *pools = (struct bench_pools){0};
  sift_cleaner_init(&sorter.cleaner);
  bool good = sift_lines_new(&lines, SIFT_BATCH_BYTES, SIFT_LINE_BYTES_MAX) == SIFT_OK &&
              sift_scanner_new(&scanner, database, SIFT_SCAN_BATCH) == SIFT_OK;
  for (size_t i = 0; shards != NULL && i < shards->count && good && pools->quiet_len < bytes_max; i++) {
    good = sort_shard(&sorter, shards->items[i].path, lines, scanner);
  }
  if (good && shards == NULL) {
    good = sort_memory(&sorter, text, lines, scanner);
  }
  sift_scanner_free(scanner);
  sift_lines_free(lines);
  sift_cleaner_release(&sorter.cleaner);
  free(sorter.text);
  if (!good || pools->quiet_lines < 1000 || pools->loud_lines < 100) {
    fprintf(stderr, "bench: too little text: give a fleet of at least some megabytes\n");
    return false;
  }
  return true;
}

bool bench_pools_read(struct bench_pools *pools, const struct sift_shards *shards, const struct sift_database *database,
                      size_t bytes_max) {
  return sort_all(pools, shards, sift_span(NULL, 0), database, bytes_max);
}

bool bench_pools_sort(struct bench_pools *pools, struct sift_span text, const struct sift_database *database) {
  return sort_all(pools, NULL, text, database, 0);
}

void bench_pools_release(struct bench_pools *pools) {
  free(pools->quiet);
  free(pools->loud);
}

/* The next `lines` lines of a pool from `*at` on, going round at its end. */
static size_t take_lines(char *out, size_t room, const char *pool, size_t pool_len, size_t *at, size_t lines) {
  size_t put = 0;
  while (lines > 0) {
    const char *newline = memchr(pool + *at, '\n', pool_len - *at);
    size_t len = (newline != NULL ? (size_t)(newline - pool) + 1 : pool_len) - *at;
    if (put + len > room) {
      break;
    }
    memcpy(out + put, pool + *at, len);
    put += len;
    *at = *at + len >= pool_len ? 0 : *at + len;
    lines--;
  }
  return put;
}

char *bench_mix(const struct bench_pools *pools, size_t *len, double share) {
  char *text = malloc(*len + SIFT_PADDING);
  if (text == NULL) {
    return NULL;
  }
  size_t put = 0;
  size_t quiet_at = 0;
  size_t loud_at = 0;
  double owed = 0;
  for (;;) {
    owed += share;
    bool loud = owed >= 1;
    owed -= loud;
    size_t got = loud ? take_lines(text + put, *len - put, pools->loud, pools->loud_len, &loud_at, 1)
                      : take_lines(text + put, *len - put, pools->quiet, pools->quiet_len, &quiet_at, 1);
    if (got == 0) {
      break;
    }
    put += got;
  }
  memset(text + put, 0, SIFT_PADDING);
  *len = put;
  return text;
}

bool bench_compress_to(const char *path, const char *text, size_t len) {
  size_t bound = ZSTD_compressBound(len);
  char *packed = malloc(bound);
  FILE *file = fopen(path, "we");
  bool good = packed != NULL && file != NULL;
  if (good) {
    size_t size = ZSTD_compress(packed, bound, text, len, 3);
    good = !ZSTD_isError(size) && fwrite(packed, 1, size, file) == size;
  }
  if (file != NULL) {
    good = fclose(file) == 0 && good;
  }
  free(packed);
  return good;
}
