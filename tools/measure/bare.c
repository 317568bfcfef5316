#include "tools/measure/bare.h"

#include <stdlib.h>

#include "engine/database_internal.h"

enum { VECTOR_PIECES = 16 };

struct sift_bare {
  enum sift_bare_mode mode;
  hs_database_t *database;
  hs_scratch_t *scratch;
  uint64_t matches; /* counted, so that the callback does something */
};

const char *sift_bare_mode_name(enum sift_bare_mode mode) {
  static const char *const names[] = {"block", "stream", "vectored"};
  return names[mode];
}

static enum sift_status compile(struct sift_bare *bare, const struct sift_database *database) {
  static const unsigned modes[] = {HS_MODE_BLOCK, HS_MODE_STREAM, HS_MODE_VECTORED};
  const char **texts = calloc(database->pattern_count + 1U, sizeof *texts);
  unsigned *flags = calloc(database->pattern_count + 1U, sizeof *flags);
  unsigned count = 0;
  hs_compile_error_t *error = NULL;
  enum sift_status status = texts != NULL && flags != NULL ? SIFT_OK : SIFT_ENOMEM;
  for (uint32_t i = 0; i < database->pattern_count && status == SIFT_OK; i++) {
    if (database->patterns[i].role == SIFT_ROLE_ANY) {
      texts[count] = database->patterns[i].pattern->text;
      flags[count++] = sift_wake_flags(&database->patterns[i]);
    }
  }
  if (status == SIFT_OK &&
      hs_compile_multi(texts, flags, NULL, count, modes[bare->mode], NULL, &bare->database, &error) != HS_SUCCESS) {
    hs_free_compile_error(error);
    status = SIFT_EENGINE;
  }
  free(texts);
  free(flags);
  return status;
}

enum sift_status sift_bare_new(struct sift_bare **out, const struct sift_database *database, enum sift_bare_mode mode) {
  *out = NULL;
  if (database->wake == NULL) {
    return SIFT_OK;
  }
  struct sift_bare *bare = calloc(1, sizeof *bare);
  if (bare == NULL) {
    return SIFT_ENOMEM;
  }
  bare->mode = mode;
  enum sift_status status = compile(bare, database);
  if (status == SIFT_OK && hs_alloc_scratch(bare->database, &bare->scratch) != HS_SUCCESS) {
    status = SIFT_ENOMEM;
  }
  if (status != SIFT_OK) {
    sift_bare_free(bare);
    return status;
  }
  *out = bare;
  return SIFT_OK;
}

void sift_bare_free(struct sift_bare *bare) {
  if (bare != NULL) {
    hs_free_scratch(bare->scratch);
    hs_free_database(bare->database);
    free(bare);
  }
}

static int count_match(unsigned id, unsigned long long from, unsigned long long to, unsigned flags, void *context) {
  (void)id;
  (void)from;
  (void)to;
  (void)flags;
  ++*(uint64_t *)context;
  return 0;
}

static enum sift_status run_blocks(struct sift_bare *bare, const struct sift_pieces *pieces) {
  hs_error_t result = HS_SUCCESS;
  for (size_t i = 0; i < pieces->count && result == HS_SUCCESS; i++) {
    const struct sift_piece *piece = &pieces->items[i];
    result =
        hs_scan(bare->database, pieces->corpus->text + piece->begin, piece->len, 0, bare->scratch, count_match, &bare->matches);
  }
  return result == HS_SUCCESS ? SIFT_OK : SIFT_EENGINE;
}

/* How many pieces from `first` on are of the same part, `most` at most. */
static size_t together(const struct sift_pieces *pieces, size_t first, size_t most) {
  size_t count = 1;
  while (count < most && first + count < pieces->count && pieces->items[first + count].part == pieces->items[first].part) {
    count++;
  }
  return count;
}

static enum sift_status run_streams(struct sift_bare *bare, const struct sift_pieces *pieces) {
  hs_error_t result = HS_SUCCESS;
  for (size_t i = 0; i < pieces->count && result == HS_SUCCESS;) {
    hs_stream_t *stream = NULL;
    size_t end = i + together(pieces, i, pieces->count);
    result = hs_open_stream(bare->database, 0, &stream);
    for (; i < end && result == HS_SUCCESS; i++) {
      const struct sift_piece *piece = &pieces->items[i];
      result =
          hs_scan_stream(stream, pieces->corpus->text + piece->begin, piece->len, 0, bare->scratch, count_match, &bare->matches);
    }
    if (stream != NULL) {
      hs_close_stream(stream, bare->scratch, count_match, &bare->matches);
    }
  }
  return result == HS_SUCCESS ? SIFT_OK : SIFT_EENGINE;
}

static enum sift_status run_vectors(struct sift_bare *bare, const struct sift_pieces *pieces) {
  hs_error_t result = HS_SUCCESS;
  for (size_t i = 0; i < pieces->count && result == HS_SUCCESS;) {
    const char *texts[VECTOR_PIECES];
    unsigned lens[VECTOR_PIECES];
    size_t count = together(pieces, i, VECTOR_PIECES);
    for (size_t k = 0; k < count; k++, i++) {
      texts[k] = pieces->corpus->text + pieces->items[i].begin;
      lens[k] = pieces->items[i].len;
    }
    result = hs_scan_vector(bare->database, texts, lens, (unsigned)count, 0, bare->scratch, count_match, &bare->matches);
  }
  return result == HS_SUCCESS ? SIFT_OK : SIFT_EENGINE;
}

enum sift_status sift_bare_run(struct sift_bare *bare, const struct sift_pieces *pieces) {
  if (bare == NULL) {
    return SIFT_OK;
  }
  switch (bare->mode) {
  case SIFT_BARE_STREAM:
    return run_streams(bare, pieces);
  case SIFT_BARE_VECTORED:
    return run_vectors(bare, pieces);
  default:
    return run_blocks(bare, pieces);
  }
}

uint64_t sift_bare_matches(const struct sift_bare *bare) {
  return bare != NULL ? bare->matches : 0;
}

size_t sift_bare_bytes(const struct sift_bare *bare) {
  size_t size = 0;
  return bare != NULL && hs_database_size(bare->database, &size) == HS_SUCCESS ? size : 0;
}

size_t sift_bare_stream_bytes(const struct sift_bare *bare) {
  size_t size = 0;
  bool stream = bare != NULL && bare->mode == SIFT_BARE_STREAM;
  return stream && hs_stream_size(bare->database, &size) == HS_SUCCESS ? size : 0;
}
