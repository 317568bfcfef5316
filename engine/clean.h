/* Takes terminal control out of text: what a rule sees is what a terminal would have shown. */
#ifndef SIFT_ENGINE_CLEAN_H
#define SIFT_ENGINE_CLEAN_H

#include <stdbool.h>

#include "engine/batch.h"

#ifdef __cplusplus
extern "C" {
#endif

/* What one pass over text finds, at memory speed (SIMD): newlines, and whether cleaning is needed at all. */
struct sift_survey {
  uint64_t newlines;
  bool escapes; /* some ESC (0x1b) */
  bool returns; /* some '\r' */
};
struct sift_survey sift_survey(const char *text, size_t len);

/* Grows as needed, reused for each batch. */
struct sift_cleaner {
  struct sift_edit *edits;
  uint32_t edit_count, edit_capacity;
  uint32_t *returns;
  uint32_t return_count, return_capacity;
};
void sift_cleaner_init(struct sift_cleaner *cleaner);
void sift_cleaner_release(struct sift_cleaner *cleaner);

/* Removes ANSI escape sequences (CSI, OSC, two-byte; ECMA-48 section 5) in place, never across a newline, and makes each
 * '\r' a '\n', which ends a piece of a line for matching; lists both in the cleaner. An unfinished sequence is removed to
 * the end of its line. Returns the new length; on no memory, (size_t)-1. */
size_t sift_clean(struct sift_cleaner *cleaner, char *text, size_t len);

/* The same without lists, for decoded records whose offset is the record's. */
size_t sift_clean_plain(char *text, size_t len);

/* Where a position of cleaned text stood in the input, and how many '\r' stand before it in the text. */
uint64_t sift_batch_input_offset(const struct sift_batch *batch, uint32_t at);
uint32_t sift_batch_returns_before(const struct sift_batch *batch, uint32_t at);

#ifdef __cplusplus
}
#endif
#endif
