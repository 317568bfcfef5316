/* The text that rules are measured on, whole in memory: files, shards, directories and hsbench's corpus databases. */
#ifndef SIFT_MEASURE_CORPUS_H
#define SIFT_MEASURE_CORPUS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "engine/arena.h"
#include "engine/status.h"

enum { SIFT_CORPUS_MIB = 256 }; /* by default */

/* One file's text within the corpus: whole lines. */
struct sift_corpus_part {
  const char *name;
  size_t begin, end;
};

struct sift_corpus {
  char *text; /* every line ends in '\n'; SIFT_PADDING readable bytes behind */
  size_t len, bytes_max;
  uint64_t lines;
  struct sift_corpus_part *parts;
  size_t part_count, part_capacity;
  bool cut; /* there was more than `bytes_max`: each file gave from its begin in proportion to its size */
  struct sift_arena names;
};

/* Reads paths as a scan does: compression is told by magic, JSON Lines and SSE are unwrapped, terminal control is taken out.
 * Whatever cannot be read is told on standard error. SIFT_EINVAL where a path holds no text or cannot be read, SIFT_ENOMEM. */
enum sift_status sift_corpus_read(struct sift_corpus *corpus, char *const *paths, size_t count, size_t bytes_max);
void sift_corpus_release(struct sift_corpus *corpus);

/* A stretch of the corpus that is scanned at once: whole lines of one part, as a scan would cut them. */
struct sift_piece {
  size_t begin;
  uint32_t len, part;
  uint64_t lines;
};

struct sift_pieces {
  const struct sift_corpus *corpus;
  struct sift_piece *items;
  size_t count;
  uint64_t bytes, lines;
};

/* Cuts the corpus into batches of about `batch_bytes`, and lists so many of them as make about `bytes`: fewer, evenly from all over the
 * corpus, or all of them again and again; 0: each once. SIFT_ENOMEM. */
enum sift_status sift_pieces_cut(struct sift_pieces *out, const struct sift_corpus *corpus, uint32_t batch_bytes, size_t bytes);
void sift_pieces_release(struct sift_pieces *pieces);

#endif
