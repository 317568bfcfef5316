#include <stdlib.h>
#include <string.h>

#include "engine/batch.h"
#include "engine/clean.h"
#include "tools/measure/corpus_internal.h"

/* Of a list of pieces, however small the corpus is that is gone through again and again. */
enum { PIECES_MAX = 1024 * 1024 };

bool sift_corpus_append(struct sift_corpus *corpus, struct sift_span bytes, size_t end) {
  size_t room = end > corpus->len ? end - corpus->len : 0;
  size_t len = bytes.len < room ? bytes.len : room;
  if (len > 0) {
    memcpy(corpus->text + corpus->len, bytes.data, len);
    corpus->len += len;
  }
  return len == bytes.len;
}

void sift_corpus_round(struct sift_corpus *corpus, size_t begin, bool full) {
  if (corpus->len == begin || corpus->text[corpus->len - 1] == '\n') {
    return;
  }
  const char *newline = memrchr(corpus->text + begin, '\n', corpus->len - begin);
  if (!full || newline == NULL) {
    corpus->text[corpus->len++] = '\n'; /* there is always room for one: see sift_corpus_read() */
  } else {
    corpus->len = (size_t)(newline + 1 - corpus->text);
  }
}

void sift_corpus_release(struct sift_corpus *corpus) {
  free(corpus->text);
  free(corpus->parts);
  sift_arena_release(&corpus->names);
  *corpus = (struct sift_corpus){0};
}

/* ---- pieces ---- */

/* Where a batch that begins at `begin` ends: behind the last newline within the size, or behind the first one where a line is longer. */
static size_t batch_end(const struct sift_corpus *corpus, size_t begin, size_t end, uint32_t batch_bytes) {
  if (end - begin <= batch_bytes) {
    return end;
  }
  const char *text = corpus->text;
  const char *newline = memrchr(text + begin, '\n', batch_bytes);
  if (newline == NULL) {
    newline = memchr(text + begin + batch_bytes, '\n', end - begin - batch_bytes);
  }
  return newline != NULL ? (size_t)(newline + 1 - text) : end;
}

static bool add_piece(struct sift_pieces *pieces, size_t *capacity, struct sift_piece piece) {
  if (pieces->count == *capacity) {
    size_t grown = *capacity == 0 ? 256 : 2 * *capacity;
    struct sift_piece *items = realloc(pieces->items, grown * sizeof *items);
    if (items == NULL) {
      return false;
    }
    pieces->items = items;
    *capacity = grown;
  }
  pieces->items[pieces->count++] = piece;
  return true;
}

static bool cut_part(struct sift_pieces *pieces, size_t *capacity, uint32_t part, uint32_t batch_bytes) {
  const struct sift_corpus *corpus = pieces->corpus;
  size_t end = corpus->parts[part].end;
  bool good = true;
  for (size_t at = corpus->parts[part].begin; at < end && good;) {
    size_t to = batch_end(corpus, at, end, batch_bytes);
    uint64_t lines = sift_survey(corpus->text + at, to - at).newlines;
    good = add_piece(pieces, capacity, (struct sift_piece){at, (uint32_t)(to - at), part, lines});
    at = to;
  }
  return good;
}

/* Keeps as many as make `bytes` at most, evenly from everywhere; at least one. */
static void thin(struct sift_pieces *pieces, size_t bytes) {
  size_t step = pieces->corpus->len / bytes + (pieces->corpus->len % bytes != 0);
  step = step < pieces->count ? step : pieces->count;
  size_t kept = 0;
  for (size_t i = step / 2; i < pieces->count; i += step) {
    pieces->items[kept++] = pieces->items[i];
  }
  pieces->count = kept;
}

/* Lists all of them over and over, until they make about `bytes`. */
static bool repeat(struct sift_pieces *pieces, size_t *capacity, size_t bytes) {
  size_t once = pieces->count;
  size_t times = bytes / pieces->corpus->len;
  bool good = true;
  for (size_t round = 1; round < times && pieces->count + once <= PIECES_MAX && good; round++) {
    for (size_t i = 0; i < once && good; i++) {
      good = add_piece(pieces, capacity, pieces->items[i]);
    }
  }
  return good;
}

static bool fit(struct sift_pieces *pieces, size_t *capacity, size_t bytes) {
  if (bytes == 0 || pieces->count == 0) {
    return true;
  }
  if (bytes < pieces->corpus->len) {
    thin(pieces, bytes);
    return true;
  }
  return repeat(pieces, capacity, bytes);
}

enum sift_status sift_pieces_cut(struct sift_pieces *out, const struct sift_corpus *corpus, uint32_t batch_bytes, size_t bytes) {
  size_t capacity = 0;
  bool good = true;
  *out = (struct sift_pieces){.corpus = corpus};
  for (uint32_t i = 0; i < corpus->part_count && good; i++) {
    good = cut_part(out, &capacity, i, batch_bytes);
  }
  if (!good || !fit(out, &capacity, bytes)) {
    sift_pieces_release(out);
    return SIFT_ENOMEM;
  }
  for (size_t i = 0; i < out->count; i++) {
    out->bytes += out->items[i].len;
    out->lines += out->items[i].lines;
  }
  return SIFT_OK;
}

void sift_pieces_release(struct sift_pieces *pieces) {
  free(pieces->items);
  *pieces = (struct sift_pieces){0};
}
